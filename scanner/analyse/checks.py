"""The checks of a test, one statement each, and how those before a change compare with those after it.

Trees are compared by `ast.dump`, never printed by it.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from scanner import shapes
from scanner.analyse.naming import is_asserting
from scanner.lazily import regex
from scanner.source import FunctionNode


class Check(NamedTuple):
    """One assertion: what it looks at, how, and what it expects there (as dumps), and how definite that is:
    3 for one value, 2 for a range or a membership, 1 for what most wrong results pass."""

    subject: str
    how: str
    expected: str
    strength: int
    node: ast.stmt
    wanted: ast.expr | None = None  # the expected value, where it is one expression


class Edit(NamedTuple):
    """A check that looks at the same subject before and after, and expects something else."""

    before: Check
    after: Check


def checks_of(node: FunctionNode) -> Iterator[Check]:
    """The checks of a function, in the order of the source, nested functions left out."""
    for statement in _statements(node.body):
        if isinstance(statement, ast.Assert):
            yield _of_assert(statement, statement.test)
        elif isinstance(statement, (ast.With, ast.AsyncWith)):
            for item in statement.items:
                if (
                    isinstance(item.context_expr, ast.Call)
                    and "raises" in last_name(item.context_expr.func).lower()
                ):
                    yield _of_raises(statement, item.context_expr)
        elif isinstance(statement, ast.Expr):
            call = statement.value.value if isinstance(statement.value, ast.Await) else statement.value
            if isinstance(call, ast.Call) and is_asserting(last_name(call.func)):
                yield _of_call(statement, call)


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        yield statement
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        for name in ("body", "orelse", "finalbody"):
            yield from _statements(getattr(statement, name, []))
        for handler in getattr(statement, "handlers", []):
            yield from _statements(handler.body)


def steps_of(body: list[ast.stmt]) -> Iterator[str]:
    for statement in _statements(body):
        if isinstance(statement, ast.Assert):
            continue
        if isinstance(statement, ast.Expr) and _is_no_step(statement.value):
            continue
        if not hasattr(statement, "body"):
            yield ast.dump(statement)


def _is_no_step(value: ast.expr) -> bool:
    """A docstring, or a call that checks."""
    return isinstance(value, ast.Constant) or is_asserting(last_name(getattr(value, "func", None)))


_DEFINITE = (ast.Eq, ast.Is)
_RANGES = (ast.In, ast.Lt, ast.LtE, ast.Gt, ast.GtE)


def _of_assert(statement: ast.stmt, test: ast.expr) -> Check:
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        left, op, right = test.left, test.ops[0], test.comparators[0]
        if isinstance(left, ast.Constant) and isinstance(op, _DEFINITE):
            left, right = right, left
        if isinstance(op, ast.In):
            left, right = right, left  # of `"x" in text`, the text is looked at
        strength = 3 if isinstance(op, _DEFINITE) else 2 if isinstance(op, _RANGES) else 1
        return Check(ast.dump(left), type(op).__name__, ast.dump(right), strength, statement, right)
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return Check(ast.dump(test.operand), "false", "", 2, statement)
    if isinstance(test, ast.Call) and last_name(test.func) in {"isinstance", "hasattr"} and test.args:
        return Check(
            ast.dump(test.args[0]), last_name(test.func), "".join(map(ast.dump, test.args[1:])), 1, statement
        )
    strength = 1 if isinstance(test, (ast.Name, ast.Attribute)) else 2
    return Check(_without_margins(test), "true", str(dict(_margins(test))), strength, statement)


_METHODS = {
    "assertEqual": 3, "assertEquals": 3, "assertIs": 3, "assertListEqual": 3, "assertDictEqual": 3,
    "assertSetEqual": 3, "assertTupleEqual": 3, "assertCountEqual": 3, "assertAlmostEqual": 3,
    "assertIn": 2, "assertGreater": 2, "assertGreaterEqual": 2, "assertLess": 2, "assertLessEqual": 2,
    "assertTrue": 2, "assertFalse": 2, "assertIsNone": 3, "assertIsNotNone": 1, "assertIsInstance": 1,
    "assertNotEqual": 1,
}  # fmt: skip
_MOCKS = {"assert_called_once_with": 3, "assert_called_with": 3, "assert_has_calls": 3, "assert_any_call": 2,
          "assert_called_once": 2, "assert_called": 1, "assert_not_called": 3}  # fmt: skip


def _of_call(statement: ast.stmt, call: ast.Call) -> Check:
    name = last_name(call.func)
    if name in _MOCKS and isinstance(call.func, ast.Attribute):
        given = "".join(map(ast.dump, (*call.args, *call.keywords)))
        return Check(ast.dump(call.func.value), name, given, _MOCKS[name], statement)
    if name in _METHODS and call.args:
        args = list(call.args)
        if len(args) > 1 and (isinstance(args[0], ast.Constant) or name == "assertIn"):
            args[:2] = args[1], args[0]
        expected = args[1] if len(args) > 1 and not name.startswith(("assertTrue", "assertFalse")) else None
        given = ast.dump(expected) if expected is not None else ""
        given += "".join(ast.dump(word) for word in call.keywords if word.arg != "msg")
        return Check(ast.dump(args[0]), name, given, _METHODS[name], statement, expected)
    return Check(_without_margins(call), name, str(dict(_margins(call))), 2, statement)


def _of_raises(statement: ast.With | ast.AsyncWith, call: ast.Call) -> Check:
    body = "".join(map(ast.dump, statement.body))
    given = "".join(map(ast.dump, (*call.args, *call.keywords)))
    return Check(f"raises {body}", "raises", given, 2, statement)


def matched(
    before: tuple[Check, ...], after: tuple[Check, ...]
) -> tuple[tuple[Edit, ...], tuple[Check, ...], tuple[Check, ...]]:
    stayed = Counter(map(key, before)) & Counter(map(key, after))
    was, now = _without(before, stayed), _without(after, stayed)
    edits: list[Edit] = []
    removed: list[Check] = []
    for check in was:
        same = [other for other in now if other.subject == check.subject]
        other = next((one for one in same if one.how == check.how), same[0] if same else None)
        if other is None:
            removed.append(check)
        else:
            now.remove(other)
            edits.append(Edit(check, other))
    return tuple(edits), tuple(removed), tuple(now)


def key(check: Check) -> tuple[str, str, str]:
    return check.subject, check.how, check.expected


def _without(checks: tuple[Check, ...], stayed: Counter[tuple[str, str, str]]) -> list[Check]:
    left = Counter(stayed)
    found = []
    for check in checks:
        if left[key(check)] > 0:
            left[key(check)] -= 1
        else:
            found.append(check)
    return found


def is_weaker(was: Check, now: Check) -> bool:
    """Does a check that looks at the same subject ask for less? `is True` and a plain truth are alike; where
    nothing was expected and something is, or another text, the requirement has changed."""
    if now.strength >= was.strength or _is_nothing(was.wanted):
        return False
    if now.how in {"In", "assertIn"} and not _holds(was, now):
        return False
    return not (
        was.wanted is not None
        and _is_truth(was.wanted)
        and now.how in {"true", "false", "assertTrue", "assertFalse"}
    )


def _is_nothing(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _holds(was: Check, now: Check) -> bool:
    """Is what is looked for now a part of what was expected before?"""
    one, other = getattr(was.wanted, "value", None), getattr(now.wanted, "value", None)
    if isinstance(one, str) and isinstance(other, str):
        return other in one
    return now.expected in was.expected


def _is_truth(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, bool)


_UPPER = frozenset({"Lt", "LtE", "assertLess", "assertLessEqual"})
_LOWER = frozenset({"Gt", "GtE", "assertGreater", "assertGreaterEqual"})
_MARGINS = {
    "rel": 1,
    "abs": 1,
    "rtol": 1,
    "atol": 1,
    "rel_tol": 1,
    "abs_tol": 1,
    "delta": 1,
    "places": -1,
    "decimal": -1,
}


_MARGIN = regex(rf"keyword\(arg='(?:{'|'.join(_MARGINS)})', value=[^)]*\)+")


def is_looser(was: Check, now: Check) -> bool:
    """Has a bound moved outwards, or a margin grown, and nothing else changed?"""
    if was.how != now.how:
        return False
    one, other = _number(was.wanted), _number(now.wanted)
    if one is not None and other is not None and was.how in _UPPER | _LOWER:
        return other > one if was.how in _UPPER else other < one
    before, after = dict(_margins(was.node)), dict(_margins(now.node))
    grown = [after[key] * _MARGINS[key] > before[key] * _MARGINS[key] for key in before if key in after]
    return (
        before.keys() == after.keys()
        and any(grown)
        and _without_margins(was.node) == _without_margins(now.node)
    )


def _number(node: ast.expr | None) -> float | None:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _number(node.operand)
        return None if inner is None else -inner
    if (
        isinstance(node, ast.Constant)
        and isinstance(node.value, (int, float))
        and not isinstance(node.value, bool)
    ):
        return float(node.value)
    return None


def _margins(statement: ast.AST) -> Iterator[tuple[str, float]]:
    for node in ast.walk(statement):
        if isinstance(node, ast.keyword) and node.arg in _MARGINS:
            value = _number(node.value)
            if value is not None:
                yield node.arg, value


def _without_margins(statement: ast.AST) -> str:
    text = ast.dump(statement)
    return _MARGIN.sub("", text)


def is_refitted(was: Check, now: Check) -> bool:
    """Is the same subject compared in the same way, with another literal?"""
    if was.how != now.how or was.strength < 3 or was.wanted is None or now.wanted is None:
        return False
    return shapes.is_literal(was.wanted) and shapes.is_literal(now.wanted) and not _is_truth(now.wanted)


def last_name(node: ast.AST | None) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
