"""Figures of a function that a finding stands in, for the person who has to judge it."""

from __future__ import annotations

import ast

from scanner.source import FunctionNode


def complexity(function: FunctionNode) -> int:
    """Cyclomatic complexity (McCabe) as radon counts it: nested functions, comprehensions and boolean
    operators included."""
    from radon.visitors import ComplexityVisitor  # type: ignore[import-untyped,unused-ignore]

    # radon reads fields only; a module of its own keeps the file's tree untouched.
    visitor = ComplexityVisitor()
    visitor.visit(ast.Module(body=[function], type_ignores=[]))
    return int(visitor.functions[0].complexity)
