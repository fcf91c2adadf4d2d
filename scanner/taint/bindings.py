"""Which values can a name hold where it is read? Reaching definitions within one function or module.

A binding in a block around the use, before it, hides the earlier ones; one in a branch, or in a loop that
comes round again, joins them. Attributes (`self.path`) are names too. Places are those of statements:
interpreters before 3.12 do not know the places within an f-string.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from scanner.source import FunctionNode

Position = tuple[int, int]
Owner = FunctionNode | ast.Module

# Methods that put their arguments into the object that they are called on.
_ADDS = frozenset("append appendleft extend insert add update setdefault write writelines put".split())
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_LEAVING_CALLS = frozenset("abort exit _exit quit fail error redirect".split())


class Binding(NamedTuple):
    """One way that a name gets a value."""

    value: ast.expr
    marked: ast.AST  # what a reader is shown
    statement: ast.AST
    end: Position  # from here on it is bound
    adds: bool = False  # does what it held before stay in it?


class Bindings:
    """All bindings of one function or module, by name, in the order of the source."""

    def __init__(self, owner: Owner, parents: Mapping[int, ast.AST]) -> None:
        self._parents = parents
        self._owner = owner
        self._by_name: dict[str, list[Binding]] = {}
        for node in _statements(owner.body):
            for name, binding in _bindings(node, self._statement):
                self._by_name.setdefault(name, []).append(binding)
        for listed in self._by_name.values():
            listed.sort(key=lambda binding: binding.end)

    @property
    def names(self) -> Collection[str]:
        """All that is bound here."""
        return self._by_name

    def all(self, name: str) -> list[Binding]:
        """Every binding of a name, wherever."""
        return self._by_name.get(name, [])

    def reaching(self, name: str, use: ast.AST) -> tuple[list[Binding], bool]:
        """What `name` may hold at `use`, the latest first; and whether what it held before the function
        began may still be there."""
        statement = self._statement(use)
        start = _start(statement)
        around = [statement, *self._around(statement)]
        chain = {id(node) for node in around}
        loops = [id(node) for node in around if isinstance(node, _LOOPS)]
        found: list[Binding] = []
        for binding in reversed(self.all(name)):
            if binding.end > start:
                if any(id(one) in loops for one in self._around(binding.statement)):
                    found.append(binding)
                continue
            if not self._gets_there(binding, chain):
                continue
            found.append(binding)
            if not binding.adds and self._hides(name, binding, chain):
                return found, False
        return found, True

    def _statement(self, node: ast.AST) -> ast.AST:
        while not isinstance(node, (ast.stmt, ast.ExceptHandler)) and id(node) in self._parents:
            node = self._parents[id(node)]
        return node

    def _around(self, node: ast.AST) -> Iterator[ast.AST]:
        while node is not self._owner and id(node) in self._parents:
            node = self._parents[id(node)]
            yield node

    def _gets_there(self, binding: Binding, chain: set[int]) -> bool:
        """Not from a branch that leaves, nor from the other branch of a condition."""
        inner = next((one for one in self._around(binding.statement) if isinstance(one, _LOOPS)), None)
        node = binding.statement
        while id(node) not in chain:
            around = self._parents.get(id(node))
            if around is None:
                return True
            block = block_of(around, node)
            if id(around) in chain:
                other = around.orelse if isinstance(around, ast.If) and block is around.body else []
                return not any(id(one) in chain for one in other)
            if leaves(block, steps=inner is None or id(inner) in chain):
                return False
            node = around
        return True

    def _binds(self, block: list[Any], name: str) -> bool:
        return any(
            binding.statement is one and not binding.adds for one in block for binding in self.all(name)
        )

    def _hides(self, name: str, binding: Binding, chain: set[int]) -> bool:
        """Is it sure to have happened before the use?"""
        node = binding.statement
        while id(node) not in chain:
            around = self._parents.get(id(node))
            if around is None or (id(around) in chain and not isinstance(around, ast.If)):
                return True
            block = block_of(around, node)
            if isinstance(around, ast.If):
                if id(around) in chain:
                    return any(id(one) in chain for one in block)
                other = around.orelse if block is around.body else around.body
                if not leaves(other) and not self._binds(other, name):
                    return False
            elif not isinstance(around, (ast.With, ast.AsyncWith)) and not (
                isinstance(around, ast.Try) and block is around.body and all(map(_leaves, around.handlers))
            ):
                return False
            node = around
        return True


def _leaves(handler: ast.ExceptHandler) -> bool:
    return leaves(handler.body)


def block_of(around: ast.AST, node: ast.AST) -> list[Any]:
    """The list of statements of `around` that holds `node`; [] where it stands elsewhere in it."""
    for field in ("body", "orelse", "finalbody", "handlers"):
        block = getattr(around, field, None)
        if isinstance(block, list) and any(one is node for one in block):
            return block
    return []


def leaves(block: list[Any], *, steps: bool = True) -> bool:
    """Does a block never go on to what follows it? `steps` counts `continue` and `break` too."""
    if not block:
        return False
    last = block[-1]
    if isinstance(last, (ast.Return, ast.Raise)):
        return True
    if isinstance(last, (ast.Continue, ast.Break)):
        return steps
    if isinstance(last, ast.If):
        return leaves(last.body, steps=steps) and leaves(last.orelse, steps=steps)
    call = last.value if isinstance(last, ast.Expr) else None
    if not isinstance(call, ast.Call):
        return False
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return name in _LEAVING_CALLS and not (name == "error" and _is_logger(call))


def _is_logger(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and "log" in ast.dump(call.func.value).lower()


def spelled(node: ast.AST) -> str:
    """`x` or `x.y.z` as one name; "" for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def _statements(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """The statements of a block, nested ones too, definitions left out; and what tests and values bind."""
    pending: list[Any] = list(body)
    while pending:
        node = pending.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        yield node
        for field in ("body", "orelse", "finalbody", "handlers", "cases"):
            pending.extend(getattr(node, field, ()))
        for expression in (getattr(node, "test", None), getattr(node, "value", None)):
            if isinstance(expression, _MAY_BIND):
                yield from (one for one in ast.walk(expression) if isinstance(one, ast.NamedExpr))


# Where `:=` is written, but for the rare rest.
_MAY_BIND = (ast.NamedExpr, ast.BoolOp, ast.Compare, ast.UnaryOp)


def _start(node: ast.AST) -> Position:
    positioned: Any = node
    return positioned.lineno, positioned.col_offset


def _end(node: ast.AST) -> Position:
    positioned: Any = node
    return positioned.end_lineno, positioned.end_col_offset


def _bindings(node: ast.AST, statement_of: Any) -> Iterator[tuple[str, Binding]]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _targets(target, node.value, node, _end(node))
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        yield from _targets(node.target, node.value, node, _end(node))
    elif isinstance(node, ast.AugAssign):
        name = spelled(node.target)
        if name:
            yield name, Binding(node.value, node.target, node, _end(node), adds=True)
    elif isinstance(node, (ast.For, ast.AsyncFor)):
        yield from _targets(node.target, node.iter, node.body[0], _start(node.body[0]), whole=False)
    elif isinstance(node, (ast.With, ast.AsyncWith)):
        for item in node.items:
            if item.optional_vars is not None:
                yield from _targets(item.optional_vars, item.context_expr, node.body[0], _start(node.body[0]))
    elif isinstance(node, ast.NamedExpr):
        statement = statement_of(node)
        yield node.target.id, Binding(node.value, node.target, statement, _start(statement))
    elif isinstance(node, ast.ExceptHandler) and node.name:
        nothing = ast.copy_location(ast.Constant(None), node)
        yield node.name, Binding(nothing, node, node.body[0], _start(node.body[0]))
    elif isinstance(node, ast.Expr):
        yield from _added(node)


def _targets(
    target: ast.AST, value: ast.expr, statement: ast.AST, end: Position, *, whole: bool = True
) -> Iterator[tuple[str, Binding]]:
    if isinstance(target, (ast.Tuple, ast.List)):
        paired = isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts) and whole
        for position, one in enumerate(target.elts):
            given = value.elts[position] if paired else _item(value, position)  # type: ignore[attr-defined]
            yield from _targets(one, given, statement, end)
    elif isinstance(target, ast.Starred):
        yield from _targets(target.value, value, statement, end)
    elif isinstance(target, ast.Subscript):
        name = spelled(target.value)
        if name:
            yield name, Binding(value, target.value, statement, end, adds=True)
    else:
        name = spelled(target)
        if name:
            yield name, Binding(value, target, statement, end)


def _item(value: ast.expr, position: int) -> ast.expr:
    """`f()[1]` for `_, x = f()`: a node that the tree does not hold."""
    made = ast.Subscript(value, ast.copy_location(ast.Constant(position), value), ast.Load())
    return ast.copy_location(made, value)


def _added(node: ast.Expr) -> Iterator[tuple[str, Binding]]:
    """`parts.append(value)`"""
    call = node.value.value if isinstance(node.value, ast.Await) else node.value
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return
    name = spelled(call.func.value) if call.func.attr in _ADDS else ""
    if not name or name.count(".") > 1:
        return  # what many functions share is not followed
    for given in [*call.args, *(keyword.value for keyword in call.keywords)]:
        yield name, Binding(given, call.func.value, node, _end(node), adds=True)
