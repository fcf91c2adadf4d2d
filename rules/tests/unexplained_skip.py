"""A test that is skipped or expected to fail, and nothing says why, stays so for ever.

Neither the decorator nor a comment beside it gives a reason, and nobody can tell when the test may come back.
A test that an agent could not repair is often switched off so that the rest is green; `reason="flaky since
the upgrade to 2.0, see #41"` is all it takes.
"""

import ast
from collections.abc import Iterator

from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on
from scanner.source import FunctionNode

MARKS = {
    "pytest.mark.skip": "skipped",
    "unittest.skip": "skipped",
    "pytest.mark.xfail": "expected to fail",
}


class UnexplainedSkip(FileRule):
    message = "`{test}` is {fate}, and nothing says why"
    why = "Switching a test off is the quickest way to a green run."
    instead = 'Say why, and what must happen before it runs again: `reason="…"`; or repair it, or delete it.'
    severity, confidence, family = Severity.LOW, Confidence.HIGH, "tests"
    roles = ("test",)
    preview = True

    @on(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    def check(self, source: Source, node: FunctionNode | ast.ClassDef) -> Iterator[Finding]:
        for decorator in node.decorator_list:
            fate = _unexplained(source, decorator)
            if fate and not _is_explained(source, node):
                yield self.at(source, decorator, symbol=source.symbol(node), test=node.name, fate=fate)


def _unexplained(source: Source, decorator: ast.expr) -> str:
    """What a decorator without a word of explanation does to its test; "" for any other."""
    bare = not isinstance(decorator, ast.Call)
    if not bare and (decorator.args or decorator.keywords):  # type: ignore[attr-defined]
        return ""
    func = decorator if bare else decorator.func  # type: ignore[attr-defined]
    return MARKS.get(source.resolve(func) or "", "")


def _is_explained(source: Source, node: FunctionNode | ast.ClassDef) -> bool:
    """Does a comment above or beside the decorators, or a docstring, say anything?"""
    first = min(item.lineno for item in node.decorator_list)
    around = source.lines[max(0, first - 2) : node.body[0].lineno]
    return any("#" in line for line in around) or bool(ast.get_docstring(node))
