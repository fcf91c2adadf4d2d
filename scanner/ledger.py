"""The ledger: what was reviewed, by whom, against which criteria, and what came of it.

An entry is an in-toto statement in JSON, one file on `refs/assay/ledger`; a commit there adds one. Each
entry holds its number, a digest of itself and the digest of the one before, so that an entry that was
edited, dropped or swapped shows even if git's own history was rewritten with it. What no chain can show by
itself is a chain that was cut short or rewritten as a whole: for that, keep an anchor elsewhere, or sign.

Two people who record at the same time make two chains with the same numbers. `merge` keeps both: the other's
entries get their digest into their names, and one entry more names the ends of both, so that none of either
can be dropped unseen.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from scanner.frozen import frozen
from scanner.history import GitError, History
from scanner.lazily import regex

REF = "refs/assay/ledger"
STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://assay-scan.github.io/predicates/review/v1"
_LARGEST = 8_000_000
_NAME = regex(r"(?P<number>\d{8})(?:-(?P<digest>[0-9a-f]{12}))?\.json\Z", re.ASCII)
# Where somebody may have fetched the ledger of a remote to.
REMOTES = ("refs/remotes/*/assay/ledger", "refs/assay/remotes/*")


@frozen
class Entry:
    """One entry as it lies in the ledger: the name of its file, which is its number, and its bytes."""

    name: str
    raw: bytes

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.raw).hexdigest()


@frozen
class Problem:
    """Something that is not as it was recorded: the number of the entry (0: the ledger), and what."""

    number: int
    text: str

    def __str__(self) -> str:
        return f"entry {self.number}: {self.text}" if self.number else self.text


# One entry


def name_of(number: int, digest: str = "") -> str:
    """The file name of an entry; with its digest, that of one that was recorded beside another."""
    return f"{number:08d}{f'-{digest[:12]}' if digest else ''}.json"


def seal(subjects: Sequence[Mapping[str, Any]], predicate: Mapping[str, Any], before: Entry | None) -> Entry:
    """The entry that follows `before`."""
    number = (number_of(before.name) if before else 0) + 1
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


def number_of(name: str) -> int:
    """The number in the name of an entry; 0 where it is none."""
    match = _NAME.match(name)
    return int(match["number"]) if match else 0


def _is_beside(entry: Entry) -> bool:
    match = _NAME.match(entry.name)
    return bool(match and match["digest"])


# The chain


def verify(entries: Sequence[Entry], anchor: str = "") -> list[Problem]:
    """What is wrong with a ledger: every entry that was edited, dropped, swapped or put in between.

    `anchor` is the digest of an entry that is known to have been in it. Empty where all is as recorded.
    """
    digests = {entry.digest: number_of(entry.name) for entry in entries}
    problems = _main_line([entry for entry in entries if not _is_beside(entry)])
    problems += _side_lines([entry for entry in entries if _is_beside(entry)], digests)
    for entry in entries:
        problems += _unjoined(entry, digests)
    if anchor and anchor not in digests:
        problems.append(
            Problem(0, f"the entry {anchor[:16]} is not in the ledger: it was cut short or rewritten")
        )
    return problems


def _main_line(entries: Sequence[Entry]) -> list[Problem]:
    problems: list[Problem] = []
    previous: Entry | None = None
    for place, entry in enumerate(entries, 1):
        number = number_of(entry.name)
        statement = _statement(entry)
        if not number:
            problems.append(Problem(place, f"its name, {entry.name!a}, is no number"))
            continue
        expected = (number_of(previous.name) if previous else 0) + 1
        problems += [Problem(gone, "is missing") for gone in range(expected, min(number, expected + 1000))]
        if statement is None:
            problems.append(Problem(number, "is no statement of this ledger: it was edited"))
        else:
            problems += _content(statement, entry, number, previous if number == expected else None)
        previous = entry
    return problems


def _side_lines(entries: Sequence[Entry], digests: Mapping[str, int]) -> list[Problem]:
    """The entries that were recorded beside others: each names the one that it followed."""
    problems: list[Problem] = []
    for entry in entries:
        number, statement = number_of(entry.name), _statement(entry)
        if statement is None:
            problems.append(Problem(number, "is no statement of this ledger: it was edited"))
            continue
        problems += _content(statement, entry, number, None)
        if entry.name != name_of(number, entry.digest):
            problems.append(Problem(number, "was edited or swapped: its name has another digest"))
        before = str(statement["predicate"].get("previous", ""))
        if number > 1 and digests.get(before) != number - 1:
            problems.append(Problem(number - 1, f"is missing: {entry.name} followed it"))
    return problems


def _followed(entry: Entry) -> tuple[str, ...]:
    """The digests that an entry names besides the one before it."""
    statement = _statement(entry)
    found = statement["predicate"].get("joins") if statement else None
    return tuple(str(one) for one in found) if isinstance(found, list) else ()


def _unjoined(entry: Entry, digests: Mapping[str, int]) -> list[Problem]:
    return [
        Problem(number_of(entry.name), f"joins the entry {digest[:16]}, which is missing or was edited")
        for digest in _followed(entry)
        if digest not in digests
    ]


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
        before = number_of(previous.name)
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


def append(history: History, entry: Entry, message: str, *, sign: bool = False) -> str:
    """Put an entry at the end of the ledger; the id of the commit that did.

    Raises:
        GitError: it could not be written, or somebody else wrote first.
    """
    return history.add_files(REF, {entry.name: entry.raw}, message, sign=sign)


def end_of(entries: Sequence[Entry]) -> Entry | None:
    """The last entry of the main line: the one that the next follows."""
    return next((entry for entry in reversed(entries) if not _is_beside(entry)), None)


def merge(history: History, theirs: str, time: str, *, sign: bool = False) -> str:
    """Bring the entries of another ledger into ours; our tip afterwards.

    Raises:
        GitError: there is no such ledger, or ours could not be written.
        ValueError: one of the two is not as it was recorded; the text names the first entry.
    """
    other = history.resolve(theirs)
    ours = history.resolve(REF) if history.refs(REF) else ""
    if not ours or history.is_ancestor(ours, other):
        _refuse_broken(read(history, other), theirs)
        history.move(REF, other, ours or "0" * len(other))
        return other
    if history.is_ancestor(other, ours):
        return ours
    here, there = read(history, ours), read(history, other)
    _refuse_broken(here, "this ledger")
    _refuse_broken(there, theirs)
    known = {entry.digest for entry in here}
    new = {name_of(number_of(one.name), one.digest): one.raw for one in there if one.digest not in known}
    ends = [end for end in (end_of(there),) if end is not None]
    joins = [end.digest for end in ends]
    subject = [{"name": "ledger", "digest": {"gitCommit": other}}]
    entry = seal(subject, {"recorded": time, "joins": joins}, end_of(here))
    return history.add_files(
        REF, {**new, entry.name: entry.raw}, f"Merge the ledger of {theirs}", joined=other, sign=sign
    )


def _refuse_broken(entries: Sequence[Entry], where: str) -> None:
    for problem in verify(entries):
        raise ValueError(f"{where} is not as it was recorded; {problem}")


def verify_commits(history: History, anchor: str = "", signers: str | None = None) -> list[Problem]:
    """The same by the commits of the ledger: each may add entries, and do nothing else. `anchor` is the id
    of a commit that is known to have been its tip. With `signers`, the signature of each is checked.

    Raises:
        GitError: the commits could not be read.
    """
    tip = history.resolve(REF)
    problems: list[Problem] = []
    lineage = history.lineage(rev=tip)
    pairs = [(line[0], parent) for line in lineage for parent in line[1:]]
    merges = {line[0] for line in lineage if len(line) > 2}
    for (commit, parent), changed in zip(pairs, history.differing(pairs), strict=True):
        if commit in merges:
            problems += _dropped_by_merge(history, commit, parent)
            continue
        problems += [_dropped(name, commit) for name, present in changed.items() if not present]
        if len(changed) != 1:
            problems.append(Problem(0, f"the ledger's commit {commit[:12]} changes {len(changed)} entries"))
    for commit, *_ in lineage if signers is not None else ():
        if why := history.bad_signature(commit, signers or ""):
            problems.append(Problem(0, f"the signature of the ledger's commit {commit[:12]}: {why}"))
    if anchor and not history.is_ancestor(anchor, tip):
        problems.append(
            Problem(0, f"the anchor {anchor[:12]} is not in the ledger: it was cut short or rewritten")
        )
        problems += _lost(history, anchor, tip)
    return problems


def _dropped(name: str, commit: str) -> Problem:
    return Problem(number_of(name), f"was dropped by the ledger's commit {commit[:12]}")


def _dropped_by_merge(history: History, commit: str, parent: str) -> list[Problem]:
    """The entries of a parent that a merge does not have, under whatever name."""
    kept = set(history.listing(commit).values())
    return [_dropped(name, commit) for name, blob in history.listing(parent).items() if blob not in kept]


def ahead(history: History) -> list[Problem]:
    """What the ledgers of remotes have, as far as they were fetched, and this one has not."""
    tip = history.resolve(REF) if history.refs(REF) else ""
    problems = []
    for line in history.refs(*REMOTES).splitlines():
        other, _, ref = line.partition(" ")
        if not tip or not history.is_ancestor(other, tip):
            remedy = f"merge it with `assay ledger merge {ref}`, or ask who cut this one short"
            problems.append(Problem(0, f"{ref} has what this ledger has not: {remedy}"))
    return problems


def _lost(history: History, anchor: str, tip: str) -> list[Problem]:
    try:
        before, now = history.listing(anchor), history.listing(tip)
    except GitError:
        return []
    return [
        Problem(
            number_of(name),
            "was edited since the anchor" if name in now else "was dropped since the anchor",
        )
        for name, oid in sorted(before.items())
        if now.get(name) != oid and oid not in now.values()
    ]
