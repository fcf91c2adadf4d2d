"""What an asserted expression can notice: nothing, little, or a wrong result. One expression at a time."""

from __future__ import annotations

import ast
import re

from scanner.lazily import regex
from scanner.source import FunctionNode

# What a test of equality itself is called: there `x == x` is the point
_REFLEXIVE = regex(
    r"(?:^|_)(?:eq|equal\w*|hash\w*|compar\w*|ident\w*|reflex\w*|order\w*|sort\w*|singleton|nan|cmp|cache\w*|[lg][te])(?:_|$)",
    re.IGNORECASE,
)
ITSELF = "it compares a value with itself"


def is_told_apart(function: FunctionNode, name: str) -> bool:
    """Does the test also say what an object is not equal to, or look at its hash?"""
    return any(_tells_apart(node, name) for node in ast.walk(function))


def _tells_apart(node: ast.AST, name: str) -> bool:
    if isinstance(node, ast.Compare):
        return isinstance(node.ops[0], ast.NotEq) and _mentions(node, name)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        inner = node.operand
        return isinstance(inner, ast.Compare) and isinstance(inner.ops[0], ast.Eq) and _mentions(inner, name)
    if isinstance(node, ast.Call) and last_name(node.func) in {"assertNotEqual", "assertNotEquals", "hash"}:
        return any(_is_name(item, name) for item in node.args)
    return False


def _mentions(compare: ast.Compare, name: str) -> bool:
    return any(_is_name(item, name) for item in (compare.left, *compare.comparators))


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def defines_equality(node: ast.ClassDef) -> bool:
    return any(isinstance(item, ast.FunctionDef) and item.name == "__eq__" for item in node.body)


def tautology(test: ast.expr, name: str) -> str:
    """Why an asserted expression can never be false; "" where it can. `name` is the test's."""
    cls = test.__class__
    if cls is ast.Compare:
        ops, right = test.ops, test.comparators  # type: ignore[attr-defined]
        return _tautology_of(ops[0].__class__, test.left, right[0], name) if len(ops) == 1 else ""  # type: ignore[attr-defined]
    if cls is ast.Constant:
        return "it is a constant" if test.value else ""  # type: ignore[attr-defined]
    if cls is ast.Tuple:
        return "it is a tuple, and a tuple with items is true" if test.elts else ""  # type: ignore[attr-defined]
    if cls is ast.BoolOp and isinstance(test.op, ast.Or):  # type: ignore[attr-defined]
        values = test.values  # type: ignore[attr-defined]
        if any(truth(value) is True for value in values):
            return "one side of its `or` is a true constant"
        return "it says `x or not x`" if _are_opposite(values) else ""
    if cls is ast.Call and last_name(test.func) == "isinstance":  # type: ignore[attr-defined]
        arguments = test.args  # type: ignore[attr-defined]
        if len(arguments) == 2 and isinstance(arguments[1], ast.Name) and arguments[1].id == "object":
            return "everything is an `object`"
    return ""


_EQUALITIES = frozenset({ast.Eq, ast.Is})
_REFLEXIVE_OPERATORS = _EQUALITIES | {ast.LtE, ast.GtE}


def _tautology_of(op: type, left: ast.expr, right: ast.expr, name: str) -> str:
    """Why one comparison can never be false; "" where it can."""
    cls = left.__class__
    if cls is ast.Name:
        itself = right.__class__ is ast.Name and left.id == right.id  # type: ignore[attr-defined]
        return ITSELF if itself and op in _REFLEXIVE_OPERATORS and not _REFLEXIVE.search(name) else ""
    if cls is ast.Call and (op is ast.GtE or op is ast.Gt) and _is_length(left):
        least = _is_number(right, 0) if op is ast.GtE else _is_number(getattr(right, "operand", None), 1)
        return "a length is never negative" if least else ""
    if cls is ast.Constant and right.__class__ is ast.Constant and op in _EQUALITIES:
        one, other = left.value, right.value  # type: ignore[attr-defined]
        # `1 == True` says something about Python
        return "it compares two constants" if one == other and one.__class__ is other.__class__ else ""
    return ""


_COMPARING: dict[str, type] = {"assertIs": ast.Is, "assertGreaterEqual": ast.GtE}


def tautology_of_call(call: ast.Call, method: str, name: str) -> str:
    """The same for `self.assertTrue(…)` and its like."""
    arguments = call.args
    if not arguments:
        return ""
    if method == "assertTrue":
        return tautology(arguments[0], name)
    if method == "assertIsNotNone":
        known = isinstance(arguments[0], ast.Constant) and arguments[0].value is not None
        return "it is a constant" if known else ""
    if len(arguments) < 2 or method == "assertIsInstance":
        return ""
    return _tautology_of(_COMPARING.get(method, ast.Eq), arguments[0], arguments[1], name)


def _are_opposite(values: list[ast.expr]) -> bool:
    """`x or not x`, `x is None or x is not None`."""
    if len(values) != 2:
        return False
    one, other = values
    if isinstance(other, ast.UnaryOp) and isinstance(other.op, ast.Not):
        return ast.dump(one) == ast.dump(other.operand)
    if not (isinstance(one, ast.Compare) and isinstance(other, ast.Compare)):
        return False
    pair = {one.ops[0].__class__, other.ops[0].__class__}
    same = ast.dump(one.left) == ast.dump(other.left) and ast.dump(one.comparators[0]) == ast.dump(
        other.comparators[0]
    )
    return same and len(one.ops) == len(other.ops) == 1 and pair in ({ast.Is, ast.IsNot}, {ast.Eq, ast.NotEq})


def _is_length(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len"


def _is_number(node: ast.expr | None, value: int) -> bool:
    return isinstance(node, ast.Constant) and node.value == value and not isinstance(node.value, bool)


def strength(test: ast.expr) -> str:
    """How much of a wrong result an asserted expression can notice: `assert`, `weak:KIND` or `tautology`."""
    cls = test.__class__
    if cls is ast.Compare:
        return _strength_of_comparison(test)  # type: ignore[arg-type]
    if cls is ast.Constant:
        return "tautology" if test.value else "assert"  # type: ignore[attr-defined]
    if cls is ast.Tuple:
        return "tautology" if test.elts else "assert"  # type: ignore[attr-defined]
    if cls is ast.Name or cls is ast.Attribute:
        return "weak:truthy"
    if cls is ast.Call:
        name = last_name(test.func)  # type: ignore[attr-defined]
        return f"weak:{name}" if name in {"isinstance", "hasattr", "callable"} else "assert"
    if cls is ast.BoolOp and isinstance(test.op, ast.And):  # type: ignore[attr-defined]
        kinds = {strength(value) for value in test.values}  # type: ignore[attr-defined]
        return "assert" if "assert" in kinds else min(kinds)
    return "assert"


def _strength_of_comparison(test: ast.Compare) -> str:
    if len(test.ops) != 1:
        return "assert"
    op, right, left = test.ops[0], test.comparators[0], test.left
    none = isinstance(right, ast.Constant) and right.value is None
    if none and isinstance(op, (ast.IsNot, ast.NotEq)):
        return "weak:not-none"
    if not isinstance(right, ast.Constant):
        return "assert"
    if isinstance(left, ast.Call) and last_name(left.func) == "len":
        asks = (op.__class__, right.value) in {(ast.Gt, 0), (ast.GtE, 1), (ast.NotEq, 0)}
        return "weak:not-empty" if asks or (_is_number(right, 0) and isinstance(op, ast.GtE)) else "assert"
    if isinstance(left, ast.Attribute) and left.attr in {"status_code", "status"} and isinstance(op, ast.Eq):
        return "weak:status" if right.value in {200, "200"} else "assert"
    return "assert"


def are_same(one: ast.Call, other: ast.Call) -> bool:
    """The same function with the same arguments: no constructor, whose `==` may be what is tested."""
    if one is other or one.func.__class__ is not other.func.__class__:
        return False
    return not last_name(one.func)[:1].isupper() and ast.dump(one) == ast.dump(other)


def says_none(test: ast.expr) -> bool:
    """`x is None`, `x == []`, `len(x) == 0`, `not x`: the other half of a weak check."""
    if isinstance(test, ast.UnaryOp):
        return isinstance(test.op, ast.Not)
    if not isinstance(test, ast.Compare) or not isinstance(test.ops[0], (ast.Is, ast.Eq)):
        return False
    right = test.comparators[0]
    return is_empty_literal(right) or (isinstance(right, ast.Constant) and not right.value)


def truth(test: ast.expr) -> bool | None:
    """The truth of a literal guard; None where it is not a literal."""
    if isinstance(test, ast.Constant):
        return bool(test.value)
    if (
        isinstance(test, ast.UnaryOp)
        and isinstance(test.op, ast.Not)
        and isinstance(test.operand, ast.Constant)
    ):
        return not test.operand.value
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return False if any(truth(value) is False for value in test.values) else None
    return None


def is_verdict(node: ast.expr) -> bool:
    """`True`, `a == b`, `not x`, `all(…)`, `success`: what somebody means to be looked at."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, bool)
    if isinstance(node, ast.Call):
        return last_name(node.func) in {"all", "any", "bool"}
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.Not)
    if isinstance(node, ast.Name):
        return re.search(r"succe|pass|fail|ok$|valid", node.id) is not None
    if isinstance(node, ast.Tuple):
        return any(isinstance(item, (ast.Constant, ast.Name)) and is_verdict(item) for item in node.elts)
    return isinstance(node, (ast.Compare, ast.BoolOp))


def is_empty_literal(node: ast.expr) -> bool:
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return not node.elts
    return isinstance(node, ast.Dict) and not node.keys


def last_name(node: ast.expr | None) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def called(node: ast.expr) -> str:
    """The last name of the function that an expression calls; "" for what is no call."""
    if isinstance(node, ast.Await):
        node = node.value
    return last_name(node.func) if isinstance(node, ast.Call) else ""
