"""git-ai's authorship notes: which lines of a commit which agent wrote.

Format: github.com/git-ai-project/git-ai, specs/git_ai_standard_v3.0.0.md. Real notes deviate from it, and
all of these are read: ranges that descend or overlap, keys that the note itself does not resolve, literal
keys (`human`, `ai_agent`, a bare UUID), sessions without a trace id, no attestations at all.

A note speaks of the file as of the commit it hangs on, and older writers attest lines that the commit did
not add. So it is only ever asked about a line that blame gave to that commit, under the path and number
that the line had there. A line that no entry covers is untracked, which is not the same as human. Blobs at
`refs/ai/authorship` are of versions before 3.0.0, which readers should ignore.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Any

from scanner.finding import Notice
from scanner.frozen import frozen
from scanner.history import GitError, History
from scanner.hunks import Range
from scanner.lazily import regex
from scanner.provenance import identity
from scanner.provenance.layers import Layers
from scanner.provenance.record import Evidence, Label

LINE_NOTE = 0.95
_MAX_BYTES = 24_000_000
_REFS = ("refs/notes/ai", "refs/notes/ai-remote/")

_RANGES = regex(r"[1-9]\d{0,8}(?:-[1-9]\d{0,8})?(?:,[1-9]\d{0,8}(?:-[1-9]\d{0,8})?)*\Z")
_SESSION = regex(r"(s_[0-9a-f]+)(?:::t_[0-9a-f]+)?\Z")
_HUMAN = regex(r"h_[0-9a-f]+\Z|human\Z")
# Keys of prompts (16 digits, 7 before 1.0), and what earlier writers put in their place.
_PROMPT = regex(r"[0-9a-f]{7,16}\Z|ai_agent\Z|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")


@frozen
class Entry:
    """One attestation: a key, and the lines it covers."""

    key: str
    ranges: tuple[Range, ...]


@frozen
class Record:
    """Who stands behind a key, as far as the note itself says: agent, model, and who directed it."""

    agent: str = ""
    model: str = ""
    director: str = ""


@frozen
class Note:
    """One parsed note. `problems` holds the places that could not be read, as text."""

    files: Mapping[str, tuple[Entry, ...]] = field(default_factory=dict)
    metadata: str = ""
    problems: tuple[str, ...] = ()
    _layers: dict[str, Layers] = field(default_factory=dict, compare=False, repr=False)

    def entry(self, path: str, line: int) -> Entry | None:
        """The entry that speaks for a line: the last one that covers it."""
        entries = self.files.get(path, ())
        if path not in self._layers:
            spans = ((index, span) for index, entry in enumerate(entries) for span in entry.ranges)
            self._layers[path] = Layers(spans)
        top = self._layers[path].top(line)
        return None if top is None else entries[top]

    @functools.cached_property
    def records(self) -> Mapping[str, Record]:
        """Sessions and prompts by key; empty where the metadata is not the JSON it should be."""
        return _records(self.metadata)


def parse(raw: bytes) -> Note:
    """Read a note. Nothing in it can make this fail: what does not fit is named in `problems`."""
    text = raw.decode("utf-8", "replace")
    files: dict[str, list[Entry]] = {}
    problems: list[str] = []
    path: str | None = None
    lines = text.split("\n")
    end = lines.index("---") if "---" in lines else len(lines)
    if end == len(lines):
        problems.append("there is no `---` line")
    for number, line in enumerate(lines[:end], 1):
        if not line.strip():
            continue
        if not line.startswith(" "):
            path = line[1:-1] if len(line) > 1 and line[0] == line[-1] == '"' else line
            continue
        entry = _entry(line)
        if entry is None or path is None:
            problems.append(f"line {number} is not an attestation")
        else:
            files.setdefault(path, []).append(entry)
    found = {name: tuple(entries) for name, entries in files.items()}
    return Note(found, "\n".join(lines[end + 1 :]), tuple(problems))


def _entry(line: str) -> Entry | None:
    key, _, ranges = line.strip().partition(" ")
    if not line.startswith("  ") or not _RANGES.match(ranges):
        return None
    if not is_key(key):
        return None
    pairs = (part.partition("-") for part in ranges.split(","))
    return Entry(key, tuple((int(start), int(end or start)) for start, _, end in pairs))


def is_key(text: str) -> bool:
    """Is this a key that some version of git-ai writes for the author of a line?"""
    return bool(_SESSION.match(text) or _HUMAN.match(text) or _PROMPT.match(text))


def is_human(key: str) -> bool:
    """Does the key stand for somebody whose typing was observed?"""
    return bool(_HUMAN.match(key))


def _records(metadata: str) -> dict[str, Record]:
    try:
        document = json.loads(metadata)
    except (ValueError, RecursionError):
        return {}
    return records_of(document) if isinstance(document, dict) else {}


def records_of(document: Mapping[str, Any]) -> dict[str, Record]:
    """Prompts and sessions by their keys."""
    found: dict[str, Record] = {}
    for group in ("prompts", "sessions"):
        members = document.get(group)
        if isinstance(members, dict):
            found.update((str(key), _record(value)) for key, value in members.items())
    return found


def _record(value: Any) -> Record:
    if not isinstance(value, dict):
        return Record()
    agent = value.get("agent_id")
    agent = agent if isinstance(agent, dict) else {}
    name = agent.get("tool")
    human = value.get("human_author")
    return Record(
        identity.tool(name) if isinstance(name, str) else "",
        identity.clean_model(agent.get("model")),
        identity.printable(human.partition("<")[0]) if isinstance(human, str) else "",
    )


@frozen
class Notes:
    """The notes on the commits that blame named; several where several refs annotate the same commit."""

    by_commit: Mapping[str, tuple[tuple[str, Note], ...]] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    unreadable: frozenset[str] = frozenset()

    def evidence(self, commit: str, path: str, line: int) -> Evidence | None:
        """What the notes of `commit` say about a line that it added, by its place in that commit."""
        for ref, note in self.by_commit.get(commit, ()):
            entry = note.entry(path, line)
            if entry is not None:
                return _evidence(f"{ref} on {commit[:12]}", entry, note)
        return None

    def director(self, commit: str, path: str, line: int) -> str:
        """The human who directed the agent of a line; empty where the note does not say."""
        for _, note in self.by_commit.get(commit, ()):
            entry = note.entry(path, line)
            if entry is not None:
                return _resolved(entry, note).director
        return ""


def _evidence(where: str, entry: Entry, note: Note) -> Evidence:
    if is_human(entry.key):
        return Evidence("line-note", where, Label.HUMAN, LINE_NOTE)
    record = _resolved(entry, note)
    return Evidence("line-note", where, Label.AI, LINE_NOTE, record.agent, record.model)


def _resolved(entry: Entry, note: Note) -> Record:
    session = _SESSION.match(entry.key)
    return note.records.get(session[1] if session else entry.key, Record())


def read(history: History, commits: Iterable[str]) -> Notes:
    """The notes on `commits`, from the local ref and from what was fetched of others."""
    wanted = set(commits)
    try:
        refs = history.notes(*_REFS) if wanted else {}
        places = [
            (oid, ref, blob) for ref, notes in refs.items() for oid, blob in notes.items() if oid in wanted
        ]
        bodies = history.blobs((blob for _, _, blob in places), limit=_MAX_BYTES)
        parsed = {blob: None if raw is None else parse(raw) for blob, raw in bodies}
    except GitError as error:
        return Notes({}, (Notice(f"git-ai notes could not be read: {error}"),))
    return _collect(places, parsed)


def _collect(places: list[tuple[str, str, str]], parsed: Mapping[str, Note | None]) -> Notes:
    by_commit: dict[str, dict[str, tuple[str, Note]]] = {}
    notices: list[Notice] = []
    unreadable: set[str] = set()
    for commit, ref, blob in places:
        note = parsed.get(blob)
        if note is None or note.problems:
            unreadable.add(commit)
        if note is None:
            notices.append(
                Notice(f"{ref}: the note on {commit[:12]} is missing or too large; it was left out")
            )
            continue
        # The same note under a local and a remote ref is one note.
        by_commit.setdefault(commit, {}).setdefault(blob, (ref, note))
        for problem in note.problems[:1]:
            notices.append(Notice(f"{ref}: the note on {commit[:12]}: {problem}; that part was left out"))
    found = {commit: tuple(notes.values()) for commit, notes in by_commit.items()}
    return Notes(found, tuple(notices), frozenset(unreadable))
