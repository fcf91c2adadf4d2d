"""Other values for values: what a result is altered into."""

from __future__ import annotations

import copy
import datetime
import decimal
import enum
import fractions
import functools
import inspect
import operator
import pathlib
import string
import types
from collections.abc import Callable, Hashable
from typing import Any

_DEEP = 5  # containers and objects within each other that are altered
_MANY = 5_000  # values that one result may hold
CONTAINERS = (list, tuple, dict, set, frozenset)

TEXTS, NUMBERS, FLAGS, NOTHINGS = "texts", "numbers", "flags", "nothings"


class Altered:
    """Stands for a result that nothing else is known to do for."""

    def __repr__(self) -> str:
        return "<altered>"


class Altering:
    """Makes another value of the same type, as different as its type allows, with containers as long as they
    were: a test that compares it with anything definite must notice.

    `only` names one kind of leaf; all that is no such leaf stays what it is, and so the code around the test
    is less likely to stumble over it. `is_own` says which classes are the project's: objects of others, a
    connection or a lock, are only altered where they are the result itself.
    """

    def __init__(self, only: str = "", is_own: Callable[[type], bool] = lambda cls: True) -> None:
        self.only = only
        self.changed = False
        self.spared = False  # flags of an object, which steer what it does
        self._is_own = is_own
        self._made: dict[int, tuple[Any, Any]] = {}

    def __call__(self, value: Any) -> Any:
        """The other value; the value itself where it holds nothing to alter."""
        self._made = {}
        return self._other(value, _DEEP)

    def leaf(self, value: Any) -> Any:
        """The other value of a leaf; of what is none, the value itself."""
        other = self._plain(value)
        self.changed = self.changed or other is not value
        return other

    def _other(self, value: Any, deep: int) -> Any:
        known = self._made.get(id(value))
        if known is not None:
            return known[1]
        if isinstance(value, CONTAINERS):
            return self._container(value, deep)
        other = self.leaf(value)
        if other is not value:
            return other
        special = self._special(value)
        if special is not value:
            self.changed = True
            return special
        if not deep or len(self._made) > _MANY or not (deep == _DEEP or self._is_own(type(value))):
            return value
        return self._object(value, deep)

    def _special(self, value: Any) -> Any:
        if inspect.isawaitable(value):
            return self._awaited(value)
        if isinstance(value, types.FunctionType):
            return self._wrapped(value)
        if self.only or isinstance(value, bool):
            return value
        if isinstance(value, (type, types.ModuleType, BaseException)) or value is None or is_mock(value):
            return Altered()
        return iter(()) if hasattr(type(value), "__next__") else value

    async def _awaited(self, value: Any) -> Any:
        return self(await value)

    def _wrapped(self, function: types.FunctionType) -> Any:
        @functools.wraps(function)
        def wrapper(*arguments: Any, **named: Any) -> Any:
            return self(function(*arguments, **named))

        return wrapper

    # Containers

    def _container(self, value: Any, deep: int) -> Any:
        if not value or not deep:
            if self.only:
                return value
            self.changed = True
            return _without_items(value)
        before, self.changed = self.changed, False
        other = _like(value, self._items(value, deep - 1))
        if not self.changed:
            other = value
        self.changed = self.changed or before
        self._made[id(value)] = value, other
        return other

    def _items(self, value: Any, deep: int) -> Any:
        if isinstance(value, dict):
            return {key: self._other(item, deep) for key, item in value.items()}
        items = [self._other(item, deep) for item in value]
        if isinstance(value, (set, frozenset)):
            return [item for item in items if isinstance(item, Hashable)]
        return items

    # Objects

    def _object(self, value: Any, deep: int) -> Any:
        """A copy of an object with every attribute altered; of an array or the like, one more."""
        try:
            clone = copy.copy(value)
            if clone is not value:
                self._made[id(value)] = value, clone
                if self.attributes(clone, attributes(clone), deep - 1):
                    return clone
                if not self.only:
                    return self._more(value)
        except Exception:  # noqa: BLE001 - what cannot be copied is replaced
            pass
        return self._instead(value) if deep == _DEEP else value

    def _more(self, value: Any) -> Any:
        self.changed = True
        return value + 1

    def _instead(self, value: Any) -> Any:
        if self.only:
            return value
        self.changed = True
        return Altered()

    def attributes(self, owner: Any, known: dict[str, Any], deep: int = _DEEP - 1) -> bool:
        """Alter some attributes of an object in place, its flags only if it has nothing else, or if they are
        asked for. Was there any to alter?"""
        moved = {name: self._attribute(value, deep) for name, value in known.items()}
        moved = {name: value for name, value in moved.items() if value is not known[name]}
        data = {name: value for name, value in moved.items() if not isinstance(value, bool)} or moved
        self.spared = self.spared or len(data) < len(moved)
        for name, value in data.items():
            set_attribute(owner, name, value)
        return bool(data)

    def _attribute(self, value: Any, deep: int) -> Any:
        if isinstance(value, CONTAINERS):
            return self._container(value, deep) if value else value
        if isinstance(value, (type, types.FunctionType)) or inspect.isawaitable(value):
            return value
        plain = self.leaf(value)
        if plain is not value or value is None or not deep or not self._is_own(type(value)) or is_mock(value):
            return plain
        return self._made[id(value)][1] if id(value) in self._made else self._object(value, deep)

    # Leaves

    def _plain(self, value: Any) -> Any:
        if isinstance(value, enum.Enum):
            if self.only not in ("", TEXTS):
                return value
            return next((member for member in type(value) if member is not value), Altered())
        for kind, classes, change in _CHANGES:
            if isinstance(value, classes):
                return self._leaf_of(kind, change, value)
        return Altered() if value is None and self.only == NOTHINGS else value

    def _leaf_of(self, kind: str, change: Callable[[Any], Any], value: Any) -> Any:
        if self.only == TEXTS and isinstance(value, str):
            return _like(value, value.translate(_SHIFTED))
        return change(value) if self.only in ("", kind) else value


def dropped(value: Any) -> Any:
    """A container that lost its items, or has one too many; of an object, a copy whose containers did;
    anything else as it is."""
    if isinstance(value, CONTAINERS):
        return _without_items(value)
    return _copy_without(value)


def dropped_within(value: Any) -> Any:
    """A container whose own items are still there, and of which the innermost have lost theirs."""
    if isinstance(value, (set, frozenset)) or not isinstance(value, CONTAINERS):
        return value
    if isinstance(value, dict):
        inner: Any = {key: _dropped_innermost(item) for key, item in value.items()}
        changed = any(inner[key] is not item for key, item in value.items())
    else:
        inner = [_dropped_innermost(item) for item in value]
        changed = any(map(operator.is_not, inner, value))
    return _like(value, inner) if changed else value


def _dropped_innermost(value: Any) -> Any:
    if not isinstance(value, CONTAINERS):
        return _copy_without(value)
    inner = dropped_within(value)
    return inner if inner is not value else _without_items(value)


def _without_items(value: Any) -> Any:
    if isinstance(value, dict):
        return _like(value, {} if value else {"altered": Altered()})
    return _like(value, [] if value else [Altered()])


def holds_containers(value: Any) -> bool:
    """Is a value a container with something in it, or an object that has one?"""
    if isinstance(value, CONTAINERS):
        return True
    own = getattr(value, "__dict__", None)
    return isinstance(own, dict) and any(isinstance(item, CONTAINERS) and item for item in own.values())


def _copy_without(value: Any) -> Any:
    held = {name: item for name, item in attributes(value).items() if isinstance(item, CONTAINERS) and item}
    if not held or isinstance(value, (type, types.ModuleType, types.FunctionType)) or is_mock(value):
        return value
    try:
        clone = copy.copy(value)
        for name, item in held.items():
            set_attribute(clone, name, _without_items(item))
    except Exception:  # noqa: BLE001 - what cannot be copied stays
        return value
    return clone


def attributes(value: Any) -> dict[str, Any]:
    """What an object holds, in its dictionary and in its slots; what Python keeps for itself left out."""
    own = getattr(value, "__dict__", None)
    found = dict(own) if isinstance(own, dict) else {}
    for base in type(value).__mro__:
        slots = base.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if hasattr(value, name):
                found[name] = getattr(value, name)
    return {name: item for name, item in found.items() if not name.startswith("__")}


def set_attribute(owner: Any, name: str, value: Any) -> None:
    """Set an attribute past whatever the class does about it: frozen ones too."""
    own = getattr(owner, "__dict__", None)
    if isinstance(own, dict) and name in own:
        own[name] = value
    else:
        object.__setattr__(owner, name, value)


def is_mock(value: Any) -> bool:
    """Is it one of unittest's?"""
    return any(base.__module__ in ("unittest.mock", "mock.mock") for base in type(value).__mro__)


# Another text of the same form, which still can be split or parsed
_SHIFTED = str.maketrans(
    string.digits + string.ascii_letters,
    string.digits[1:] + "0" + string.ascii_lowercase[1:] + "a" + string.ascii_uppercase[1:] + "A",
)


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


_CHANGES: tuple[tuple[str, Any, Any], ...] = (
    (FLAGS, bool, lambda value: not value),
    (NUMBERS, int, lambda value: value + 1),
    (NUMBERS, float, lambda value: value + 1.0 if value - value == 0 else 0.0),
    (NUMBERS, (complex, decimal.Decimal, fractions.Fraction), lambda value: value + 1),
    (TEXTS, str, _other_text),
    (TEXTS, (bytes, bytearray), _other_bytes),
    (NUMBERS, datetime.date, _later),
    (NUMBERS, datetime.timedelta, lambda value: value + datetime.timedelta(days=1)),
    (TEXTS, pathlib.PurePath, lambda value: value / "altered"),
)
