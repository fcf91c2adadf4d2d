"""The plugin. pytest collects once, as the project's settings say; then each test runs in forked children:
once as it is, and once for each alteration of what it calls. What comes of it is written as lines of JSON."""

from __future__ import annotations

import gc
import inspect
import json
import os
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from . import network
from .forks import in_child, remember_children
from .oracles import Oracles
from .outcome import Outcome, line_of
from .proof import ITEMS, Prover
from .tree import Keeper, Tree

if TYPE_CHECKING:
    Name = tuple[str, str]  # path, and qualified name within the file


def pytest_configure(config: Any) -> None:
    with open(os.environ["ASSAY_VERIFY"], encoding="utf-8") as stream:
        task = json.load(stream)
    if task["guard"]:
        network.close()
    config.pluginmanager.register(Plugin(task), "assay verify")


class Plugin:
    """The hooks, and what they share."""

    def __init__(self, task: dict[str, Any]) -> None:
        self._task = task
        self._targets: list[Name] = [(path, name) for path, name in task["targets"]]
        self._tree = Tree(task["root"], task["origin"], task["tests"])
        self._outcome = Outcome(self._tree)
        self._broken: dict[str, str] = {}
        self._left_out: set[Name] = set()
        self._items: dict[Name, list[Any]] = {}

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed:
            lines = [line for line in str(report.longrepr).splitlines() if line.strip()]
            told = [line[1:].strip() for line in lines if line.startswith("E ")]
            path = self._in_project(str(report.nodeid).partition("::")[0])
            self._broken[path] = line_of((told or lines or ["?"])[-1])

    def pytest_deselected(self, items: list[Any]) -> None:
        for item in items:
            self._left_out.update(self._names(item))

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_call(self, item: Any) -> Iterator[None]:
        self._outcome.during_test(True)
        yield
        self._outcome.during_test(False)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item: Any, call: Any) -> Iterator[None]:
        result: Any = yield
        self._outcome.note(call, result.get_result())

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: Any) -> bool:
        remember_children()
        for item in session.items:
            for name in self._names(item):
                self._items.setdefault(name, []).append(item)
        with open(self._task["results"], "a", encoding="utf-8") as stream:

            def tell(row: dict[str, Any]) -> None:
                stream.write(json.dumps(row) + "\n")
                stream.flush()

            tell({"kind": "collected", "broken": self._broken})
            (self._trace if self._task["trace"] else self._prove)(tell)
            tell({"kind": "done"})
        return True

    def _names(self, item: Any) -> set[Name]:
        """The names of a test: where it is collected, and where it is written, which may be a base class."""
        chain = [node.name for node in item.listchain() if isinstance(node, pytest.Class)]
        own = getattr(item, "originalname", None) or item.name.partition("[")[0]
        names = {(self._in_project(item.nodeid.partition("::")[0]), ".".join([*chain, own]))}
        function = inspect.unwrap(getattr(item, "obj", None) or self._names)
        code = getattr(function, "__code__", None)
        if code is not None:
            role, path = self._tree.place(code.co_filename)
            if role:
                names.add((path, getattr(function, "__qualname__", own)))
        return names

    def _in_project(self, path: str) -> str:
        return f"{self._task['folder']}/{path}" if self._task["folder"] else path

    def _missing(self, target: Name) -> dict[str, Any]:
        why = "deselected" if target in self._left_out else self._broken.get(target[0], "")
        return {"kind": "test", "path": target[0], "test": target[1], "missing": why}

    # Proof

    def _prove(self, tell: Callable[[dict[str, Any]], None]) -> None:
        keeper = Keeper(self._task["root"], self._task["pristine"])
        prover = Prover(self._tree, self._outcome, keeper, float(self._task["timeout"]))
        gc.freeze()  # what is here by now is no rubbish: no child need look through it, and copy its pages
        for target in self._targets:
            if target in self._items:
                about = {"kind": "test", "path": target[0], "test": target[1]}
                tell({**about, **prover.prove(self._items[target][:ITEMS])})
            else:
                tell(self._missing(target))

    # Counting oracles

    def _trace(self, tell: Callable[[dict[str, Any]], None]) -> None:
        """Every test as it is, in one child a file; where one hangs or kills its child, the rest gets
        another."""
        keeper = Keeper(self._task["root"], self._task["pristine"])
        gc.freeze()
        for path in sorted({path for path, _ in self._targets}):
            todo = []
            for target in self._targets:
                if target[0] == path and target in self._items:
                    todo += [(target[1], item) for item in self._items[target][:ITEMS]]
                elif target[0] == path:
                    tell(self._missing(target))
            while todo:
                rows = list(self._traced(todo))
                for row in rows:
                    tell({"kind": "trace", "path": path, **row})
                todo = todo[len(rows) :]
                keeper.put_back()

    def _traced(self, todo: list[Any]) -> Iterator[dict[str, Any]]:
        """The rows of as many of the tests as one child lives through, and of the one that it does not."""
        done = 0
        for row in in_child(lambda tell: self._count(todo, tell), float(self._task["timeout"])):
            if "ended" not in row:
                done += 1
                yield row
            elif row["ended"] and done < len(todo):
                yield {"test": todo[done][0], "status": row["ended"]}

    def _count(self, todo: list[Any], tell: Callable[[Any], None]) -> None:
        counter = self._outcome.oracles = Oracles(self._tree)
        for position, (name, item) in enumerate(todo):
            following = todo[position + 1][1] if position + 1 < len(todo) else None
            counter.phase = "setup"
            self._outcome.begin()
            with counter:
                try:
                    item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
                except BaseException as error:  # noqa: BLE001 - `-x` of the project, a test that exits
                    self._outcome.broke(error)
                lost = sys.gettrace() is None  # by a test's own tracing, or a RecursionError
            if lost:
                self._outcome.status = "not traced to its end"
            tell({"test": name, **self._outcome.row(), "oracles": counter.taken()})
