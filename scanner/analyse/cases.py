"""Branches that answer one input with one value: `if text == "abc": return 42`.

Kept as a trait of the function, `case:GIVEN:ANSWER`, two hashes, so that a rule can ask whether a test holds
the same two literals.
"""

from __future__ import annotations

import ast
import zlib
from collections.abc import Iterator
from typing import Any

from scanner import shapes
from scanner.source import FunctionNode


def keyed(value: Any) -> int:
    """A literal as 16 bits, as in `facts.Function.literals`: enough to compare by, too little to guess a
    secret from."""
    if value.__class__ is str:
        return zlib.crc32(value.encode("utf-8", "surrogatepass")) & 0xFFFF
    return zlib.crc32(repr(value).encode(), 1) & 0xFFFF  # started apart: 5 is not "5"


def is_telling(value: Any) -> bool:
    """Does a literal say something: no empty string, no single character, no 0, 1 or 2?"""
    if value.__class__ is str:
        return len(value) > 1 and not value.isspace()
    return value.__class__ in (int, float) and not -2 < value < 3


def of(node: FunctionNode) -> Iterator[str]:
    """The traits of a function whose own branches compare a parameter with a literal, and return another."""
    for statement in node.body:
        if isinstance(statement, ast.If) and len(statement.body) == 1:
            given = _given(statement.test, node)
            answer = _answer(statement.body[0])
            if given is not None and answer is not None:
                yield f"case:{keyed(given)}:{keyed(answer)}"


def _given(test: ast.expr, function: FunctionNode) -> Any:
    """The literal that a parameter is compared with; None for any other question."""
    if not isinstance(test, ast.Compare) or len(test.ops) != 1 or not isinstance(test.ops[0], ast.Eq):
        return None
    left, right = test.left, test.comparators[0]
    if isinstance(left, ast.Constant):
        left, right = right, left
    if not isinstance(left, ast.Name) or not isinstance(right, ast.Constant):
        return None
    if left.id not in shapes.parameters(function):
        return None
    return right.value if is_telling(right.value) else None


def _answer(statement: ast.stmt) -> Any:
    if not isinstance(statement, ast.Return) or not isinstance(statement.value, ast.Constant):
        return None
    return statement.value.value if is_telling(statement.value.value) else None
