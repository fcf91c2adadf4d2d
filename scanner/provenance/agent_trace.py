"""Agent Trace records: which lines of a revision a conversation with an agent wrote.

Format: github.com/cursor/agent-trace, version 0.1.0. Storage is left open there; read here are
`.agent-trace/traces.jsonl` (the reference writer), `refs/notes/sce-agent-trace`, and agentdiff's records on
`refs/agentdiff/` (github.com/codeprakhar25/agentdiff), which may be signed: `signatures` checks them, and
what does not fit its signature is left out. Revisions are matched with care: the reference writer
(`version: "1.0"`) names the commit *before* the one that will hold the lines, so for it only the parent
counts; else people's older lines would be laid at an agent's door. Content hashes are not verified: the
format does not say how they are made.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any

from scanner.finding import Notice
from scanner.frozen import frozen
from scanner.history import GitError, History
from scanner.provenance import identity
from scanner.provenance.layers import Layers
from scanner.provenance.record import Evidence, Label

if TYPE_CHECKING:
    from scanner.provenance import signatures

FILE = ".agent-trace/traces.jsonl"
_REF = "refs/notes/sce-agent-trace"
_AGENTDIFF = ("refs/agentdiff/meta", "refs/agentdiff/traces/")
_AGENTDIFF_FILE = "traces.jsonl"
_MAX_BYTES = 32_000_000
_NAMED = 10  # records that cannot be read, before the rest is only counted
_PARENT_ONLY = "1.0"
_SURE = 0.9
_SIGNED = 0.98
_UNSURE = 0.5
_PROVES = {"ai": Label.AI, "human": Label.HUMAN, "mixed": Label.MIXED}


@frozen
class Stretch:
    """Lines of one file in one revision, and who contributed them."""

    path: str
    start: int
    end: int
    evidence: Evidence
    parent_only: bool


@frozen
class Traces:
    """All stretches, by the revision and the path that they speak of, in the order of their records."""

    by_file: Mapping[tuple[str, str], tuple[Stretch, ...]] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    unreadable: frozenset[str] = frozenset()
    _layers: dict[tuple[str, str, bool], Layers] = field(default_factory=dict, compare=False, repr=False)

    @functools.cached_property
    def revisions(self) -> frozenset[str]:
        """The commits that some record speaks of."""
        return frozenset(revision for revision, _ in self.by_file)

    def evidence(self, commit: str, parent: str, path: str, line: int) -> Evidence | None:
        """What the records say about a line that `commit` added, by its place in that commit.

        For lines that are not committed yet, `commit` is empty and `parent` is HEAD.
        """
        own = self._top(commit, path, line, own=True) if commit else None
        return own or (self._top(parent, path, line, own=False) if parent else None)

    def _top(self, revision: str, path: str, line: int, *, own: bool) -> Evidence | None:
        stretches = self.by_file.get((revision, path), ())
        if not stretches:
            return None
        key = (revision, path, own)
        if key not in self._layers:
            counted = enumerate(stretches)
            spans = ((at, (s.start, s.end)) for at, s in counted if not (own and s.parent_only))
            self._layers[key] = Layers(spans)
        top = self._layers[key].top(line)
        return None if top is None else stretches[top].evidence


def read(history: History, commits: Iterable[str]) -> Traces:
    """The records of this repository that concern `commits`."""
    wanted = set(commits)
    notices: list[Notice] = []
    wrong: list[Notice] = []
    unreadable: set[str] = set()
    found: dict[tuple[str, str], list[Stretch]] = {}
    checks = _checks(history) if wanted else None
    for where, text, revision in _records(history, wanted, notices):
        try:
            record = json.loads(text)
            signed = checks.is_signed(record) if checks and _concerns(record, wanted) else False
            stretches = _stretches(record, where, revision, signed)
        except _MALFORMED as error:
            unreadable.update([revision] if revision else ())
            wrong.append(Notice(f"{where} is not an Agent Trace record and was left out: {error}"))
            continue
        for name, stretch in stretches:
            found.setdefault((name, stretch.path), []).append(stretch)
    if len(wrong) > _NAMED:
        wrong[_NAMED:] = [Notice(f"{len(wrong) - _NAMED} more Agent Trace records were left out")]
    made = {key: tuple(stretches) for key, stretches in found.items()}
    return Traces(made, (*notices, *wrong, *(checks.notices if checks else ())), frozenset(unreadable))


def _checks(history: History) -> signatures.Checks:
    from scanner.provenance import signatures  # here: before the commit nothing is signed

    return signatures.Checks(history)


_MALFORMED = (ValueError, LookupError, OverflowError, RecursionError, TypeError, AttributeError)


def _concerns(record: Any, commits: set[str]) -> bool:
    """Is it signed, and of one of these commits? Checking a signature takes milliseconds."""
    return "sig" in record and (record.get("vcs") or {}).get("revision") in commits


def _records(history: History, commits: set[str], notices: list[Notice]) -> list[tuple[str, str, str]]:
    """Where, text, and the commit that it hangs on (if any) of each record."""
    records: list[tuple[str, str, str]] = []
    raw = history.read(FILE)
    if raw is not None and len(raw) > _MAX_BYTES:
        notices.append(Notice(f"{FILE} is larger than {_MAX_BYTES} bytes and was left out", FILE))
        raw = None
    for number, line in enumerate((raw or b"").decode("utf-8", "replace").split("\n"), 1):
        if line.strip():
            records.append((f"{FILE}:{number}", line, ""))
    if not commits:
        return records
    try:
        for ref, notes in history.notes(_REF).items():
            blobs = {blob: oid for oid, blob in notes.items() if oid in commits}
            for blob, body in history.blobs(blobs, limit=_MAX_BYTES):
                text = (body or b"").decode("utf-8", "replace")
                records.append((f"{ref} on {blobs[blob][:12]}", text, blobs[blob]))
        records += _of_agentdiff(history, notices)
    except GitError as error:
        notices.append(Notice(f"Agent Trace records could not be read: {error}"))
    return records


def _of_agentdiff(history: History, notices: list[Notice]) -> list[tuple[str, str, str]]:
    records = []
    seen = set()
    for line in history.refs(*_AGENTDIFF).splitlines():
        tip, _, ref = line.partition(" ")
        raw = history.blobs_at(tip, [_AGENTDIFF_FILE], limit=_MAX_BYTES).get(_AGENTDIFF_FILE)
        if raw is None:
            notices.append(Notice(f"{ref} has no {_AGENTDIFF_FILE}, or one larger than {_MAX_BYTES} bytes"))
            continue
        for number, text in enumerate(raw.decode("utf-8", "replace").split("\n"), 1):
            # The consolidated store repeats what the branches hold.
            if text.strip() and text not in seen:
                seen.add(text)
                records.append((f"{ref}:{_AGENTDIFF_FILE}:{number}", text, ""))
    return records


def _stretches(record: Any, where: str, noted: str, signed: bool) -> list[tuple[str, Stretch]]:
    if not isinstance(record, dict) or not isinstance(record.get("files"), list):
        raise ValueError("it has no list of files")
    version = str(record.get("version", ""))
    vcs = record.get("vcs") or {}
    revision = noted or str(vcs.get("revision", ""))
    if not revision or vcs.get("type", "git") != "git":
        return []
    if signed:
        where = f"{where}, signed"
    agent = identity.tool(str((record.get("tool") or {}).get("name") or ""))
    parent_only = version == _PARENT_ONLY and not noted
    found = []
    for file in record["files"]:
        path = str(file["path"]).removeprefix("./")
        # `.sessions`, `.shell-history`, `.unknown`: the reference writer's events that touched no file.
        if path in {".sessions", ".shell-history", ".unknown"}:
            continue
        for talk in file.get("conversations") or ():
            for span in talk.get("ranges") or ():
                stretch = _stretch(path, span, talk, where, agent, parent_only, signed)
                if stretch is not None:
                    found.append((revision, stretch))
    return found


def _stretch(
    path: str, span: Any, talk: Any, where: str, agent: str, parent_only: bool, signed: bool
) -> Stretch | None:
    contributor = span.get("contributor") or talk.get("contributor") or {}
    proves = _PROVES.get(str(contributor.get("type", "")))
    if proves is None:
        return None
    start, end = int(span["start_line"]), int(span["end_line"])
    # The reference writer falls back to `1..n` where it cannot find its edit again.
    sure = _SIGNED if signed else _UNSURE if parent_only and start == 1 else _SURE
    by_ai = proves is not Label.HUMAN
    model = identity.clean_model(contributor.get("model_id")) if by_ai else ""
    evidence = Evidence("agent-trace", where, proves, sure, agent if by_ai else "", model, signed)
    return Stretch(path, start, end, evidence, parent_only)
