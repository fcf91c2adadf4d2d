"""One test as it is, then with one function of the code under test altered after the other."""

from __future__ import annotations

import gc
import importlib
import time
import types
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from . import alter
from .calls import Calls
from .forks import in_child
from .outcome import Outcome
from .tree import LIVE, Keeper, Tree

ITEMS = 4  # of a parametrised test, how many sets of parameters are run
# Of the called functions, the nearest first: which of them are altered in each way, in this order. A crash
# and an empty result say less than a wrong one.
_SHARES = (
    (alter.ALTER, slice(0, 10)),
    (alter.ERROR, slice(0, 6)),
    (alter.CALM, slice(0, 6)),
    (alter.DROP, slice(0, 6)),
    (alter.EFFECT, slice(0, 6)),
    (alter.INPUT, slice(0, 4)),
    (alter.GIVE, slice(0, 6)),
    (alter.EMPTY, slice(0, 6)),
    (alter.RAISE, slice(0, 4)),
    (alter.ALTER, slice(10, 24)),
)
_MOST = 80  # altered runs of one test
_SHORTEST, _LONGER = 2.0, 10  # an altered run may take this many seconds, or times as long as the plain one

if TYPE_CHECKING:
    Tell = Callable[[Any], None]


class Prover:
    """Runs tests in children of this process."""

    def __init__(self, tree: Tree, outcome: Outcome, keeper: Keeper, timeout: float) -> None:
        self._tree = tree
        self._outcome = outcome
        self._keeper = keeper
        self._timeout = timeout
        self._functions = self._known_functions()

    def prove(self, items: list[Any]) -> dict[str, Any]:
        """What the plain run and the altered ones gave."""
        started = time.monotonic()
        plain = _only_row(lambda tell: self._run_plain(items, tell), self._timeout)
        took = time.monotonic() - started
        touched, deleted = self._keeper.put_back()
        if plain.get("status") != "passed" or deleted:
            return {"plain": plain, "deleted": deleted}
        limit = min(self._timeout, max(_SHORTEST, _LONGER * took))
        runs: list[dict[str, Any]] = []
        todo = _plan(plain["functions"])
        while todo and len(runs) < _MOST:
            function, how = todo.pop(0)
            run = _only_row(self._altering(items, function, how), limit)
            runs.append({"function": f"{function['path']}:{function['name']}", "how": how, **run})
            if touched:
                self._keeper.put_back()
            if run.get("status") == "failed" and run.get("by_assertion"):
                break
            todo[:0] = [(function, less) for less in _less(how, run)]
        if not touched:
            self._keeper.put_back()
        return {"plain": {**plain, "functions": len(plain["functions"])}, "runs": runs}

    def _altering(self, items: list[Any], function: dict[str, Any], how: str) -> Callable[[Tell], None]:
        return lambda tell: self._run_altered(items, function, how, tell)

    def _run_plain(self, items: list[Any], tell: Tell) -> None:
        calls = self._outcome.calls = Calls(self._tree)
        with calls:
            result = self._run(items)
        tell({**result, "functions": calls.rows()})

    def _run_altered(self, items: list[Any], function: dict[str, Any], how: str, tell: Tell) -> None:
        name, handlers = self._swapped(function, how)
        if not handlers:
            tell({"status": "not found"})
            return
        tell(
            {
                **self._run(items),
                "function": f"{function['path']}:{name}",
                "hits": sum(handler.hits for handler in handlers),
                "spared": any(handler.spared for handler in handlers),
            }
        )

    def _run(self, items: list[Any]) -> dict[str, Any]:
        """Run tests through all hooks, as pytest does; the outcome of the first that does not pass."""
        for position, item in enumerate(items):
            self._outcome.begin()
            following = items[position + 1] if position + 1 < len(items) else None
            try:
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            except BaseException as error:  # noqa: BLE001 - `-x` of the project, a test that exits
                self._outcome.broke(error)
            if self._outcome.status != "passed":
                break
        return self._outcome.row()

    def _swapped(self, function: dict[str, Any], how: str) -> tuple[str, list[alter.Handler]]:
        """Alter a function or a class; its qualified name, and what is asked in place of it."""
        name, owns = function["name"], self._tree.owns
        if function["made"]:
            return name, [alter.make_otherwise(one, how, owns) for one in self._made(function)]
        by_code: dict[types.CodeType, list[types.FunctionType]] = {}
        for code, one in self._found(function):
            by_code.setdefault(code, []).append(one)
            name = one.__qualname__ if one.__code__ is code else getattr(code, "co_qualname", name)
        return name, [alter.swap(code, ones, how, owns) for code, ones in by_code.items()]

    # Which function object, or which class, is meant

    def _made(self, row: dict[str, Any]) -> list[type]:
        try:
            found: Any = importlib.import_module(row["module"])
            for name in row["name"].split("."):
                found = getattr(found, name)
        except Exception:  # noqa: BLE001 - a class within a function
            return []
        return [found] if isinstance(found, type) else []

    def _found(self, row: dict[str, Any]) -> list[tuple[types.CodeType, types.FunctionType]]:
        wanted = (row["file"], row["line"], row["name"])
        found = self._functions.get(wanted, [])
        if not found and row["module"]:
            try:
                importlib.import_module(row["module"])
            except Exception:  # noqa: BLE001 - the test imports it in some other way
                return []
            found = self._known_functions().get(wanted, [])
        return found

    def _known_functions(self) -> dict[tuple[str, int, str], list[tuple[types.CodeType, types.FunctionType]]]:
        """The functions of the code under test that there are by now, by where their code is written, and
        those that make them."""
        found: dict[tuple[str, int, str], list[tuple[types.CodeType, types.FunctionType]]] = {}
        for one in gc.get_objects():
            if type(one) is types.FunctionType and self._tree.place(one.__code__.co_filename)[0] == LIVE:
                for code in _codes(one.__code__):
                    place = (code.co_filename, code.co_firstlineno, code.co_name)
                    found.setdefault(place, []).append((code, one))
        return found


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _codes(constant)


def _plan(functions: list[dict[str, Any]]) -> list[tuple[dict[str, Any], str]]:
    return [
        (function, how)
        for how, share in _SHARES
        for function in functions[share]
        if (how in _OF_MADE if function["made"] else function.get(_NEEDS.get(how, ""), True))
    ]


_OF_MADE = frozenset([alter.ALTER, alter.GIVE, alter.CALM])
_NEEDS = {
    alter.ALTER: "gives",
    alter.ERROR: "raises",
    alter.CALM: "raises",
    alter.DROP: "holds",
    alter.GIVE: "answers",
}


def _less(how: str, run: dict[str, Any]) -> tuple[str, ...]:
    """What else to try where a function that was altered in one way made something stumble, or where it
    kept its flags."""
    if run.get("status") == "failed":
        return alter.NARROWER.get(how, ())
    return alter.SPARED.get(how, ()) if run.get("spared") else ()


def _only_row(work: Callable[[Tell], None], limit: float) -> dict[str, Any]:
    """The one row of a child; what ended it before is its status."""
    found: dict[str, Any] = {}
    for row in in_child(work, limit):
        if row.get("ended"):
            found["status"] = row["ended"]
        else:
            found.update(row)
    return found
