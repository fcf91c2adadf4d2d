"""What a call does to what it is given, and how to undo it."""

from __future__ import annotations

import operator
import types
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from .values import Altering, attributes, is_mock, set_attribute

_DEEP = 3  # objects and containers within what is given that are watched
_MANY = 500
_NEVER = (type, types.ModuleType, types.FunctionType, types.MethodType, types.BuiltinFunctionType)


class Effects:
    """The state of some values before a call."""

    def __init__(self, given: Iterable[Any], is_own: Callable[[type], bool]) -> None:
        self._is_own = is_own
        self._states: dict[int, tuple[Any, Any]] = {}
        pending = [(value, _DEEP) for value in given]
        while pending and len(self._states) < _MANY:
            value, deep = pending.pop(0)
            state = None if id(value) in self._states else self._state(value)
            if state is None:
                continue
            self._states[id(value)] = value, state
            if deep:
                held = state.values() if isinstance(state, dict) else state
                pending += [(item, deep - 1) for item in held]

    def undo(self, altering: Altering) -> bool:
        """Put everything back as it was; what an object did not have before gets another value, so that it
        still is there, and so do new items where `altering` is about one kind of leaf. Was there anything to
        undo?"""
        undone = [self._undo(value, state, altering) for value, state in self._states.values()]
        return any(undone)

    def _state(self, value: Any) -> Any:
        if isinstance(value, dict):
            return dict(value)
        if isinstance(value, (list, set, deque)):
            return list(value)
        if isinstance(value, tuple):
            return value
        if isinstance(value, _NEVER) or not (is_mock(value) or self._is_own(type(value))):
            return None
        return attributes(value)

    def _undo(self, value: Any, state: Any, altering: Altering) -> bool:
        now = self._state(value)
        if now is None or _are_same(now, state):
            return False
        if isinstance(value, tuple):
            return False
        if not isinstance(value, (dict, list, set, deque)):
            return _undo_object(value, now, state, altering)
        known = {id(item) for item in (state.values() if isinstance(state, dict) else state)}
        if altering.only:
            state = _with_others(now, known, altering)
        value.clear()
        (value.update if isinstance(value, (dict, set)) else value.extend)(state)
        return not altering.only or altering.changed


def _with_others(now: Any, known: set[int], altering: Altering) -> Any:
    """Items as they are, those that are new altered."""
    if isinstance(now, dict):
        return {name: item if id(item) in known else altering(item) for name, item in now.items()}
    return [item if id(item) in known else altering(item) for item in now]


def _undo_object(value: Any, now: dict[str, Any], state: dict[str, Any], altering: Altering) -> bool:
    changed = {name: item for name, item in state.items() if now.get(name, value) is not item}
    for name, item in changed.items():
        set_attribute(value, name, item)
    fresh = {name: item for name, item in now.items() if name not in state}
    return altering.attributes(value, fresh) or bool(changed)


def _are_same(now: Any, state: Any) -> bool:
    if len(now) != len(state):
        return False
    if isinstance(now, dict):
        return all(name in state and state[name] is item for name, item in now.items())
    return all(map(operator.is_, now, state))
