"""What a change does to the tests that should judge it: each test before and after, check by check.

A *check* is one statement that can fail on a wrong result (see `checks`). Of a test that stands on both
sides, checks are matched: first those that stayed, then those that look at the same subject and expect
something else. What is left over was removed, or added.
"""

from __future__ import annotations

import ast
import functools
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import field

from scanner import shapes
from scanner.analyse import python
from scanner.analyse.checks import Check, Edit, checks_of, key, last_name, matched, steps_of
from scanner.change import Change, ChangedFile
from scanner.facts import Place
from scanner.frozen import frozen
from scanner.lazily import regex
from scanner.source import FunctionNode, Source, role_of

_WORD = regex(r"[A-Za-z_]\w*")
_FEW = 20  # holders of one statement that are looked at: what everybody writes tells nobody apart
_ALIKE = 0.6  # of two tests' statements, the share that makes one the other under a new name


@frozen
class TestCode:
    """One test function on one side of a change."""

    path: str
    name: str  # qualified within the file
    node: FunctionNode
    source: Source
    imports: frozenset[str]  # of its file
    around: tuple[ast.ClassDef, ...] = ()

    @functools.cached_property
    def checks(self) -> tuple[Check, ...]:
        return tuple(checks_of(self.node))

    @functools.cached_property
    def steps(self) -> tuple[str, ...]:
        """Its statements that check nothing, in order."""
        return tuple(steps_of(self.node.body))

    @functools.cached_property
    def lines(self) -> list[str]:
        """The test as written, with its decorators and the headers of its classes."""
        first = min([self.node.lineno, *(item.lineno for item in self.node.decorator_list)])
        heads = [
            line
            for owner in self.around
            for line in self.source.lines[
                min([owner.lineno, *(item.lineno for item in owner.decorator_list)]) - 1 : owner.lineno
            ]
        ]
        return heads + self.source.lines[first - 1 : self.node.end_lineno]

    @functools.cached_property
    def statements(self) -> Counter[str]:
        return Counter(map(ast.dump, self.node.body))

    @functools.cached_property
    def words(self) -> frozenset[str]:
        """Every identifier, and every word of a literal, that it holds."""
        return frozenset(_WORD.findall(self.source.segment(self.node)))

    @property
    def place(self) -> Place:
        return self.source.header(self.node)

    def place_of(self, node: ast.AST) -> Place:
        return self.source.place(node)

    def text(self, node: ast.AST) -> str:
        """A node as written, on one line, and short enough for a message."""
        text = " ".join(self.source.segment(node).split())
        return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


_LONGEST = 90


@frozen
class Pair:
    """One test, before and after."""

    before: TestCode
    after: TestCode

    @property
    def is_untouched(self) -> bool:
        return self.before.lines == self.after.lines

    @functools.cached_property
    def _matched(self) -> tuple[tuple[Edit, ...], tuple[Check, ...], tuple[Check, ...]]:
        return matched(self.before.checks, self.after.checks)

    @property
    def edits(self) -> tuple[Edit, ...]:
        return self._matched[0]

    @property
    def removed(self) -> tuple[Check, ...]:
        return self._matched[1]

    @property
    def added(self) -> tuple[Check, ...]:
        return self._matched[2]

    @functools.cached_property
    def runs_the_same(self) -> bool:
        """Does the test take the same steps before and after, whatever it checks on the way?"""
        return self.before.steps == self.after.steps

    def checks_elsewhere(self, check: Check, besides: Check) -> bool:
        """Does another check of the test after the change still hold the subject, or a part of it, to
        something?"""
        return any(
            check.subject in other.subject and other.strength >= min(check.strength, 2)
            for other in self.after.checks
            if other is not besides
        )


@frozen
class Suites:
    """The tests of a change. `pairs` are those that differ, `stayed` those that do not; `subjects` are the
    live Python files that it edits, on both sides."""

    pairs: tuple[Pair, ...] = ()
    stayed: tuple[TestCode, ...] = ()
    removed: tuple[TestCode, ...] = ()
    added: tuple[TestCode, ...] = ()
    helpers: tuple[TestCode, ...] = ()  # functions of test files that are new, and no tests
    subjects: tuple[ChangedFile, ...] = ()
    files: frozenset[str] = field(default=frozenset())  # test files that are there after the change

    @functools.cached_property
    def gone(self) -> frozenset[str]:
        """Identifiers that the live files have lost, or no longer define: what spoke of them had to go."""
        before = _words_of(file.before for file in self.subjects)
        lost = before - _words_of(file.after for file in self.subjects)
        return lost | (
            _bound_in(file.before for file in self.subjects) - _bound_in(file.after for file in self.subjects)
        )

    @functools.cached_property
    def moved(self) -> frozenset[tuple[str, str, str]]:
        """The checks of tests and helpers that are new, and those that were added to others."""
        found = [check for test in (*self.added, *self.helpers) for check in test.checks]
        found += [check for pair in self.pairs for check in pair.added]
        return frozenset(key(check) for check in found)

    def subject_of(self, test: TestCode) -> ChangedFile | None:
        """The live file of the change that a test imports, or that holds what it imports from its package."""
        exact = (file for file in self.subjects if _is_imported(_module(file.path).split("."), test.imports))
        passed_on = (
            file
            for file in self.subjects
            if _is_imported(_module(file.path).split(".")[:-1], test.imports)
            and not test.words.isdisjoint(_defined(file))
        )
        return next(exact, None) or next(passed_on, None)

    def is_kept(self, pair: Pair, check: Check) -> bool:
        """Does a check that a test has lost live on elsewhere, or speak of what the code no longer has?"""
        held = (other for other in pair.after.checks if other.subject == check.subject)
        if key(check) in self.moved or any(other.strength >= check.strength for other in held):
            return True
        return not self.gone.isdisjoint(_WORD.findall(pair.before.source.segment(check.node)))

    def lost_by(self, pair: Pair) -> tuple[Check, ...]:
        """The checks that a test has simply lost: it runs the same, and gained and changed none."""
        if not pair.removed or pair.added or pair.edits or not pair.runs_the_same:
            return ()
        return tuple(check for check in pair.removed if not self.is_kept(pair, check))

    def still_concerns(self, test: TestCode) -> bool:
        """Does the code still have everything that a deleted test spoke of, and did its checks not move?"""
        if not test.checks or not self.gone.isdisjoint(test.words) or self._is_replaced(test):
            return False
        return not any(key(check) in self.moved for check in test.checks)

    def _is_replaced(self, test: TestCode) -> bool:
        """Does the file of a deleted test gain checks, or tests, in other places?"""
        gains = [other for other in self.added if other.path == test.path]
        return bool(gains) or any(pair.added for pair in self.pairs if pair.after.path == test.path)

    def renamed_out(self, test: TestCode) -> TestCode | None:
        """The function that a deleted test has become, if it is one that no runner collects."""
        best = self._near_helpers.nearest(test)
        if best is None:
            return None
        tests = [*self.stayed, *self.added, *(pair.after for pair in self.pairs)]
        called = any(best.node.name in other.words for other in tests)
        return None if called else best

    @functools.cached_property
    def _near_helpers(self) -> _Alike:
        return _Alike(self.helpers)

    def where_was(self, test: TestCode) -> Place:
        """Where a deleted test stood: the test before it that is still there, else the top of the file."""
        there = [*self.stayed, *(pair.after for pair in self.pairs)]
        above = [other for other in there if other.path == test.path and other.node.lineno < test.node.lineno]
        return max(above, key=lambda other: other.node.lineno).place if above else Place(1, 1, 1, 1)

    def spells_out(self, was: Check, now: Check) -> bool:
        """Does the code hold the old literal before, or the new one after the change? Then the value was
        renamed, not computed otherwise."""
        before = b"\n".join(file.before or b"" for file in self.subjects)
        after = b"\n".join(file.after or b"" for file in self.subjects)
        return _holds(before, was.wanted) or _holds(after, now.wanted)


@functools.lru_cache(maxsize=2)
def of_change(change: Change) -> Suites:
    """The tests of the files that a change touches. Files that cannot be parsed are left out."""
    before: list[TestCode] = []
    after: list[TestCode] = []
    helpers_before: list[TestCode] = []
    helpers_after: list[TestCode] = []
    subjects: list[ChangedFile] = []
    files: set[str] = set()
    for file in change.files:
        if not file.path.endswith(".py"):
            continue
        role = role_of(file.path)
        if role == "live" and file.before is not None and file.before != file.after:
            subjects.append(file)
        if role != "test":
            continue
        _gather(file.path, file.before, before, helpers_before)
        _gather(file.path, file.after, after, helpers_after)
        if file.after is not None:
            files.add(file.path)
    pairs, removed, added = _paired(before, after)
    known = {(test.path, test.name) for test in helpers_before}
    helpers = tuple(test for test in helpers_after if (test.path, test.name) not in known)
    stayed = tuple(pair.after for pair in pairs if pair.is_untouched)
    return Suites(
        tuple(pair for pair in pairs if not pair.is_untouched),
        stayed,
        tuple(removed),
        tuple(added),
        helpers,
        tuple(subjects),
        frozenset(files),
    )


def _gather(path: str, data: bytes | None, tests: list[TestCode], helpers: list[TestCode]) -> None:
    source = python.read(path, data) if data is not None else None
    if not isinstance(source, Source):
        return
    imports = _imported(source)
    for node, around in _functions(source.tree.body, ()):
        name = ".".join([*(owner.name for owner in around), node.name])
        into = tests if node.name.startswith("test") else helpers
        into.append(TestCode(path, name, node, source, imports, around))


def _functions(
    body: list[ast.stmt], around: tuple[ast.ClassDef, ...]
) -> Iterator[tuple[FunctionNode, tuple[ast.ClassDef, ...]]]:
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node, around
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node.body, (*around, node))


def _paired(
    before: list[TestCode], after: list[TestCode]
) -> tuple[list[Pair], list[TestCode], list[TestCode]]:
    """Tests of one name in one file; then, of those left, tests of one name anywhere, then alike ones."""
    now = {(test.path, test.name): test for test in after}
    pairs = [Pair(test, now.pop((test.path, test.name))) for test in before if (test.path, test.name) in now]
    known = {(pair.before.path, pair.before.name) for pair in pairs}
    by_name: dict[str, list[TestCode]] = {}
    for test in reversed(list(now.values())):
        by_name.setdefault(test.node.name, []).append(test)
    near = _Alike(now.values())
    removed: list[TestCode] = []
    for test in before:
        if (test.path, test.name) in known:
            continue
        namesakes = by_name.get(test.node.name)
        other = namesakes.pop() if namesakes else near.nearest(test)
        if other is None or now.pop((other.path, other.name), None) is None:
            removed.append(test)
        else:
            pairs.append(Pair(test, other))
    return pairs, removed, list(now.values())


class _Alike:
    """Finds the test that shares most statements with another, without comparing each with each."""

    def __init__(self, tests: Iterable[TestCode]) -> None:
        self._holders: dict[str, list[TestCode]] = {}
        for test in tests:
            for statement in test.statements:
                self._holders.setdefault(statement, []).append(test)

    def nearest(self, test: TestCode) -> TestCode | None:
        shared = Counter(
            (other.path, other.name)
            for statement in test.statements
            for other in self._holders.get(statement, ())[:_FEW]
        )
        named = {
            (other.path, other.name): other
            for statement in test.statements
            for other in self._holders.get(statement, ())[:_FEW]
        }
        near = [named[name] for name, _ in shared.most_common(_FEW)]
        best = max(near, key=lambda other: alike(test, other), default=None)
        return best if best is not None and alike(test, best) >= _ALIKE else None


def alike(one: TestCode, other: TestCode) -> float:
    """The share of two functions' statements that both have."""
    left, right = one.statements, other.statements
    total = (left | right).total()
    return (left & right).total() / total if total else 0.0


def _imported(source: Source) -> frozenset[str]:
    """Every dotted name that a file imports, and the modules of `from` imports."""
    found: set[str] = set()
    for node in source.nodes:
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return frozenset(found)


def _is_imported(parts: list[str], imports: frozenset[str]) -> bool:
    """Is a module, under any name that its path allows, among those that a file imports?"""
    names = (".".join(parts[start:]) for start in range(len(parts)))
    return any(name in imports and name not in sys.stdlib_module_names for name in names)


_DEFINITION = regex(rb"^(?:async def|def|class) (\w+)", re.MULTILINE)


def _defined(file: ChangedFile) -> set[str]:
    """The functions and classes that a file defines at its top, before or after."""
    found = {*_DEFINITION.findall(file.before or b""), *_DEFINITION.findall(file.after or b"")}
    return {name.decode("utf-8", "replace") for name in found}


def defines(file: ChangedFile, name: str) -> bool:
    """Does a file define a function or method of that name?"""
    return (
        re.search(rb"^[ \t]*(?:async )?def %s\(" % re.escape(name.encode()), file.after or b"", re.MULTILINE)
        is not None
    )


def first_definition(file: ChangedFile) -> Place:
    """Where the first function or class of a file begins, as it is after the change."""
    found = _DEFINITION.search(file.after or b"")
    if found is None or file.after is None:
        return Place(1, 1, 1, 1)
    line = file.after.count(b"\n", 0, found.start()) + 1
    return Place(line, 1, line, found.end() - found.start() + 1)


def _module(path: str) -> str:
    return path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")


def _holds(text: bytes, node: ast.expr | None) -> bool:
    """Does a text spell out a literal: its string, or its number where that is no common one?"""
    for inner in ast.walk(node) if node is not None else ():
        value = getattr(inner, "value", None)
        if isinstance(value, str) and value and value.encode("utf-8", "surrogatepass") in text:
            return True
        if (
            isinstance(value, (int, float))
            and abs(value) > 2
            and re.search(rb"(?<![\w.])%s(?![\w.])" % re.escape(repr(value).encode()), text)
        ):
            return True
    return False


_BINDING = regex(rb"^[ \t]*(?:(?:async def|def|class) (\w+)|(\w+) *(?::[^=\n]*)?=[^=])", re.MULTILINE)


def _bound_in(contents: Iterable[bytes | None]) -> frozenset[str]:
    """The names that files define, or assign to."""
    found = (one or other for data in contents for one, other in _BINDING.findall(data or b""))
    return frozenset(name.decode("utf-8", "replace") for name in found)


def _words_of(contents: Iterable[bytes | None]) -> frozenset[str]:
    return frozenset(
        word for data in contents if data for word in _WORD.findall(data.decode("utf-8", "replace"))
    )


_SKIPPING = frozenset({"skip", "xfail", "expectedFailure", "skipTest"})


def silencer_of(test: TestCode) -> ast.expr | None:
    """What keeps a test from failing: a decorator of it or of its class, or a first statement that skips."""
    for owner in (test.node, *test.around):
        for decorator in owner.decorator_list:
            func = decorator.func if isinstance(decorator, ast.Call) else decorator
            if last_name(func) in _SKIPPING or (last_name(func) == "skipif" and _always(decorator)):
                return decorator
    first = shapes.body_of(test.node)[:1]
    value = first[0].value if first and isinstance(first[0], ast.Expr) else None
    return value if isinstance(value, ast.Call) and last_name(value.func) in _SKIPPING else None


def _always(decorator: ast.expr) -> bool:
    given = decorator.args[:1] if isinstance(decorator, ast.Call) else []
    return any(isinstance(item, ast.Constant) and item.value is True for item in given)


def patched(test: TestCode) -> dict[str, ast.expr]:
    """The last names of what a test patches, each with where: `send` of `patch("shop.mail.send")`."""
    found: dict[str, ast.expr] = {}
    for node in ast.walk(test.node):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        if last_name(node.func) == "patch":
            target = node.args[0]
        elif last_name(node.func) in {"object", "setattr"} and len(node.args) > 1:
            target = node.args[1]
        else:
            continue
        if isinstance(target, ast.Constant) and isinstance(target.value, str):
            found.setdefault(target.value.rpartition(".")[2], node)
    return found
