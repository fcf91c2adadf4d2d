"""An assertion that never runs checks nothing.

It stands behind a `return`, under a guard that is always false, in a loop over nothing, in a function that
nobody calls, behind the call that must raise, or in a `pytest.raises(...)` that nobody enters.
"""

import ast
from collections.abc import Iterator

from scanner import shapes
from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_file
from scanner.source import Check

REASONS = {
    "after-return": "it stands behind a `return`",
    "after-raise": "it stands behind a `raise`",
    "after-continue": "it stands behind a `continue`",
    "after-break": "it stands behind a `break`",
    "after-raising": "the call above it must raise, so the `with` block ends there",
    "false-guard": "its guard is always false",
    "empty-loop": "the loop around it has nothing to iterate over",
    "never-called": "`{function}`, which holds it, is never called",
    "never-awaited": "the coroutine `{function}`, which holds it, is never awaited",
    "not-entered": "the context that expects the exception is never entered; write `with`",
}


SWITCHES: dict[str, tuple[type[ast.stmt], ...]] = {
    "false-guard": (ast.If, ast.While),
    "after-return": (ast.Return,),
}


TO_DO = regex(r"#.{0,200}\b(?:TODO|FIXME|XXX)\b")


class UnreachableOracle(FileRule):
    message = "this check never runs: {reason}"
    why = "An edit that makes a failing test green leaves its assertions behind, out of reach."
    instead = "Move it to where it runs, and see the test fail once."
    severity, confidence, family = Severity.HIGH, Confidence.HIGH, "tests"
    cwe = (561,)
    evidence = ("E32",)
    roles = ("test",)

    @on_file
    def check(self, source: Source) -> Iterator[Finding]:
        last = 0  # the line where the check before ends
        for check in source.checks:
            reason = REASONS.get(check.fate)
            if reason is None:
                continue
            follows = check.node.lineno == last + 1
            last = check.node.end_lineno or check.node.lineno
            if follows or _is_switched_off(source, check):
                continue
            if "{function}" in reason:
                if _stands_outside(check):
                    continue
                reason = reason.format(function=_around(check))
            yield self.at(source, check.node, symbol=source.symbol(check.function), reason=reason)


def _around(check: Check) -> str:
    """The nested function that a check stands in."""
    line = check.node.lineno
    nested = [
        one
        for one in shapes.own_nodes(check.function.body)
        if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef))
        and one.lineno < line <= (one.end_lineno or line)
    ]
    return nested[0].name if nested else check.function.name


def _stands_outside(check: Check) -> bool:
    """Does the test around make the same check itself? Then the function is only left over."""
    said = ast.dump(check.node)
    return any(
        isinstance(one, type(check.node)) and ast.dump(one) == said
        for one in shapes.own_nodes(check.function.body)
    )


def _is_switched_off(source: Source, check: Check) -> bool:
    """Does a comment stand at the guard, or at the statement that leaves? Then the authors know."""
    kinds = SWITCHES.get(check.fate)
    if kinds is None:
        return False
    line = check.node.lineno
    switches = [
        one
        for one in shapes.own_nodes(check.function.body)
        if isinstance(one, kinds) and one.lineno < line and not _is_open(one)
    ]
    nearest = max(switches, key=lambda one: one.lineno, default=None)
    if nearest is None:
        return False
    above, own, below = (source.lines[nearest.lineno + step] for step in (-2, -1, 0))
    if any(TO_DO.search(text) for text in source.lines[max(0, nearest.lineno - 4) : nearest.lineno]):
        return True
    inside = isinstance(nearest, (ast.If, ast.While)) and nearest.lineno + 2 < line
    return "#" in own or any(
        text.lstrip().startswith("#") for text in ([above, below] if inside else [above])
    )


def _is_open(node: ast.AST) -> bool:
    """A guard that a run decides about."""
    return isinstance(node, (ast.If, ast.While)) and not isinstance(node.test, ast.Constant)
