"""whogitit's notes: each line of a file with its text, and who wrote it.

Format: github.com/dotsetlabs/whogitit, docs/src/reference/data-formats.md, versions 2 and 3, on
`refs/notes/whogitit` and, older, `refs/notes/ai-blame`. Real notes do not always fit the commit that they
hang on (7 % and 19 % of the lines of that repository's own do not), so a line counts only where its text is
that of the file; elsewhere it is looked for by its text, and counts if all lines of that text agree.
Prompts, which the notes hold in full, are never kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from scanner.finding import Notice
from scanner.history import GitError, History
from scanner.hunks import lines_of
from scanner.provenance import identity
from scanner.provenance.record import Evidence, Label
from scanner.provenance.stores import Store

_REFS = ("refs/notes/whogitit", "refs/notes/ai-blame")
_LARGEST = 24_000_000
_IN_PLACE = 0.9
_BY_TEXT = 0.7
_PROVES = {"AI": Label.AI, "AIModified": Label.MIXED, "Human": Label.HUMAN}
# The provider tells the agent: it hooks into nothing but Claude Code so far.
_AGENTS = {"anthropic": "Claude Code"}


def read(history: History, commits: Iterable[str]) -> Store:
    """The notes on `commits`."""
    wanted = set(commits)
    try:
        refs = history.notes(*_REFS) if wanted else {}
        places = [(oid, ref, blob) for ref, notes in refs.items() for oid, blob in notes.items()]
        places = [place for place in places if place[0] in wanted]
        bodies = dict(history.blobs((blob for _, _, blob in places), limit=_LARGEST))
        return _collected(history, places, bodies)
    except GitError as error:
        return Store(notices=(Notice(f"whogitit notes could not be read: {error}"),))


def _collected(
    history: History, places: list[tuple[str, str, str]], bodies: Mapping[str, bytes | None]
) -> Store:
    lines: dict[tuple[str, str], dict[int, Evidence]] = {}
    notices: list[Notice] = []
    unreadable: set[str] = set()
    for commit, ref, blob in places:
        where = f"{ref} on {commit[:12]}"
        try:
            found = _files(json.loads(bodies[blob] or b""), where)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            unreadable.add(commit)
            notices.append(Notice(f"{where} is no note of whogitit and was left out: {error}"))
            continue
        contents = history.blobs_at(commit, found, limit=_LARGEST)
        for path, told in found.items():
            if path in contents:
                of_path = _placed(told, lines_of(contents[path]))
                lines[commit, path] = {**of_path, **lines.get((commit, path), {})}
    known = frozenset(commit for commit, _, _ in places)
    return Store(lines, known=known, unreadable=frozenset(unreadable), notices=tuple(notices))


_Told = list[tuple[int, bytes, "Evidence | None"]]


def _files(note: Any, where: str) -> dict[str, _Told]:
    if note["version"] not in (2, 3):
        raise ValueError(f"version {note['version']!a} is not known")
    model = note["session"]["model"]
    agent = _AGENTS.get(str(model.get("provider", "")).lower(), "")
    version = identity.clean_model(model.get("id"))
    return {
        str(file["path"]): [_line(line, where, agent, version) for line in file["lines"]]
        for file in note["files"]
    }


def _line(line: Any, where: str, agent: str, model: str) -> tuple[int, bytes, Evidence | None]:
    proves = _PROVES.get(line["source"]["type"])
    text = str(line["content"]).removesuffix("\r").encode("utf-8", "replace")
    if proves is None:  # `Original` is of an earlier commit, `Unknown` says so itself
        return int(line["line_number"]), text, None
    by_ai = proves is not Label.HUMAN
    told = Evidence("line-note", where, proves, _IN_PLACE, agent if by_ai else "", model if by_ai else "")
    return int(line["line_number"]), text, told


def _placed(told: _Told, content: list[bytes]) -> dict[int, Evidence]:
    """The lines that the note speaks of, by their number in the file."""
    by_number = {number: (text, one) for number, text, one in told}
    by_text: dict[bytes, set[Evidence | None]] = {}
    for _, text, one in told:
        by_text.setdefault(text, set()).add(one)
    return dict(_answers(by_number, by_text, content))


def _answers(
    by_number: Mapping[int, tuple[bytes, Evidence | None]],
    by_text: Mapping[bytes, set[Evidence | None]],
    content: list[bytes],
) -> Iterator[tuple[int, Evidence]]:
    for number, text in enumerate(content, 1):
        noted, one = by_number.get(number, (None, None))
        if noted == text:
            if one is not None:
                yield number, one
            continue
        same = by_text.get(text, set())
        if len(same) == 1 and text.strip():
            (one,) = same
            if one is not None:
                yield number, Evidence(one.kind, one.where, one.proves, _BY_TEXT, one.agent, one.model)
