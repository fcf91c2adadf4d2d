"""What becomes of the values that a heavy library gives: the uses that `heavy.Case` speaks of.

`pandas.read_csv().iterrows():iter` is a result that a loop goes over; `:return`, `:argument` and
`:attribute` let a value out of sight, and `:rebound` binds it to a name that means something else later.
Only files that import one of the libraries pay for the map of parents that this needs.
"""

from __future__ import annotations

import ast
from typing import Any

from scanner.analyse.heavy import MODULES
from scanner.facts import Import, Place, Use
from scanner.source import Scope, Source

_BUILTINS = frozenset(
    {
        "len",
        "list",
        "set",
        "tuple",
        "dict",
        "float",
        "int",
        "str",
        "print",
        "round",
        "abs",
        "min",
        "max",
        "sum",
    }
    | {"sorted", "bool", "range", "enumerate", "zip", "isinstance", "repr"}
)


def collect(source: Source, bodies: Any, imports: list[Import]) -> tuple[Use, ...]:
    """The uses of heavy libraries, with what becomes of each value, each at its own place. `times` is 1
    where the library itself is named, 0 where a value that it gave is used."""
    wanted = {item.target.partition(".")[0] for item in imports} & MODULES
    if not wanted:
        return ()
    found: list[Use] = []
    for body in bodies:
        for node, root, _ in body.chains:
            name = source.resolve(node, body.scope)
            if name is not None and name.partition(".")[0].partition("(")[0] in wanted:
                times = int(_imported(root, body.scope))
                found.append(Use(_followed(source, node, name, body.scope), times, _place(source, node)))
    return tuple(sorted(found, key=lambda use: (use.place, use.name)))


def _place(source: Source, node: ast.AST) -> Place:
    """Where a name stands; of one inside an f-string, the whole literal: interpreters before 3.12 do not
    know the places within."""
    place = node
    around = source.parents.get(id(node))
    while isinstance(around, (ast.expr, ast.keyword, ast.comprehension)):
        if isinstance(around, ast.JoinedStr):
            place = around
        around = source.parents.get(id(around))
    return source.place(place)


def _imported(name: str, scope: Scope) -> bool:
    """Is a name the import itself, and not a value that came of it?"""
    binder = scope.binder(name)
    return binder is not None and name in binder.imports


def _followed(source: Source, node: ast.AST, name: str, scope: Scope) -> str:
    """A name with the attributes, items and calls that are taken of its value, and its end."""
    while True:
        parent = source.parents.get(id(node))
        if isinstance(parent, ast.Attribute):
            name = f"{name}.{parent.attr}"
        elif isinstance(parent, ast.Call) and parent.func is node:
            name = f"{name}()"
        elif isinstance(parent, ast.Subscript) and parent.value is node:
            name = f"{name}[]"
        elif not isinstance(parent, (ast.Await, ast.NamedExpr)):
            if isinstance(parent, ast.Tuple) and isinstance(
                source.parents.get(id(parent)), ast.ExceptHandler
            ):
                return f"{name}:handled"
            return f"{name}:{_end(parent, node, scope)}"
        node = parent


def _end(parent: ast.AST | None, node: ast.AST, scope: Scope) -> str:
    if isinstance(parent, (ast.For, ast.AsyncFor, ast.comprehension)):
        return "iter"
    if isinstance(parent, (ast.Assign, ast.AnnAssign)):
        return _bound(parent, node, scope)
    if isinstance(parent, ast.withitem):
        return "with"
    if isinstance(parent, ast.Call):
        called = parent.func.id if isinstance(parent.func, ast.Name) else ""
        return "len" if called == "len" else "builtin" if called in _BUILTINS else "argument"
    if isinstance(parent, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return "decorates" if node in parent.decorator_list else "base"
    return _ENDS.get(type(parent), "other")


_ENDS: dict[type, str] = {
    ast.Expr: "expression",
    ast.Return: "return",
    ast.keyword: "argument",
    ast.If: "test",
    ast.While: "test",
    ast.IfExp: "test",
    ast.BoolOp: "test",
    ast.UnaryOp: "test",
    ast.Compare: "test",
    ast.Assert: "test",
    ast.BinOp: "value",
    ast.AugAssign: "value",
    ast.FormattedValue: "value",
    ast.ExceptHandler: "handled",
    ast.Tuple: "item",
    ast.List: "item",
    ast.Dict: "item",
    ast.Set: "item",
    ast.Raise: "raised",
    ast.arg: "annotation",
}


def _bound(parent: ast.Assign | ast.AnnAssign, node: ast.AST, scope: Scope) -> str:
    if isinstance(parent, ast.AnnAssign) and parent.annotation is node:
        return "annotation"
    targets = parent.targets if isinstance(parent, ast.Assign) else [parent.target]
    target = targets[0]
    if len(targets) > 1 or not isinstance(target, ast.Name):
        return "attribute" if isinstance(target, ast.Attribute) else "unpacked"
    if scope.kind != "function" or scope.bound.get(target.id) != 1:
        return "rebound"
    return "name"
