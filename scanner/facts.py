"""What one file tells the rest of the repository: a compact summary that outlives its tree.

Everything here is JSON-able rows, so that facts can be cached, sent between processes and machines, and
compared byte for byte. Names are dotted: `requests.get` for an import, and the path of the file with dots
for the repository's own (`src.pkg.text.slugify`), whatever name the package is imported by; `relate`
knows both. A call's result is written `f()`, so `requests.Session().get` is a method of a session.
Literals never appear as text, they may be secrets.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import Any, NamedTuple

from scanner.frozen import frozen

SCHEMA = 14  # raise it with every change of shape or meaning: cached facts of another schema are not read


class Place(NamedTuple):
    """A region of the file; lines and columns from 1, the end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Import(NamedTuple):
    """One bound name. `local` is "*" for a star import; `target` is the dotted name that it stands for."""

    local: str
    target: str
    line: int
    typing_only: bool = False
    optional: bool = False  # inside try, or under a condition
    scope: str = ""  # qualified name of the function that imports, "" at module level


class Use(NamedTuple):
    """A name or a value that an import gave, in use: `pandas.read_csv`, `pandas.read_csv().shape`."""

    name: str
    times: int
    place: Place


class Call(NamedTuple):
    """A call inside a function: the dotted callee, or `.name` where the receiver is not known."""

    callee: str
    line: int


class Function(NamedTuple):
    """One function or method. `hashes` are those of its normalised statements, in order, nested
    definitions and the docstring left out: names masked, calls and attributes kept."""

    name: str  # qualified within the file: `Class.method`, `outer.inner`
    place: Place  # the `def` line up to the colon's line: what a finding should mark
    end_line: int
    parameters: tuple[str, ...]
    decorators: tuple[str, ...]
    calls: tuple[Call, ...]
    hashes: tuple[int, ...]
    nodes: int
    is_async: bool
    oracle: tuple[str, ...] = ()  # what in it can fail on a wrong result; see analyse/oracles.py
    traits: tuple[str, ...] = ()  # short words that rules agree on: generator, stub, overload, property …
    literals: tuple[int, ...] = ()  # 16-bit hashes of the distinct strings and numbers, sorted
    layout: str = ""  # where the statements of `hashes` stand; see analyse/blocks.py


class Class(NamedTuple):
    """One class and the dotted names of its bases."""

    name: str
    place: Place
    end_line: int
    bases: tuple[str, ...]
    decorators: tuple[str, ...]
    attributes: tuple[str, ...]  # names bound in the class body, methods included


@frozen
class Facts:
    """The facts of one file."""

    path: str
    role: str = "live"  # live | test | example | migration | vendored | generated
    imports: tuple[Import, ...] = ()
    functions: tuple[Function, ...] = ()
    classes: tuple[Class, ...] = ()
    names: tuple[str, ...] = ()  # bound at module level, imports left out
    exports: tuple[str, ...] = ()  # __all__, where it is a plain list of strings
    uses: tuple[Use, ...] = ()
    identifiers: tuple[str, ...] = ()  # every name that the file mentions, sorted
    calls: tuple[Call, ...] = ()  # at module level
    requires: tuple[Requirement, ...] = ()  # a manifest's declared dependencies
    pytest: tuple[tuple[str, str], ...] = ()  # what a configuration file tells pytest
    flows: tuple[Use, ...] = ()  # uses of heavy libraries, with what becomes of the value
    routes: tuple[Route, ...] = ()
    handlers: tuple[Handler, ...] = ()
    wiring: tuple[Wiring, ...] = ()
    packages: tuple[Package, ...] = ()  # what a lock holds
    mentions: tuple[Mention, ...] = ()  # what is said of distributions beside declaring them
    spoken: tuple[int, ...] = ()  # hashes of modules that it may import by name; see `analyse/spoken.py`
    constants: tuple[Constant, ...] = ()  # values that one place should hold; see `analyse/constants.py`


class Constant(NamedTuple):
    """A value that is worth a name. `kind` is constant (a name of the module stands for it), pattern (a
    regular expression) or text (a long one: a prompt, a statement of SQL)."""

    kind: str
    name: str  # "" for none
    value: int  # its hash
    place: Place


class Route(NamedTuple):
    """One address of a web application, as the file that declares it tells it. "?" stands for what is not
    written there in full: a path, a method, a router or a guard that only a run would know."""

    framework: str  # fastapi | flask | django | channels, "" where the router is another file's
    methods: tuple[str, ...]
    path: str  # below its router's prefix
    handler: str  # dotted name of the function or class behind it
    place: Place
    router: str  # dotted name of the object that it was declared on, or the module of the urlpatterns
    guards: tuple[str, ...]  # of this route alone: dependencies, and decorators around the view
    websocket: bool = False


class Act(NamedTuple):
    """Something that a handler does, and that a rule about routes wants to know; see
    `analyse/answering.py` for the kinds."""

    kind: str
    target: str
    place: Place


class Handler(NamedTuple):
    """A function or class that answers requests, guards those that do, or wraps them."""

    name: str  # qualified within the file
    guards: tuple[str, ...]  # decorators, dependencies of the signature, permission classes
    traits: tuple[str, ...]  # what its body speaks of: auth, owner, limit, signature, denies, mutates …
    acts: tuple[Act, ...] = ()


class Wiring(NamedTuple):
    """How the parts of a web application hang together: `kind` is app, router, mount, middleware, before,
    alias, setting or owned; see `analyse/routes.py`."""

    kind: str
    name: str  # the object that something is done to, dotted; the name of a setting
    target: str  # what is mounted or added, dotted
    path: str
    guards: tuple[str, ...]
    place: Place


class Requirement(NamedTuple):
    """One declared dependency of a manifest: the normalised distribution name, and where it says so."""

    name: str
    specifier: str
    group: str  # "" for run time, "locked" where a tool wrote it, else the extra or the development group
    place: Place
    marker: str = ""  # the environments that it is for: `python_version < "3.11"`
    explained: bool = False  # does a comment beside it say why it is here?
    extras: tuple[str, ...] = ()  # `bcrypt` of `passlib[bcrypt]`


class Package(NamedTuple):
    """One package of a lock file: what it asks for, with the extras that are in use."""

    name: str
    requires: tuple[str, ...]
    size: int  # bytes of its smallest wheel, else of its source; 0 where the lock does not tell
    own: bool  # is it the project itself, or a member of its workspace?


class Mention(NamedTuple):
    """What a file says of distributions beside declaring them. `kind` is install or run (a command installs
    or runs `name`), include or constraint (a requirements file reads the file `name`), dynamic (a
    manifest's `name` is worked out when it is built), or host (its entry points plug into the module
    `name`)."""

    kind: str
    name: str
    place: Place


_ROWS: dict[str, Any] = {
    "imports": Import,
    "functions": Function,
    "classes": Class,
    "uses": Use,
    "calls": Call,
    "requires": Requirement,
    "pytest": tuple,
    "flows": Use,
    "routes": Route,
    "handlers": Handler,
    "wiring": Wiring,
    "packages": Package,
    "mentions": Mention,
    "constants": Constant,
}


def to_row(facts: Facts) -> list[Any]:
    """Facts as plain lists, headed by the schema number."""
    return [SCHEMA, *(getattr(facts, field.name) for field in fields(Facts))]


def from_row(row: list[Any]) -> Facts:
    """The inverse of `to_row`, also after a round through JSON.

    Raises:
        ValueError: the row is of another schema.
    """
    if row[0] != SCHEMA:
        raise ValueError(f"facts of schema {row[0]}, this is {SCHEMA}")
    values = {
        field.name: _value(field.name, value) for field, value in zip(fields(Facts), row[1:], strict=True)
    }
    return Facts(**values)


def _value(name: str, value: Any) -> Any:
    if isinstance(value, str):
        return value
    make = _ROWS.get(name)
    if make is None:
        return tuple(value)
    shape = _SHAPES.get(name) or make._make
    return tuple(shape(item) for item in value)


def _function(row: Iterable[Any]) -> Function:
    (
        name,
        place,
        end,
        parameters,
        decorators,
        calls,
        hashes,
        nodes,
        is_async,
        oracle,
        traits,
        literals,
        layout,
    ) = row
    return Function(
        name,
        Place._make(place),
        end,
        tuple(parameters),
        tuple(decorators),
        tuple(Call._make(call) for call in calls),
        tuple(hashes),
        nodes,
        is_async,
        tuple(oracle),
        tuple(traits),
        tuple(literals),
        layout,
    )


def _class(row: Iterable[Any]) -> Class:
    name, place, end, bases, decorators, attributes = row
    return Class(name, Place._make(place), end, tuple(bases), tuple(decorators), tuple(attributes))


def _use(row: Iterable[Any]) -> Use:
    name, times, place = row
    return Use(name, times, Place._make(place))


def _requirement(row: Iterable[Any]) -> Requirement:
    name, specifier, group, place, marker, explained, extras = row
    return Requirement(name, specifier, group, Place._make(place), marker, explained, tuple(extras))


def _package(row: Iterable[Any]) -> Package:
    name, requires, size, own = row
    return Package(name, tuple(requires), size, own)


def _constant(row: Iterable[Any]) -> Constant:
    kind, name, value, place = row
    return Constant(kind, name, value, Place._make(place))


def _mention(row: Iterable[Any]) -> Mention:
    kind, name, place = row
    return Mention(kind, name, Place._make(place))


def _route(row: Iterable[Any]) -> Route:
    framework, methods, path, handler, place, router, guards, websocket = row
    return Route(
        framework, tuple(methods), path, handler, Place._make(place), router, tuple(guards), websocket
    )


def _handler(row: Iterable[Any]) -> Handler:
    name, guards, traits, acts = row
    made = tuple(Act(kind, target, Place._make(place)) for kind, target, place in acts)
    return Handler(name, tuple(guards), tuple(traits), made)


def _wiring(row: Iterable[Any]) -> Wiring:
    kind, name, target, path, guards, place = row
    return Wiring(kind, name, target, path, tuple(guards), Place._make(place))


_SHAPES: dict[str, Any] = {
    "functions": _function,
    "classes": _class,
    "uses": _use,
    "pytest": tuple,
    "flows": _use,
    "requires": _requirement,
    "routes": _route,
    "handlers": _handler,
    "wiring": _wiring,
    "packages": _package,
    "mentions": _mention,
    "constants": _constant,
}
