"""What became of a test: its status, and whether an assertion noticed or something crashed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from .calls import Calls
from .oracles import Oracles
from .tree import TEST, Tree

_LONG = 300


class Outcome:
    """Filled by the hooks while tests run."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self.calls: Calls | None = None
        self.oracles: Oracles | None = None
        self.begin()

    def begin(self) -> None:
        self.status = self.error = self.where = ""
        self.by_assertion = False

    def during_test(self, yes: bool) -> None:
        if self.calls is not None:
            self.calls.during_test = yes
        if self.oracles is not None:
            self.oracles.phase = "call" if yes else "teardown"

    def note(self, call: Any, report: Any) -> None:
        """One phase of one test has ended."""
        if hasattr(report, "wasxfail"):
            self.status = self.status or "xfailed"
        elif report.failed:
            if self.status != "failed":
                self._failed(call, report)
            self.status = "failed"
        elif report.skipped:
            self.status = self.status or "skipped"
            self.error = self.error or line_of(getattr(call.excinfo, "value", ""))
        elif call.when == "call":
            self.status = self.status or "passed"

    def broke(self, error: BaseException) -> None:
        """Something left the hooks: `-x` of the project, a test that exits."""
        if self.status in ("", "passed"):
            self.status, self.error = "failed", line_of(f"{type(error).__name__}: {error}")

    def row(self) -> dict[str, Any]:
        return {
            "status": self.status or "nothing",
            "error": self.error,
            "where": self.where,
            "by_assertion": self.by_assertion,
        }

    def _failed(self, call: Any, report: Any) -> None:
        error = call.excinfo.value if call.excinfo is not None else None
        if error is None:
            self.error = line_of(report.longrepr)
            return
        said = getattr(report.longrepr, "errorstring", "")  # of a fixture that is not there
        self.error = line_of(said or f"{type(error).__name__}: {error}")
        for one in _parts(error):
            by_assertion, where = self._judged(one)
            if by_assertion or not self.where:
                self.by_assertion, self.where = by_assertion, where

    def _judged(self, error: BaseException) -> tuple[bool, str]:
        """Did an assertion of the test's side notice, or did the code crash; and where?

        An error that an `assert` of the test meets while it looks at its operands counts as noticed by it.
        """
        frames = []
        trace = error.__traceback__
        while trace is not None:
            frames.append((trace.tb_frame.f_code.co_filename, trace.tb_lineno))
            trace = trace.tb_next
        asserts = isinstance(error, (AssertionError, pytest.fail.Exception))
        known = [frame for frame in frames if self._tree.place(frame[0])[0]]
        if not known:
            return asserts, ""
        filename, line = known[-1]
        role, path = self._tree.place(filename)
        if role != TEST:
            return False, f"{path}:{line}"
        decides = self._tree.oracles(filename).get(line) == "assert" or _raises(filename, line)
        return asserts or (decides and frames[-1] == known[-1]), f"{path}:{line}"


def _parts(error: BaseException) -> Iterator[BaseException]:
    """An error, or those that a group holds."""
    inner = getattr(error, "exceptions", None)
    if isinstance(inner, (tuple, list)):
        for one in inner:
            yield from _parts(one)
    else:
        yield error


def _raises(filename: str, line: int) -> bool:
    try:
        with open(filename, encoding="utf-8", errors="replace") as stream:
            text = stream.read().splitlines()[line - 1]
    except (OSError, IndexError):
        return False
    return text.strip().startswith("raise ")


def line_of(said: Any) -> str:
    """The first line of what was said, if it is not endless."""
    text = str(said).strip()
    return text.splitlines()[0][:_LONG] if text else ""
