"""Frozen values, as `@dataclass(frozen=True)` makes them, without generated code.

A frozen dataclass writes six methods as text and compiles them while its module is imported: over seventy
classes, that is a third of all that a hook does. The methods here differ by the names that they go through,
and by nothing else. The fields stay those of a dataclass: `fields`, `replace` and `asdict` know them.
"""

from __future__ import annotations

from dataclasses import MISSING, FrozenInstanceError, dataclass, field, fields
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

__all__ = ["frozen"]

_Class = TypeVar("_Class", bound="type[Any]")


def _frozen(cls: _Class) -> _Class:
    cls.__doc__ = cls.__doc__ or cls.__name__  # else `dataclass` spells out the parameters, which takes long
    dataclass(init=False, repr=False, eq=False)(cls)
    own = fields(cls)
    names = tuple(one.name for one in own)
    defaults = {one.name: one.default for one in own if one.default is not MISSING}
    factories = [(one.name, one.default_factory) for one in own if one.default_factory is not MISSING]
    compared = attrgetter(*(one.name for one in own if one.compare))

    def init(self: Any, *given: Any, **named: Any) -> None:
        held = self.__dict__
        held.update(defaults)
        held.update(zip(names, given, strict=False))
        held.update(named)
        for name, make in factories:
            if name not in held:
                held[name] = make()
        if len(held) != len(names) or len(given) > len(names):
            raise TypeError(f"{cls.__name__} is made of {', '.join(names)}, each once")

    def equals(self: Any, other: object) -> Any:
        return compared(self) == compared(other) if other.__class__ is self.__class__ else NotImplemented

    def hashed(self: Any) -> int:
        return hash(compared(self))

    def shown(self: Any) -> str:
        pairs = ", ".join(f"{one.name}={getattr(self, one.name)!r}" for one in own if one.repr)
        return f"{cls.__qualname__}({pairs})"

    methods = {"__init__": init, "__eq__": equals, "__hash__": hashed, "__repr__": shown}
    for name, method in {**methods, "__setattr__": _refuse, "__delattr__": _refuse}.items():
        setattr(cls, name, method)
    return cls


def _refuse(self: Any, name: str, value: Any = None) -> NoReturn:
    raise FrozenInstanceError(f"{type(self).__name__}.{name} cannot be changed")


if TYPE_CHECKING:
    from typing_extensions import dataclass_transform

    @dataclass_transform(frozen_default=True, field_specifiers=(field,))
    def frozen(cls: _Class) -> _Class:
        """Like `@dataclass(frozen=True)`; it calls no `__post_init__`."""

else:
    frozen = _frozen
