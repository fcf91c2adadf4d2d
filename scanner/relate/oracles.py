"""Which tests have an oracle, helpers followed across files.

A test is *checked* when something that it reaches can tell a wrong result from a right one: its own
statements, the helpers that it calls (five deep, base classes and re-exports included), the fixtures that it
asks for, the decorators around it, the teardown of its class. What the repository does not define, and is
named like a check, gets the benefit of the doubt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from scanner.analyse.naming import is_accepting, is_asserting, is_input
from scanner.facts import Call, Class, Facts, Function
from scanner.lazily import regex
from scanner.relate.runner import Runner

if TYPE_CHECKING:
    from scanner.relate.repository import Repository

_DEEP = 5
_CHECKING = frozenset({"assert", "call", "raises", "weak", "raise", "dead", "swallowed", "tautology"})
# Of these the finding is another rule's: the test has an oracle, it is only a bad one.
_FOREIGN = regex(
    r"(?:numpy|pandas|torch|polars|xarray|jax|tensorflow|geopandas|scipy|dask|cupy)\.\S*(?:testing|_testing)\b"
    r"|warnings\.(?:simplefilter|filterwarnings)$|.*\.objects\.a?get$"  # they raise where nothing fits
    r"|(?:asyncio\.(?:wait_for|timeout)|anyio\.fail_after|trio\.fail_after|async_timeout\.timeout|pytest\.mark\.timeout)\b"
    r"|(?:hypothesis\.stateful|doctest|approvaltests|inline_snapshot|syrupy|sybil|testfixtures|hamcrest|assertpy|sure"
    r"|expects|pytest_check|pytest_regressions|playwright\.\S*expect|dirty_equals|deepdiff|jsonschema|atheris"
    r"|pytest\.(?:fail|exit)|pytest_bdd|behave|schemathesis|mypy\.api|compileall|py_compile|typeguard|beartype)\b"
)
_FIXTURES = frozenset(
    # Plugins whose fixture checks by itself, when called or at the end of the test
    "snapshot snapshot_json benchmark eval_example data_regression num_regression image_regression "
    "file_regression dataframe_regression ndarrays_regression obj_regression original_datadir "
    "httpx_mock respx_mock mocked_responses aioresponses check verify subtests golden lua_snapshot "
    "approve assert_snapshot httpserver mypy_plugin django_assert_num_queries "
    "django_assert_max_num_queries assert_all_responses_were_requested snap_compare".split()
)
_NEUTRAL = regex(
    r"(?:pytest|unittest|mock|builtins|functools|contextlib|django|hypothesis|parameterized|ddt|responses|respx|httpretty|vcr|"
    r"freezegun|time_machine|moto|pytest_asyncio|anyio|trio|asyncio|tornado|twisted|flaky|tenacity|requests_mock|aioresponses|"
    r"patch|pyfakefs|celery|click|typing|typing_extensions|warnings|faker|factory|allure|pytest_django)\b"
)
_ON_PURPOSE = frozenset({"skip", "xfail", "expectedFailure"})
_TEARDOWNS = (
    "tearDown",
    "asyncTearDown",
    "teardown_method",
    "tearDownClass",
    "teardown",
    "teardown_class",
    "teardown_module",
)
_SETUPS = ("setUpClass", "setUp", "asyncSetUp", "setup_method", "setup_class")
_METHODS = (
    "__init__",
    "__enter__",
    "__exit__",
    "__aenter__",
    "__aexit__",
    "__call__",
    "__post_init__",
    "check",
)


class Test(NamedTuple):
    """A test that a runner collects, with its class if it is a method."""

    facts: Facts
    function: Function
    owner: str  # the dotted name of its class, "" for a function


class Oracles:
    """Answers for one repository; everything is computed once, when somebody asks."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._known: dict[int, bool] = {}

    @cached_property
    def runner(self) -> Runner:
        """What the repository tells its test runner."""
        return Runner.of(self._repository.files)

    # Which functions are tests

    @cached_property
    def tests(self) -> tuple[Test, ...]:
        """Every test function that pytest, unittest or Django's runner would collect, in order of paths."""
        return tuple(self._tests())

    def _tests(self) -> Iterator[Test]:
        for facts, is_test_file in self._test_files():
            classes = {item.name: item for item in facts.classes}
            suites: dict[str, str] = {}
            for function in facts.functions:
                owner, _, name = function.name.rpartition(".")
                if not _may_be_test(function):
                    continue
                if not owner:
                    if is_test_file and function.name != "test" and self.runner.is_test(facts.path, name):
                        yield Test(facts, function, "")
                elif owner in classes:
                    if owner not in suites:
                        suites[owner] = self._kind(facts, classes[owner], is_test_file)
                    if self._is_run(facts.path, name, suites[owner]):
                        yield Test(facts, function, f"{_module(facts.path)}.{owner}")

    def _may_hold_tests(self, facts: Facts) -> bool:
        return facts.role == "test" and "/management/commands/" not in facts.path and not is_input(facts.path)

    def _kind(self, facts: Facts, owner: Class, is_test_file: bool) -> str:
        """Who runs the tests of a class: `pytest`, by its name; `unittest`, by its base; nobody: ""."""
        if "." in owner.name:
            return ""
        name = f"{_module(facts.path)}.{owner.name}"
        if self.is_test_case(name):
            loaded = is_test_file or self.runner.loads(facts.path) or name in self._bases
            return "unittest" if loaded else ""
        named = is_test_file and self.runner.is_suite(facts.path, owner.name)
        return "pytest" if named and "__init__" not in owner.attributes else ""

    def _is_run(self, path: str, name: str, kind: str) -> bool:
        if kind == "unittest":
            return name.startswith("test")  # its loader knows no setting
        return kind == "pytest" and self.runner.is_test(path, name)

    def is_test_case(self, name: str, hops: int = 8) -> bool:
        """Does a class come from `unittest.TestCase`, or from something foreign that is named like it?"""
        found = self._repository.definition(name)
        if found is None or not isinstance(found[1], Class):
            last = self._repository.resolve(name).rpartition(".")[2]
            return last.endswith(("TestCase", "TestBase", "TestCaseBase", "TestsBase"))
        return hops > 0 and any(self.is_test_case(base, hops - 1) for base in found[1].bases)

    def roots(self, name: str, hops: int = 8) -> frozenset[str]:
        """The foreign classes that a class comes from; empty where it has no base at all."""
        found = self._repository.definition(name)
        if found is None or not isinstance(found[1], Class):
            return frozenset({self._repository.resolve(name)})
        if not hops:
            return frozenset({""})
        return frozenset(root for base in found[1].bases for root in self.roots(base, hops - 1))

    def bases(self, name: str) -> tuple[str, ...]:
        """What a class is directly derived from: a base in between may know how to await."""
        found = self._repository.definition(name)
        if found is None or not isinstance(found[1], Class):
            return ()
        return tuple(self._repository.resolve(base) for base in found[1].bases)

    def is_never_awaited(self, test: Test) -> bool:
        """Is it an async test that nothing runs?"""
        return test.function.is_async and not test.function.decorators and not self.awaits(test)

    def awaits(self, test: Test) -> bool:
        """May something run the event loop for an async test that carries no mark itself?"""
        if test.owner and self.roots(test.owner) - {"builtins.object"}:
            return True
        path = test.facts.path
        if self.runner.setting(path, "asyncio_mode") == "auto" or "auto" in self.runner.setting(
            path, "addopts"
        ):
            return True
        if "pytestmark" in test.facts.identifiers:
            return True
        owner = test.owner.rpartition(".")[2]
        if any(
            item.name == owner and (item.decorators or "pytestmark" in item.attributes)
            for item in test.facts.classes
        ):
            return True
        return any(
            name.startswith("pytest_") or name in {"anyio_backend", "pytest_plugins"}
            for around in _conftests(path)
            if around in self._repository.files
            for name in self._repository.files[around].names
        )

    # What nobody collects

    def uncollected_suites(self) -> Iterator[tuple[Facts, Class, tuple[Function, ...]]]:
        """The classes in test files that hold tests, stand alone, and are no suite to any runner, each with
        those tests: an `__init__` keeps pytest away, or a name that it does not look for."""
        for facts, is_test_file in self._test_files():
            if not is_test_file:
                continue
            for owner in facts.classes:
                if "." in owner.name or owner.bases or owner.decorators or "__test__" in owner.attributes:
                    continue
                if self._kind(facts, owner, True) or f"{_module(facts.path)}.{owner.name}" in self._bases:
                    continue
                held = tuple(
                    function
                    for function in facts.functions
                    if function.name.rpartition(".")[0] == owner.name
                    and self.runner.is_test(facts.path, function.name.rpartition(".")[2])
                    and _may_be_test(function)
                )
                if held:
                    yield facts, owner, held

    def _test_files(self) -> Iterator[tuple[Facts, bool]]:
        """The files that may hold tests, and whether pytest looks into each."""
        for facts in self._repository.files.values():
            if self._may_hold_tests(facts):
                is_test_file = self.runner.collects(facts.path)
                if is_test_file is not None:
                    yield facts, is_test_file

    def uncollected_functions(self) -> Iterator[tuple[Facts, Function]]:
        """The functions that look like tests but for their name, in places where pytest finds others: they
        check something, ask for nothing but fixtures, and nobody mentions them."""
        for facts, is_test_file in self._test_files():
            if not is_test_file:
                continue
            suites = {item.name: item for item in facts.classes}
            for function in facts.functions:
                owner, _, name = function.name.rpartition(".")
                if self.runner.is_test(facts.path, name) or not _may_be_test(function):
                    continue
                if owner and not (owner in suites and self._is_plain_suite(facts, suites[owner])):
                    continue
                if self.is_mentioned(name) or name.startswith("pytest_") or function.decorators:
                    continue
                if {"assert", "raises"} & set(function.oracle) and self._asks_for_fixtures(function):
                    yield facts, function

    def _is_plain_suite(self, facts: Facts, owner: Class) -> bool:
        return not owner.bases and self._kind(facts, owner, True) == "pytest"

    def _asks_for_fixtures(self, function: Function) -> bool:
        return all(name in self._fixtures or name in _BUILTIN_FIXTURES for name in function.parameters)

    def is_mentioned(self, name: str) -> bool:
        """Does any file of the repository speak of something of that name, its definition left out?"""
        return name in self._mentioned

    @cached_property
    def _mentioned(self) -> frozenset[str]:
        return frozenset(name for facts in self._repository.files.values() for name in facts.identifiers)

    # What checks

    def unchecked(self) -> tuple[Test, ...]:
        """The tests that nothing can fail but a crash, those that are so on purpose left out."""
        return tuple(test for test in self._unchecked if not self.is_left_out(test))

    def returning(self) -> tuple[Test, ...]:
        """The tests that check nothing and give a verdict back; also those that a function of their own file
        calls for it."""
        return tuple(
            test
            for test in self.tests
            if "returns" in test.function.oracle
            and not self.is_checked(test)
            and not self.is_left_out(test, scripts=True)
        )

    def smoke(self) -> tuple[Test, ...]:
        """The tests that check nothing and say so: not crashing is their point."""
        return tuple(
            test
            for test in self.unchecked()
            if {"smoke", "accepts"}.intersection(test.function.oracle) or self.is_accepting_half(test)
        )

    def verdicts_of_scripts(self) -> tuple[Test, ...]:
        """The tests that give a verdict to their own file's `main`, which pytest collects all the same."""
        return tuple(
            test
            for test in self._unchecked
            if "returns" in test.function.oracle
            and self.is_left_out(test, scripts=True)
            and self._is_script(test.facts)
        )

    def conditional(self) -> Iterator[tuple[Test, str]]:
        """The tests whose checks all hang on what the code under test does, and on what: `if`, `loop` or
        `except`."""
        for test in self.tests:
            how = [word.partition(":")[2] for word in test.function.oracle if word.startswith("maybe:")]
            if how and not self._is_checked_elsewhere(test) and not self.is_left_out(test):
                yield test, how[0]

    @cached_property
    def _unchecked(self) -> tuple[Test, ...]:
        return tuple(test for test in self.tests if not self.is_checked(test))

    def weakly_checked(self) -> Iterator[tuple[Test, frozenset[str]]]:
        """The tests whose every oracle passes most wrong results, each with the kinds of those; see
        `analyse.assertions.strength`."""
        for test in self.tests:
            words = test.function.oracle
            kinds = frozenset(word.partition(":")[2] for word in words if word.startswith("weak:"))
            if not kinds or any(word.partition(":")[0] in _CHECKING - {"weak"} for word in words):
                continue
            rest = tuple(word for word in words if not word.startswith("weak:"))
            bare = test._replace(function=test.function._replace(oracle=rest))
            self._bared.append(bare)  # answers are known by the identity of the function
            if not self.is_checked(bare) and not self.is_left_out(test):
                yield test, kinds

    @cached_property
    def _bared(self) -> list[Test]:
        return []

    def is_checked(self, test: Test) -> bool:
        """Can anything that the test reaches tell a wrong result?"""
        return self._checks(test.facts, test.function, _DEEP) or self._is_checked_around(test, _DEEP)

    def is_checking_helper(self, name: str) -> bool:
        """Does a name lead to a function of the tests that can fail on a wrong result?"""
        found = self._repository.definition(name.replace("()", ""))
        if found is None or not isinstance(found[1], Function) or found[0].role != "test":
            return False
        return self._checks(found[0], found[1], _DEEP - 1)

    def _is_checked_elsewhere(self, test: Test) -> bool:
        """Does something check besides the statements of the test itself?"""
        owner = f"{_module(test.facts.path)}.{test.function.name.rpartition('.')[0]}"
        names = (call.callee for call in test.function.calls if not is_asserting(_last(call.callee)))
        if any(self._callee_checks(test.facts, name, _DEEP - 1, owner) for name in names):
            return True
        return self._is_checked_around(test, 0)

    def _is_checked_around(self, test: Test, deep: int) -> bool:
        """Does a fixture, or what runs before or after the test, check? So deep are fixtures followed that
        fixtures ask for: what those check is mostly their own set-up."""
        facts, function, owner = test
        if any(
            self._fixture_checks(name, deep) for name in function.parameters if name not in {"self", "cls"}
        ):
            return True
        used = (word.partition(":")[2] for word in function.oracle if word.startswith("uses:"))
        if any(self._fixture_checks(name, _DEEP, asked=True) for name in used):
            return True
        if any(self._calls_fixture(word) for word in function.oracle if word.startswith("calls:")):
            return True
        if self._module_checks(facts, owner):
            return True
        return bool(owner) and any(self._is_own_check(f"{owner}.{name}") for name in (*_SETUPS, *_TEARDOWNS))

    def _is_own_check(self, name: str) -> bool:
        found = self._repository.definition(name)
        return (
            found is not None
            and isinstance(found[1], Function)
            and self._checks(found[0], found[1], _DEEP - 1)
        )

    def is_left_out(self, test: Test, *, scripts: bool = False) -> bool:
        """Is a test that checks nothing so on purpose: skipped, expected to fail, an override that disables
        what its base class tests, a step of a script that calls it by itself?"""
        words = test.function.oracle
        if "skips" in words or "handed" in words:
            return True
        if self._is_script(test.facts):
            return True
        if not test.owner and self._is_called_at_home(test):
            return not (scripts and self._is_fed(test) and self._is_in_suite(test.facts.path))
        if any(item.rpartition(".")[2] in _ON_PURPOSE for item in test.function.decorators):
            return True
        if "empty" in words and test.owner in self._bases:
            return True
        return self._overrides(test)

    def _is_called_at_home(self, test: Test) -> bool:
        if "returns" not in test.function.oracle and self._is_fed(test):
            return False
        name = f"{_module(test.facts.path)}.{test.function.name}"
        others = [function.calls for function in test.facts.functions if function is not test.function]
        if not self._is_fed(test) or not self._is_in_suite(test.facts.path):
            others.append(test.facts.calls)
        return any(call.callee == name for calls in others for call in calls)

    def _is_script(self, facts: Facts) -> bool:
        """A program that runs its own steps, named like tests, and lies where no suite is."""
        if "pytest" in facts.identifiers or "unittest" in facts.identifiers or self._is_in_suite(facts.path):
            return False
        return any(re.fullmatch(r"main|run\w*|_main", function.name) for function in facts.functions)

    def _is_in_suite(self, path: str) -> bool:
        """Does a file that can also run as a script lie where pytest runs it with the rest?"""
        return self._uses_pytest and _IN_SUITE.search(path) is not None

    @cached_property
    def _uses_pytest(self) -> bool:
        return any("pytest" in facts.identifiers for facts in self._repository.files.values())

    def _is_fed(self, test: Test) -> bool:
        """Are all parameters fixtures? A function that asks for others is a helper named like a test."""
        marked = any(
            ".parametrize" in name or "patch" in name or "given" in name for name in test.function.decorators
        )
        return marked or self._asks_for_fixtures(test.function)

    def is_accepting_half(self, test: Test) -> bool:
        """Do other tests of the file expect the same call to raise? Then not raising is the point here."""
        return self._shares_callee(test, "raises")

    def is_present_half(self, test: Test) -> bool:
        """Do other tests of the file expect that the same call gives nothing? Then giving something is the
        point here."""
        return self._shares_callee(test, "none")

    def _shares_callee(self, test: Test, word: str) -> bool:
        """Is something that a test calls also called by a test of its file with that word?"""
        key = (test.facts.path, word)
        others = self._callees.get(key)
        if others is None:
            others = self._callees[key] = frozenset(
                call.callee
                for function in test.facts.functions
                if word in function.oracle
                for call in function.calls
            )
        return any(
            call.callee in others and not call.callee.startswith(("builtins.", "pytest.", "unittest."))
            for call in test.function.calls
        )

    @cached_property
    def _callees(self) -> dict[tuple[str, str], frozenset[str]]:
        return {}

    def _overrides(self, test: Test) -> bool:
        if not test.owner:
            return False
        found = self._repository.definition(test.owner)
        if found is None or not isinstance(found[1], Class):
            return False
        name = test.function.name.rpartition(".")[2]
        return any(self._has_member(base, name, 8) for base in found[1].bases)

    @cached_property
    def _bases(self) -> frozenset[str]:
        """The classes that another class of the repository's tests derives from."""
        return frozenset(
            self._repository.resolve(base)
            for facts in self._repository.files.values()
            if facts.role == "test"
            for item in facts.classes
            for base in item.bases
        )

    def _has_member(self, base: str, name: str, hops: int) -> bool:
        found = self._repository.definition(base)
        if found is None or not isinstance(found[1], Class):
            return not _is_plain_base(self._repository.resolve(base))
        if name in found[1].attributes:
            return True
        return hops > 0 and any(self._has_member(inner, name, hops - 1) for inner in found[1].bases)

    def _checks(self, facts: Facts, function: Function, deep: int) -> bool:
        key = id(function)
        known = self._known.get(key)
        if known is not None:
            return known
        self._known[key] = False  # a cycle adds nothing
        result = self._checks_by_itself(facts, function, deep)
        if not result and deep < _DEEP:
            del self._known[key]  # it was cut short; from nearer it may be seen
        if result:
            self._known[key] = True
        return result

    def _checks_by_itself(self, facts: Facts, function: Function, deep: int) -> bool:
        found = {word.partition(":")[0] for word in function.oracle} & _CHECKING
        if found - {"call"} or ("call" in found and not self._only_calls_subjects(function)):
            return True
        if any(is_asserting(_last(call.callee)) and not self._is_subject(call) for call in function.calls):
            return True
        idle = {word.partition(":")[2] for word in function.oracle if word.startswith("idle:")}
        for inner in self._nested(facts).get(function.name, ()):
            if inner.name.rpartition(".")[2] not in idle and self._checks(facts, inner, deep):
                return True
        if deep == 0:
            return False
        if any(self._decorator_may_check(name) for name in function.decorators):
            return True
        names = [*(call.callee for call in function.calls), *function.decorators]
        owner = f"{_module(facts.path)}.{function.name.rpartition('.')[0]}"
        return any(self._callee_checks(facts, name, deep - 1, owner) for name in names)

    def _only_calls_subjects(self, function: Function) -> bool:
        """Is all that looks like a check in a test the code under test, and only named like one?"""
        named = [call for call in function.calls if is_asserting(_last(call.callee))]
        return bool(named) and all(map(self._is_subject, named))

    def _is_subject(self, call: Call) -> bool:
        """`validate_layout(…)` of the live code, called to see it accept, is no oracle; `assert_same(…)` is,
        wherever it stands."""
        if call.callee.startswith(".") or not is_accepting(_last(call.callee)):
            return False
        found = self._repository.definition(call.callee.replace("()", "").replace("[]", ""))
        if found is None or not isinstance(found[1], Function):
            return False
        return found[0].role == "live" and not self._is_helper(found[0], found[1])

    def _is_helper(self, facts: Facts, function: Function) -> bool:
        """Is a function of the live code there for tests to call, by its name?"""
        name = _last(function.name)
        return is_asserting(name) and (not is_accepting(name) or "test" in facts.path)

    def _decorator_may_check(self, name: str) -> bool:
        """A decorator that the repository does not define, and that is not known to be neutral."""
        if name.startswith(".") or _NEUTRAL.match(name):
            return False
        resolved = self._repository.resolve(name)
        return not _NEUTRAL.match(resolved) and self._repository.definition(resolved) is None

    def _callee_checks(self, facts: Facts, callee: str, deep: int, owner: str) -> bool:
        if callee.startswith("."):
            return callee in _RAISING or self._method_checks(callee[1:]) or _is_test_name(callee[1:])
        if callee.startswith(("builtins.", "unittest.mock.")):
            return False
        name = self._repository.resolve(callee.replace("()", "").replace("[]", ""))
        found = self._repository.definition(name)
        if found is None:
            return self._foreign_checks(facts, name, owner)
        inside, item = found
        if isinstance(item, Function):
            if inside.role == "live" and not self._is_helper(inside, item):
                return False  # a crash of the code under test is no oracle
            return self._checks(inside, item, deep)
        if inside.role == "live":
            return False
        members = (self._repository.definition(f"{name}.{method}") for method in _METHODS)
        return any(
            member is not None
            and isinstance(member[1], Function)
            and self._checks(member[0], member[1], deep)
            for member in members
        )

    def _foreign_checks(self, facts: Facts, name: str, owner: str) -> bool:
        if _FOREIGN.match(name):
            return True
        last = _last(name)
        if is_asserting(last) or _is_test_name(last):
            return True
        if name.startswith(f"{owner}."):
            rest = name[len(owner) + 1 :]
            # A method that no class of the repository defines: a foreign base, or a subclass, may check.
            return self._method_checks(last) or ("." not in rest and not self._is_unittest_api(last))
        if name.startswith(_module(facts.path) + "."):
            return self._method_checks(last)
        return False

    def _is_unittest_api(self, name: str) -> bool:
        return name in _UNITTEST

    def _method_checks(self, name: str) -> bool:
        """A method of an unknown object: does any test helper of that name check?"""
        return name in self._checking_methods

    @cached_property
    def _checking_methods(self) -> frozenset[str]:
        return frozenset(
            function.name.rpartition(".")[2]
            for facts, function in self._repository.functions()
            if facts.role == "test"
            and not function.name.rpartition(".")[2].startswith(("test", "__"))
            and any(
                word in {"assert", "call", "raises"} or word.startswith("weak:") for word in function.oracle
            )
            and "fixture" not in " ".join(function.decorators)
        )

    # Fixtures, nested functions, modules

    @cached_property
    def _fixtures(self) -> dict[str, list[tuple[Facts, Function]]]:
        found: dict[str, list[tuple[Facts, Function]]] = {}
        for facts, function in self._repository.functions():
            if function.decorators and any(name.endswith("fixture") for name in function.decorators):
                found.setdefault(function.name.rpartition(".")[2], []).append((facts, function))
        return found

    def _fixture_checks(self, name: str, deep: int, asked: bool = False) -> bool:
        if name in _FIXTURES:
            return True
        for facts, function in self._fixtures.get(name, ()):
            if "teardown" in function.oracle:
                return True
            below = max(deep - 1, 0)
            if any(self._checks(facts, inner, below) for inner in self._nested(facts).get(function.name, ())):
                return True
            if asked and self._checks(facts, function, below):
                return True
            names = function.parameters if deep else ()
            if any(self._fixture_checks(inner, deep - 1) for inner in names if inner != name):
                return True
        return False

    def _calls_fixture(self, word: str) -> bool:
        """A test calls its parameter: a checking fixture, or one that the repository does not define."""
        name = word.partition(":")[2]
        own = self._fixtures.get(name)
        return own is None and is_asserting(name)

    def _module_checks(self, facts: Facts, owner: str) -> bool:
        """A fixture that runs by itself for every test of the file, and checks at its end."""
        return any(
            "autouse" in function.oracle and "teardown" in function.oracle
            for path in _conftests(facts.path)
            if path in self._repository.files
            for function in self._repository.files[path].functions
        )

    def _nested(self, facts: Facts) -> dict[str, list[Function]]:
        """Function → the functions that stand inside it, through classes in between."""
        known = self._nested_by_path.get(facts.path)
        if known is None:
            known = self._nested_by_path[facts.path] = {}
            names = {function.name for function in facts.functions}
            for function in facts.functions:
                outer = function.name.rpartition(".")[0]
                while outer and outer not in names:
                    outer = outer.rpartition(".")[0]
                if outer:
                    known.setdefault(outer, []).append(function)
        return known

    @cached_property
    def _nested_by_path(self) -> dict[str, dict[str, list[Function]]]:
        return {}


_BUILTIN_FIXTURES = frozenset(
    "self cls request tmp_path tmpdir tmp_path_factory monkeypatch capsys capfd caplog recwarn mocker "
    "pytester testdir event_loop benchmark snapshot client db settings httpx_mock requests_mock".split()
)
_UNITTEST = frozenset(
    "id setUp tearDown skipTest addCleanup subTest run debug countTestCases shortDescription "
    "defaultTestResult doCleanups setUpClass tearDownClass setUpTestData enterContext addClassCleanup "
    "enterClassContext client".split()
)


_IN_SUITE = regex(r"^(?!(?:.*/)?(?:scripts?|tools?|bin|hack|sandbox|playground)/)(?:.*/)?tests?/")
_RAISING = frozenset({".one", ".scalar_one"})


def _may_be_test(function: Function) -> bool:
    """Is a function, whatever its name, one that a setting could call a test? No fixture, no `setUp`."""
    name = function.name.rpartition(".")[2]
    if name.startswith("test"):
        return not any(item.endswith("fixture") for item in function.decorators)
    return not (
        name.startswith("_")
        or name in _UNITTEST
        or name in _TEARDOWNS
        or name in _SETUPS
        or any(item.endswith(_NO_TESTS) for item in function.decorators)
    )


# What turns a function into something else than a test
_NO_TESTS = ("fixture", "property", "staticmethod", "classmethod", "contextmanager", "hookimpl")


def _is_test_name(name: str) -> bool:
    """A test that another test runs."""
    return name.startswith("test_") and name not in {"test_client", "test_request_context", "test_cli_runner"}


def _is_plain_base(name: str) -> bool:
    return name.startswith(("unittest.", "builtins.", "typing.", "abc."))


def _last(callee: str) -> str:
    return callee.rpartition(".")[2].replace("()", "").replace("[]", "")


def _module(path: str) -> str:
    return path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")


def _conftests(path: str) -> list[str]:
    folders = path.split("/")[:-1]
    return [path, *("/".join([*folders[:end], "conftest.py"]) for end in range(len(folders), -1, -1))]
