"""Which imports a file can do without: those for type checkers, and those that may fail."""

from __future__ import annotations

import ast
from collections.abc import Iterable

_MISSING = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})
_Pending = list[tuple[ast.AST, str]]


def guarded_imports(tree: ast.Module, importing: Iterable[ast.AST]) -> dict[int, str]:
    """Line → "typing" | "optional" for imports under `if TYPE_CHECKING`, `try` or another condition.

    `importing` are the functions that import; there, only a `try` that begins with the import and catches
    its failure makes it optional: a function may well import under a condition what it cannot do without.
    So does `with suppress(ImportError)`. A relative import is none that an index could fail to give.
    """
    found: dict[int, str] = {}
    pending: _Pending = [(node, "") for node in tree.body]
    while pending:
        node, guard = pending.pop()
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            _note(node, guard, found)
        elif isinstance(node, ast.If):
            inner = "typing" if _is_typing(node.test) else guard or "optional"
            pending += [(child, inner) for child in node.body]
            pending += [(child, guard or "optional") for child in node.orelse]
        elif isinstance(node, ast.Try):
            pending += [(child, guard or "optional") for child in [*node.body, *node.orelse, *node.finalbody]]
            pending += [(child, guard or "optional") for handler in node.handlers for child in handler.body]
        elif isinstance(node, (ast.With, ast.For, ast.While)):
            inner = "optional" if _suppresses_missing(node) else guard
            pending += [(child, inner) for child in node.body]
    for function in importing:
        _inside(function, found)
    return found


def _inside(function: ast.AST, found: dict[int, str]) -> None:
    """Statements alone are looked at: expressions import nothing."""
    pending: _Pending = [(function, "")]
    while pending:
        node, guard = pending.pop()
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            _note(node, guard, found)
            continue
        if _suppresses_missing(node) or _choices(node):
            guard = "optional"
        pending += [(child, guard) for case in getattr(node, "cases", ()) for child in case.body]
        if isinstance(node, ast.Try):
            if _begins_with_import(node) and _catches_missing(node):
                guard = "optional"
            pending += [(child, guard) for handler in node.handlers for child in handler.body]
        if node is not function and isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue  # one that imports is looked at by itself
        for block in (getattr(node, part, None) for part in ("body", "orelse", "finalbody")):
            if isinstance(block, list):
                pending += [(child, guard) for child in block]


def _note(node: ast.Import | ast.ImportFrom, guard: str, found: dict[int, str]) -> None:
    if guard or (isinstance(node, ast.ImportFrom) and node.level):
        found[node.lineno] = guard or "optional"


def _suppresses_missing(node: ast.AST) -> bool:
    """Is it `with suppress(ImportError):`?"""
    for item in node.items if isinstance(node, ast.With) else ():
        call = item.context_expr
        if isinstance(call, ast.Call) and _name(call.func) == "suppress":
            return any(_name(kind) in _MISSING for kind in call.args)
    return False


def _begins_with_import(node: ast.Try) -> bool:
    first = node.body[1] if isinstance(node.body[0], ast.Global) and len(node.body) > 1 else node.body[0]
    return isinstance(first, (ast.Import, ast.ImportFrom))


def _choices(node: ast.AST) -> list[list[ast.stmt]]:
    """The branches of a `match`, or of `if … elif … else`, where more than one of them imports: what is
    missing is missed by those who choose it."""
    if isinstance(node, ast.If):
        branches = [node.body, node.orelse]
        while len(branches[-1]) == 1 and isinstance(branches[-1][0], ast.If):
            inner = branches.pop()[0]
            assert isinstance(inner, ast.If)
            branches += [inner.body, inner.orelse]
    else:
        branches = [case.body for case in getattr(node, "cases", ())]
    return branches if sum(map(_imports, branches)) > 1 else []


def _imports(statements: list[ast.stmt]) -> bool:
    return any(isinstance(one, (ast.Import, ast.ImportFrom)) for one in statements)


def _catches_missing(node: ast.Try) -> bool:
    for handler in node.handlers:
        kinds = getattr(handler.type, "elts", [handler.type])
        if any(kind is None or _name(kind) in _MISSING for kind in kinds):
            return True
    return False


def _is_typing(test: ast.expr) -> bool:
    return _name(test) == "TYPE_CHECKING"


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else str(getattr(node, "id", ""))
