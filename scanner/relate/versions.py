"""Files and functions of which two versions stand beside one another: `report.py` and `report_v2.py`,
`load` and `load_fixed`. Told by the name, and held against the content: what only sounds alike has little in
common.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cached_property

from scanner.facts import Facts, Function
from scanner.frozen import frozen
from scanner.lazily import regex
from scanner.relate.clones import is_outgoing, is_set_apart, unit_of
from scanner.relate.repository import Repository

_ALIKE = 0.5  # share of the statements, or of the names, that both have
_LEAST = 6  # statements, of a function
_LEAST_OF_FILE = 15
_LEAST_NAMES = 4  # functions and classes of one name in both files
# What an edit that nobody dared to make in place is called.
_MARKS = regex(
    r"_?(?:v\d+|new|old|backup|bak|orig|original|fixed|fix|final|improved|enhanced|updated|optimi[sz]ed"
    r"|refactored|rewritten|rewrite|copy|temp|tmp|2)$"
    r"|^(?:new|old|backup|improved|enhanced|fixed|refactored|updated|optimi[sz]ed|final)_",
)
# Of functions only what nothing but a version is called: `orient_new` makes a new one, `temp` and `old` are
# what many are about, `sum2` is another function.
_MARKS_OF_FUNCTIONS = regex(
    r"_(?:v\d+|fixed|improved|enhanced|updated|optimi[sz]ed|refactored|rewritten)$"
    r"|^(?:improved|enhanced|fixed|refactored|optimi[sz]ed)_",
)


@frozen
class FileVersion:
    """`facts` is another version of `original`; whether other code imports the one and the other."""

    facts: Facts
    original: Facts
    alike: float
    in_use: bool
    original_in_use: bool


@frozen
class FunctionVersion:
    """Two functions of one scope."""

    facts: Facts
    function: Function
    original: Function
    alike: float


class Versions:
    """The parallel versions of a repository's live code."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self.live = [
            facts
            for facts in repository.files.values()
            if facts.role == "live" and facts.path.endswith(".py") and not is_set_apart(facts)
        ]

    def files(self) -> Iterator[FileVersion]:
        """By path."""
        by_path = {facts.path: facts for facts in self.live}
        for facts in self.live:
            folder, slash, name = facts.path.rpartition("/")
            base = _base(name.removesuffix(".py"))
            original = by_path.get(f"{folder}{slash}{base}.py") if base else None
            if original is None:
                continue
            one, other = _statements(facts), _statements(original)
            if min(one.total(), other.total()) < _LEAST_OF_FILE:
                continue
            alike = max(_alike(one, other), _same_names(facts, original))
            if alike >= _ALIKE and facts.path not in self._imports[original.path]:
                users = (facts.path in self._imported, original.path in self._imported)
                yield FileVersion(facts, original, alike, *users)

    def functions(self) -> Iterator[FunctionVersion]:
        """By path and line, of files that are no version of another one."""
        for facts in self.live:
            by_name = {function.name: function for function in facts.functions}
            classes = {known.name for known in facts.classes}
            for function in facts.functions:
                owner, dot, name = function.name.rpartition(".")
                base = _base(name, _MARKS_OF_FUNCTIONS)
                original = by_name.get(f"{owner}{dot}{base}") if base else None
                if original is None or not _comparable(function, original):
                    continue
                if any(is_outgoing(unit_of(facts, one, classes)) for one in (function, original)):
                    continue
                alike = _alike(Counter(function.hashes), Counter(original.hashes))
                if alike >= _ALIKE and not _calls(function, original) and not _calls(original, function):
                    yield FunctionVersion(facts, function, original, alike)

    @cached_property
    def _imports(self) -> dict[str, set[str]]:
        """Path → the files that it imports."""
        file_of = self.repository.file_of
        return {
            facts.path: {path for item in facts.imports if (path := file_of(item.target))}
            for facts in self.repository.files.values()
        }

    @cached_property
    def _imported(self) -> set[str]:
        return {target for path, targets in self._imports.items() for target in targets if target != path}


def _base(name: str, marks: re.Pattern[str] = _MARKS) -> str:
    """The name without what marks it as a version of another; "" where nothing does."""
    base = marks.sub("", name, count=1)
    return base if base and base != name and not base.endswith("_") else ""


def _comparable(one: Function, other: Function) -> bool:
    return (
        min(len(one.hashes), len(other.hashes)) >= _LEAST
        and one.is_async == other.is_async
        and one.decorators == other.decorators
        and "stub" not in other.traits
    )


def _statements(facts: Facts) -> Counter[int]:
    return Counter(value for function in facts.functions for value in function.hashes)


def _alike(one: Counter[int], other: Counter[int]) -> float:
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 0.0


def _same_names(one: Facts, other: Facts) -> float:
    """How many of the functions and classes of the smaller file the other has under the same names."""
    names, others = _names(one), _names(other)
    shared = len(names & others)
    return shared / min(len(names), len(others)) if shared >= _LEAST_NAMES else 0.0


def _names(facts: Facts) -> set[str]:
    return {function.name for function in facts.functions} | {known.name for known in facts.classes}


def _calls(one: Function, other: Function) -> bool:
    """Does the one build on the other: then they are steps, not versions?"""
    name = other.name.rpartition(".")[2]
    return any(call.callee.rpartition(".")[2] == name for call in one.calls)
