"""The ledger: what was reviewed, by whom, against which criteria, and what came of it.

An entry is an in-toto statement in JSON, one file on `refs/assay/ledger`; a commit there adds one. Each
entry holds its number, a digest of itself and the digest of the one before, so that an entry that was
edited, dropped or swapped shows even if git's own history was rewritten with it. What no chain can show by
itself is a chain that was cut short or rewritten as a whole: for that, keep an anchor elsewhere.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scanner.history import GitError, History

REF = "refs/assay/ledger"
STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://assay-scan.github.io/predicates/review/v1"
_LARGEST = 8_000_000


@dataclass(frozen=True)
class Entry:
    """One entry as it lies in the ledger: the name of its file, which is its number, and its bytes."""

    name: str
    raw: bytes

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.raw).hexdigest()


@dataclass(frozen=True)
class Problem:
    """Something that is not as it was recorded: the number of the entry (0: the ledger), and what."""

    number: int
    text: str

    def __str__(self) -> str:
        return f"entry {self.number}: {self.text}" if self.number else self.text


# One entry


def name_of(number: int) -> str:
    return f"{number:08d}.json"


def seal(subjects: Sequence[Mapping[str, Any]], predicate: Mapping[str, Any], before: Entry | None) -> Entry:
    """The entry that follows `before`."""
    number = (_number(before.name) if before else 0) + 1
    chained = {**predicate, "number": number, "previous": before.digest if before else ""}
    statement = {
        "_type": STATEMENT,
        "subject": [dict(one) for one in subjects],
        "predicateType": PREDICATE,
        "predicate": chained,
    }
    return Entry(
        name_of(number), _bytes({**statement, "predicate": {**chained, "digest": _own_digest(statement)}})
    )


def _bytes(statement: Mapping[str, Any]) -> bytes:
    return json.dumps(statement, sort_keys=True, separators=(",", ":")).encode("ascii") + b"\n"


def _own_digest(statement: Mapping[str, Any]) -> str:
    predicate = {key: value for key, value in statement["predicate"].items() if key != "digest"}
    return hashlib.sha256(_bytes({**statement, "predicate": predicate})).hexdigest()


def _number(name: str) -> int:
    digits = name.removesuffix(".json")
    return int(digits) if digits.isascii() and digits.isdigit() and name == name_of(int(digits)) else 0


# The chain


def verify(entries: Sequence[Entry], anchor: str = "") -> list[Problem]:
    """What is wrong with a ledger: every entry that was edited, dropped, swapped or put in between.

    `anchor` is the digest of an entry that is known to have been in it. Empty where all is as recorded.
    """
    problems: list[Problem] = []
    previous: Entry | None = None
    for place, entry in enumerate(entries, 1):
        number = _number(entry.name)
        statement = _statement(entry)
        if not number:
            problems.append(Problem(place, f"its name, {entry.name!a}, is no number"))
            continue
        expected = (_number(previous.name) if previous else 0) + 1
        problems += [Problem(gone, "is missing") for gone in range(expected, min(number, expected + 1000))]
        if statement is None:
            problems.append(Problem(number, "is no statement of this ledger: it was edited"))
        else:
            problems += _content(statement, entry, number, previous if number == expected else None)
        previous = entry
    if anchor and anchor not in {entry.digest for entry in entries}:
        problems.append(
            Problem(0, f"the entry {anchor[:16]} is not in the ledger: it was cut short or rewritten")
        )
    return problems


def _content(
    statement: Mapping[str, Any], entry: Entry, number: int, previous: Entry | None
) -> list[Problem]:
    predicate = statement["predicate"]
    found = []
    if predicate.get("digest") != _own_digest(statement) or _bytes(statement) != entry.raw:
        found.append(Problem(number, "was edited: its own digest does not fit"))
    if predicate.get("number") != number:
        found.append(Problem(number, f"was swapped: it was recorded as entry {predicate.get('number')!a}"))
    if previous is not None and predicate.get("previous") != previous.digest:
        before = _number(previous.name)
        found.append(
            Problem(before, f"is not the one that entry {number} followed: it was edited or replaced")
        )
    if previous is None and number == 1 and predicate.get("previous") != "":
        found.append(Problem(number, "claims to follow another entry"))
    return found


def _statement(entry: Entry) -> dict[str, Any] | None:
    try:
        found = json.loads(entry.raw) if len(entry.raw) <= _LARGEST else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or not isinstance(found.get("predicate"), dict):
        return None
    return found if found.get("_type") == STATEMENT else None


# In the repository


def read(history: History, rev: str = REF) -> list[Entry]:
    """The entries of the ledger, in order; none where there is no ledger yet.

    Raises:
        GitError: objects are missing.
    """
    try:
        tip = history.resolve(rev)
    except GitError:
        return []
    listed = history.listing(tip)
    contents = dict(history.blobs(listed.values()))
    entries = []
    for name, oid in sorted(listed.items()):
        raw = contents[oid]
        if raw is None:
            raise GitError(f"the ledger's {name} is not in this clone; run `git fetch --refetch`")
        entries.append(Entry(name, raw))
    return entries


def append(history: History, entry: Entry, message: str) -> str:
    """Put an entry at the end of the ledger; the id of the commit that did.

    Raises:
        GitError: it could not be written, or somebody else wrote first.
    """
    return history.add_file(REF, entry.name, entry.raw, message)


def verify_commits(history: History, anchor: str = "") -> list[Problem]:
    """The same by the commits of the ledger: each may add one entry, and do nothing else. `anchor` is the
    id of a commit that is known to have been its tip.

    Raises:
        GitError: the commits could not be read.
    """
    tip = history.resolve(REF)
    problems: list[Problem] = []
    lineage = history.lineage(rev=tip)
    pairs = [(line[0], parent) for line in lineage for parent in line[1:]]
    for (commit, _), changed in zip(pairs, history.differing(pairs), strict=True):
        for name, present in changed.items():
            if not present:
                problems.append(Problem(_number(name), f"was dropped by the ledger's commit {commit[:12]}"))
        if len(changed) != 1:
            problems.append(Problem(0, f"the ledger's commit {commit[:12]} changes {len(changed)} entries"))
    if anchor and not history.is_ancestor(anchor, tip):
        problems.append(
            Problem(0, f"the anchor {anchor[:12]} is not in the ledger: it was cut short or rewritten")
        )
        problems += _lost(history, anchor, tip)
    return problems


def _lost(history: History, anchor: str, tip: str) -> list[Problem]:
    try:
        before, now = history.listing(anchor), history.listing(tip)
    except GitError:
        return []
    return [
        Problem(
            _number(name), "was edited since the anchor" if name in now else "was dropped since the anchor"
        )
        for name, oid in sorted(before.items())
        if now.get(name) != oid
    ]
