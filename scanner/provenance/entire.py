"""Checkpoints of entire.io: which files of a commit a session with an agent touched, and how much of it.

Format: github.com/entireio/cli, docs/architecture. A commit names its checkpoint in a trailer
(`Entire-Checkpoint: <12 digits>`); the checkpoint lies on the branch `entire/checkpoints/v1`, which a plain
clone has as a remote branch. It counts lines by a heuristic of its own, so only "none" and "all" are taken
at their word; what lies between is `mixed`. Prompts and transcripts beside it are not opened.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from scanner.finding import Notice
from scanner.history import Commit, GitError, History
from scanner.lazily import regex
from scanner.provenance import identity, trailers
from scanner.provenance.record import Evidence, Label
from scanner.provenance.stores import Store

_BRANCH = "entire/checkpoints/v1"
_TRAILER = regex(r"^[ \t]*Entire-Checkpoint[ \t]*:[ \t]*(?P<id>[0-9a-f]{12})[ \t]*$", re.IGNORECASE | re.M)
_LARGEST = 4_000_000
_MOST_SESSIONS = 50
_ALL = 0.8
_PART = 0.6


def checkpoints_of(commit: Commit) -> tuple[str, ...]:
    """The checkpoints that a commit names."""
    return tuple(
        dict.fromkeys(match["id"].lower() for match in _TRAILER.finditer(trailers.readable(commit.message)))
    )


def read(history: History, commits: Iterable[Commit]) -> Store:
    """The checkpoints of `commits`, as far as their branch was fetched."""
    named = {commit.id: found for commit in commits if (found := checkpoints_of(commit))}
    if not named:
        return Store()
    try:
        tip = refs(history).partition(" ")[0]
        texts = _texts(history, tip, {one for found in named.values() for one in found}) if tip else {}
    except GitError as error:
        return Store(notices=(Notice(f"checkpoints of entire.io could not be read: {error}"),))
    return _collected(named, texts)


def refs(history: History) -> str:
    """The branches of checkpoints, as a text that changes whenever one of them does."""
    return history.refs(f"refs/heads/{_BRANCH}", f"refs/remotes/*/{_BRANCH}")


def _texts(history: History, tip: str, ids: set[str]) -> dict[str, list[bytes]]:
    """The metadata of each checkpoint's sessions."""
    listed = history.listing(tip, [f"{one[:2]}/{one[2:]}" for one in sorted(ids)])
    blobs: dict[str, list[str]] = {}
    for path, oid in listed.items():
        parts = path.split("/")
        if len(parts) == 4 and parts[3] == "metadata.json" and len(blobs.get(parts[1], ())) < _MOST_SESSIONS:
            blobs.setdefault(parts[0] + parts[1], []).append(oid)
    contents = dict(history.blobs((oid for oids in blobs.values() for oid in oids), limit=_LARGEST))
    return {one: [contents.get(oid) or b"" for oid in oids] for one, oids in blobs.items()}


def _collected(named: Mapping[str, tuple[str, ...]], texts: Mapping[str, list[bytes]]) -> Store:
    files: dict[tuple[str, str], Evidence] = {}
    known: set[str] = set()
    unreadable: set[str] = set()
    notices: list[Notice] = []
    for commit, ids in named.items():
        for one in ids:
            where = f"checkpoint {one} of {commit[:12]}"
            for text in texts.get(one, ()):
                try:
                    told = _session(json.loads(text), where)
                except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
                    unreadable.add(commit)
                    notices.append(Notice(f"{where} could not be read and was left out: {error}"))
                    continue
                known.add(commit)
                files.update({(commit, path): evidence for path, evidence in told.items()})
    return Store(
        files=files, known=frozenset(known), unreadable=frozenset(unreadable), notices=tuple(notices)
    )


def _session(metadata: Any, where: str) -> dict[str, Evidence]:
    """The files that a session touched, with what that proves; none where it wrote no line."""
    touched = [str(path) for path in metadata["files_touched"] or ()]
    label, sure = _share(metadata.get("initial_attribution"))
    if label is None:
        return {}
    name = str(metadata.get("agent") or "")
    agent = identity.known_tool(name)
    return {path: Evidence("checkpoint", where, label, sure, agent) for path in touched}


def _share(attribution: Any) -> tuple[Label | None, float]:
    if not isinstance(attribution, dict):
        return Label.MIXED, _PART
    percent = float(attribution["agent_percentage"])
    by_people = any(attribution.get(key) for key in ("human_added", "human_modified"))
    if percent <= 0 and not attribution.get("agent_lines"):
        return None, 0.0
    return (Label.AI, _ALL) if percent >= 100 and not by_people else (Label.MIXED, _PART)
