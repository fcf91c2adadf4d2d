"""Where does this value come from? Followed backwards from the place that uses it, within one file.

Through names (every binding that can reach the use), strings that are put together, methods of text, lists
and dicts, helpers of the same file with what they return, and from a helper's parameter to the calls of it
in the file. What an unknown call gives back is not held against its arguments, a checked name is let pass,
and so is what a rule's own `stops` name: in doubt, silence.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from functools import cached_property, partial
from itertools import chain
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from scanner.frozen import frozen
from scanner.shapes import last_name, own_nodes, returned
from scanner.source import Scope, Source
from scanner.taint import origins
from scanner.taint.bindings import Binding, Bindings, spelled
from scanner.taint.guards import PLAIN, REFUSES, Guarding, Guards, expressed
from scanner.taint.origins import Origin

_BUDGET = 3000  # expressions looked at for one use; more of them than that nobody follows
_NESTED = 60  # expressions within expressions; the stack holds no more of them for sure
_DEPTH = 4  # functions entered one after another

# Methods whose result holds what their object held.
_KEEPS = frozenset(
    "strip lstrip rstrip lower upper title capitalize casefold replace split rsplit splitlines partition "
    "rpartition removeprefix removesuffix encode decode get getlist getall get_all items "
    "values keys pop popitem "
    "copy dict model_dump to_dict group groups read readline readlines getvalue expandtabs zfill ljust "
    "rjust center translate swapcase first setdefault get_json fetch as_posix resolve "
    "expanduser absolute joinpath with_suffix "
    "with_name open json text format format_map join iter_lines iter_content file_path".split()
)
# Functions and methods whose result holds what their arguments held, by the last part of their name.
_COMBINES = frozenset(
    "format format_map join replace str bytes list tuple dict set sorted reversed enumerate zip iter next "
    "loads dumps dump unquote unquote_plus b64decode unhexlify dedent indent fspath Path PurePath joinpath "
    "abspath realpath normpath expanduser expandvars cast copy deepcopy StringIO BytesIO chain "
    "filter unescape parse_qs urljoin safe_substitute substitute".split()
)
_SEARCHES = frozenset("search match fullmatch findall finditer sub split".split())
_NUMBERS = frozenset(
    "int float bool len hash abs round ord sum min max id count index find isinstance hexdigest digest uuid4 "
    "now time randint token_hex token_urlsafe".split()
)
_OF_THE_SERVER = frozenset(["REMOTE_ADDR", "REMOTE_HOST", "SERVER_NAME", "SERVER_PORT", "REQUEST_METHOD"])
_PLAIN_FIELDS = frozenset("id pk size status_code content_length port year month day hex".split())


@frozen
class Flow:
    """One way from a source to a use. `steps` are the names that held the value, source first; `whole`
    says that it is the value itself, and not a part of a larger text."""

    origin: Origin
    steps: tuple[tuple[ast.AST, str], ...] = ()
    whole: bool = True

    def through(self, node: ast.AST, name: str) -> Flow:
        return replace(self, steps=(*self.steps, (node, name)))


class Frame(NamedTuple):
    """A function under inspection, and the call that led into it."""

    scope: Scope
    caller: Frame | None = None
    call: ast.Call | None = None
    depth: int = 0


@frozen
class Limits:
    """What ends a flow for one rule: calls that make a value harmless, by dotted name or last part, and
    checks; and whether every flow is wanted or only what enters here."""

    stops: re.Pattern[str] = re.compile(r"(?!)")
    guarding: Guarding = PLAIN
    passes: frozenset[str] = frozenset()  # further calls whose result holds their arguments
    fields: frozenset[str] = frozenset()  # attributes that are harmless: the `name` of a path
    begins: bool = False  # must it stand at the start of a part of a path? `x_../` names a folder `x_..`
    pieces: frozenset[str] = frozenset()  # the last piece after a cut here is harmless: `x.split("/")[-1]`


class Tracer:
    """Follows values of one file. Kept with the file while its rules run."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._bindings: dict[int, Bindings] = {}
        self._guards: dict[int, Guards] = {}

    def flows(self, node: ast.AST, scope: Scope, limits: Limits, kinds: Collection[str]) -> Iterator[Flow]:
        """Every source of these kinds that the value of `node` may come from, the nearest first."""
        return _Run(self, limits, kinds).expression(node, Frame(_owner(scope)))

    def parents(self, scope: Scope) -> dict[int, ast.AST]:
        """What stands around each node of a function or module."""
        return self.source.parents_in(scope.node)  # type: ignore[arg-type]

    def bindings(self, scope: Scope) -> Bindings:
        key = id(scope.node)
        if key not in self._bindings:
            self._bindings[key] = Bindings(scope.node, self.parents(scope))  # type: ignore[arg-type]
        return self._bindings[key]

    def guards(self, scope: Scope) -> Guards:
        key = id(scope.node)
        if key not in self._guards:
            judges = partial(self._raises, scope)
            self._guards[key] = Guards(scope.node, self.bindings(scope), self.parents(scope), judges)  # type: ignore[arg-type]
        return self._guards[key]

    def called(self, call: ast.Call, scope: Scope) -> Scope | None:
        """The function of this file that a call means."""
        func = call.func
        if isinstance(func, ast.Attribute) and spelled(func.value) in {"self", "cls"}:
            owner = scope.class_scope
            return self.functions.get(f"{owner.name}.{func.attr}") if owner is not None else None
        name = self.source.resolve(func, scope) or ""
        prefix = f"{self.source.module}."
        return self.functions.get(name.removeprefix(prefix)) if name.startswith(prefix) else None

    def _raises(self, scope: Scope, call: ast.Call) -> bool:
        """Does a function of this file refuse by an error?"""
        called = self.called(call, scope)
        if called is None:
            return False
        nodes = own_nodes(called.node.body)  # type: ignore[attr-defined]
        return any(
            isinstance(node, ast.Raise) or (isinstance(node, ast.Call) and last_name(node) == "abort")
            for node in nodes
        )

    @cached_property
    def functions(self) -> dict[str, Scope]:
        """The functions of the file, by qualified name."""
        return {scope.name: scope for scope in self.source.scopes.values() if scope.kind == "function"}

    @cached_property
    def calls(self) -> dict[str, list[tuple[ast.Call, Scope]]]:
        """The calls of the file with the scopes that they stand in, by the last part of what is called."""
        found: dict[str, list[tuple[ast.Call, Scope]]] = {}
        for body in self.source.bodies:
            for call in body.calls:
                found.setdefault(last_name(call), []).append((call, body.scope))
        return found

    def callers(self, scope: Scope) -> list[tuple[ast.Call, Scope]]:
        """The calls of a function in the file, with the scopes that they stand in."""
        name = scope.name.rpartition(".")[2]
        owner = scope.class_scope
        wanted = f"{self.source.module}.{scope.name}"
        if name == "__init__" and owner is not None:
            name, wanted = owner.name.rpartition(".")[2], f"{self.source.module}.{owner.name}"
        found = []
        for call, around in self.calls.get(name, ()):
            if self.source.resolve(call.func, around) == wanted or _on_self(call, owner, around):
                found.append((call, _owner(around)))
        return found


def _on_self(call: ast.Call, owner: Scope | None, around: Scope) -> bool:
    return (
        owner is not None
        and isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id in {"self", "cls"}
        and around.class_scope is owner
    )


_TRACERS: WeakKeyDictionary[Source, Tracer] = WeakKeyDictionary()


def tracer(source: Source) -> Tracer:
    """The one tracer of a file."""
    found = _TRACERS.get(source)
    if found is None:
        found = _TRACERS[source] = Tracer(source)
    return found


def _owner(scope: Scope) -> Scope:
    """The function or module that a scope's statements belong to."""
    while scope.kind == "class" and scope.parent is not None:
        scope = scope.parent
    return scope


class _Run:
    """One use, followed back."""

    def __init__(self, tracer: Tracer, limits: Limits, kinds: Collection[str]) -> None:
        self._tracer = tracer
        self._kinds = kinds
        self._source = tracer.source
        self._limits = limits
        self._left = _BUDGET
        self._open: set[tuple[int, int]] = set()

    def expression(self, node: ast.AST | None, frame: Frame) -> Iterator[Flow]:
        if node is None or self._left <= 0:
            return
        key = (id(node), id(frame.scope))
        if key in self._open or len(self._open) > _NESTED:
            return
        self._left -= 1
        self._open.add(key)
        try:
            yield from self._entered(node, frame)
        finally:
            self._open.discard(key)

    def _entered(self, node: ast.AST, frame: Frame) -> Iterator[Flow]:
        origin = origins.of_expression(self._source, node, frame.scope)
        if origin is not None:
            if origin.kind in self._kinds and not (isinstance(node, ast.Call) and self._stops(node, frame)):
                yield Flow(origin)
            return
        method = _BY_TYPE.get(type(node))
        if method is not None:
            yield from method(self, node, frame)

    # Names

    def name(self, node: ast.Name, frame: Frame) -> Iterator[Flow]:
        yield from self._held(node.id, node, frame)

    def _held(self, name: str, use: ast.AST, frame: Frame) -> Iterator[Flow]:
        inner = self._comprehended(name, use, frame)
        if inner is not None:
            if inner is not use:
                flows = (flow.through(inner, name) for flow in self.expression(inner, frame))
                yield from self._unless_cleared(flows, name, use, frame)
            return
        yield from self._unless_cleared(self._reaching(name, use, frame), name, use, frame)

    def _unless_cleared(self, flows: Iterator[Flow], name: str, use: ast.AST, frame: Frame) -> Iterator[Flow]:
        """Nothing where the name is checked. Asked for only where there is something to let pass."""
        first = next(flows, None)
        guards = self._tracer.guards(frame.scope) if first is not None else None
        if first is None or guards is None or guards.cleared(name, use, self._limits.guarding):
            return
        yield first
        yield from flows

    def _reaching(self, name: str, use: ast.AST, frame: Frame) -> Iterator[Flow]:
        found, still_open = self._tracer.bindings(frame.scope).reaching(name, use)
        for binding in found:
            yield from self._bound(name, binding, frame)
        if still_open:
            yield from self._from_before(name, use, frame)

    def _bound(self, name: str, binding: Binding, frame: Frame) -> Iterator[Flow]:
        for flow in self.expression(binding.value, frame):
            yield replace(flow.through(binding.marked, name), whole=flow.whole and not binding.adds)

    def _comprehended(self, name: str, use: ast.AST, frame: Frame) -> ast.AST | None:
        """What a comprehension around a name draws it from; the use itself where a lambda binds it."""
        node, parents = use, self._tracer.parents(frame.scope)
        while node is not frame.scope.node:
            around = parents.get(id(node))
            if around is None or isinstance(around, ast.stmt):
                return None
            if isinstance(around, ast.Lambda) and name in {arg.arg for arg in origins.arguments(around)}:
                return use
            for generator in getattr(around, "generators", ()):
                bound = {one.id for one in ast.walk(generator.target) if isinstance(one, ast.Name)}
                if name in bound and node is not generator.iter:
                    return generator.iter  # type: ignore[no-any-return]
            node = around
        return None

    def _from_before(self, name: str, use: ast.AST, frame: Frame) -> Iterator[Flow]:
        """What a name held before the function began: a parameter, or a name of the scopes around."""
        node = frame.scope.node
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for arg in origins.arguments(node):
                if arg.arg == name:
                    yield from self._parameter(arg, frame)
                    return
        root, _, field = name.partition(".")
        if field:
            yield from self._field(root, field, frame)
        elif root not in frame.scope.bound and frame.scope.parent is not None:
            yield from self._outer(root, use, frame)

    def _outer(self, name: str, use: ast.AST, frame: Frame) -> Iterator[Flow]:
        """A name of a function around, or of the module, whenever it was bound."""
        scope = _owner(frame.scope.parent or frame.scope)
        while name not in scope.bound and scope.parent is not None:
            scope = _owner(scope.parent)
        outer = Frame(scope, depth=frame.depth)
        node = scope.node
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield from (
                flow
                for arg in origins.arguments(node)
                if arg.arg == name
                for flow in self._parameter(arg, outer)
            )
        for binding in self._tracer.bindings(scope).all(name):
            yield from self._unless_cleared(self._bound(name, binding, outer), name, binding.value, outer)

    def _field(self, root: str, field: str, frame: Frame) -> Iterator[Flow]:
        """`self.x`: the one value that the class gives it."""
        owner = frame.scope.class_scope
        if root != "self" or owner is None or "." in field:
            return
        known = owner.fields.get(field)
        if known is not None:
            value, scope = known
            for flow in self.expression(value, Frame(_owner(scope), depth=frame.depth + 1)):
                yield flow.through(value, f"self.{field}")

    def _parameter(self, arg: ast.arg, frame: Frame) -> Iterator[Flow]:
        if frame.caller is not None and frame.call is not None:
            for flow in self._given(arg, frame, frame.call, frame.caller):
                yield flow.through(arg, arg.arg)
            return
        origin = origins.of_parameter(self._source, frame.scope, arg)
        if origin is not None and origin.kind != "parameter":
            if origin.kind in self._kinds:
                yield Flow(origin)
            return
        if origin is None or frame.depth >= _DEPTH:
            return
        callers = self._tracer.callers(frame.scope)
        for call, scope in callers[:8]:
            outer = Frame(scope, depth=frame.depth + 1)
            for flow in self._given(arg, frame, call, outer):
                yield flow.through(arg, arg.arg)
        default = origins.default_of(frame.scope.node, arg)  # type: ignore[arg-type]
        if default is not None and not isinstance(default, ast.Constant) and frame.scope.parent is not None:
            yield from self.expression(default, Frame(_owner(frame.scope.parent), depth=frame.depth + 1))
        elif not callers and "parameter" in self._kinds and not _is_number(default):
            yield Flow(origin)

    def _given(self, arg: ast.arg, frame: Frame, call: ast.Call, caller: Frame) -> Iterator[Flow]:
        """The argument that a call gives to a parameter."""
        for keyword in call.keywords:
            if keyword.arg == arg.arg:
                yield from self.expression(keyword.value, caller)
                return
        args = frame.scope.node.args  # type: ignore[attr-defined]
        names = [one.arg for one in [*args.posonlyargs, *args.args]]
        if names[:1] in (["self"], ["cls"]) and frame.scope.class_scope is not None:
            names = names[1:]
        if arg.arg in names:
            position = names.index(arg.arg)
            if position < len(call.args) and not any(isinstance(one, ast.Starred) for one in call.args):
                yield from self.expression(call.args[position], caller)
        elif arg is args.vararg:
            yield from self._all(call.args[len(names) :], caller)

    # Text that is put together

    def joined(self, node: ast.JoinedStr, frame: Frame) -> Iterator[Flow]:
        before: ast.AST | None = None
        for value in node.values:
            if (
                isinstance(value, ast.FormattedValue)
                and not _is_number_format(value)
                and not self._hidden(before)
            ):
                yield from self._part(value.value, frame)
            before = value

    def _hidden(self, before: ast.AST | None) -> bool:
        """Does the text before it make it a mere end of a name?"""
        if (
            not self._limits.begins
            or not isinstance(before, ast.Constant)
            or not isinstance(before.value, str)
        ):
            return False
        return before.value[-1:] not in {"/", "\\", ""}

    def operation(self, node: ast.BinOp, frame: Frame) -> Iterator[Flow]:
        if isinstance(node.op, (ast.Add, ast.Div, ast.BitOr)):
            yield from self._part(node.left, frame)
            if isinstance(node.op, ast.Div) or not self._hidden(_end_of(node.left)):
                yield from self._part(node.right, frame)
        elif isinstance(node.op, ast.Mod):
            yield from self._part(node.left, frame)
            if not _only_numbers(self._source.constant(node.left, frame.scope)):
                yield from self._part(node.right, frame)
        elif isinstance(node.op, ast.Mult):
            yield from self._part(node.left, frame)

    def _part(self, node: ast.AST, frame: Frame) -> Iterator[Flow]:
        yield from (replace(flow, whole=False) for flow in self.expression(node, frame))

    # Calls

    def called(self, node: ast.Call, frame: Frame) -> Iterator[Flow]:
        func = node.func
        last = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
        if last in _NUMBERS or self._stops(node, frame) or _is_typed(node):
            return
        inside = self._inside(node, frame)
        if inside is not None:
            yield from self._returned(inside, node, frame)
            return
        if isinstance(func, ast.Attribute):
            origin = origins.of_expression(self._source, func, frame.scope)
            if (
                origin is not None
                and origin.kind in self._kinds
                and (last in _KEEPS or last in {"body", "post"})
            ):
                yield Flow(origin)
            elif last in _KEEPS:
                flows = self._on_object(node, func, last, frame)
                yield from self._unless_cleared(flows, expressed(node), node, frame)
        if last in _SEARCHES:
            yield from self._searched(node, frame)
        if last == "filter" and isinstance(func, ast.Attribute):
            return  # what a table holds is not what it was asked for
        if last in _COMBINES or last in self._limits.passes:
            given = chain(node.args, (keyword.value for keyword in node.keywords))
            for one in given:
                yield from (
                    self._part(one, frame)
                    if last in {"format", "join", "replace"}
                    else self.expression(one, frame)
                )

    def _searched(self, node: ast.Call, frame: Frame) -> Iterator[Flow]:
        """`re.search(pattern, text)`: a pattern with `.` in it takes what it finds."""
        name = self._source.resolve(node.func, frame.scope) or ""
        method = name.startswith("re.compile()")
        if not method and not name.startswith("re."):
            return
        pattern = (
            node.func.value
            if isinstance(node.func, ast.Attribute) and method
            else next(iter(node.args), None)
        )
        text = self._source.constant(pattern, frame.scope)
        if isinstance(text, str) and _takes_anything(text):
            for one in node.args if method else node.args[1:]:
                yield from self._part(one, frame)

    def _on_object(self, node: ast.Call, func: ast.Attribute, last: str, frame: Frame) -> Iterator[Flow]:
        if last in {"get", "pop"} and not (node.args and isinstance(node.args[0], ast.Constant)):
            return  # what a table holds under a key is not what the key says
        yield from self.expression(func.value, frame)
        if last in {"get", "pop"} and len(node.args) > 1:
            yield from self.expression(node.args[1], frame)

    def _stops(self, call: ast.Call, frame: Frame) -> bool:
        last = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if self._limits.stops.match(last) or REFUSES.match(last):
            return True
        name = self._source.resolve(call.func, frame.scope)
        return name is not None and self._limits.stops.match(name) is not None

    def _inside(self, call: ast.Call, frame: Frame) -> Scope | None:
        return None if frame.depth >= _DEPTH else self._tracer.called(call, frame.scope)

    def _returned(
        self, scope: Scope, call: ast.Call, frame: Frame, item: int | None = None
    ) -> Iterator[Flow]:
        """What a function of this file gives back; of the tuples that it gives, one item."""
        inner = Frame(scope, frame, call, frame.depth + 1)
        for value in returned(scope.node):  # type: ignore[arg-type]
            if item is not None and isinstance(value, ast.Tuple) and item < len(value.elts):
                value = value.elts[item]
            yield from self.expression(value, inner)

    # The rest

    def attribute(self, node: ast.Attribute, frame: Frame) -> Iterator[Flow]:
        if node.attr in _PLAIN_FIELDS or node.attr in self._limits.fields:
            return
        name = spelled(node)
        if name:
            bindings = self._tracer.bindings(frame.scope)
            if name in bindings.names or name.startswith("self."):
                yield from self._held(name, node, frame)
                return
        if not self._is_plain_field(node, frame):
            flows = self.expression(node.value, frame)
            yield from self._unless_cleared(flows, name, node, frame) if name else flows

    def _is_plain_field(self, node: ast.Attribute, frame: Frame) -> bool:
        """Is it a field that its class, in this file, declares to be a number or one of some choices?"""
        name = self._source.resolve(node.value, frame.scope) or ""
        wanted = name.removeprefix(f"{self._source.module}.").removesuffix("()")
        for scope in self._source.scopes.values():
            if scope.kind == "class" and scope.name == wanted:
                for item in scope.node.body:  # type: ignore[attr-defined]
                    if isinstance(item, ast.AnnAssign) and spelled(item.target) == node.attr:
                        return origins.is_numeric(self._source, item.annotation)
        return False

    def item(self, node: ast.Subscript, frame: Frame) -> Iterator[Flow]:
        if isinstance(node.slice, ast.Constant) and node.slice.value in _OF_THE_SERVER:
            return
        cut = node.value
        if isinstance(cut, ast.Call) and self._is_last_piece(cut, frame):
            return
        inside = self._inside(cut, frame) if isinstance(cut, ast.Call) else None
        if inside is not None and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, int):
            yield from self._returned(inside, cut, frame, node.slice.value)  # type: ignore[arg-type]
            return
        flows = self.expression(node.value, frame)
        if id(node) in self._tracer.parents(frame.scope):
            flows = self._unless_cleared(flows, expressed(node), node, frame)
        yield from flows

    def _is_last_piece(self, cut: ast.Call, frame: Frame) -> bool:
        """`name.split("/")`, of which one piece is taken"""
        splits = isinstance(cut.func, ast.Attribute) and cut.func.attr in {"split", "rsplit"} and cut.args
        return bool(splits) and self._source.constant(cut.args[0], frame.scope) in self._limits.pieces

    def choice(self, node: ast.IfExp, frame: Frame) -> Iterator[Flow]:
        yield from self.expression(node.body, frame)
        yield from self.expression(node.orelse, frame)

    def either(self, node: ast.BoolOp, frame: Frame) -> Iterator[Flow]:
        yield from self._all(node.values, frame)

    def value(
        self, node: ast.Await | ast.NamedExpr | ast.Starred | ast.FormattedValue, frame: Frame
    ) -> Iterator[Flow]:
        yield from self.expression(node.value, frame)

    def items(self, node: ast.List | ast.Tuple | ast.Set, frame: Frame) -> Iterator[Flow]:
        for one in node.elts:
            yield from self._part(one, frame)

    def table(self, node: ast.Dict, frame: Frame) -> Iterator[Flow]:
        for one in node.values:
            yield from self._part(one, frame)

    def comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, frame: Frame
    ) -> Iterator[Flow]:
        yield from self._part(node.elt, frame)

    def _all(self, nodes: list[ast.expr], frame: Frame) -> Iterator[Flow]:
        for one in nodes:
            yield from self.expression(one, frame)


_BY_TYPE: dict[type, Callable[[_Run, Any, Frame], Iterator[Flow]]] = {
    ast.Name: _Run.name,
    ast.JoinedStr: _Run.joined,
    ast.BinOp: _Run.operation,
    ast.Call: _Run.called,
    ast.Attribute: _Run.attribute,
    ast.Subscript: _Run.item,
    ast.IfExp: _Run.choice,
    ast.BoolOp: _Run.either,
    ast.Await: _Run.value,
    ast.NamedExpr: _Run.value,
    ast.Starred: _Run.value,
    ast.FormattedValue: _Run.value,
    ast.List: _Run.items,
    ast.Tuple: _Run.items,
    ast.Set: _Run.items,
    ast.Dict: _Run.table,
    ast.ListComp: _Run.comprehension,
    ast.SetComp: _Run.comprehension,
    ast.GeneratorExp: _Run.comprehension,
}


def _is_number(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, (int, float))


def _end_of(node: ast.AST) -> ast.AST:
    """What a text ends with."""
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        node = node.right
    return node.values[-1] if isinstance(node, ast.JoinedStr) and node.values else node


def _takes_anything(pattern: str) -> bool:
    """Does what a pattern finds, or leaves, hold any character somebody likes?"""
    return (
        re.search(r"(?<!\\)\.[*+]|\[\\s\\S\]|\[\^[^\]]{1,3}\][*+]|^\^?(?:```|\\s|<|---)", pattern) is not None
    )


def _is_number_format(value: ast.FormattedValue) -> bool:
    spec = value.format_spec
    last = spec.values[-1] if isinstance(spec, ast.JoinedStr) and spec.values else None
    return isinstance(last, ast.Constant) and str(last.value)[-1:] in set("dfeEgGxXb%")


def _only_numbers(template: object) -> bool:
    kinds = re.findall(r"%[-#0 +]*\d*(?:\.\d+)?([a-zA-Z])", template) if isinstance(template, str) else []
    return bool(kinds) and set(kinds) <= set("difeEgGxX")


def _is_typed(call: ast.Call) -> bool:
    """`request.args.get("page", type=int)`"""
    return any(
        keyword.arg == "type" and spelled(keyword.value) in {"int", "float", "bool"}
        for keyword in call.keywords
    )
