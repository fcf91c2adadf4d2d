"""A test that expects any exception is content with a typo.

`pytest.raises(Exception)` passes on the error that is meant, and on a `TypeError` because an argument is
missing, a `NameError`, a failed import. The smallest repair is `match="…"` with a word of the message that is
meant; the right one names the error.
"""

import ast
from collections.abc import Iterator

from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on

BROAD = frozenset({"builtins.Exception", "builtins.BaseException"})
METHODS = frozenset({"assertRaises"})


class BroadRaises(FileRule):
    message = "`{test}` expects any `{error}`: a slip in the test itself would satisfy it"
    why = "Agents do not know which error the code raises, and the broadest one is sure to fit."
    instead = 'Name the error that the code raises, or say what its message holds: `match="…"`.'
    severity, confidence, family = Severity.LOW, Confidence.HIGH, "tests"
    cwe = (396,)
    roles = ("test",)
    preview = True

    @on(ast.With, ast.AsyncWith)
    def check(self, source: Source, node: ast.With | ast.AsyncWith) -> Iterator[Finding]:
        for item in node.items:
            error = _expected(source, item)
            if not error:
                continue
            function = source.scope.node
            if (
                not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
                or _is_exact(function)
                or _looks_at(item, function)
            ):
                return
            if "B017" in source.lines[item.context_expr.lineno - 1]:
                return  # its author was asked before
            yield self.at(source, item.context_expr, test=function.name, error=error)


def _expected(source: Source, item: ast.withitem) -> str:
    """The broad class that a context expects; "" where it is narrower, or says more."""
    call = item.context_expr
    if not isinstance(call, ast.Call) or len(call.args) != 1 or call.keywords:
        return ""
    if not isinstance(call.args[0], ast.Name) or call.args[0].id not in {"Exception", "BaseException"}:
        return ""
    func = call.func
    if isinstance(func, ast.Attribute) and func.attr in METHODS:
        return call.args[0].id
    return call.args[0].id if source.resolve(func) == "pytest.raises" else ""


def _is_exact(function: ast.AST) -> bool:
    """Does the test make a plain `Exception` itself, for a mock to raise? Then that is what it expects."""
    return any(
        isinstance(node, ast.Name)
        and node.id in {"Exception", "BaseException"}
        and not _is_expectation(node, function)
        for node in ast.walk(function)
    )


def _is_expectation(name: ast.Name, function: ast.AST) -> bool:
    """Is the class named for `raises(…)`, and not to be raised?"""
    return any(
        isinstance(node, ast.withitem)
        and isinstance(node.context_expr, ast.Call)
        and name in node.context_expr.args
        for with_ in ast.walk(function)
        if isinstance(with_, (ast.With, ast.AsyncWith))
        for node in with_.items
    )


def _looks_at(item: ast.withitem, function: ast.AST) -> bool:
    """Does the test read what was caught?"""
    kept = item.optional_vars
    return isinstance(kept, ast.Name) and any(
        isinstance(node, ast.Name) and node.id == kept.id and isinstance(node.ctx, ast.Load)
        for node in ast.walk(function)
    )
