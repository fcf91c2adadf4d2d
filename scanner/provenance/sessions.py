"""What tools noted on this machine about lines that are not committed yet.

git-ai's working log (`.git/ai/working_logs/<HEAD>/`: `INITIAL` and `checkpoints.jsonl`, with the contents
that they speak of under `blobs/`; github.com/git-ai-project/git-ai, src/authorship/working_log.rs),
agentdiff's `.git/agentdiff/session.jsonl` (github.com/codeprakhar25/agentdiff, scripts/capture-claude.py)
and whogitit's `.whogitit-pending.json` (github.com/dotsetlabs/whogitit, docs/src/reference/data-formats.md).

All three are internal to their tools and change without notice, and files change after the note: so a line
counts only where its text is still that of which the note speaks. Prompts are never kept. Nobody publishes
such files: these readers were written from the tools' sources, and have met no real data.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from itertools import islice
from typing import Any

from scanner.finding import Notice
from scanner.frozen import frozen
from scanner.history import History
from scanner.hunks import lines_of, unchanged_lines
from scanner.provenance import git_ai, identity
from scanner.provenance.record import Evidence, Label

_LARGEST = 32_000_000
_MOST_ENTRIES = 10_000
_MOST_LINES = 200_000
_WORKING_LOG = 0.95
_BY_TEXT = 0.8
_AGENTDIFF = "agentdiff/session.jsonl"
_WHOGITIT = ".whogitit-pending.json"
_MALFORMED = (ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError)

# The lines of a file, as it is now, that a note speaks of.
_Reading = Callable[[bytes], Mapping[int, Evidence]]


@frozen
class Sessions:
    """The notes about each file, and what could not be read."""

    of_path: Mapping[str, Sequence[_Reading]] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()

    def evidence(self, path: str, content: bytes) -> Mapping[int, tuple[Evidence, ...]]:
        """What the notes say of the lines of a file whose content is this."""
        found: dict[int, tuple[Evidence, ...]] = {}
        for reading in self.of_path.get(path, ()):
            for line, evidence in reading(content).items():
                found[line] = (*found.get(line, ()), evidence)
        return found


def read(history: History) -> Sessions:
    """The notes that lie in this repository's folders; mostly none."""
    readings: dict[str, list[_Reading]] = {}
    notices: list[Notice] = []
    for where, source in ((_LOGS, _git_ai), (_AGENTDIFF, _agentdiff), (_WHOGITIT, _whogitit)):
        try:
            for path, reading in source(history):
                readings.setdefault(path, []).append(reading)
        except _MALFORMED as error:
            notices.append(Notice(f"{where} could not be read, and says nothing of these lines: {error}"))
    return Sessions(readings, tuple(notices))


def _as_it_was(was: bytes, told: Mapping[int, Evidence]) -> _Reading:
    """A note about a content that we have: it holds for the lines that are still the same."""

    def reading(now: bytes) -> dict[int, Evidence]:
        same = enumerate(unchanged_lines(was, now), 1)
        return {number: told[before] for number, before in same if before in told}

    return reading


# git-ai

_LOGS = "ai/working_logs"


def _git_ai(history: History) -> Iterator[tuple[str, _Reading]]:
    folder = f"{_LOGS}/{history.head or 'initial'}"
    initial = json.loads(history.read_own(f"{folder}/INITIAL", _LARGEST) or b"{}")
    rows = _json_lines(history.read_own(f"{folder}/checkpoints.jsonl", _LARGEST))
    where = f".git/{_LOGS}/{history.head[:12]}"
    agents = {**_of_initial(initial), **_of_checkpoints(rows)}
    blobs = initial.get("file_blobs") or {}
    latest = {path: (str(blobs.get(path, "")), lines) for path, lines in (initial.get("files") or {}).items()}
    for row in rows:
        for entry in row["entries"]:
            latest[str(entry["file"])] = (
                str(entry.get("blob_sha", "")),
                entry.get("line_attributions") or [],
            )
    for path, (sha, lines) in latest.items():
        numbered = (pair for span in lines for pair in _span(span, agents, where))
        told = dict(islice(numbered, _MOST_LINES))
        was = history.read_own(f"{folder}/blobs/{sha}", _LARGEST) if sha.isalnum() else None
        yield path, _as_it_was(was, told) if was is not None else _if_equal(sha, told)


def _if_equal(sha: str, told: Mapping[int, Evidence]) -> _Reading:
    return lambda now: told if hashlib.sha256(now).hexdigest() == sha else {}


def _of_initial(initial: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Agent and model by the key that stands for them."""
    records = git_ai.records_of(initial)
    return {key: (record.agent, record.model) for key, record in records.items()}


def _of_checkpoints(rows: Sequence[Any]) -> dict[str, tuple[str, str]]:
    found = {}
    for row in rows:
        agent = row.get("agent_id")
        if not isinstance(agent, dict):
            continue
        name = str(agent.get("tool", ""))
        digest = hashlib.sha256(f"{name}:{agent.get('id', '')}".encode("utf-8", "replace")).hexdigest()
        known = (identity.tool(name), identity.clean_model(agent.get("model")))
        found.update({digest[:16]: known, f"s_{digest[:14]}": known})
    return found


def _span(span: Any, agents: Mapping[str, tuple[str, str]], where: str) -> Iterator[tuple[int, Evidence]]:
    key = str(span["author_id"]).partition("::")[0]
    first, last = int(span["start_line"]), int(span["end_line"])
    if not git_ai.is_key(key):
        raise ValueError(f"{key[:40]!a} from line {first} to {last}")
    if git_ai.is_human(key):
        one = Evidence("session", where, Label.HUMAN, _WORKING_LOG)
    else:
        one = Evidence("session", where, Label.AI, _WORKING_LOG, *agents.get(key, ("", "")))
    yield from ((number, one) for number in range(first, last + 1))


# agentdiff


def _agentdiff(history: History) -> Iterator[tuple[str, _Reading]]:
    raw = history.read_own(_AGENTDIFF, _LARGEST)
    if raw is None:
        return
    head = history.commits([history.head]).get(history.head) if history.head else None
    for row in _json_lines(raw):
        # Its hook in VS Code fires on every change of a document, whoever made it.
        if "file" not in row or row.get("agent") in (None, "copilot", "human"):
            continue
        if head is None or datetime.fromisoformat(str(row["timestamp"])).timestamp() > head.time:
            yield str(row["file"]), _standing(row)


def _standing(row: Mapping[str, Any]) -> _Reading:
    """The event's texts, cut short by the writer, where they still stand."""
    edits = row.get("edits") or [row]
    texts = [str(one.get("new") or one.get("content_preview") or "") for one in edits]
    listed = row.get("lines")
    size = len(listed) if isinstance(listed, list) and len(texts) == 1 else 0
    agent, model = identity.tool(str(row["agent"])), identity.clean_model(row.get("model"))
    told = Evidence("session", f".git/{_AGENTDIFF}", Label.AI, _BY_TEXT, agent, model)

    def reading(now: bytes) -> dict[int, Evidence]:
        count = len(lines_of(now))
        found = {}
        for text in texts:
            raw = text.encode("utf-8", "replace")
            at = now.find(raw) if raw.strip() else -1
            if at >= 0:
                first = now.count(b"\n", 0, at) + 1
                last = first + max(len(lines_of(raw)), size)
                found.update(dict.fromkeys(range(first, min(last, count + 1)), told))
        return found

    return reading


# whogitit


def _whogitit(history: History) -> Iterator[tuple[str, _Reading]]:
    raw = history.read(_WHOGITIT)
    if raw is None:
        return
    if len(raw) > _LARGEST:
        raise ValueError("it is too large")
    pending = json.loads(raw)
    model = (pending.get("session") or {}).get("model") or {}
    told = Evidence(
        "session", _WHOGITIT, Label.AI, _BY_TEXT, "Claude Code", identity.clean_model(model.get("id"))
    )
    for path, one in pending["file_histories"].items():
        edits = one["edits"][:_MOST_ENTRIES]
        if edits:
            yield str(path), _as_it_was(*_edited(edits, told))


def _edited(edits: Sequence[Any], told: Evidence) -> tuple[bytes, dict[int, Evidence]]:
    """The file after the last edit, and the lines that edits put there."""
    content, found = b"", dict[int, Evidence]()
    for edit in edits:
        before, after = (_content(edit.get(side)) for side in ("before", "after"))
        found = dict(_as_it_was(content, found)(before))
        same = enumerate(unchanged_lines(before, after), 1)
        found = {n: one for n, was in same if (one := found.get(was) if was else told) is not None}
        content = after
    return content, found


def _content(side: Any) -> bytes:
    return str(side["content"]).encode("utf-8", "replace") if side is not None else b""


def _json_lines(raw: bytes | None) -> list[Any]:
    lines = (raw or b"").decode("utf-8", "replace").split("\n")
    rows = [json.loads(line) for line in lines if line.strip()]
    if not all(isinstance(row, dict) for row in rows):
        raise ValueError("a line is not an object")
    return rows[-_MOST_ENTRIES:]
