"""Which oracles a run really executes: assertions of the test's files by their lines, and what libraries
offer by its name."""

from __future__ import annotations

import os
import re
import sys
import threading
import types
from typing import Any

from .tree import FOREIGN, TEST, Tree

_ASSERTS = re.compile(r"_{0,2}(?:assert|fail)(?:$|_|[A-Z]|s_|ion)")
# Raise where a step of the test went wrong, when the test itself calls them.
_STEPS = frozenset(["raise_for_status", "check_call", "check_output", "check_returncode", "run_module_suite"])
_BY_THE_TEST = frozenset(["step", "raising", "helper"])  # they count where the test's own code calls them
_EXPECTING = (  # classes whose __enter__ expects something
    ("_pytest/python_api.py", "raises"),
    ("_pytest/raises.py", "raises"),
    ("_pytest/raises_group.py", "raises"),
    ("_pytest/recwarn.py", "raises"),
    ("unittest/case.py", "raises"),
)


class Oracles:
    """A trace function that counts them, by kind."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._kinds: dict[int, str] = {}
        self._kept: list[types.CodeType] = []
        self.counts: dict[str, int] = {}
        self.phase = "setup"

    def __enter__(self) -> Oracles:
        threading.settrace(self._call)
        sys.settrace(self._call)
        return self

    def __exit__(self, *error: object) -> None:
        sys.settrace(None)
        threading.settrace(None)

    def taken(self) -> dict[str, int]:
        """The counts so far, and none from now on."""
        counts, self.counts = self.counts, {}
        return dict(sorted(counts.items()))

    def _count(self, kind: str) -> None:
        key = f"{self.phase}:{kind}"
        self.counts[key] = self.counts.get(key, 0) + 1

    def _call(self, frame: types.FrameType, event: str, arg: Any) -> Any:
        code = frame.f_code
        kind = self._kinds.get(id(code))
        if kind is None:
            kind = self._kinds[id(code)] = self._kind(code)
            self._kept.append(code)
        if not kind:
            return None
        if kind == "lines":
            return self._line
        if kind in _BY_THE_TEST:
            back = frame.f_back
            if back is None or self._tree.place(back.f_code.co_filename)[0] != TEST:
                return None
        self._count(kind)
        return None

    def _kind(self, code: types.CodeType) -> str:
        """What a call of this code means: `lines` to look at each line, "" for nothing."""
        filename, name = code.co_filename, code.co_name
        role, path = self._tree.place(filename)
        if role == TEST:
            first, last = code.co_firstlineno, max(_lines(code), default=code.co_firstlineno)
            lines = self._tree.oracles(filename)
            return "lines" if any(first <= line <= last for line in lines) else ""
        if name == "__enter__":
            posix = filename.replace(os.sep, "/")
            return next((kind for end, kind in _EXPECTING if posix.endswith(end)), "")
        if name in _STEPS:
            return "step"
        if role == FOREIGN and "_pytest" in filename and not name.startswith("fail"):
            return ""
        if _ASSERTS.match(name):
            return "library" if role == FOREIGN else "helper"
        if role == FOREIGN or "test" in path:
            return "raising" if "AssertionError" in code.co_names else ""
        return ""

    def _line(self, frame: types.FrameType, event: str, arg: Any) -> Any:
        if event == "line":
            kind = self._tree.oracles(frame.f_code.co_filename).get(frame.f_lineno)
            if kind:
                self._count(kind)
        return self._line


def _lines(code: types.CodeType) -> list[int]:
    if hasattr(code, "co_lines"):
        return [line for _, _, line in code.co_lines() if line]
    import dis

    return [line for _, line in dis.findlinestarts(code)]
