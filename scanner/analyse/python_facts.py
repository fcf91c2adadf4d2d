"""What the walk collected of a Python file → its facts."""

from __future__ import annotations

import ast
import sys
import zlib
from array import array
from typing import Any

from scanner import facts
from scanner.analyse import blocks, cases, constants, flows, manifests, oracles, reinvented, routes, spoken
from scanner.analyse.guards import guarded_imports
from scanner.analyse.walk import Body, Index, parameters_of, token_of
from scanner.source import OWN, FunctionNode, Scope, Source

_MIN_STATEMENTS = 3  # a shorter function is not worth a fingerprint


COPIES = "copies"  # what a rule `needs` that asks for no other facts than those of `of_copies`


def is_incomparable(source: Source, scope: Scope) -> bool:
    """Is this a test? What tests share with tests is nobody's to import."""
    return source.is_test and scope.kind == "function" and scope.name.rpartition(".")[2].startswith("test")


def of_copies(source: Source, found: Index) -> facts.Facts:
    """As much of the facts as tells which functions are copies of others, who imports them, and by what
    names. Of functions that are too short, or in files of another role, no more than the name."""
    compared = source.role in {"live", "test"}
    functions: list[facts.Function] = []
    classes: list[facts.Class] = []
    uses: dict[str, tuple[int, ast.expr]] = {}
    top: list[facts.Call] = []
    for body in found.bodies:
        scope = body.scope
        node: Any = scope.node
        if source.role == "live":
            _collect_uses(source, body, uses)
        if scope.kind == "function":
            functions.append(_comparable(source, body) if compared else _mentioned(scope.name, node))
        elif scope.kind == "class":
            bases = _dotted(source, node.bases, scope)
            classes.append(facts.Class(scope.name, _first_line(node), node.end_lineno, bases, (), ()))
            top.extend(_calls(source, body))
        else:
            top[:0] = _calls(source, body)
    return facts.Facts(
        source.path,
        source.role,
        imports=tuple(found.imports),
        functions=tuple(functions),
        classes=tuple(classes),
        names=tuple(sorted(set(source.module_scope.bound) - set(source.module_scope.imports))),
        exports=exports(source.tree),
        uses=tuple(facts.Use(name, uses[name][0], _first_line(uses[name][1])) for name in sorted(uses)),
        identifiers=tuple(sorted(found.identifiers)),
        calls=tuple(top),
    )


def _comparable(source: Source, body: Body) -> facts.Function:
    node: Any = body.scope.node
    if len(body.cuts) < _MIN_COMPARED:
        return _mentioned(body.scope.name, node)
    return facts.Function(
        body.scope.name,
        source.header(node),
        node.end_lineno,
        (),
        _dotted(source, node.decorator_list, body.scope),
        _calls(source, body),
        _hashes(body),
        len(body.tokens),
        isinstance(node, ast.AsyncFunctionDef),
        traits=("deprecated",) if _is_outgoing(source, node) else (),
        literals=_literals(body),
    )


_MIN_COMPARED = 5  # statements of the shortest function that is compared


def _mentioned(name: str, node: Any) -> facts.Function:
    return facts.Function(name, _first_line(node), node.end_lineno, (), (), (), (), 0, False)


def _first_line(node: Any) -> facts.Place:
    return facts.Place(node.lineno, 1, node.lineno, 2)


def collect(source: Source, found: Index) -> facts.Facts:
    """The facts of an indexed file."""
    importing = {item.scope for item in found.imports if item.scope}
    inside = (body.scope.node for body in found.bodies if body.scope.name in importing)
    guarded = guarded_imports(source.tree, inside)
    functions: list[facts.Function] = []
    classes: list[facts.Class] = []
    uses: dict[str, tuple[int, ast.expr]] = {}  # how often, and where first
    top: list[facts.Call] = []
    for body in found.bodies:
        if not source.is_test:  # how a test uses a library says nothing about the product
            _collect_uses(source, body, uses)
        if body.scope.kind == "function":
            functions.append(_function_facts(source, body))
        elif body.scope.kind == "class":
            classes.append(_class_facts(source, body.scope))
            top.extend(_calls(source, body))
        else:
            top[:0] = _calls(source, body)
    return facts.Facts(
        source.path,
        source.role,
        imports=tuple(
            item._replace(
                typing_only=guarded.get(item.line) == "typing", optional=guarded.get(item.line) == "optional"
            )
            for item in found.imports
        ),
        functions=reinvented.marked(tuple(functions), source, found.bodies),
        classes=tuple(classes),
        names=tuple(sorted(set(source.module_scope.bound) - set(source.module_scope.imports))),
        exports=exports(source.tree),
        uses=tuple(facts.Use(name, uses[name][0], source.place(uses[name][1])) for name in sorted(uses)),
        identifiers=tuple(sorted(found.identifiers)),
        calls=tuple(top),
        flows=flows.collect(source, found.bodies, found.imports),
        **routes.collect(source, found),
        **manifests.of_setup(source),
        spoken=spoken.collect(source),
        constants=constants.collect(source, found.bodies),
    )


def _calls(source: Source, body: Body) -> tuple[facts.Call, ...]:
    """The distinct callees of a scope, each with the line of its first call."""
    if not body.calls:
        return ()
    scope, chains, known = body.scope, body.chains, body.scope.known
    members: dict[str, str | None] = {}  # of `self` and `cls`
    learn = body.callees.append
    first: dict[str, int] = {}
    chains.append(_NO_CHAIN)  # for heads behind the last chain
    for call, head in zip(body.calls, body.heads, strict=True):
        func = call.func
        node, root, suffix = chains[head]
        if node is not func:
            name = source.resolve(func, scope)
        elif root in OWN:
            member = root + suffix
            if member not in members:
                members[member] = source.chain(root, suffix, scope)
            name = members[member]
        else:
            base = known[root] if root in known else source.stands_for(root, scope)
            name = None if base is None else base + suffix
        learn(name)
        if name is None:
            if func.__class__ is not ast.Attribute:
                continue
            name = f".{func.attr}"
        if name not in first:
            first[name] = call.lineno
    chains.pop()
    return tuple(map(facts.Call._make, first.items()))


_NO_CHAIN: tuple[ast.expr, str, str] = (ast.expr(), "", "")


def _collect_uses(source: Source, body: Body, uses: dict[str, tuple[int, ast.expr]]) -> None:
    """Every chain that starts at an import, or at a value that came out of one."""
    scope, own = body.scope, source.module + "."
    roots: dict[str, str] = {}  # "" where it is a builtin, the file's own, or not known
    for node, root, suffix in body.chains:
        known = roots.get(root)
        if known is None:
            known = source.stands_for(root, scope) or ""
            roots[root] = known = "" if f"{known}.".startswith(("builtins.", own)) else known
        if known:
            name = known + suffix
            seen = uses.get(name)
            uses[name] = (1, node) if seen is None else (seen[0] + 1, seen[1])


def _function_facts(source: Source, body: Body) -> facts.Function:
    node: Any = body.scope.node
    parameters = tuple(arg.arg for arg in parameters_of(node.args))
    is_test = source.is_test and node.name.startswith("test")
    hashes = () if is_test else _hashes(body)  # what tests share with tests is nobody's to import
    return facts.Function(
        body.scope.name,
        source.header(node),
        node.end_lineno,
        parameters,
        _dotted(source, node.decorator_list, body.scope),
        _calls(source, body),
        hashes,
        len(body.tokens),
        isinstance(node, ast.AsyncFunctionDef),
        oracles.of_test_file(source, body.scope, parameters) if source.is_test else _oracle(body.tokens),
        _traits(source, node, body),
        _literals(body) if hashes or source.is_test else (),
        blocks.layout(body, node.lineno) if len(hashes) >= blocks.LEAST and source.role == "live" else "",
    )


_ASSERT, _RAISE = token_of("Assert"), token_of("Raise")


def _oracle(tokens: list[int]) -> tuple[str, ...]:
    """Of a function that is no test's: does it fail on what it does not like?"""
    return (*(("assert",) if _ASSERT in tokens else ()), *(("raise",) if _RAISE in tokens else ()))


def _class_facts(source: Source, scope: Scope) -> facts.Class:
    node: Any = scope.node
    return facts.Class(
        scope.name,
        source.header(node),
        node.end_lineno,
        _dotted(source, node.bases, scope),
        _dotted(source, node.decorator_list, scope),
        tuple(sorted(scope.bound)),
    )


def _dotted(source: Source, nodes: list[ast.expr], scope: Scope) -> tuple[str, ...]:
    around = scope.parent or scope
    names = (source.resolve(node, around) or _spelled(node) for node in nodes)
    return tuple(name.removesuffix("()") for name in names)


def _spelled(node: ast.expr) -> str:
    """`.name` for an expression whose root is not known."""
    while isinstance(node, (ast.Call, ast.Subscript)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return f".{node.attr}" if isinstance(node, ast.Attribute) else ""


def _hashes(body: Body) -> tuple[int, ...]:
    """One 32-bit hash for each normalised statement, in order. Statement headers stand apart from their
    blocks, so that a block can be found again under another header."""
    if len(body.cuts) < _MIN_STATEMENTS:
        return ()
    numbers = array("I", body.tokens)
    if sys.byteorder == "big":
        numbers.byteswap()
    data = numbers.tobytes()
    size = numbers.itemsize
    ends = [*body.cuts[1:], len(body.tokens)]
    crc = zlib.crc32
    noise = frozenset(body.noise)
    return tuple(
        crc(data[start * size : end * size])
        for start, end in zip(body.cuts, ends, strict=True)
        if start not in noise
    )


_MOST_LITERALS = 48


def _literals(body: Body) -> tuple[int, ...]:
    """The distinct telling literals, as hashes."""
    found = {cases.keyed(value) for value in set(body.literals) if cases.is_telling(value)}
    return tuple(sorted(found)[:_MOST_LITERALS])


def _traits(source: Source, node: FunctionNode, body: Body) -> tuple[str, ...]:
    traits = []
    if body.cuts and _is_outgoing(source, node):
        traits.append("deprecated")
    if not body.cuts or (_is_stub(node.body[-1]) and all(map(_is_stub, node.body))):
        traits.append("stub")
    elif not source.is_test:
        traits.extend(cases.of(node))
    return tuple(traits)


def _is_outgoing(source: Source, node: FunctionNode) -> bool:
    """Does the head of the file, or the docstring of the function, say that it stays for old callers?"""
    if source.is_outgoing:
        return True
    first = node.body[0]
    said = getattr(getattr(first, "value", None), "value", None) if isinstance(first, ast.Expr) else None
    if not isinstance(said, str):
        return False
    # What comes later speaks of formats and arguments, unless Sphinx is told that the function goes.
    return source.speaks_of_leaving(said.lstrip().partition("\n\n")[0]) or ".. deprecated" in said


def _is_stub(node: ast.stmt) -> bool:
    """A body that holds nothing: a docstring, `...`, `pass`, or `raise NotImplementedError`."""
    if isinstance(node, ast.Raise):
        exc = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        return isinstance(exc, ast.Name) and exc.id == "NotImplementedError"
    return isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))


def exports(tree: ast.Module) -> tuple[str, ...]:
    """`__all__`, where it is a plain list or tuple of strings."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets
        ):
            items = getattr(node.value, "elts", [])
            return tuple(
                item.value for item in items if isinstance(item, ast.Constant) and isinstance(item.value, str)
            )
    return ()
