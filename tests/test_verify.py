"""assay verify, end to end on small projects: real tests, run by this interpreter's pytest."""

from __future__ import annotations

import ast
import json
import sys
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Run
from inline_snapshot import snapshot

import scanner.verify.sandbox

Assay = Callable[..., Run]
Project = Callable[..., Path]
Verify = Callable[..., Run]

SHOP = """\
import functools


def total(prices):
    return sum(prices)


def label(price, /, sign="€", *, before=False, **extra):
    return f"{sign}{price}" if before else f"{price}{sign}"


async def fetch(name):
    return {"name": name}


async def pages(count):
    for number in range(count):
        yield number


def numbers(count):
    yield from range(count)


@functools.lru_cache
def rate():
    return 0.5


class Basket:
    def __init__(self):
        self.items = []

    def add(self, item):
        self.items.append(item)
        return self

    @property
    def size(self):
        return len(self.items)

    @classmethod
    def of(cls, *items):
        basket = cls()
        basket.items = list(items)
        return basket


def save(text):
    with open("saved.txt", "w") as stream:
        stream.write(text)
"""


@pytest.fixture
def verify(assay: Assay) -> Verify:
    """Call `assay verify` with this interpreter, on one process, remembering nothing."""

    def call(*arguments: str, cwd: Path) -> Run:
        fixed = ("--python", sys.executable, "--provenance", "none", "--jobs", "1")
        memory = () if "--remember" in arguments else ("--no-cache",)
        given = [one for one in arguments if one != "--remember"]
        return assay("verify", *fixed, *memory, *given, cwd=cwd)

    return call


def shop(tests: str, **more: str) -> dict[str, str]:
    """A project with a shop, and one file of tests."""
    return {"shop.py": SHOP, "test_shop.py": f"import shop\n\n\n{tests}", **more}


def verdicts(run: Run) -> dict[str, str]:
    """The words on each test, by its name."""
    return {one["test"]: one["words"] for one in json.loads(run.out)["tests"]}


def test_what_a_person_sees(verify: Verify, project: Project) -> None:
    tests = """\
def test_hushed():
    try:
        shop.total([1, 2])
    except Exception:
        pass


def test_dropped():
    result = shop.total([1, 2])


def test_checked():
    assert shop.total([1, 2]) == 3
"""
    run = verify("--all", cwd=project(shop(tests)))
    assert run.out == snapshot("""\
test_shop.py  2 warnings

test_shop.py:4:1  warning test-without-oracle  rank 64.7
  `test_hushed` checks nothing: its `try` hides even a crash
  4 | def test_hushed():
    | ^^^^^^^^^^^^^^^
  proof: survived 4 alterations
  why: A green test is rewarded, and an agent that does not know the right result leaves the check out.
  instead: Assert on the result: on the value that comes back, or on what the call changes.
  rank: 55:45 × 1.5 proved by running it (judgement) = 1.5 → rank 64.7

test_shop.py:11:1  warning test-without-oracle  rank 55
  `test_dropped` checks nothing: nobody looks at `result`
  11 | def test_dropped():
     | ^^^^^^^^^^^^^^^^
  proof: notices crashes only, of 4 alterations

test                        proof
test_shop.py::test_checked  killed by an assertion: it noticed that `shop.py:total` gave another result, at test_shop.py:16
""")
    assert run.err.partition(": 3 tests, ")[0] == "assay verify runs the code of this project"
    assert run.err.partition("\n")[2] == snapshot("""\
2 warnings in 2 files
3 tests: 1 survived every alteration, 1 notice crashes only, 1 killed by an assertion
""")
    assert run.code == 0


def test_only_what_a_rule_flags_is_run(verify: Verify, project: Project) -> None:
    tests = "def test_a():\n    x = shop.total([1])\n\n\ndef test_b():\n    assert shop.total([1]) == 1\n"
    run = verify("-f", "json", cwd=project(shop(tests)))
    assert verdicts(run) == {"test_a": "notices crashes only, of 4 alterations"}


def test_a_finding_that_a_run_refutes_is_cleared(verify: Verify, project: Project) -> None:
    """The oracle hides where no reader of the code finds it."""
    tests = """\
import importlib


def test_a():
    result = shop.total([1])
    importlib.import_module("hel" + "pers").look_at(**locals())
"""
    helpers = "def look_at(result):\n    assert result == 1\n"
    run = verify(
        "-f",
        "json",
        cwd=project(
            shop(tests, **{"tests/helpers.py": helpers, "pytest.ini": "[pytest]\npythonpath = tests\n"})
        ),
    )
    document = json.loads(run.out)
    assert document["findings"] == []
    (cleared,) = (one for one in document["passed"] if one["rule"] == "test-without-oracle")
    assert (cleared["fate"], cleared["proof"]["verdict"]) == ("cleared", "killed by an assertion")
    assert "`shop.py:total` gave another result" in cleared["reason"]


def test_a_finding_that_a_run_proves_ranks_higher(verify: Verify, assay: Assay, project: Project) -> None:
    tests = "def test_a():\n    try:\n        shop.total([1])\n    except Exception:\n        pass\n"
    root = project(shop(tests))
    scanned = assay("scan", "--select", "tests", "--no-cache", "-f", "json", cwd=root)
    (before,) = json.loads(scanned.out)["findings"]
    (after,) = json.loads(verify("-f", "json", cwd=root).out)["findings"]
    assert (before["rule"], before["fingerprint"]) == (after["rule"], after["fingerprint"])
    assert (before["rank"], after["rank"]) == (55.0, 64.7)
    assert after["weighing"].endswith("× 1.5 proved by running it (judgement) = 1.5 → rank 64.7")


def test_sarif_has_the_verdict(verify: Verify, project: Project) -> None:
    root = project(shop("def test_a():\n    x = shop.total([1])\n"))
    document = json.loads(verify("-f", "sarif", cwd=root).out)
    (result,) = document["runs"][0]["results"]
    assert result["properties"]["assay/verdict"] == "notices crashes only"
    assert result["properties"]["assay/proof"] == "notices crashes only, of 4 alterations"
    assert "**Proof:** notices crashes only" in result["message"]["markdown"]


# Alterations


ALTERED = {
    "plain": ("shop.total([1]) == 1", "total"),
    "parameters": ("shop.label(3) == '3€'", "label"),
    "keywords": ("shop.label(3, '$', before=True, other=1) == '$3'", "label"),
    "coroutine": ("asyncio.run(shop.fetch('a')) == {'name': 'a'}", "fetch"),
    "async_generator": ("asyncio.run(every(shop.pages(2))) == [0, 1]", "pages"),
    "generator": ("list(shop.numbers(2)) == [0, 1]", "numbers"),
    "decorated": ("shop.rate() == 0.5", "rate"),
    "method": ("shop.Basket().add(1).items == [1]", "Basket.add"),
    "class_method": ("shop.Basket.of(1, 2).items == [1, 2]", "Basket.of"),
    "from_import": ("total([1]) == 1", "total"),
}


def test_an_altered_function_is_altered_for_all(verify: Verify, project: Project) -> None:
    """Whatever it is, and however the test came by it."""
    tests = """\
import asyncio
from shop import total


async def every(items):
    return [item async for item in items]
"""
    tests += "".join(f"\n\ndef test_{name}():\n    assert {check}\n" for name, (check, _) in ALTERED.items())
    words = verdicts(verify("--all", "-f", "json", cwd=project(shop(tests))))
    noticed = {name: said.rpartition(", at ")[0] for name, said in words.items()}
    assert noticed == {
        f"test_{name}": f"killed by an assertion: it noticed that `shop.py:{function}` gave another result"
        for name, (_, function) in ALTERED.items()
    }


DEEP = """\
import dataclasses


@dataclasses.dataclass(frozen=True)
class Line:
    name: str
    count: int = 1


@dataclasses.dataclass
class Order:
    lines: list[Line]
    paid: bool = False
    code: str = "A"


def order():
    return Order([Line("pen"), Line("ink", 2)], True)


def rows():
    return [{"name": "pen", "tags": ["a", "b"]}]


def index():
    return {"a": {"price": 1, "label": "x"}}


def fill(basket, name):
    basket.setdefault("lines", []).append(name)
    return len(basket["lines"])


class Counter:
    def __init__(self):
        self.count = 0

    def step(self):
        self.count += 1
        return self


class Refused(Exception):
    def __init__(self, code):
        super().__init__(f"code {code}")
        self.code = code


def refuse():
    raise Refused(7)


def label():
    return None


def code():
    return "AB-12"


def register(table):
    def double(n):
        return 2 * n

    table["double"] = double
"""

# Before 3.11 code does not know where it was defined
_MADE_IN = "register.<locals>." if sys.version_info >= (3, 11) else ""
NOTICED = {
    "an attribute of an object in a list": ("deep.order().lines[1].count == 2", "order gave another result"),
    "a flag among other attributes": ("deep.order().paid is True", "order gave the opposite"),
    "a dictionary in a list": ("deep.rows()[0]['name'] == 'pen'", "rows gave another result"),
    "how much an inner list holds": ("tags_of_the_first_row() == 2", "rows gave items without their own"),
    "a value beside one that is looked up": ("price_of_x() == 1", "index gave other numbers"),
    "an argument that is changed in place": (
        "(basket := {'lines': []}) and deep.fill(basket, 'pen') and basket['lines']",
        "fill left other values behind",
    ),
    "an object that is changed in place": (
        "deep.Counter().step() and deep.Counter().step().count == 1",
        "Counter.step gave another result",
    ),
    "nothing": ("deep.label() is None", "label gave something in place of nothing"),
    "part of a text": ("suffix_of_the_code() == '12'", "code gave other texts"),
    "what an error holds": ("code_of_the_error() == 7", "refuse raised another error"),
    "a function that is made anew": ("twice(2) == 4", f"{_MADE_IN}double gave another result"),
    "an object that a library makes": ("deep.Line('pen').name == 'pen'", "Line gave another result"),
}


@pytest.mark.parametrize("what", NOTICED)
def test_alterations_reach(verify: Verify, project: Project, what: str) -> None:
    """Deep into results and into what a function is given, where a coarser one is missed or only crashes."""
    check, noticed = NOTICED[what]
    tests = f"""\
import deep


def code_of_the_error():
    try:
        deep.refuse()
    except deep.Refused as refused:
        return refused.code


def tags_of_the_first_row():
    first, = deep.rows()
    return len(first["tags"])


def suffix_of_the_code():
    _, suffix = deep.code().split("-")
    return suffix


def price_of_x():
    entry = deep.index()["a"]
    return {{"x": entry["price"]}}[entry["label"]]


def twice(n):
    table = {{}}
    deep.register(table)
    return table["double"](n)


def test_a():
    assert {check}
"""
    (words,) = verdicts(
        verify("--all", "-f", "json", cwd=project({"deep.py": DEEP, "test_deep.py": tests}))
    ).values()
    name, _, did = noticed.partition(" ")
    assert words.partition(", at ")[0] == f"killed by an assertion: it noticed that `deep.py:{name}` {did}"


def test_an_expected_error_that_does_not_come_is_noticed_by_an_assertion(
    verify: Verify, project: Project
) -> None:
    tests = """\
import pytest


def test_a():
    with pytest.raises(TypeError):
        shop.total([None, 1])
"""
    (words,) = verdicts(verify("--all", "-f", "json", cwd=project(shop(tests)))).values()
    assert words.startswith("killed by an assertion: it noticed that `shop.py:total` raised no error")


def test_an_assertion_of_the_code_under_test_is_a_crash(verify: Verify, project: Project) -> None:
    """What the code asserts of itself is no oracle of the test."""
    code = """\
def double(n):
    half = inner(n)
    assert isinstance(half, int)
    return half * 2


def inner(n):
    return n
"""
    tests = "from code_ import double\n\n\ndef test_a():\n    double(2)\n"
    run = verify("--all", "-f", "json", cwd=project({"code_.py": code, "test_code.py": tests}))
    assert verdicts(run) == {"test_a": "notices crashes only, of 8 alterations"}


def test_tests_of_every_kind(verify: Verify, project: Project) -> None:
    tests = """\
import unittest

import pytest


@pytest.mark.parametrize("n", [1, 2])
def test_with_parameters(n):
    assert shop.total([n]) == n


@pytest.fixture
def basket():
    return shop.Basket()


def test_with_a_fixture(basket):
    basket.add(1)
    assert basket.size == 1


class TestPlain:
    def test_method(self):
        shop.total([1])


class Case(unittest.TestCase):
    def setUp(self):
        self.basket = shop.Basket()

    def test_case(self):
        self.assertEqual(self.basket.add(1).size, 1)


class TestInherited(TestPlain):
    pass
"""
    words = verdicts(verify("--all", "-f", "json", cwd=project(shop(tests))))
    assert {name: said.partition(":")[0] for name, said in words.items()} == {
        "Case.test_case": "killed by an assertion",
        "TestPlain.test_method": "notices crashes only, of 4 alterations",
        "test_with_a_fixture": "killed by an assertion",
        "test_with_parameters": "killed by an assertion",
    }


def test_one_test_by_its_name(verify: Verify, project: Project) -> None:
    tests = "class TestA:\n    def test_a(self):\n        assert shop.total([1])\n\n    def test_b(self):\n        pass\n"
    run = verify("test_shop.py::TestA::test_a", "-f", "json", cwd=project(shop(tests)))
    assert list(verdicts(run)) == ["TestA.test_a"]


def test_a_command_of_the_project(verify: Verify, project: Project) -> None:
    root = project(shop("def test_a():\n    assert shop.total([1]) == 1\n"))
    run = verify("--all", "--command", f"{sys.executable} -m pytest -v", "-f", "json", cwd=root)
    assert [one["verdict"] for one in json.loads(run.out)["tests"]] == ["killed by an assertion"]
    assert f"with `{sys.executable} -m pytest -v`" in run.err


def test_code_below_src_is_that_of_the_copy(
    verify: Verify, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An installation in place, or PYTHONPATH, leads to the user's tree."""
    tests = """\
import shop


def test_a():
    assert "assay-verify-" in shop.__file__
    assert shop.total([1]) == 1
"""
    root = project({"src/shop.py": SHOP, "tests/test_shop.py": tests})
    monkeypatch.setenv("PYTHONPATH", str(root / "src"))
    run = verify("--all", "-f", "json", cwd=root)
    assert [one["verdict"] for one in json.loads(run.out)["tests"]] == ["killed by an assertion"]


# What cannot be known


UNKNOWN = """\
import os
import signal
import threading

import pytest


def test_that_fails():
    assert shop.total([1]) == 2


def test_without_its_plugin(mocker):
    pass


def test_that_hangs():
    shop.total([1])
    threading.Event().wait()


@pytest.mark.skip(reason="later")
def test_that_is_skipped():
    shop.total([1])


@pytest.mark.xfail
def test_that_is_expected_to_fail():
    assert shop.total([1]) == 2


def test_that_deletes():
    shop.total([1])
    os.remove("shop.py")


def test_that_exits():
    shop.total([1])
    os._exit(3)


def test_that_kills_its_process():
    os.kill(os.getpid(), signal.SIGKILL)


def test_of_nothing():
    assert 1 + 1 == 2


def test_that_is_none():
    pass


test_that_is_none.__test__ = False


def test_that_is_good():
    assert shop.total([1]) == 1
"""


def test_tests_that_nothing_can_be_said_of(verify: Verify, project: Project) -> None:
    """Each has its sentence, and the others are judged all the same."""
    run = verify("--all", "--timeout", "1", "-f", "json", cwd=project(shop(UNKNOWN)))
    assert verdicts(run) == snapshot(
        {
            "test_of_nothing": "unknown: it calls no function of the code under test in its own process",
            "test_that_deletes": "unknown: it deletes files of the project (shop.py), which were put back",
            "test_that_exits": "unknown: it took its process with it (it ended the process with code 3)",
            "test_that_fails": "unknown: it does not pass as it is: AssertionError: assert 1 == 2",
            "test_that_hangs": "unknown: it did not end within 1 s",
            "test_that_is_expected_to_fail": "unknown: it is expected to fail",
            "test_that_is_good": "killed by an assertion: it noticed that `shop.py:total` gave another result, at test_shop.py:60",
            "test_that_is_none": "unknown: pytest does not collect it",
            "test_that_is_skipped": "unknown: it is skipped: later",
            "test_that_kills_its_process": "unknown: it took its process with it (SIGKILL)",
            "test_without_its_plugin": "unknown: it does not pass as it is: fixture 'mocker' not found",
        }
    )
    assert run.code == 0


def test_tests_that_are_made_while_they_are_collected(verify: Verify, project: Project) -> None:
    tests = """\
def _make(number):
    def test():
        assert shop.total([number]) == number

    return test


for number in range(2):
    globals()[f"test_made_{number}"] = _make(number)
"""
    run = verify("test_shop.py::test_made_1", "-f", "json", cwd=project(shop(tests)))
    assert verdicts(run)["test_made_1"].startswith("killed by an assertion")


def test_a_file_that_does_not_import(verify: Verify, project: Project) -> None:
    broken = "import nowhere_at_all\n\n\ndef test_a():\n    x = nowhere_at_all.f()\n"
    tests = "def test_good():\n    assert shop.total([1]) == 1\n"
    run = verify("--all", "-f", "json", cwd=project(shop(tests, **{"test_broken.py": broken})))
    words = verdicts(run)
    assert words["test_good"].startswith("killed by an assertion")
    assert words["test_a"] == (
        "unknown: its file does not import: ModuleNotFoundError: No module named 'nowhere_at_all'"
    )
    assert "its tests do not import" in json.loads(run.out)["notices"][0]["text"]
    assert run.code == 3


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"pytest.ini": "[pytest]\naddopts = --of-a-missing-plugin\n"}, "--of-a-missing-plugin"),
        ({"conftest.py": "import nowhere_at_all\n"}, "No module named 'nowhere_at_all'"),
    ],
)
def test_a_pytest_that_does_not_start(
    verify: Verify, project: Project, files: dict[str, str], said: str
) -> None:
    root = project(shop("def test_a():\n    assert shop.total([1]) == 1\n", **files))
    run = verify("--all", "-f", "json", cwd=root)
    (words,) = verdicts(run).values()
    assert words.startswith("unknown: pytest ended with code 4: ")
    assert said in words
    assert run.code == 3


def test_an_interpreter_without_pytest(assay: Assay, project: Project, tmp_path: Path) -> None:
    venv.create(tmp_path / "bare", with_pip=False)
    python = str(tmp_path / "bare" / "bin" / "python")
    root = project({"in/shop.py": SHOP, "in/test_shop.py": "def test_a():\n    assert True\n"}) / "in"
    run = assay("verify", "--all", "--python", python, "--no-cache", "-f", "json", cwd=root)
    assert verdicts(run) == {"test_a": f"unknown: no pytest is installed for {python}"}
    assert run.code == 3


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--python", "/nowhere/python"), "assay: --python /nowhere/python: no such program\n"),
        (("nowhere.py::test_a",), "assay: nowhere.py: no such file or folder\n"),
        (("--python", sys.executable, "--command", "'"), "assay: --command: No closing quotation\n"),
    ],
)
def test_what_is_not_there_is_a_mistake_of_the_command(
    assay: Assay, project: Project, arguments: tuple[str, ...], said: str
) -> None:
    root = project(shop("def test_a():\n    x = shop.total([1])\n"))
    run = assay("verify", "--no-cache", *arguments, cwd=root)
    assert (run.code, run.err) == (2, said)


def test_nothing_to_prove(verify: Verify, project: Project) -> None:
    run = verify(cwd=project(shop("def test_a():\n    assert shop.total([1]) == 1\n")))
    assert (run.code, run.out) == (0, "")
    assert "runs the code" not in run.err


# What it may not do


def test_the_tree_of_the_user_stays_as_it_is(verify: Verify, project: Project) -> None:
    tests = """\
import os


def test_writes():
    shop.save("text")
    os.makedirs("made/deep")
    assert not os.path.exists("left.txt")
    open("left.txt", "w").close()


def test_reads_what_the_other_left():
    assert shop.total([1]) == 1
    assert not os.path.exists("left.txt")
"""
    root = project(shop(tests))
    before = sorted(path.relative_to(root).as_posix() for path in root.rglob("*"))
    words = verdicts(verify("--all", "-f", "json", cwd=root))
    assert sorted(path.relative_to(root).as_posix() for path in root.rglob("*")) == before
    assert words["test_reads_what_the_other_left"].startswith("killed by an assertion")


def test_the_home_of_the_user_is_not_that_of_the_tests(
    verify: Verify, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_API_KEY", "secret")
    tests = """\
import os
import pathlib


def test_a():
    assert "assay-verify-" in str(pathlib.Path.home())
    assert "SHOP_API_KEY" not in os.environ
    assert shop.total([1]) == 1
"""
    (words,) = verdicts(verify("--all", "-f", "json", cwd=project(shop(tests)))).values()
    assert words.startswith("killed by an assertion")


REACHES_OUT = """\
import socket

import pytest


def test_a():
    with pytest.raises(OSError):
        socket.create_connection(("192.0.2.1", 9), timeout=1)
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
    assert shop.total([1]) == 1
"""


def test_no_other_machine_is_reached(verify: Verify, project: Project) -> None:
    run = verify("--all", "-f", "json", cwd=project(shop(REACHES_OUT)))
    assert [one["verdict"] for one in json.loads(run.out)["tests"]] == ["killed by an assertion"]


def test_where_the_system_cannot_the_plugin_closes_the_network(
    verify: Verify, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanner.verify.sandbox, "_works", lambda box, scratch: False)
    tests = REACHES_OUT.replace("OSError)", "OSError, match='the network is off')")
    run = verify("--all", "-f", "json", cwd=project(shop(tests)))
    assert [one["verdict"] for one in json.loads(run.out)["tests"]] == ["killed by an assertion"]
    assert "network closed in the tests' process only" in run.err


# The rest of the manners


def test_a_second_run_knows_what_the_first_one_proved(verify: Verify, project: Project) -> None:
    root = project(shop("def test_a():\n    x = shop.total([1])\n"), commit="All")
    first = verify("--remember", "-f", "json", cwd=root)
    again = verify("--remember", "-f", "json", cwd=root)
    assert again.out == first.out
    assert ": 0 tests, " in again.err
    assert "1 known from the last run" in again.err
    (root / "shop.py").write_text(f"{SHOP}\n\nMORE = 1\n", encoding="utf-8")
    assert "known from the last run" not in verify("--remember", cwd=root).err


def test_the_number_of_processes_changes_nothing(verify: Verify, project: Project) -> None:
    tests = "".join(f"def test_{n}():\n    x = shop.total([{n}])\n\n\n" for n in range(6))
    more = {f"test_{name}.py": f"import shop\n\n\n{tests}" for name in "abc"}
    root = project(shop(tests, **more))
    one = verify("-f", "json", cwd=root)
    two = verify("-f", "json", "--jobs", "2", cwd=root)
    assert len(verdicts(one)) == 6
    assert one.out == two.out


def test_the_oracles_that_ran_are_counted(verify: Verify, project: Project) -> None:
    tests = """\
import unittest
from unittest import mock

import pytest

from helpers import look_at


def test_assert():
    assert shop.total([1]) == 1
    assert True


def test_never_reached():
    for price in []:
        assert price


def test_raises():
    with pytest.raises(TypeError):
        shop.total(None)


def test_mock():
    called = mock.Mock()
    called()
    called.assert_called()


def test_helper():
    look_at(shop.total([1]))


def test_raise():
    if shop.total([1]) != 1:
        raise ValueError


@pytest.fixture
def checked():
    assert shop.total([]) == 0
    yield
    assert shop.total([]) == 0


def test_fixture(checked):
    shop.total([1])


class Case(unittest.TestCase):
    def test_case(self):
        self.assertEqual(shop.total([1]), 1)
"""
    files = {
        "tests/helpers.py": "def look_at(n):\n    assert n\n",
        "tests/test_a.py": f"import shop\n{tests}",
    }
    run = verify("--trace", "-f", "json", cwd=project({"shop.py": SHOP, **files}))
    found: dict[str, Any] = {one["test"]: one for one in json.loads(run.out)["tests"]}
    assert {name: one["oracles"] for name, one in found.items()} == {
        "Case.test_case": {"call:library": 1},
        "test_assert": {"call:assert": 2},
        "test_fixture": {"setup:assert": 1, "teardown:assert": 1},
        "test_helper": {"call:assert": 1},
        "test_mock": {"call:library": 1},
        "test_never_reached": {},
        "test_raise": {"call:raise": 1},
        "test_raises": {"call:raises": 1},
    }
    assert {name for name, one in found.items() if not one["judged"]} == {"test_never_reached"}
    assert found["test_never_reached"]["rules"] == ["unreachable-oracle"]
    assert run.err.endswith("8 tests, 8 passed; in 1 of these no oracle ran, and the rules flag 1 of them\n")


def test_what_runs_inside_is_for_an_old_python_and_needs_nothing_of_ours() -> None:
    inside = Path(scanner.verify.__file__).with_name("inside")
    for file in sorted(inside.glob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"), feature_version=(3, 8))
        imported = {
            name
            for node in ast.walk(tree)
            if isinstance(node, (ast.Import, ast.ImportFrom)) and not getattr(node, "level", 0)
            for name in (
                [node.module] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names]
            )
        }
        ours = {str(name) for name in imported} - set(sys.stdlib_module_names) - {"pytest", "collections.abc"}
        assert ours == set(), file.name
