"""Looking back at some files after something went wrong: whose lines they are, which commits brought them,
and what was known of them at the time.

Commits are listed, people are not: whoever made a commit is in the history, and no figure here is theirs.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from scanner import ledger
from scanner.frozen import frozen
from scanner.history import Commit, History
from scanner.lazily import regex
from scanner.provenance import Provenance, blame_files
from scanner.settings import matches

_MOST_FILES = 500
_ADDRESS = regex(r"[^\s<>@]{1,64}@[^\s<>@]{1,255}")


@frozen
class Introduced:
    """A commit, and how many lines of the files in question are still its own."""

    commit: str
    day: str
    subject: str
    label: str
    agent: str
    review: str
    lines: int


@frozen
class Known:
    """An entry of the ledger that speaks of one of the files: whether the change passed, and each finding
    in them, with what became of it (kept, allowed, known, suppressed) and why."""

    number: int
    recorded: str
    head: str
    passed: bool
    findings: tuple[Mapping[str, str], ...]


@frozen
class PostMortem:
    """What there is to say. `left_out` counts the files beyond the limit."""

    files: int
    labels: Mapping[str, int]
    introduced: tuple[Introduced, ...]
    known: tuple[Known, ...]
    left_out: int = 0


def look_back(history: History, patterns: Sequence[str], since: str = "") -> PostMortem:
    """Look at the tracked files that match a pattern, as they are on disk; with `since`, at the lines only
    that commits after that one brought.

    Raises:
        GitError: the history could not be read.
    """
    tracked = history.tracked_blobs()
    chosen = [path for path in sorted(tracked) if any(matches(path, one) for one in patterns)]
    contents = {path: raw for path in chosen[:_MOST_FILES] if (raw := _text(history.read(path))) is not None}
    young = frozenset(history.commits_since(since)) if since else None
    found = blame_files(contents, history, environment={})
    lines = [
        one.provenance
        for told in found.values()
        for one in told
        if young is None or one.provenance.commit in young or not one.provenance.commit
    ]
    labels = Counter(one.label.value for one in lines)
    return PostMortem(
        len(contents),
        dict(sorted(labels.items())),
        tuple(_introduced(history, lines)),
        tuple(_known(ledger.read(history), frozenset(chosen))),
        max(0, len(chosen) - _MOST_FILES),
    )


def _text(raw: bytes | None) -> bytes | None:
    return None if raw is None or b"\0" in raw[:8000] else raw


def _introduced(history: History, lines: Iterable[Provenance]) -> list[Introduced]:
    """The commits behind the lines, those with the most lines first."""
    by_commit: dict[str, Counter[Provenance]] = {}
    for one in lines:
        by_commit.setdefault(one.commit, Counter())[one] += 1
    commits = history.commits(sorted(filter(None, by_commit)))
    rows = [_row(oid, commits.get(oid), counted) for oid, counted in by_commit.items()]
    return sorted(rows, key=lambda row: (-row.lines, row.commit))


def _row(oid: str, commit: Commit | None, counted: Counter[Provenance]) -> Introduced:
    most, _ = counted.most_common(1)[0]
    labels = {one.label.value for one in counted}
    return Introduced(
        oid,
        _day(commit.time) if commit else "",
        _ADDRESS.sub("(e-mail)", commit.subject) if commit else "not committed yet",
        most.label.value if len(labels) == 1 else "mixed",
        next((one.agent for one in counted if one.agent), ""),
        most.review.tier.value,
        sum(counted.values()),
    )


def _day(time: int) -> str:
    try:
        return datetime.fromtimestamp(time, timezone.utc).strftime("%Y-%m-%d") if time else ""
    except (OverflowError, ValueError, OSError):
        return ""


def _known(entries: Iterable[ledger.Entry], paths: frozenset[str]) -> Iterator[Known]:
    for entry in entries:
        predicate = _predicate(entry)
        findings = [
            {key: str(one.get(key, "")) for key in ("rule", "path", "line", "level", "fate", "reason")}
            for one in _tables(predicate.get("findings"))
            if one.get("path") in paths
        ]
        files = predicate.get("files")
        if findings or (isinstance(files, dict) and paths & files.keys()):
            verdict = predicate.get("verdict")
            verdict = verdict if isinstance(verdict, dict) else {}
            yield Known(
                ledger.number_of(entry.name),
                str(predicate.get("recorded", "")),
                str(verdict.get("head", "")),
                verdict.get("passed") is True,
                tuple(findings),
            )


def _predicate(entry: ledger.Entry) -> dict[str, Any]:
    try:
        found = json.loads(entry.raw)
    except (ValueError, RecursionError):
        return {}
    predicate = found.get("predicate") if isinstance(found, dict) else None
    return predicate if isinstance(predicate, dict) else {}


def _tables(rows: Any) -> list[dict[str, Any]]:
    return [one for one in rows if isinstance(one, dict)] if isinstance(rows, list) else []
