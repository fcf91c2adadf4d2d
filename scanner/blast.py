"""How far a change reaches: a printed sum, so that a person can check it.

Callers of what it changes, critical paths, calls that delete or grant, and configuration. No weight is
fitted to anything; the figures order changes, they predict nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from scanner.facts import Call, Facts
from scanner.frozen import frozen
from scanner.hunks import Ranges
from scanner.relate.repository import Repository, module_name

_MOST_CALLERS = 20
_MOST_VERBS = 12
_MOST_CONFIGURATION = 10
_PER_VERB = 3
_PER_CONFIGURATION = 2
_PER_TIER = {1: 10, 2: 6, 3: 3}
_VERBS = frozenset(
    "delete delete_many delete_one destroy drop drop_table drop_all truncate remove rmtree unlink purge"
    " terminate_instances chmod chown setuid grant revoke assume_role attach_role_policy put_role_policy"
    " put_bucket_policy exec eval system popen execute executemany migrate".split()
)
_CONFIGURATION = (".yml", ".yaml", ".toml", ".json", ".tf", ".ini", ".cfg", ".env", ".sql", ".sh")
_CONFIGURATION_NAMES = frozenset(["Dockerfile", "Makefile", "Procfile", "CODEOWNERS"])


@frozen
class Part:
    """One summand, and what it counts."""

    points: int
    words: str


@frozen
class Blast:
    """The sum and its parts."""

    parts: tuple[Part, ...] = ()

    @property
    def points(self) -> int:
        return sum(part.points for part in self.parts)

    def __str__(self) -> str:
        if not self.parts:
            return "0"
        return f"{self.points} = " + " + ".join(f"{part.points} {part.words}" for part in self.parts)


NOTHING = Blast()


def blast_of(changed: Mapping[str, Ranges], repository: Repository, tiers: Sequence[int]) -> Blast:
    """The reach of the changed lines, by path; `tiers` are those of the critical paths among them."""
    touched = [facts for path in sorted(changed) if (facts := repository.files.get(path)) is not None]
    symbols = {name for facts in touched for name in _symbols(facts, changed[facts.path])}
    callers = _callers(repository, symbols, frozenset(changed))
    verbs = sorted({verb for facts in touched for verb in _verbs(facts, changed[facts.path])})
    settings = [path for path in changed if _is_configuration(path)]
    parts = []
    if callers:
        parts.append(Part(min(callers, _MOST_CALLERS), f"files that call what it changes ({callers})"))
    if tiers:
        parts.append(Part(_PER_TIER.get(min(tiers), 1), f"critical path, tier {min(tiers)}"))
    if verbs:
        named = ", ".join(verbs[:4])
        parts.append(
            Part(min(_PER_VERB * len(verbs), _MOST_VERBS), f"calls that delete, grant or run ({named})")
        )
    if settings:
        points = min(_PER_CONFIGURATION * len(settings), _MOST_CONFIGURATION)
        parts.append(Part(points, f"configuration files ({len(settings)})"))
    return Blast(tuple(parts))


def _symbols(facts: Facts, ranges: Ranges) -> Iterator[str]:
    """The functions and classes that the lines lie in, by path."""
    module = module_name(facts.path)
    known = [(one.name, one.place.line, one.end_line) for one in facts.functions]
    known += [(one.name, one.place.line, one.end_line) for one in facts.classes]
    for name, first, last in known:
        if any(start <= last and first <= end for start, end in ranges):
            yield f"{module}.{name}"


def _callers(repository: Repository, symbols: set[str], own: frozenset[str]) -> int:
    """How many other files call one of them."""
    last = {name.rpartition(".")[2] for name in symbols} | {
        name.split(".")[-2] for name in symbols if "." in name
    }
    return sum(
        any(
            _last(call.callee) in last and _reaches(repository, call.callee, symbols)
            for call in _calls(facts)
        )
        for path, facts in repository.files.items()
        if path not in own
    )


def _reaches(repository: Repository, callee: str, symbols: set[str]) -> bool:
    return not callee.startswith(".") and repository.resolve(callee) in symbols


def _calls(facts: Facts) -> Iterator[Call]:
    yield from facts.calls
    for function in facts.functions:
        yield from function.calls


def _last(callee: str) -> str:
    return callee.rpartition(".")[2].removesuffix("()")


def _verbs(facts: Facts, ranges: Ranges) -> Iterator[str]:
    for call in _calls(facts):
        if _last(call.callee) in _VERBS and any(start <= call.line <= end for start, end in ranges):
            yield _last(call.callee)


def _is_configuration(path: str) -> bool:
    name = path.rpartition("/")[2]
    return path.endswith(_CONFIGURATION) or name in _CONFIGURATION_NAMES or name.startswith("Dockerfile.")
