"""Functions that are copies of one another, from the hashes of their normalised statements.

Exact copies fall into one bucket. Near ones are met through their rarest statements: two functions that
agree in at least a share of their statements agree in one of the rarest few (the prefix filter of
SourcererCC), so that only a handful of pairs is ever aligned, and the work stays linear in the size of
the repository.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache

from scanner.analyse.naming import is_input
from scanner.facts import Class, Facts, Function, Import
from scanner.frozen import frozen
from scanner.lazily import regex
from scanner.relate.repository import Repository, module_name
from scanner.relate.sides import are_two_sides

MIN_STATEMENTS = 5
MIN_NODES = 24  # of our tokens, about forty nodes of the parser
_MIN_COMMON = 5  # statements that two functions share before they are near copies
_ALIKE = 0.85  # share of statements that a copy and its original have in common
_ALIKE_NAMESAKE = 0.75  # the same, where both have one name
_ALIKE_BY_DESIGN = 0.9  # the same, where the place in the code asks both to look alike
_SLIGHT = 6  # statements that are worth a move where all of them agree
_NOT_SHORT = 8  # and where some differ
_LONG = 10  # statements: what is repeated word for word over so many is no coincidence
_VERY_LONG = 16
_A_PAIR = 12  # statements that two functions of one file repeat before a third function is worth its while
_WORTH = 6.0  # see `_worth`
_WORTH_OTHERWISE = 9.0  # where neither the names nor all statements agree, or many differ
_ALIKE_IN_TEST = 0.95  # a test writes the code that it checks in its own words, more or less
_ALIKE_IN_ORDER = 0.6  # and of these, the share that stands in the same order
_HOOKS = 6  # files of a folder that define one name: then each has to have its own
_WHOLE = 3  # copies between two files from which on it is the file that was copied
_TELLING_CALLS = 3  # in common, that tell two functions to be alike where they say different things
_COMMON = 64  # a statement that more functions hold says nothing
_MOST_ORIGINALS = 16  # of one bucket, how many are tried before a function counts as one more


@frozen
class Unit:
    """One function that is long enough to be a copy of another."""

    facts: Facts
    function: Function
    kind: str  # function | method | nested

    @property
    def path(self) -> str:
        return self.facts.path

    @property
    def name(self) -> str:
        """The last part of the qualified name."""
        return self.function.name.rpartition(".")[2]

    @property
    def owner(self) -> str:
        """The qualified name of the class or function around it; "" at module level."""
        return self.function.name.rpartition(".")[0]

    @property
    def symbol(self) -> str:
        """The dotted name by path."""
        return f"{module_name(self.path)}.{self.function.name}"


@frozen
class Copy:
    """`unit` copies `original`. `similarity` is the share of statements that both have, 0 to 1."""

    unit: Unit
    original: Unit
    similarity: float
    differing: int  # statements that only one of them has
    runs: bool = False  # does the original stand in a program, that nobody should import?
    slight: bool = False  # alike, but too little, or too otherwise used, to be worth a move by itself


def copies(repository: Repository) -> Iterator[Copy]:
    """Every function that copies an older-looking one, in the order of paths; n − 1 for a family of n."""
    return (copy for copy in _every(repository) if not copy.slight)


def slight_copies(repository: Repository) -> Iterator[Copy]:
    """Those that are too slight for `copies`, in the order of paths."""
    return (copy for copy in _every(repository) if copy.slight)


@lru_cache(maxsize=1)
def _every(repository: Repository) -> tuple[Copy, ...]:
    """Both kinds: two rules ask, one after the other."""
    index = _Index(repository)
    return tuple(sorted(index.copies(), key=lambda copy: (copy.unit.path, copy.unit.function.place)))


def gathered(found: Iterable[Copy]) -> Iterator[tuple[Copy, ...]]:
    """Copies, each by itself, or all at once where several lie between two files, or between two folders
    with files of the same names: then a file or a folder was copied, not a function; or where a file holds
    several of one function."""
    groups: dict[object, list[Copy]] = {}
    for copy in found:
        family = (copy.original.symbol, copy.original.function.place)
        groups.setdefault(between(copy.unit.path, copy.original.path) or family, []).append(copy)
    for group in groups.values():
        if len(group) >= _WHOLE or is_family(group):
            yield tuple(group)
        else:
            yield from ((copy,) for copy in group if not _is_small_pair(copy))


def is_family(group: Sequence[Copy]) -> bool:
    """Are these several copies of one function in its own file?"""
    return len(group) > 1 and all(copy.unit.path == copy.original.path for copy in group)


def _is_small_pair(copy: Copy) -> bool:
    return copy.unit.path == copy.original.path and len(copy.unit.function.hashes) < _A_PAIR


def between(one: str, other: str) -> tuple[str, str] | None:
    """The two files, or the two folders below which they have the same place, in a fixed order; None for
    one file."""
    if one == other:
        return None
    left, right = one.split("/"), other.split("/")
    while left and right and left[-1] == right[-1]:
        left.pop()
        right.pop()
    low, high = sorted(("/".join(left), "/".join(right)))
    return low, high


class _Index:
    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self.buckets: dict[tuple[int, ...], list[Unit]] = defaultdict(list)
        for facts in repository.files.values():
            if facts.role in {"live", "test"} and not is_set_apart(facts):
                for unit in _units(facts):
                    self.buckets[unit.function.hashes].append(unit)

    def copies(self) -> Iterator[Copy]:
        near = self._near()
        alone = [key for key, units in self.buckets.items() if len(units) == 1 and key not in near]
        for key in alone:
            del self.buckets[key]
        originals: dict[tuple[int, ...], list[Unit]] = defaultdict(list)
        for unit in sorted((unit for units in self.buckets.values() for unit in units), key=self._standing):
            copy = self._best(unit, near, originals, self._is_worth_telling)
            if copy is None:
                slight = self._best(unit, near, originals, self._is_slight_copy)
                originals[unit.function.hashes].append(unit)
                copy = None if slight is None else replace(slight, slight=True)
            if copy is not None:
                yield copy

    def _best(
        self,
        unit: Unit,
        near: Mapping[tuple[int, ...], Mapping[tuple[int, ...], float]],
        originals: Mapping[tuple[int, ...], list[Unit]],
        holds: Callable[[Unit, Unit, float], bool],
    ) -> Copy | None:
        """What a function copies, among those that look older than it."""
        own = unit.function.hashes
        alike = sorted(near.get(own, {}).items(), key=lambda pair: (-pair[1], pair[0]))
        for key, similarity in ((own, 1.0), *alike):
            fitting = [
                original
                for original in originals.get(key, ())[:_MOST_ORIGINALS]
                if holds(unit, original, similarity)
            ]
            if fitting:
                original = max(fitting, key=lambda one: _says_the_same(unit, one))
                runs = self._is_program(original.path)
                return Copy(unit, original, similarity, _differing(own, key), runs)
        return None

    def _near(self) -> dict[tuple[int, ...], dict[tuple[int, ...], float]]:
        """Bucket → buckets that are nearly alike, with the similarity."""
        keys = sorted(self.buckets)
        spread = Counter(value for key in keys for value in set(key))
        holders: dict[int, list[int]] = defaultdict(list)
        for place, key in enumerate(keys):
            for value in _rarest(key, spread):
                holders[value].append(place)
        found: dict[tuple[int, ...], dict[tuple[int, ...], float]] = defaultdict(dict)
        seen: set[tuple[int, int]] = set()
        for places in holders.values():
            for index, one in enumerate(places):
                for other in places[index + 1 :]:
                    if (one, other) in seen:
                        continue
                    seen.add((one, other))
                    similarity = _similarity(keys[one], keys[other])
                    if similarity >= _ALIKE_NAMESAKE:
                        found[keys[one]][keys[other]] = similarity
                        found[keys[other]][keys[one]] = similarity
        return found

    # Which of two is the original

    @cached_property
    def _live(self) -> list[Facts]:
        return [facts for facts in self.repository.files.values() if facts.role == "live"]

    def _standing(self, unit: Unit) -> tuple[object, ...]:
        """Sorts what looks most like the original first."""
        return (
            unit.facts.role != "live",
            ("function", "method", "nested").index(unit.kind),
            -min(self._importers[unit.symbol], 3),
            unit.name.startswith("_"),
            not _UTILITY.search(unit.path),
            -min(self._fan_in[unit.path], 20),
            unit.path.count("/"),
            unit.path,
            unit.function.place,
        )

    @cached_property
    def _importers(self) -> Counter[str]:
        """Symbol → in how many files of live code it is imported or used."""
        wanted = {unit.name for units in self.buckets.values() for unit in units}
        found: Counter[str] = Counter()
        for facts in self._live:
            names = [item.target for item in facts.imports] + [use.name for use in facts.uses]
            symbols = {self.repository.resolve(name) for name in names if name.rpartition(".")[2] in wanted}
            found.update(symbols)
        return found

    @cached_property
    def _fan_in(self) -> Counter[str]:
        """Path → how many files import it: what many build on lies below what few do."""
        wanted = {unit.path for units in self.buckets.values() for unit in units}
        found: Counter[str] = Counter()
        for facts in self._live:
            targets = {self.repository.file_of(item.target) for item in facts.imports}
            found.update(path for path in targets if path in wanted)
        return found

    # What is alike for good reason

    def _is_worth_telling(self, unit: Unit, original: Unit, similarity: float) -> bool:
        return (
            _is_copy(unit, original, similarity)
            and not self._excused(unit, original, similarity)
            and not (unit.facts.role == "test" and similarity < _ALIKE_IN_TEST)
            and not self._is_slight(unit, original, similarity)
        )

    def _is_slight_copy(self, unit: Unit, original: Unit, similarity: float) -> bool:
        return (
            unit.facts.role == "live"
            and _resembles(unit, original, similarity)
            and not self._excused(unit, original, similarity)
        )

    def _excused(self, unit: Unit, original: Unit, similarity: float) -> bool:
        return (
            unit.function.is_async != original.function.is_async
            or are_twins(unit, original)
            or are_versions(unit.path, original.path)
            or is_outgoing(unit)
            or is_outgoing(original)
            or are_apart(unit.path, original.path, self.repository)
            or (unit.facts.role == "test" and original.facts.role == "test")
            or (unit.path == original.path and are_two_sides(unit.name, original.name))
            or self._protocol(unit, original, similarity)
            or self._is_hook(unit, original, similarity)
        )

    def _is_slight(self, unit: Unit, original: Unit, similarity: float) -> bool:
        """Too little to be worth a move: a few statements, with differences, or out of each other's reach."""
        if unit.path == original.path:
            return False  # asked for more already
        statements = min(len(unit.function.hashes), len(original.function.hashes))
        least = _SLIGHT if similarity == 1.0 and not self._share_a_helper(unit, original) else _NOT_SHORT
        if unit.facts.role == "live" and _package(unit.path) != _package(original.path):
            least = _LONG if similarity == 1.0 else _VERY_LONG
        if _is_verbatim(unit, original, similarity):
            least = _SLIGHT
        if self._is_program(unit.path) and self._is_program(original.path):
            least = _VERY_LONG
        if _is_entry(unit) and are_plugins(unit.path, original.path):
            return True
        return statements < least or _worth(unit, original, similarity) < (
            _WORTH
            if similarity == 1.0 or (_namesakes(unit, original) and similarity >= _ALIKE)
            else _WORTH_OTHERWISE
        )

    def _share_a_helper(self, unit: Unit, original: Unit) -> bool:
        """Do both call one function of the repository? Then what is worth sharing may be shared already."""
        shared = {call.callee for call in unit.function.calls} & {
            call.callee for call in original.function.calls
        }
        found = (self.repository.definition(self.repository.resolve(name)) for name in shared)
        return any(one is not None and isinstance(one[1], Function) for one in found)

    def _is_program(self, path: str) -> bool:
        """Is a file run, not imported: outside any package, or among scripts, and nobody imports it?"""
        name = self.repository.import_name(path)
        return ("." not in name or _SCRIPTS.search(path) is not None) and not self._is_imported(path)

    def _is_imported(self, path: str) -> bool:
        return module_name(path).rpartition(".")[2] in self._imported

    @cached_property
    def _imported(self) -> frozenset[str]:
        """Every part of every dotted name that some file imports."""
        return frozenset(
            part
            for facts in self.repository.files.values()
            for item in imports_of(facts)
            for part in item.target.split(".")
        )

    def _protocol(self, unit: Unit, original: Unit, similarity: float) -> bool:
        """Methods of one name: each class has to have its own, unless the copy is long and exact."""
        if unit.kind != "method" or original.kind != "method" or unit.name != original.name:
            return False
        one, other = (self._bases(each) for each in (unit, original))
        return bool(one & other) or similarity < 1.0 or len(unit.function.hashes) < 10

    def _is_hook(self, unit: Unit, original: Unit, similarity: float) -> bool:
        """What each plugin of a folder has to have under one name; nobody imports a plugin."""
        folder = unit.path.rpartition("/")[0]
        if unit.name != original.name or folder != original.path.rpartition("/")[0]:
            return False
        if unit.name.startswith("_") or self._is_imported(unit.path):
            return False
        exact = similarity == 1.0 and len(unit.function.hashes) >= _VERY_LONG
        return self._definers[folder, unit.function.name] >= _HOOKS and not exact

    @cached_property
    def _definers(self) -> Counter[tuple[str, str]]:
        """Folder and name → how many of its files define a function of that name at their top level."""
        return Counter(
            (facts.path.rpartition("/")[0], name)
            for facts in self._live
            for name in {function.name for function in facts.functions}
        )

    def _bases(self, unit: Unit) -> frozenset[str]:
        """The dotted names of a method's class and of all that it inherits from, `object` left out."""
        found: set[str] = set()
        pending = [f"{module_name(unit.path)}.{unit.owner}"]
        while pending:
            name = pending.pop()
            if name in found or name in {"builtins.object", ""}:
                continue
            found.add(name)
            known = self.repository.definition(name)
            if known is not None and isinstance(known[1], Class):
                pending += [self.repository.resolve(base) for base in known[1].bases]
        return frozenset(found)


_UTILITY = regex(
    r"(^|[/_])(utils?|utilities|helpers?|common|shared|lib|core|tools?|base|misc|compat|text|strings?"
    r"|format(ting|ters?)?|parsing|parsers?|validation|coercions?|paths?|files?|dates?|time)([/_.]|$)"
)
_VISITS = regex(r"(?:^|\.)(?:visit|depart|leave|_print|_visit)_|(?:^|\.)generic_visit(?:$|\.)")
_IN_A_TEST = regex(r"(?:^|\.)test")
_DUNDER = regex(r"__\w+__$")
_EXEMPT = frozenset(
    {"overload", "property", "setter", "getter", "deleter", "abstractmethod", "singledispatch"}
)


def is_visitor(name: str) -> bool:
    """Is a function, by its qualified name, one of a visitor's or a printer's many, or nested in one?"""
    return _VISITS.search(name) is not None


def _units(facts: Facts) -> Iterator[Unit]:
    classes = {known.name for known in facts.classes}
    for function in facts.functions:
        if len(function.hashes) < MIN_STATEMENTS or function.nodes < MIN_NODES:
            continue
        owner, _, name = function.name.rpartition(".")
        if (
            name in _PROGRAMS
            or (facts.role == "test" and _IN_A_TEST.search(owner))
            or is_visitor(function.name)
            or not name.strip("_")  # a handler that is known by what it is registered for
            or _DUNDER.match(name)
            or any(one.rpartition(".")[2] in _EXEMPT for one in function.decorators)
        ):
            continue
        yield unit_of(facts, function, classes)


def imports_of(facts: Facts) -> Iterator[Import]:
    """What a file imports, but for what its tests import for themselves."""
    return (item for item in facts.imports if not item.scope or facts.role != "test")


def unit_of(facts: Facts, function: Function, classes: Container[str]) -> Unit:
    """A function with its kind; `classes` are the qualified names of those of its file."""
    owner = function.name.rpartition(".")[0]
    return Unit(facts, function, "function" if not owner else "method" if owner in classes else "nested")


def _rarest(key: tuple[int, ...], spread: Mapping[int, int]) -> list[int]:
    """The statements of a function by which a near copy must meet it."""
    distinct = sorted(set(key), key=lambda value: (spread[value], value))
    needed = _ALIKE_NAMESAKE * len(distinct) / (2 - _ALIKE_NAMESAKE)
    kept = distinct[: len(distinct) - int(needed) + 1]
    return [value for value in kept if 1 < spread[value] <= _COMMON]


def _similarity(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """2 × statements in common / all statements; 0 where too few of them keep their order."""
    total = len(one) + len(other)
    if 2 * min(len(one), len(other)) < _ALIKE_NAMESAKE * total:
        return 0.0
    common = sum((Counter(one) & Counter(other)).values())
    if 2 * common < _ALIKE_NAMESAKE * total or common < _MIN_COMMON:
        return 0.0
    import difflib

    matcher = difflib.SequenceMatcher(None, one, other, autojunk=False)
    ordered = sum(block.size for block in matcher.get_matching_blocks())
    if ordered < _ALIKE_IN_ORDER * common:
        return 0.0
    # A statement that stands elsewhere is half the same
    return (common + ordered) / total


def _differing(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    left, right = Counter(one), Counter(other)
    return sum((left - right).values()) + sum((right - left).values())


def _resembles(unit: Unit, original: Unit, similarity: float) -> bool:
    """Do two functions take the same steps, however few they are, and whatever they are done to?"""
    callees, others = _callees(unit), _callees(original)
    literals = literals_shared(unit, original)
    says_the_same = similarity >= _ALIKE_BY_DESIGN and literals >= 0.9
    if similarity < _ALIKE or _shared(callees, others) < (0.65 if says_the_same else 0.8):
        return False
    spoken = literals >= 0.5
    if unit.path == original.path or "nested" in (unit.kind, original.kind):
        return similarity == 1.0 and spoken
    if _is_entry(unit) or _is_entry(original):
        return says_the_same or (similarity == 1.0 and (spoken or len(unit.function.hashes) >= _LONG))
    return spoken or (similarity == 1.0 and len(callees & others) >= _TELLING_CALLS)


def _is_copy(unit: Unit, original: Unit, similarity: float) -> bool:
    """Two versions of one thing, or siblings: the same steps, done to other things on purpose?

    Siblings differ in what they call and in what they say; a copy keeps both. The closer the two stand,
    the more likely it is that somebody saw both.
    """
    calls = _shared(_callees(unit), _callees(original))
    literals = literals_shared(unit, original)
    statements = len(unit.function.hashes)
    if (
        unit.path != original.path
        and original.kind == "function"
        and _is_verbatim(unit, original, similarity)
    ):
        return True
    if unit.path == original.path or "nested" in (unit.kind, original.kind):
        spoken = literals >= 0.5 or statements >= _VERY_LONG
        # Twin classes of one file (`And` and `Or`) mirror each other on purpose
        least = _VERY_LONG if unit.path == original.path and unit.owner != original.owner else _LONG
        return similarity == 1.0 and calls >= 0.8 and statements >= least and spoken
    if _is_entry(unit) or _is_entry(original):
        return statements >= _LONG and similarity >= _ALIKE_BY_DESIGN and calls >= 0.8 and literals >= 0.7
    if _namesakes(unit, original):
        by_design = unit.path.rpartition("/")[2] == original.path.rpartition("/")[2]
        alike = _ALIKE_BY_DESIGN if by_design else _ALIKE_NAMESAKE
        return similarity >= alike and calls >= (0.6 if similarity >= _ALIKE else 0.8)
    if similarity < _ALIKE or calls < (0.7 if similarity == 1.0 else 0.8):
        return False
    return literals >= 0.5 or (similarity == 1.0 and statements >= _NOT_SHORT)


# What a framework, or a shell, calls by its name: every program has its own.
_PROGRAMS = frozenset(
    {"main", "run", "cli", "setup", "register", "parse_args", "_parser", "build_parser"}
    | {"setUp", "setUpClass", "setUpTestData", "tearDown"}
)
_HARMLESS = frozenset(
    [
        "staticmethod",
        "classmethod",
        "wraps",
        "contextmanager",
        "asynccontextmanager",
        "cache",
        "lru_cache",
        "fixture",
    ]
)
_TELLING = frozenset({"debug", "info", "warning", "error", "exception", "critical", "print", "log"})


def _is_entry(unit: Unit) -> bool:
    """Does a decorator make it a route, a command, a tool: something that others call by its name?"""
    return any(one.rpartition(".")[2] not in _HARMLESS for one in unit.function.decorators)


def _callees(unit: Unit) -> frozenset[str]:
    names = {call.callee.rpartition(".")[2] for call in unit.function.calls}
    return frozenset(names - _TELLING)


def literals_shared(unit: Unit, original: Unit) -> float:
    """How much of what the one says in strings and numbers the other says too, 0 to 1."""
    return _shared(frozenset(unit.function.literals), frozenset(original.function.literals))


def _says_the_same(unit: Unit, original: Unit) -> tuple[bool, float]:
    """Sorts the twin that agrees in what it says last."""
    return unit.function.literals == original.function.literals, literals_shared(unit, original)


def _shared(one: frozenset[object], other: frozenset[object]) -> float:
    """How much of the smaller set the larger one holds; 1 where either is empty, which proves nothing."""
    smaller = min(len(one), len(other))
    return len(one & other) / smaller if smaller else 1.0


def _namesakes(unit: Unit, original: Unit) -> bool:
    return unit.name.strip("_").lower() == original.name.strip("_").lower()


def _is_verbatim(unit: Unit, original: Unit, similarity: float) -> bool:
    """Does everything agree: the steps, the name, what is called and what is said?"""
    return (
        similarity == 1.0
        and _namesakes(unit, original)
        and _callees(unit) == _callees(original)
        and unit.function.literals == original.function.literals
    )


def _worth(unit: Unit, original: Unit, similarity: float) -> float:
    """What a move would save: statements, by how alike they are, and by how much they say alike."""
    statements = min(len(unit.function.hashes), len(original.function.hashes))
    said = max(literals_shared(unit, original), 0.5 if _namesakes(unit, original) else 0.0)
    return statements * similarity**2 * said


_ASYNC = regex(r"a?sync_?|_?aio", re.IGNORECASE)
_SCRIPTS = regex(r"(^|/)scripts/")
_SKILL = regex(r"(?:.*/)?skills/(?:.+/scripts/|(?:[^/]+/)*[^/]+-[^/]+/)")
_TRIED_OUT = regex(
    r"(^|/)(\.[^/]+|sandbox(es)?|playground|scratch|attic|_archive|archived|scripts/archive|references"
    r"|cookbooks?|tutorials?|workshops?|\w*crash_course)/",
    re.IGNORECASE,
)
_TEST_DATA = regex(r"(^|/)tests?[-_]?(?:data|files|cases|projects?)/", re.IGNORECASE)
_MIGRATIONS = regex(r"(^|/)\w*migrations/")
_OLD = regex(
    r"(^|[/_.])(deprecated|legacy|compat|compatibility|obsolete|old|backports?)([/_.]|$)"
    r"|(?<!api)/v[01]/",  # the first version of an interface may be the only one
    re.IGNORECASE,
)
_VERSION = regex(r"(?<![a-z])v\d+(?:(?:alpha|beta)\d*|[_-]\d+)?(?![a-z])", re.IGNORECASE)


def are_twins(unit: Unit, original: Unit) -> bool:
    """The sync and the async side of one interface."""
    one, other = unit.symbol, original.symbol
    return one != other and _ASYNC.sub("", one) == _ASYNC.sub("", other)


def are_versions(one: str, other: str) -> bool:
    """Two versions of one interface: `api/v1/` and `api/v2/`."""
    return one != other and _VERSION.sub("", one) == _VERSION.sub("", other)


def are_plugins(one: str, other: str) -> bool:
    """Do two files have one name in folders beside one another, as each plugin of many has its views?"""
    left, right = one.rsplit("/", 2), other.rsplit("/", 2)
    return len(left) == 3 and left[::2] == right[::2] and left != right


def are_apart(one: str, other: str, repository: Repository) -> bool:
    """Do two files belong to different projects of one tree, that cannot import one another: by their
    manifests, or as applications that are deployed, or skills that are installed, one by one?"""
    if repository.project_of(one) != repository.project_of(other):
        return True
    skills = [found[0] if (found := _SKILL.match(path)) else "" for path in (one, other)]
    if skills[0] != skills[1]:
        return True
    left, right = (_deployed_with(path, repository) for path in (one, other))
    return bool(left and right) and left != right


def _deployed_with(path: str, repository: Repository) -> str:
    """The nearest folder above a file that lists its own requirements; "" for none."""
    folder = path.rpartition("/")[0]
    while folder and f"{folder}/requirements.txt" not in repository.files:
        folder = folder.rpartition("/")[0]
    return folder


def is_set_apart(facts: Facts) -> bool:
    """Is a file complete by itself on purpose: a migration, compiled, tried out, for a
    tool to install, or what tests are run on?"""
    if any(pattern.search(facts.path) for pattern in (_MIGRATIONS, _TEST_DATA, _TRIED_OUT)):
        return True
    if any(item.target.partition(".")[0] == "cython" for item in facts.imports):
        return True  # compiled by itself: a call from module to module is what it saves
    return facts.role == "test" and is_input(facts.path)


def is_outgoing(unit: Unit) -> bool:
    """Does a function stay for old callers only, so that nobody will mend it, nor build on it?"""
    return (
        "deprecated" in unit.function.traits
        or any("deprecat" in name for name in unit.function.decorators)
        or _OLD.search(unit.path) is not None
    )


def _package(path: str) -> str:
    """The outermost folder of code, `src` and `lib` left out."""
    folders = path.split("/")[:-1]
    if folders[:1] in (["src"], ["lib"]):
        del folders[0]
    return folders[0] if folders else ""
