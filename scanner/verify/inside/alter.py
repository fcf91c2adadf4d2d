"""Alter one function of the code under test, in this process, for every reference to it.

The function object stays what it is, with its name, its signature, its defaults and its closure; only its
`__code__` is swapped for one of the same shape that asks a `Handler`. So decorators, `from` imports,
properties and registries that hold the function all see the alteration, and coroutines stay awaitable.
"""

from __future__ import annotations

import copy
import datetime
import decimal
import enum
import fractions
import functools
import inspect
import pathlib
import types
import warnings
from collections.abc import Hashable
from typing import Any

ALTER, DROP, EMPTY, RAISE = "alter", "drop", "empty", "raise"
_DEEP = 4  # containers within containers that are altered


class AlteredError(Exception):
    """What a function that is made to crash raises. No code expects it by name."""


class Altered:
    """Stands for a result that nothing else is known to do for."""

    def __repr__(self) -> str:
        return "<altered>"


class Handler:
    """What an altered function does in place of its body, and how often it was asked."""

    def __init__(self, original: types.FunctionType, how: str) -> None:
        self.original = original
        self.how = how
        self.hits = 0

    def __call__(self, arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
        self.hits += 1
        flags = self.original.__code__.co_flags
        if flags & inspect.CO_ASYNC_GENERATOR:
            return self._async_items(arguments, named)
        if flags & inspect.CO_COROUTINE:
            return self._later(arguments, named)
        if flags & inspect.CO_GENERATOR:
            return self._items(arguments, named)
        if self.how == RAISE:
            raise AlteredError("made to crash by assay verify")
        return self._changed(self.original(*arguments, **named)) if self.how != EMPTY else None

    def _changed(self, value: Any) -> Any:
        return dropped(value) if self.how == DROP else altered(value)

    def _items(self, arguments: Any, named: Any) -> Any:
        if self.how == RAISE:
            raise AlteredError("made to crash by assay verify")
        if self.how == ALTER:
            for item in self.original(*arguments, **named):
                yield altered(item)

    async def _later(self, arguments: Any, named: Any) -> Any:
        if self.how == RAISE:
            raise AlteredError("made to crash by assay verify")
        return self._changed(await self.original(*arguments, **named)) if self.how != EMPTY else None

    async def _async_items(self, arguments: Any, named: Any) -> Any:
        if self.how == RAISE:
            raise AlteredError("made to crash by assay verify")
        if self.how == ALTER:
            async for item in self.original(*arguments, **named):
                yield altered(item)


def swap(function: types.FunctionType, how: str) -> Handler:
    """Alter a function for the rest of this process."""
    original = types.FunctionType(
        function.__code__,
        function.__globals__,
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )
    original.__kwdefaults__ = function.__kwdefaults__
    handler = Handler(original, how)
    function.__code__ = _asking(function.__code__, handler)
    return handler


_MARK = "assay: the handler stands here"


def _asking(code: types.CodeType, handler: Handler) -> types.CodeType:
    """Code of the same shape as `code` that asks a handler: the handler is one of its constants, so that
    nothing in the module's names is touched."""
    free = [f"_assay_free_{number}" for number in range(len(code.co_freevars))]
    signature, passed = _signature(code)
    asynchronous = code.co_flags & (inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR)
    ask = f"_assay_ask({passed})"
    if code.co_flags & inspect.CO_ASYNC_GENERATOR:
        lines = [f"async for _assay_item in {ask}:", "    yield _assay_item"]
    elif code.co_flags & inspect.CO_COROUTINE:
        lines = [f"return await {ask}"]
    elif code.co_flags & inspect.CO_GENERATOR:
        lines = [f"return (yield from {ask})"]
    else:
        lines = [f"return {ask}"]
    body = [f"_assay_ask = {_MARK!r}", *([f"if 0: {', '.join(free)}"] if free else []), *lines]
    text = [f"def make({', '.join(free)}):", f"    {'async ' if asynchronous else ''}def it({signature}):"]
    text += [f"        {line}" for line in body] + ["    return it"]
    names: dict[str, Any] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile("\n".join(text), code.co_filename, "exec"), names)
    made: types.CodeType = names["make"](*free).__code__
    constants = tuple(handler if value == _MARK else value for value in made.co_consts)
    return made.replace(
        co_consts=constants,
        co_name=code.co_name,
        co_firstlineno=code.co_firstlineno,
        co_flags=made.co_flags | (code.co_flags & inspect.CO_ITERABLE_COROUTINE),
    )


def _signature(code: types.CodeType) -> tuple[str, str]:
    """The parameters of a function as it declares them, and how to pass them on."""
    names = code.co_varnames
    plain, only = code.co_argcount, code.co_kwonlyargcount
    positional, keywords = list(names[:plain]), list(names[plain : plain + only])
    at = plain + only
    star = names[at] if code.co_flags & inspect.CO_VARARGS else ""
    double = names[at + bool(star)] if code.co_flags & inspect.CO_VARKEYWORDS else ""
    declared = list(positional)
    if code.co_posonlyargcount:
        declared.insert(code.co_posonlyargcount, "/")
    if star or keywords:
        declared.append(f"*{star}")
    declared += keywords + ([f"**{double}"] if double else [])
    arguments = "".join(f"{name}, " for name in positional) + (f"*{star}, " if star else "")
    named = "".join(f"{name!r}: {name}, " for name in keywords) + (f"**{double}" if double else "")
    return ", ".join(declared), f"({arguments}), {{{named}}}"


# Results


def altered(value: Any, deep: int = _DEEP) -> Any:
    """Another value of the same type, as different as its type allows, with containers as long as they were:
    a test that compares it with anything definite must notice."""
    if inspect.isawaitable(value):
        return _awaited(value)
    if isinstance(value, _CONTAINERS):
        return _like(value, _items_of(value, deep)) if value and deep else dropped(value)
    plain = _plain(value)
    if plain is not value:
        return plain
    if isinstance(value, types.FunctionType):
        return _wrapped(value)
    if isinstance(value, (type, types.ModuleType, BaseException)) or value is None or _is_mock(value):
        return Altered()
    if hasattr(type(value), "__next__"):
        return iter(())
    return _changed_copy(value) if deep else value  # objects may hold each other


_CONTAINERS = (list, tuple, dict, set, frozenset)


def _items_of(value: Any, deep: int) -> Any:
    if isinstance(value, dict):
        return {key: altered(item, deep - 1) for key, item in value.items()}
    items = [altered(item, deep - 1) for item in value]
    if isinstance(value, (set, frozenset)):
        return [item for item in items if isinstance(item, Hashable)]
    return items


def dropped(value: Any) -> Any:
    """A container that lost its items, or has one too many; anything else as it is."""
    if not isinstance(value, _CONTAINERS):
        return value
    if isinstance(value, dict):
        return _like(value, {} if value else {"altered": Altered()})
    return _like(value, [] if value else [Altered()])


async def _awaited(value: Any) -> Any:
    return altered(await value)


def _wrapped(function: types.FunctionType) -> Any:
    @functools.wraps(function)
    def wrapper(*arguments: Any, **named: Any) -> Any:
        return altered(function(*arguments, **named))

    return wrapper


def _is_mock(value: Any) -> bool:
    return any(base.__module__ in ("unittest.mock", "mock.mock") for base in type(value).__mro__)


def _plain(value: Any) -> Any:
    """The alteration of a value of a built-in kind; the value itself where it is of no such kind."""
    if isinstance(value, enum.Enum):
        return next((member for member in type(value) if member is not value), Altered())
    for kinds, change in _CHANGES:
        if isinstance(value, kinds):
            return change(value)
    return value


def _other_text(value: Any) -> Any:
    return _like(value, "altered" if value != "altered" else "altered twice")


def _other_bytes(value: Any) -> Any:
    return _like(value, b"altered" if value != b"altered" else b"altered twice")


def _like(value: Any, other: Any) -> Any:
    try:
        return value._make(other) if hasattr(value, "_make") else type(value)(other)
    except Exception:  # noqa: BLE001 - a class of the project may want other arguments
        return other


def _later(value: datetime.date) -> Any:
    try:
        return value + datetime.timedelta(days=1)
    except OverflowError:
        return value - datetime.timedelta(days=1)


_CHANGES: tuple[tuple[Any, Any], ...] = (
    (bool, lambda value: not value),
    (int, lambda value: value + 1),
    (float, lambda value: value + 1.0 if value - value == 0 else 0.0),
    ((complex, decimal.Decimal, fractions.Fraction), lambda value: value + 1),
    (str, _other_text),
    ((bytes, bytearray), _other_bytes),
    (datetime.date, _later),
    (datetime.timedelta, lambda value: value + datetime.timedelta(days=1)),
    (pathlib.PurePath, lambda value: value / "altered"),
)


def _changed_copy(value: Any) -> Any:
    """A copy of an object with every plain attribute altered; of an array or the like, one more."""
    try:
        clone = copy.copy(value)
        if clone is value:
            return Altered()
        if _change_attributes(clone):
            return clone
        return value + 1
    except Exception:  # noqa: BLE001 - what cannot be copied is replaced
        return Altered()


def _change_attributes(clone: Any) -> bool:
    """Alter the plain attributes of an object: texts and numbers, and what containers hold. Its flags only
    if it has nothing else: they steer what it does."""
    known = _attributes(clone)
    moved = {
        name: (altered(value, 1) if value else value) if isinstance(value, _CONTAINERS) else _plain(value)
        for name, value in known.items()
    }
    moved = {name: value for name, value in moved.items() if value is not known[name]}
    data = {name: value for name, value in moved.items() if not isinstance(value, bool)} or moved
    own = getattr(clone, "__dict__", None)
    for name, value in data.items():
        if isinstance(own, dict) and name in own:
            own[name] = value
        else:
            object.__setattr__(clone, name, value)
    return bool(data)


def _attributes(value: Any) -> dict[str, Any]:
    found = dict(getattr(value, "__dict__", {}))
    for base in type(value).__mro__:
        slots = getattr(base, "__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if name not in ("__dict__", "__weakref__") and hasattr(value, name):
                found[name] = getattr(value, name)
    return found
