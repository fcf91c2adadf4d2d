"""Lines on disk, followed to the commits that they came from, and what is on record about those."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import field

from scanner.finding import Notice
from scanner.frozen import frozen
from scanner.history import Blame, GitError, History, NoHistory
from scanner.provenance import blame, identity, sessions
from scanner.provenance.labels import gathered, uncommitted
from scanner.provenance.record import Provenance
from scanner.provenance.records import Records

_BLAMES_AT_ONCE = 2


@frozen
class LineProvenance:
    """One line of a file and whose it is."""

    line: int
    provenance: Provenance


@frozen
class _Place:
    """Where one line on disk came from: a commit, or not committed yet (no origin), or unknown, and why."""

    origin: blame.Origin | None = None
    reason: str = ""


@frozen
class Question:
    """Which lines of which files, and what to answer from."""

    history: History
    lines: Mapping[str, set[int]]
    environment: Mapping[str, str]
    since: str = ""
    # Contents that stand for what is on disk.
    disk: Mapping[str, bytes] = field(default_factory=dict)


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
        lookup, _ = look(Question(history, lines, surroundings, disk=contents))
    except GitError as error:
        reason = f"the history could not be read: {error}"
        return {path: _unknown(found, reason) for path, found in numbers.items()}
    return {
        path: tuple(LineProvenance(number, lookup(path, number)) for number in found)
        for path, found in numbers.items()
    }


def _unknown(numbers: Iterable[int], reason: str) -> tuple[LineProvenance, ...]:
    return tuple(LineProvenance(number, Provenance(reason=reason)) for number in numbers)


def look(question: Question) -> tuple[Callable[[str, int], Provenance], tuple[Notice, ...]]:
    """How to answer for the lines in question, and what could not be read."""
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
            return uncommitted(gathered(*surroundings, trace, *noted_here))
        return records.provenance(place.origin)

    return lookup, (*notices, *records.notices, *noted.notices)


def _on_disk(question: Question, path: str) -> bytes | None:
    return question.disk[path] if path in question.disk else question.history.read(path)


def _locate(question: Question) -> tuple[dict[str, dict[int, _Place]], list[Notice]]:
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


def _places(question: Question, path: str, mapped: blame.Mapped, ask: Blame) -> dict[int, _Place]:
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


def _origins(question: Question, path: str, lines: set[int], ask: Blame) -> dict[int, blame.Origin]:
    history, since = question.history, question.since
    if not lines:
        return {}
    if since:
        near = blame.of_lines(ask, path, history.head, lines, since=since)
        if not any(near[number].older for number in lines if number in near):
            return near
    return blame.of_lines(ask, path, history.head, lines)
