"""Which functions of the code under test a run really calls."""

from __future__ import annotations

import dis
import inspect
import itertools
import sys
import threading
import types
from typing import Any

from .tree import LIVE, TEST, Tree
from .values import holds_containers

# How near a function is to the test: called by the test itself, by a library on its behalf (a view), by
# other code under test, or by what stands around the test. A library MADE the rest: objects of a class.
BY_TEST, BY_LIBRARY, BY_LIVE, MADE, AROUND = range(5)
# What these give back is nobody's result.
_SILENT = frozenset(
    "__init__ __exit__ __aexit__ __del__ __post_init__ __set__ __setattr__ __delattr__ __setitem__ "
    "__delitem__ __init_subclass__ __set_name__".split()
)
_BODIES = frozenset("<module> <genexpr> <listcomp> <setcomp> <dictcomp>".split())

# Where a frame that ends stands when it gives something back; elsewhere an error leaves it
_LEAVING = frozenset(
    dis.opmap[name]
    for name in "RETURN_VALUE RETURN_CONST RETURN_GENERATOR YIELD_VALUE YIELD_FROM SEND GEN_START".split()
    if name in dis.opmap
)


class Call:
    """One called function."""

    def __init__(self, code: types.CodeType, path: str, module: str, number: int) -> None:
        self.code = code
        self.path = path
        self.module = module
        self.number = number
        self.near = AROUND
        self.holds = False  # does it give a container back?
        self.raises = False
        self.gives = bool(code.co_flags & (inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR))

    def row(self) -> dict[str, Any]:
        return {
            "file": self.code.co_filename,
            "line": self.code.co_firstlineno,
            "name": self.code.co_name,
            "path": self.path,
            "module": self.module,
            "holds": self.holds,
            "raises": self.raises,
            "answers": self.code.co_name not in _SILENT,
            "gives": self.gives and self.code.co_name not in _SILENT,
            "made": False,
        }


class Made:
    """A class of the code under test whose objects a library makes: a dataclass, a model of an ORM."""

    near = MADE

    def __init__(self, made: type, path: str, number: int) -> None:
        self._made = made
        self._path = path
        self.number = number

    def row(self) -> dict[str, Any]:
        name, module = self._made.__qualname__, self._made.__module__
        return {"name": name, "path": self._path, "module": module, "gives": True, "made": True}


class Calls:
    """A profile function that notes them."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._found: dict[int, Call | None] = {}
        self._makers: dict[int, str] = {}  # code objects of `__init__` → the name of what they make
        self._made: dict[type, Made | None] = {}
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
        functions = [call for call in self._found.values() if call is not None]
        found: list[Call | Made] = [*functions, *(one for one in self._made.values() if one is not None)]
        return [call.row() for call in sorted(found, key=lambda call: (call.near, call.number))]

    def _profile(self, frame: types.FrameType, event: str, arg: Any) -> None:
        if event == "call":
            code = frame.f_code
            call = self._found.get(id(code), self)
            if call is self:
                call = self._noted(frame)
            if isinstance(call, Call) and call.near and self.during_test:
                call.near = min(call.near, self._near(frame.f_back))
            elif call is None and self.during_test and id(code) in self._makers:
                self._note_made(type(frame.f_locals.get(self._makers[id(code)])))
        elif event == "return" and arg is not None:
            call = self._found.get(id(frame.f_code))
            if call is not None:
                call.gives = True
                call.holds = call.holds or holds_containers(arg)
        elif event == "return":
            call = self._found.get(id(frame.f_code))
            if call is not None and not call.raises:
                call.raises = frame.f_code.co_code[frame.f_lasti] not in _LEAVING

    def _noted(self, frame: types.FrameType) -> Call | None:
        code = frame.f_code
        self._kept.append(code)
        role, path = self._tree.place(code.co_filename)
        call = None
        if role == LIVE and code.co_name not in _BODIES and code.co_flags & inspect.CO_OPTIMIZED:
            module = str(frame.f_globals.get("__name__", ""))
            call = Call(code, path, module, next(self._numbers))
        elif not role and code.co_name == "__init__" and code.co_argcount:
            self._makers[id(code)] = code.co_varnames[0]
        self._found[id(code)] = call
        return call

    def _note_made(self, made: type) -> None:
        if made in self._made:
            return
        self._made[made] = None
        own = getattr(getattr(made, "__init__", None), "__code__", None)
        role, path = self._tree.place_of(made)
        if role == LIVE and (own is None or self._tree.place(own.co_filename)[0] != LIVE):
            self._made[made] = Made(made, path, next(self._numbers))

    def _near(self, caller: types.FrameType | None) -> int:
        if caller is None:
            return BY_LIBRARY
        role, _ = self._tree.place(caller.f_code.co_filename)
        return {TEST: BY_TEST, LIVE: BY_LIVE}.get(role, BY_LIBRARY)
