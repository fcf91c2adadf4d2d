"""Which functions of the code under test a run really calls."""

from __future__ import annotations

import inspect
import itertools
import sys
import threading
import types
from typing import Any

from .tree import LIVE, TEST, Tree

# How near a function is to the test: called by the test itself, by a library on its behalf (a view), by
# other code under test, or by what stands around the test.
BY_TEST, BY_LIBRARY, BY_LIVE, AROUND = range(4)
# What these give back is nobody's result.
_SILENT = frozenset(
    "__init__ __exit__ __aexit__ __del__ __post_init__ __set__ __setattr__ __delattr__ __setitem__ "
    "__delitem__ __init_subclass__ __set_name__".split()
)
_BODIES = frozenset("<module> <genexpr> <listcomp> <setcomp> <dictcomp>".split())


class Call:
    """One called function."""

    def __init__(self, code: types.CodeType, path: str, module: str, number: int) -> None:
        self.code = code
        self.path = path
        self.module = module
        self.number = number
        self.near = AROUND
        self.holds = False  # does it give a container back?
        self.gives = bool(code.co_flags & (inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR))

    def row(self) -> dict[str, Any]:
        return {
            "file": self.code.co_filename,
            "line": self.code.co_firstlineno,
            "name": self.code.co_name,
            "path": self.path,
            "module": self.module,
            "holds": self.holds,
            "gives": self.gives and self.code.co_name not in _SILENT,
        }


class Calls:
    """A profile function that notes them."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._found: dict[int, Call | None] = {}
        self._kept: list[types.CodeType] = []  # an id is only good for what still lives
        self._numbers = itertools.count()
        self.during_test = False

    def __enter__(self) -> Calls:
        threading.setprofile(self._profile)
        sys.setprofile(self._profile)
        return self

    def __exit__(self, *error: object) -> None:
        sys.setprofile(None)
        threading.setprofile(None)

    def rows(self) -> list[dict[str, Any]]:
        """The called functions, the nearest first, in the order of their first calls."""
        found = [call for call in self._found.values() if call is not None]
        return [call.row() for call in sorted(found, key=lambda call: (call.near, call.number))]

    def _profile(self, frame: types.FrameType, event: str, arg: Any) -> None:
        if event == "call":
            code = frame.f_code
            call = self._found.get(id(code), self)
            if call is self:
                call = self._noted(frame)
            if isinstance(call, Call) and call.near and self.during_test:
                call.near = min(call.near, self._near(frame.f_back))
        elif event == "return" and arg is not None:
            call = self._found.get(id(frame.f_code))
            if call is not None:
                call.gives = True
                call.holds = call.holds or isinstance(arg, (list, tuple, dict, set, frozenset))

    def _noted(self, frame: types.FrameType) -> Call | None:
        code = frame.f_code
        self._kept.append(code)
        role, path = self._tree.place(code.co_filename)
        call = None
        if role == LIVE and code.co_name not in _BODIES and code.co_flags & inspect.CO_OPTIMIZED:
            module = str(frame.f_globals.get("__name__", ""))
            call = Call(code, path, module, next(self._numbers))
        self._found[id(code)] = call
        return call

    def _near(self, caller: types.FrameType | None) -> int:
        if caller is None:
            return BY_LIBRARY
        role, _ = self._tree.place(caller.f_code.co_filename)
        return {TEST: BY_TEST, LIVE: BY_LIVE}.get(role, BY_LIBRARY)
