"""Alter one function of the code under test, in this process, for every reference to it.

The function object stays what it is, with its name, its signature, its defaults and its closure; only its
`__code__` is swapped for one of the same shape that asks a `Handler`. So decorators, `from` imports,
properties and registries that hold the function all see the alteration, and coroutines stay awaitable. Where
a function is made by another one, each time anew, the code that the other one holds is swapped too.

Of a class that a library makes (`@dataclass`, a model of pydantic or of an ORM) the objects are altered.
"""

from __future__ import annotations

import functools
import inspect
import operator
import sys
import types
import warnings
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from .effects import Effects
from .values import (
    CONTAINERS,
    FLAGS,
    NOTHINGS,
    NUMBERS,
    TEXTS,
    Altering,
    attributes,
    dropped,
    dropped_within,
    is_mock,
)

ALTER, DROP, EFFECT, INPUT, EMPTY, RAISE = "alter", "drop", "effect", "input", "empty", "raise"
ERROR, CALM = "error", "calm"  # of functions that raise: another error, none
# Less of the same, for where the whole of it only made something stumble
NARROWER = {
    ALTER: tuple(f"{ALTER} {kind}" for kind in (TEXTS, NUMBERS, FLAGS)),
    EFFECT: tuple(f"{EFFECT} {kind}" for kind in (TEXTS, NUMBERS, FLAGS)),
    INPUT: tuple(f"{INPUT} {kind}" for kind in (TEXTS, NUMBERS, FLAGS)),
    DROP: (f"{DROP} within",),
}
GIVE = f"{ALTER} {NOTHINGS}"
SPARED = {ALTER: (f"{ALTER} {FLAGS}",), INPUT: (f"{INPUT} {FLAGS}",)}

if TYPE_CHECKING:
    IsOwn = Callable[[type], bool]


class AlteredError(Exception):
    """What a function that is made to crash raises. No code expects it by name."""


class Handler:
    """What altered code does in place of what it says; and how often that made a difference."""

    def __init__(self, code: types.CodeType | None, how: str, is_own: IsOwn) -> None:
        self._code = code
        self._how, _, self._part = how.partition(" ")
        self._is_own = is_own
        self.hits = 0
        self.spared = False  # were flags left as they are?

    def __call__(self, arguments: tuple[Any, ...], named: dict[str, Any], closure: Any) -> Any:
        assert self._code is not None
        code = self._code
        body = types.FunctionType(code, sys._getframe(1).f_globals, code.co_name, None, closure)
        if code.co_flags & inspect.CO_ASYNC_GENERATOR:
            return self._async_items(body, arguments, named)
        if code.co_flags & inspect.CO_COROUTINE:
            return self._later(body, arguments, named)
        if code.co_flags & inspect.CO_GENERATOR:
            return self._items(body, arguments, named)
        if self._is_instead():
            return None
        arguments, named, effects = self._given(arguments, named)
        try:
            value = body(*arguments, **named)
        except Exception as error:  # noqa: BLE001 - whatever the project raises
            return self.raised(error, arguments)
        self._undo(effects)
        return self._changed(value)

    def _items(self, body: Any, arguments: Any, named: Any) -> Any:
        if self._is_instead(or_drop=True):
            return
        arguments, named, effects = self._given(arguments, named)
        try:
            for item in body(*arguments, **named):
                yield self._changed(item)
        except Exception as error:  # noqa: BLE001 - whatever the project raises
            self.raised(error, ())
        self._undo(effects)

    async def _later(self, body: Any, arguments: Any, named: Any) -> Any:
        if self._is_instead():
            return None
        arguments, named, effects = self._given(arguments, named)
        try:
            value = await body(*arguments, **named)
        except Exception as error:  # noqa: BLE001 - whatever the project raises
            return self.raised(error, arguments)
        self._undo(effects)
        return self._changed(value)

    async def _async_items(self, body: Any, arguments: Any, named: Any) -> Any:
        if self._is_instead(or_drop=True):
            return
        arguments, named, effects = self._given(arguments, named)
        try:
            async for item in body(*arguments, **named):
                yield self._changed(item)
        except Exception as error:  # noqa: BLE001 - whatever the project raises
            self.raised(error, ())
        self._undo(effects)

    def made(self, value: Any) -> None:
        """Alter an object that has just been made."""
        if self._how != ALTER:
            return
        altering = self._altering()
        altering.attributes(value, attributes(value))
        self._count(altering)

    # What is altered: nothing runs, what is given, what is left behind, what comes back

    def _is_instead(self, *, or_drop: bool = False) -> bool:
        """Does the alteration stand in the place of the body?"""
        if self._how in (RAISE, EMPTY) or (or_drop and self._how == DROP):
            self.hits += 1
            if self._how == RAISE:
                raise AlteredError("made to crash by assay verify")
            return True
        return False

    def _given(self, arguments: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, Any, Effects | None]:
        effects = None
        if self._how == INPUT:
            altering = self._altering()
            own = 1 if self._takes_itself() else 0
            arguments = (*arguments[:own], *(self._other_input(altering, one) for one in arguments[own:]))
            named = {name: self._other_input(altering, value) for name, value in named.items()}
            self._count(altering)
        elif self._how == EFFECT:
            effects = Effects([*arguments, *named.values()], self._is_own)
        return arguments, named, effects

    def _takes_itself(self) -> bool:
        return self._code is not None and self._code.co_varnames[:1] in (("self",), ("cls",))

    def _other_input(self, altering: Altering, value: Any) -> Any:
        """What is given may be a connection, or a mock that somebody looks at later: they are no input."""
        if isinstance(value, CONTAINERS):
            return altering(value) if value else value
        if value is None or isinstance(value, type) or is_mock(value) or not self._is_own(type(value)):
            return altering.leaf(value)
        return altering(value)

    def raised(self, error: Exception, arguments: tuple[Any, ...]) -> Any:
        """What comes of an error: another one of its class; or none, and what a method would give that
        gives itself."""
        if self._how == ERROR:
            altering = self._altering()
            altering.attributes(error, attributes(error))
            error.args = altering(error.args) if error.args else ("altered",)
            self.hits += 1
        elif self._how == CALM:
            self.hits += 1
            is_init = self._code is not None and self._code.co_name == "__init__"
            return None if is_init or not arguments else arguments[0]
        raise error

    def _undo(self, effects: Effects | None) -> None:
        if effects is not None:
            self.hits += effects.undo(self._altering())

    def _changed(self, value: Any) -> Any:
        if self._how == ALTER:
            altering = self._altering()
            other = altering(value)
            self._count(altering)
            return other
        if self._how != DROP:
            return value
        other = (dropped_within if self._part else dropped)(value)
        self.hits += other is not value
        return other

    def _altering(self) -> Altering:
        return Altering(self._part, self._is_own)

    def _count(self, altering: Altering) -> None:
        self.hits += altering.changed
        self.spared = self.spared or altering.spared


def make_otherwise(made: type, how: str, is_own: IsOwn) -> Handler:
    """Alter the objects of a class for the rest of this process, its subclasses' left out."""
    original: Any = made.__init__  # type: ignore[misc]
    handler = Handler(None, how, is_own)

    @functools.wraps(original)
    def make(self: Any, *arguments: Any, **named: Any) -> None:
        try:
            original(self, *arguments, **named)
        except Exception as error:  # noqa: BLE001 - whatever checks the arguments raises
            handler.raised(error, ())
        else:
            if type(self) is made:
                handler.made(self)

    made.__init__ = make  # type: ignore[misc]
    return handler


def swap(code: types.CodeType, functions: Iterable[types.FunctionType], how: str, is_own: IsOwn) -> Handler:
    """Alter code for the rest of this process, in the functions that run it, and in those that make such
    functions."""
    handler = Handler(code, how, is_own)
    asking = _asking(code, handler)
    for function in functions:
        function.__code__ = _with(function.__code__, code, asking)
    return handler


def _with(code: types.CodeType, old: types.CodeType, new: types.CodeType) -> types.CodeType:
    """Code in which some code within it is replaced."""
    if code == old:
        return new
    constants = tuple(
        _with(one, old, new) if isinstance(one, types.CodeType) else one for one in code.co_consts
    )
    return code.replace(co_consts=constants) if any(map(operator.is_not, constants, code.co_consts)) else code


_MARK = "assay: the handler stands here"


def _asking(code: types.CodeType, handler: Handler) -> types.CodeType:
    """Code of the same shape as `code` that asks a handler: the handler is one of its constants, so that
    nothing in the module's names is touched."""
    free = [f"_assay_free_{number:04}" for number in range(len(code.co_freevars))]  # in the order of cells
    signature, passed = _signature(code)
    asynchronous = code.co_flags & (inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR)
    cells = f"(lambda: ({', '.join(free)},)).__closure__" if free else "()"
    ask = f"_assay_ask({passed}, {cells})"
    if code.co_flags & inspect.CO_ASYNC_GENERATOR:
        lines = [f"async for _assay_item in {ask}:", "    yield _assay_item"]
    elif code.co_flags & inspect.CO_COROUTINE:
        lines = [f"return await {ask}"]
    elif code.co_flags & inspect.CO_GENERATOR:
        lines = [f"return (yield from {ask})"]
    else:
        lines = [f"return {ask}"]
    body = [f"_assay_ask = {_MARK!r}", *lines]
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
