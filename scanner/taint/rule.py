"""What a rule about a flow adds to a file rule: sources by kind, and the way from source to use."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from typing import Any, ClassVar

from scanner.finding import Related
from scanner.rule import FileRule, Finding, Source
from scanner.taint.origins import WORDS, may_come
from scanner.taint.trace import Flow, Limits, tracer


class FlowRule(FileRule):
    """Says where text from outside reaches a dangerous use."""

    roles = ("live",)
    limits: ClassVar[Limits] = Limits()
    kinds: ClassVar[Collection[str]]  # the origins that it speaks of

    def concerns(self, source: Source) -> bool:
        """Does the file deal with what these kinds come from?"""
        return super().concerns(source) and ("parameter" in self.kinds or may_come(source, self.kinds))

    def flow(
        self, source: Source, node: ast.AST | None, wanted: Callable[[Flow], bool] | None = None
    ) -> Flow | None:
        """The nearest way from an origin of these kinds to `node`, read in the scope of the call."""
        if node is None or isinstance(node, ast.Constant):
            return None
        flows = tracer(source).flows(node, source.scope, self.limits, self.kinds)
        return next((flow for flow in flows if wanted is None or wanted(flow)), None)

    def found(self, source: Source, node: ast.AST, flow: Flow, **values: Any) -> Finding:
        """A finding at `node`, with the way that led there; `{origin}` says where the text comes from."""
        words = WORDS[flow.origin.kind]
        finding = self.at(source, node, symbol=source.scope.name, origin=words, **values)
        named = f"`{flow.origin.name}`" if flow.origin.name else "this value"
        steps = [Related(source.location(_placed(source, flow.origin.node)), f"untrusted from here: {named}")]
        steps += [
            Related(source.location(_placed(source, at)), f"held in `{name}`") for at, name in flow.steps
        ]
        return replace(finding, flow=(*_distinct(steps), Related(source.location(node), "used here")))


def _placed(source: Source, node: ast.AST) -> ast.AST:
    """The node, or the f-string that it stands in: interpreters before 3.12 know no places within."""
    around = node
    while isinstance(around, (ast.expr, ast.keyword, ast.comprehension)):
        if isinstance(around, ast.JoinedStr):
            node = around
        around = source.parents[id(around)]
    return node


def _distinct(steps: list[Related]) -> list[Related]:
    return [step for position, step in enumerate(steps) if step not in steps[:position]]


def argument(call: ast.Call, position: int, *names: str) -> ast.expr | None:
    """An argument by position or by keyword."""
    for keyword in call.keywords:
        if keyword.arg in names:
            return keyword.value
    if position < len(call.args) and not any(
        isinstance(one, ast.Starred) for one in call.args[: position + 1]
    ):
        return call.args[position]
    return None


def flowing(rule: FlowRule, source: Source, call: ast.Call, node: ast.AST | None) -> Iterator[Finding]:
    """The finding at an argument, where outside text reaches it."""
    flow = rule.flow(source, node)
    if flow is not None and node is not None:
        yield rule.found(source, node, flow)
