"""What `assay verify` runs inside the project's own interpreter: a pytest plugin.

It lets pytest collect once, as the project's settings say, and then forks: one child for each test as it
is, and one for each alteration of what that test calls. Nothing but the standard library, nothing newer
than Python 3.8, and nothing of assay: this folder is copied to a place of its own and named in
`PYTHONPATH`. What it finds it writes as lines of JSON; verdicts are made of them elsewhere.
"""

from __future__ import annotations

import gc
import importlib
import inspect
import json
import os
import time
import types
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from . import alter, network
from .calls import Calls
from .forks import in_child, remember_children
from .oracles import Oracles
from .tree import LIVE, TEST, Keeper, Tree

_ITEMS = 4  # of a parametrised test, how many sets of parameters are run
# Of the called functions, the nearest first: which of them are altered in each way, in this order. A crash
# and an empty result say less than a wrong one.
_SHARES = (
    (alter.ALTER, slice(0, 10)),
    (alter.EMPTY, slice(0, 6)),
    (alter.RAISE, slice(0, 4)),
    (alter.ALTER, slice(10, 24)),
)
_LONG = 300

with open(os.environ["ASSAY_VERIFY"], encoding="utf-8") as _stream:
    _TASK: dict[str, Any] = json.load(_stream)
_TREE = Tree(_TASK["root"], _TASK["origin"], _TASK["tests"])
_BROKEN: dict[str, str] = {}
_LEFT_OUT: set[tuple[str, str]] = set()


class Outcome:
    """What became of the tests that a child runs; the hooks below fill it."""

    def __init__(self) -> None:
        self.calls: Calls | None = None
        self.oracles: Oracles | None = None
        self.status = ""
        self.error = ""
        self.where = ""
        self.by_assertion = False

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
            self.error = self.error or _line(getattr(call.excinfo, "value", ""))
        elif call.when == "call":
            self.status = self.status or "passed"

    def _failed(self, call: Any, report: Any) -> None:
        error = call.excinfo.value if call.excinfo is not None else None
        if error is None:
            self.error = _line(report.longrepr)
            return
        self.error = _line(f"{type(error).__name__}: {error}")
        for one in _parts(error):
            found = _judged(one)
            self.where = self.where or found[1]
            if found[0]:
                self.by_assertion, self.where = found


_OUTCOME = Outcome()


def _parts(error: BaseException) -> Iterator[BaseException]:
    """An error, or those that a group holds."""
    inner = getattr(error, "exceptions", None)
    if isinstance(inner, (tuple, list)):
        for one in inner:
            yield from _parts(one)
    else:
        yield error


def _judged(error: BaseException) -> tuple[bool, str]:
    """Did an assertion of the test's side notice, or did the code crash; and where?

    An error that an `assert` of the test's own meets while it looks at its operands counts as noticed by it.
    """
    frames = []
    trace = error.__traceback__
    while trace is not None:
        frames.append((trace.tb_frame.f_code.co_filename, trace.tb_lineno))
        trace = trace.tb_next
    ours = [(*_TREE.place(filename), filename, line) for filename, line in frames]
    known = [one for one in ours if one[0]]
    asserts = isinstance(error, (AssertionError, pytest.fail.Exception))
    if not known:
        return asserts, ""
    role, path, filename, line = known[-1]
    where = f"{path}:{line}"
    if role != TEST:
        return False, where
    decides = _TREE.oracles(filename).get(line) == "assert" or _raises(filename, line)
    return asserts or (decides and frames[-1] == (filename, line)), where


def _raises(filename: str, line: int) -> bool:
    try:
        with open(filename, encoding="utf-8", errors="replace") as stream:
            text = stream.read().splitlines()[line - 1]
    except (OSError, IndexError):
        return False
    return text.strip().startswith("raise ")


def _line(said: Any) -> str:
    text = str(said).strip()
    return text.splitlines()[0][:_LONG] if text else ""


# Hooks of pytest


def pytest_configure(config: Any) -> None:
    if _TASK["guard"]:
        network.close()


def pytest_collectreport(report: Any) -> None:
    if report.failed:
        path = str(report.nodeid).partition("::")[0]
        lines = [line for line in str(report.longrepr).splitlines() if line.strip()]
        told = [line[1:].strip() for line in lines if line.startswith("E ")]
        _BROKEN[_in_project(path)] = _line((told or lines or ["?"])[-1])


def pytest_deselected(items: list[Any]) -> None:
    for item in items:
        _LEFT_OUT.update(_names(item))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item: Any) -> Iterator[None]:
    _OUTCOME.during_test(True)
    yield
    _OUTCOME.during_test(False)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: Any, call: Any) -> Iterator[None]:
    result: Any = yield
    _OUTCOME.note(call, result.get_result())


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: Any) -> bool:
    remember_children()
    _FUNCTIONS.update(_functions())
    gc.freeze()  # what is here by now is never rubbish: a child need not look through it, and copy its pages
    with open(_TASK["results"], "a", encoding="utf-8") as stream:

        def tell(row: dict[str, Any]) -> None:
            stream.write(json.dumps(row) + "\n")
            stream.flush()

        tell({"kind": "collected", "broken": _BROKEN, "items": len(session.items)})
        targets = [(path, name) for path, name in _TASK["targets"]]
        by_name = _by_name(session.items)
        keeper = Keeper(_TASK["root"], _TASK["pristine"])
        if _TASK["trace"]:
            _trace(targets, by_name, keeper, tell)
        else:
            for target in targets:
                tell({**_about(target, by_name), **_proved(by_name.get(target, ()), keeper)})
        tell({"kind": "done"})
    return True


def _by_name(items: list[Any]) -> dict[tuple[str, str], list[Any]]:
    found: dict[tuple[str, str], list[Any]] = {}
    for item in items:
        for name in _names(item):
            found.setdefault(name, []).append(item)
    return found


def _names(item: Any) -> set[tuple[str, str]]:
    """The names of a test: where it is collected, and where it is written, which may be a base class."""
    chain = [node.name for node in item.listchain() if isinstance(node, pytest.Class)]
    own = getattr(item, "originalname", None) or item.name.partition("[")[0]
    names = {(_in_project(item.nodeid.partition("::")[0]), ".".join([*chain, own]))}
    function = inspect.unwrap(getattr(item, "obj", None) or _names)
    code = getattr(function, "__code__", None)
    if code is not None:
        role, path = _TREE.place(code.co_filename)
        if role:
            names.add((path, getattr(function, "__qualname__", own)))
    return names


def _in_project(path: str) -> str:
    return f"{_TASK['folder']}/{path}" if _TASK["folder"] else path


def _about(target: tuple[str, str], by_name: dict[tuple[str, str], list[Any]]) -> dict[str, Any]:
    row: dict[str, Any] = {"kind": "test", "path": target[0], "test": target[1]}
    if target not in by_name:
        row["missing"] = "deselected" if target in _LEFT_OUT else _BROKEN.get(target[0], "")
    return row


# Proof


def _proved(items: Any, keeper: Keeper) -> dict[str, Any]:
    """One test as it is, then altered."""
    if not items:
        return {}
    chosen = list(items[:_ITEMS])
    limit = float(_TASK["timeout"])
    started = time.monotonic()
    plain = _once(lambda tell: _run_plain(chosen, tell), limit)
    took = time.monotonic() - started
    touched, deleted = keeper.put_back()
    if plain.get("status") != "passed" or deleted:
        return {"plain": plain, "deleted": deleted}
    runs = []
    limit = min(limit, max(2.0, 10 * took))
    for function, how in _plan(plain["functions"]):
        run = _once(_altering(chosen, function, how), limit)
        runs.append({"function": function["shown"], "how": how, **run})
        if touched:
            keeper.put_back()
        if run.get("status") == "failed" and run.get("by_assertion"):
            break
    if not touched:
        keeper.put_back()
    return {"plain": {**plain, "functions": len(plain["functions"])}, "runs": runs}


def _altering(
    items: list[Any], function: dict[str, Any], how: str
) -> Callable[[Callable[[Any], None]], None]:
    return lambda tell: _run_altered(items, function, how, tell)


def _once(work: Callable[[Callable[[Any], None]], None], limit: float) -> dict[str, Any]:
    """The one row of a child; what ended it before is its status."""
    found: dict[str, Any] = {}
    for row in in_child(work, limit):
        if row.get("ended"):
            found["status"] = row["ended"]
        found.update(row)
    return found


def _plan(functions: list[dict[str, Any]]) -> list[tuple[dict[str, Any], str]]:
    return [
        (function, how)
        for how, share in _SHARES
        for function in functions[share]
        if how != alter.ALTER or function["gives"]
    ]


def _run_plain(items: list[Any], tell: Callable[[Any], None]) -> None:
    calls = _OUTCOME.calls = Calls(_TREE)
    with calls:
        result = _run(items)
    tell({**result, "functions": calls.rows()})


def _run_altered(items: list[Any], function: dict[str, Any], how: str, tell: Callable[[Any], None]) -> None:
    handlers = [alter.swap(found, how) for found in _found(function)]
    if not handlers:
        tell({"status": "not found"})
        return
    result = _run(items)
    tell({**result, "hits": sum(handler.hits for handler in handlers)})


def _found(row: dict[str, Any]) -> list[types.FunctionType]:
    wanted = (row["file"], row["line"], row["name"])
    found = _FUNCTIONS.get(wanted, [])
    if not found and row["module"]:
        try:
            importlib.import_module(row["module"])
        except Exception:  # noqa: BLE001 - the test imports it in some other way
            return []
        found = _functions().get(wanted, [])
    return found


_FUNCTIONS: dict[tuple[str, int, str], list[types.FunctionType]] = {}


def _functions() -> dict[tuple[str, int, str], list[types.FunctionType]]:
    """The functions of the code under test that there are by now, by where they are written."""
    found: dict[tuple[str, int, str], list[types.FunctionType]] = {}
    for one in gc.get_objects():
        if type(one) is types.FunctionType:
            code = one.__code__
            if _TREE.place(code.co_filename)[0] == LIVE:
                place = (code.co_filename, code.co_firstlineno, code.co_name)
                found.setdefault(place, []).append(one)
    return found


def _run(items: list[Any]) -> dict[str, Any]:
    """Run tests through all hooks, as pytest does; the outcome of the first that does not pass."""
    for position, item in enumerate(items):
        _OUTCOME.begin()
        following = items[position + 1] if position + 1 < len(items) else None
        try:
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        except BaseException as error:  # noqa: BLE001 - `-x` of the project, a test that exits
            if _OUTCOME.status in ("", "passed"):
                _OUTCOME.status, _OUTCOME.error = "failed", _line(f"{type(error).__name__}: {error}")
        if _OUTCOME.status != "passed":
            break
    return {
        "status": _OUTCOME.status or "nothing",
        "error": _OUTCOME.error,
        "where": _OUTCOME.where,
        "by_assertion": _OUTCOME.by_assertion,
    }


# Counting oracles


def _trace(
    targets: list[tuple[str, str]],
    by_name: dict[tuple[str, str], list[Any]],
    keeper: Keeper,
    tell: Callable[[dict[str, Any]], None],
) -> None:
    """Every test as it is, in one child a file; where one hangs or kills its child, the rest gets another."""
    for path in sorted({path for path, _ in targets}):
        todo = []
        for target in targets:
            if target[0] == path and target in by_name:
                todo += [(target, item) for item in by_name[target][:_ITEMS]]
            elif target[0] == path:
                tell(_about(target, by_name))
        while todo:
            done = 0
            for row in in_child(_counting(todo), float(_TASK["timeout"])):
                if row.get("ended"):
                    (_, name), _ = todo[done]
                    tell({"kind": "trace", "path": path, "test": name, "status": row["ended"]})
                    done += 1
                elif "test" in row:
                    tell({"kind": "trace", "path": path, **row})
                    done += 1
            todo = todo[done:]
            keeper.put_back()


def _counting(todo: list[Any]) -> Callable[[Callable[[Any], None]], None]:
    def work(tell: Callable[[Any], None]) -> None:
        counter = _OUTCOME.oracles = Oracles(_TREE)
        for position, (target, item) in enumerate(todo):
            following = todo[position + 1][1] if position + 1 < len(todo) else None
            counter.phase = "setup"
            _OUTCOME.begin()
            with counter:
                try:
                    item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
                except BaseException as error:  # noqa: BLE001 - `-x` of the project, a test that exits
                    _OUTCOME.status, _OUTCOME.error = "failed", _line(f"{type(error).__name__}: {error}")
            row = {"test": target[1], "status": _OUTCOME.status, "error": _OUTCOME.error}
            tell({**row, "oracles": counter.taken()})

    return work
