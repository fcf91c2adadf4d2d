"""Attribute findings, or all lines of a file, to commits, agents and reviews."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from scanner.finding import Finding, Location, Notice
from scanner.history import Blame, GitError, History, NoHistory
from scanner.hunks import Ranges
from scanner.provenance import agent_trace, blame, identity, labels, sessions
from scanner.provenance.record import Attributed, Evidence, Provenance, Review, Tier
from scanner.provenance.records import Records, gathered, settled

_BLAMES_AT_ONCE = 2


@dataclass(frozen=True)
class Attribution:
    """The findings with their provenance, in the order given, and what the reader must know about it."""

    attributed: tuple[Attributed, ...]
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True)
class LineProvenance:
    """One line of a file and whose it is."""

    line: int
    provenance: Provenance


@dataclass(frozen=True)
class _Place:
    """Where one line on disk came from: a commit, or not committed yet (no origin), or unknown, and why."""

    origin: blame.Origin | None = None
    reason: str = ""


@dataclass(frozen=True)
class _Question:
    """Which lines of which files, and what to answer from."""

    history: History
    lines: Mapping[str, set[int]]
    environment: Mapping[str, str]
    since: str = ""
    # Contents that stand for what is on disk.
    disk: Mapping[str, bytes] = field(default_factory=dict)


_Lookup = Callable[[str, int], Provenance]


def attribute(
    findings: Sequence[Finding],
    history: History | NoHistory,
    *,
    mode: str = "tree",
    base: str = "",
    environment: Mapping[str, str] | None = None,
    staged: Mapping[str, Ranges] | None = None,
) -> Attribution:
    """The provenance of each finding: of the lines of its primary region.

    `mode` is "tree" (exact blame of the files with findings), "staged" (nothing is committed yet: the
    environment speaks, no blame), or "diff" (as tree, but no further back than where HEAD left `base`
    wherever that is enough). `environment` stands for `os.environ`, `staged` for the lines that are staged,
    by path, where somebody has looked already. Records that cannot be read become
    notices, never exceptions.
    """
    if isinstance(history, NoHistory):
        return _all(findings, str(history))
    wanted: dict[str, set[int]] = {}
    for finding in findings:
        wanted.setdefault(finding.location.path, set()).update(_region(finding.location))
    question = _Question(history, wanted, os.environ if environment is None else environment)
    try:
        if mode == "staged":
            lookup, notices = _staged(question, staged)
        else:
            since = history.merge_base(base) if mode == "diff" and base and history.head else ""
            lookup, notices = _committed(replace(question, since=since))
    except GitError as error:
        reason = f"the history could not be read: {error}"
        return replace(_all(findings, reason), notices=(Notice(reason),))
    attributed = tuple(Attributed(finding, _of_finding(finding, lookup)) for finding in findings)
    return Attribution(attributed, notices)


def blame_lines(
    path: str,
    history: History | NoHistory,
    worktree_text: bytes | str | None = None,
    *,
    environment: Mapping[str, str] | None = None,
) -> tuple[LineProvenance, ...]:
    """The provenance of every line of a file of any type, in order.

    `path` is relative to the root of the repository; `worktree_text` stands for what is on disk there, and
    is needed where there is no history. Lines end as Python's do. Where the history cannot be read, every
    line is `unknown` and says why; a file that is not there has no lines.
    """
    content = worktree_text.encode("utf-8", "replace") if isinstance(worktree_text, str) else worktree_text
    if content is None and isinstance(history, History):
        content = history.read(path)
    if content is None:
        return ()
    if isinstance(history, NoHistory):
        return _unknown(range(1, blame.count_lines(content) + 1), str(history))
    return blame_files({path: content}, history, environment=environment)[path]


def blame_files(
    contents: Mapping[str, bytes], history: History, *, environment: Mapping[str, str] | None = None
) -> dict[str, tuple[LineProvenance, ...]]:
    """The same for several files, whose contents stand for what is on disk."""
    numbers = {path: range(1, blame.count_lines(content) + 1) for path, content in contents.items()}
    surroundings = os.environ if environment is None else environment
    lines = {path: set(found) for path, found in numbers.items()}
    try:
        lookup, _ = _committed(_Question(history, lines, surroundings, disk=contents))
    except GitError as error:
        reason = f"the history could not be read: {error}"
        return {path: _unknown(found, reason) for path, found in numbers.items()}
    return {
        path: tuple(LineProvenance(number, lookup(path, number)) for number in found)
        for path, found in numbers.items()
    }


def _all(findings: Sequence[Finding], reason: str) -> Attribution:
    return Attribution(tuple(Attributed(finding, Provenance(reason=reason)) for finding in findings))


def _unknown(numbers: Iterable[int], reason: str) -> tuple[LineProvenance, ...]:
    return tuple(LineProvenance(number, Provenance(reason=reason)) for number in numbers)


def _region(location: Location) -> range:
    last = location.end_line
    # The end is exclusive: a region that ends before the first column does not hold that line.
    if last > location.line and location.end_column == 1:
        last -= 1
    return range(location.line, max(last, location.line) + 1)


def _of_finding(finding: Finding, lookup: _Lookup) -> Provenance:
    path = finding.location.path
    return labels.together([lookup(path, number) for number in _region(finding.location)])


# Before the commit


def _staged(question: _Question, changed: Mapping[str, Ranges] | None) -> tuple[_Lookup, tuple[Notice, ...]]:
    """Lines that are about to be committed: no blame, no history, only what is known of this moment."""
    surroundings = identity.of_environment(question.environment)
    traces = agent_trace.read(question.history, ())
    noted = sessions.read(question.history)
    notices = (*traces.notices, *noted.notices)
    if not surroundings and not traces.by_file and not noted.of_path:
        nothing = _uncommitted(())
        return (lambda path, number: nothing), notices
    head = question.history.head
    if changed is None:
        changed = question.history.changed_lines(None, staged=True)
    noted_paths = noted.of_path.keys() & question.lines.keys()
    staged = question.history.staged_blobs(noted_paths) if noted_paths else {}
    of_sessions = {path: noted.evidence(path, content) for path, content in staged.items()}
    untouched = replace(_uncommitted(()), reason="this change does not touch the line")

    def lookup(path: str, number: int) -> Provenance:
        if not any(start <= number <= end for start, end in changed.get(path, ())):
            return untouched
        noted_here = of_sessions.get(path, {}).get(number, ())
        return _uncommitted(gathered(*surroundings, traces.evidence("", head, path, number), *noted_here))

    return lookup, notices


def _uncommitted(evidence: tuple[Evidence, ...]) -> Provenance:
    return settled(evidence, review=Review(Tier.PENDING), reason="not committed yet")


# Committed lines


def _committed(question: _Question) -> tuple[_Lookup, tuple[Notice, ...]]:
    places, notices = _locate(question)
    origins = (place.origin for lines in places.values() for place in lines.values())
    commits = {origin.commit for origin in origins if origin is not None}
    records = Records.read(question.history, commits, question.since)
    surroundings = identity.of_environment(question.environment)
    noted = sessions.read(question.history)
    of_sessions = {
        path: noted.evidence(path, content)
        for path in sorted(noted.of_path.keys() & question.lines.keys())
        if (content := _on_disk(question, path)) is not None
    }
    head = question.history.head

    def lookup(path: str, number: int) -> Provenance:
        place = places[path].get(number, _Place(reason="there is no such line in the file on disk"))
        if place.reason:
            return Provenance(reason=place.reason)
        if place.origin is None:
            noted_here = of_sessions.get(path, {}).get(number, ())
            trace = records.traces.evidence("", head, path, number)
            return _uncommitted(gathered(*surroundings, trace, *noted_here))
        return records.provenance(place.origin)

    return lookup, (*notices, *records.notices, *noted.notices)


def _on_disk(question: _Question, path: str) -> bytes | None:
    return question.disk[path] if path in question.disk else question.history.read(path)


def _locate(question: _Question) -> tuple[dict[str, dict[int, _Place]], list[Notice]]:
    """Blame the files in question, two at a time, and map the lines on disk onto what was blamed."""
    history, notices = question.history, list[Notice]()
    paths = sorted(question.lines)
    committed = history.blobs_at(history.head, paths) if history.head else {}
    names = history.renamed() if len(committed) < len(paths) else {}
    committed |= history.blobs_at(history.head, names.values()) if names else {}
    ignored = blame.ignored_revisions(history, question.since or history.head, notices)
    with history.blaming(ignored) as ask:

        def locate(path: str) -> tuple[dict[int, _Place], Notice | None]:
            mapped = blame.map_worktree(path, names, committed, _on_disk(question, path))
            try:
                return _places(question, path, mapped, ask), None
            except GitError as error:
                reason = f"blame failed: {error}"
                lines = {number: _Place(reason=reason) for number in question.lines[path]}
                return lines, Notice(reason, path)

        with ThreadPoolExecutor(_BLAMES_AT_ONCE) as pool:
            located = dict(zip(paths, pool.map(locate, paths), strict=True))
    notices += [notice for _, notice in located.values() if notice is not None]
    return {path: lines for path, (lines, _) in located.items()}, notices


def _places(question: _Question, path: str, mapped: blame.Mapped, ask: Blame) -> dict[int, _Place]:
    asked = question.lines[path]
    if mapped.reason:
        return {number: _Place(reason=mapped.reason) for number in asked}
    numbers = {number: mapped.lines[number] for number in asked if 0 < number < len(mapped.lines)}
    origins = _origins(question, mapped.path, {number for number in numbers.values() if number}, ask)
    gone = _Place(reason="blame does not know this line")
    return {
        number: _Place() if before == 0 else (_Place(origins[before]) if before in origins else gone)
        for number, before in numbers.items()
    }


def _origins(question: _Question, path: str, lines: set[int], ask: Blame) -> dict[int, blame.Origin]:
    history, since = question.history, question.since
    if not lines:
        return {}
    if since:
        near = blame.of_lines(ask, path, history.head, lines, since=since)
        if not any(near[number].older for number in lines if number in near):
            return near
    return blame.of_lines(ask, path, history.head, lines)
