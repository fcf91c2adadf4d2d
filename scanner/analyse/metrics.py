"""What a finding's function is like, for the person who has to judge it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import replace

from scanner.finding import Finding
from scanner.source import FunctionNode, Source

_TANGLED = 21  # radon's rank D, "more than moderate risk", begins here; below it the figure tells nothing


def measured(findings: Iterable[Finding], source: Source) -> Iterator[Finding]:
    """The findings; those in a function that is hard to follow say so in their details."""
    functions = {
        scope.name: scope.node
        for scope in source.scopes.values()
        if isinstance(scope.node, (ast.FunctionDef, ast.AsyncFunctionDef))
    }
    known: dict[str, int] = {}
    for finding in findings:
        node = functions.get(finding.symbol)
        if node is None:
            yield finding
            continue
        figure = known.get(finding.symbol)
        if figure is None:
            figure = known[finding.symbol] = complexity(node)
        extra = (("cyclomatic complexity", str(figure)),) if figure >= _TANGLED else ()
        yield replace(finding, details=(*finding.details, *extra))


def complexity(function: FunctionNode) -> int:
    """Cyclomatic complexity (McCabe) as radon counts it: nested functions, comprehensions and boolean
    operators included."""
    from radon.visitors import ComplexityVisitor  # here: most files have no finding

    visitor = ComplexityVisitor()
    try:
        visitor.visit(ast.Module(body=[function], type_ignores=[]))
    except RecursionError:
        return 0  # a figure is no reason to lose the file
    return int(visitor.functions[0].complexity)
