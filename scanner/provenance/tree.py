"""Whose lines a tree is made of: every line counted, by what is on record about it.

For figures over a whole tree; the lines of findings are blamed one by one instead. What was counted is kept
in the cache, and a few commits more cost only what they changed.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Any, NamedTuple

import scanner
from scanner.analyse.cache import Cache
from scanner.finding import Notice
from scanner.frozen import frozen
from scanner.history import GitError, History
from scanner.provenance import agent_trace, blame, identity
from scanner.provenance.blame import Origin
from scanner.provenance.record import Label, Provenance
from scanner.provenance.records import Records, stored
from scanner.provenance.replay import Replayed, Stretch, replay

_VERSION = 2  # raise it when the same history would be counted in another way
_BY_AI = frozenset([Label.AI.value, Label.MIXED.value])
# A file that the replay could not follow is blamed by itself, if there are not too many of them.
_MOST_BLAMED = 200


class Group(NamedTuple):
    """What is on record about some lines. `evidence` is the kind of the surest signal, `month` that of the
    commit, as 2026-03; each is empty where it is not known."""

    label: str
    agent: str = ""
    model: str = ""
    tier: str = "unknown"
    evidence: str = ""
    month: str = ""


@frozen
class Tally:
    """The lines of a tree by file and group. `solely` are the files whose every commit carries evidence of
    an agent; `uncounted` those whose lines could not be told apart, binary ones among them; `marked` those
    that `.gitattributes` call generated or vendored, which a machine or somebody else wrote."""

    revision: str
    files: Mapping[str, Mapping[Group, int]]
    solely: frozenset[str] = frozenset()
    uncounted: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()
    marked: Mapping[str, int] = field(default_factory=dict)

    @property
    def total(self) -> Counter[Group]:
        total: Counter[Group] = Counter()
        for groups in self.files.values():
            total.update(groups)
        return total


def tally(history: History, cache: Cache) -> Tally:
    """Count the lines of HEAD's tree.

    Raises:
        GitError: the history could not be read.
    """
    kept = _Kept.read(cache, _digest(history))
    if kept is not None and kept.revision == history.head:
        return kept.tally()
    if kept is not None and history.is_ancestor(kept.revision, history.head):
        counted = _advanced(history, kept)
    else:
        counted = _counted_whole(history)
    counted.write(cache, _digest(history))
    return counted.tally()


def own(history: History, counted: Tally) -> Tally:
    """The tally without the files that `.gitattributes` (of its commit) call generated or vendored."""
    names = {path.rpartition("/")[2] for path in history.regular_files(counted.revision)}
    if ".gitattributes" not in names:
        return counted
    marked = history.with_attribute(counted.revision, "linguist-generated", "linguist-vendored")
    return replace(
        counted,
        files={path: groups for path, groups in counted.files.items() if path not in marked},
        marked={path: sum(groups.values()) for path, groups in counted.files.items() if path in marked},
    )


def tally_range(history: History, base: str, head: str) -> Tally:
    """Count the lines that `head` has and that the commits since it left `base` wrote.

    Raises:
        GitError: one of the two names no commit, or the history could not be read.
    """
    tip = history.resolve(head)
    start = history.common_ancestor(base, tip)
    replayed = replay(history, tip, since=start)
    counter = _Counter.over(history, replayed, replayed.files, since=start)
    files = {path: counter.groups(replayed, path) for path in sorted(replayed.files)}
    return Tally(tip, {path: groups for path, groups in files.items() if groups}, notices=counter.notices)


def lines_of_tree(history: History) -> dict[str, list[tuple[str, str]]]:
    """Label and commit of every line of HEAD's tree, by file."""
    replayed = _replayed(history)
    paths = history.regular_files(history.head)
    counter = _Counter.over(history, replayed, paths)
    found: dict[str, list[tuple[str, str]]] = {}
    for path in paths:
        stretches = counter.stretches(replayed, path)
        if stretches is not None:
            lines = (one for stretch in stretches for one in counter.lines(stretch))
            found[path] = [(answer.label.value, answer.commit) for answer in lines]
    return found


def _replayed(history: History) -> Replayed:
    return replay(history, ignored=blame.ignored_revisions(history, history.head, []))


# Counting


@dataclass
class _Counter:
    """Turns stretches into groups; asks each commit once."""

    history: History
    records: Records
    blamed: Mapping[str, Sequence[Stretch]] = field(default_factory=dict)
    verdicts: dict[str, Group] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()

    @staticmethod
    def over(
        history: History,
        replayed: Replayed,
        paths: Iterable[str],
        *,
        since: str = "",
        verdicts: Mapping[str, Group] | None = None,
        after: str = "",
    ) -> _Counter:
        """Read the records of every commit that `paths` have lines of, as far as `verdicts` does not know
        it; `since` is where the range starts that is not merged yet, `after` where a known tree ends."""
        paths = list(paths)
        known = dict(verdicts or {})
        blamed, notices = ({}, ()) if since else _blamed(history, replayed, paths)
        stretches = (one for path in paths for one in (blamed.get(path) or replayed.stretches(path) or ()))
        ids = {one.commit for one in stretches if one.commit and one.commit not in known}
        young = set(history.commits_since(after)) if after else set()
        recent = after if ids <= young else ""
        records = Records.read(history, ids, since, recent)
        return _Counter(history, records, blamed, known, (*notices, *records.notices))

    def stretches(self, replayed: Replayed, path: str) -> Sequence[Stretch] | None:
        return self.blamed.get(path) or replayed.stretches(path)

    def groups(self, replayed: Replayed, path: str) -> dict[Group, int]:
        """The lines of a file by group; empty where they are not known."""
        found: Counter[Group] = Counter()
        for stretch in self.stretches(replayed, path) or ():
            for group, size in self._of(stretch):
                found[group] += size
        return dict(sorted(found.items()))

    def _of(self, stretch: Stretch) -> Iterator[tuple[Group, int]]:
        commit = stretch.commit
        if not commit:
            return
        if commit not in self.verdicts and not self.records.by_line(commit):
            self.verdicts[commit] = self._group(self._provenance(stretch, 0))
        if commit in self.verdicts:
            yield self.verdicts[commit], stretch.size
            return
        for step in range(stretch.size):
            yield self._group(self._provenance(stretch, step)), 1

    def lines(self, stretch: Stretch) -> Iterator[Provenance]:
        for step in range(stretch.size):
            yield self._provenance(stretch, step)

    def _provenance(self, stretch: Stretch, step: int) -> Provenance:
        return self.records.provenance(Origin(stretch.commit, stretch.path, stretch.line + step))

    def _group(self, answer: Provenance) -> Group:
        surest = max(answer.evidence, key=lambda one: one.confidence, default=None)
        commit = self.records.commits.get(answer.commit)
        return Group(
            answer.label.value,
            answer.agent,
            answer.model,
            answer.review.tier.value,
            surest.kind if surest else "",
            _month(commit.time) if commit else "",
        )

    def kept_verdicts(self) -> dict[str, Group]:
        """The verdicts that hold for every line of a commit."""
        return {oid: group for oid, group in self.verdicts.items() if not self.records.by_line(oid)}


def _month(time: int) -> str:
    try:
        return datetime.fromtimestamp(time, timezone.utc).strftime("%Y-%m") if time else ""
    except (OverflowError, ValueError, OSError):
        return ""


def _blamed(
    history: History, replayed: Replayed, paths: Sequence[str]
) -> tuple[dict[str, Sequence[Stretch]], tuple[Notice, ...]]:
    """What the replay could not follow and yet is text, blamed file by file."""
    doubtful = [path for path in paths if _is_doubtful(replayed, path)]
    if not doubtful:
        return {}, ()
    contents = history.blobs_at(history.head, doubtful)
    text = [path for path in doubtful if contents.get(path) and b"\0" not in contents[path][:8000]]
    found: dict[str, Sequence[Stretch]] = {}
    notices = []
    with history.blaming(blame.ignored_revisions(history, history.head, [])) as ask:
        for path in text[:_MOST_BLAMED]:
            try:
                origins = blame.parse(ask(path, history.head))
            except GitError as error:
                notices.append(Notice(f"its lines could not be followed: {error}", path))
                continue
            found[path] = [Stretch(one.commit, one.path, one.line, 1) for _, one in sorted(origins.items())]
    if len(text) > _MOST_BLAMED:
        notices.append(
            Notice(f"{len(text) - _MOST_BLAMED} text files could not be followed, and were left out")
        )
    return found, tuple(notices)


def _is_doubtful(replayed: Replayed, path: str) -> bool:
    stretches = replayed.stretches(path)
    return stretches is None or any(not one.commit for one in stretches)


def _solely(counter: _Counter, replayed: Replayed, paths: Iterable[str], before: frozenset[str]) -> set[str]:
    """The files whose every commit carries evidence of an agent; `before` are those of the known tree."""
    touching = {path: replayed.touching(path) for path in paths}
    by_file = {path: commits for path, (commits, known) in touching.items() if known <= before}
    missing = {oid for commits in by_file.values() for oid in commits} - counter.records.commits.keys()
    more = Records.read(counter.history, missing) if missing else counter.records
    every = {oid for commits in by_file.values() for oid in commits}
    known = {oid: (more if oid in missing else counter.records).by_agents(oid) for oid in every}
    return {path for path, commits in by_file.items() if all(known[oid] for oid in commits)}


def _by_agents(groups: Mapping[Group, int]) -> bool:
    return bool(groups) and all(group.label in _BY_AI for group in groups)


# Keeping


@frozen
class _Kept:
    """A tally and the tree that it was counted from, in the form of the cache."""

    revision: str
    groups: Mapping[str, Mapping[Group, int]]
    solely: frozenset[str]
    uncounted: tuple[str, ...]
    notices: tuple[Notice, ...]
    # Text until somebody asks: most files of a tree stay as they are.
    trees: Mapping[str, str]
    commits: Sequence[str]
    verdicts: Mapping[str, Group]

    def tally(self) -> Tally:
        return Tally(self.revision, self.groups, self.solely, self.uncounted, self.notices)

    @staticmethod
    def read(cache: Cache, digest: str) -> _Kept | None:
        key = f"tree:{_VERSION}:{digest}"
        found = cache.read([key], "findings").get(key)
        if found is None:
            return None
        state = cache.read([key], "facts").get(key)
        if state is None:
            return None
        groups = [Group(*row) for row in found["groups"]]
        files = {path: {groups[at]: size for at, size in rows} for path, rows in found["files"].items()}
        return _Kept(
            found["revision"],
            files,
            frozenset(found["solely"]),
            tuple(found["uncounted"]),
            tuple(Notice(*row) for row in found["notices"]),
            state["trees"],
            state["commits"],
            {oid: groups[at] for oid, at in state["verdicts"].items()},
        )

    def write(self, cache: Cache, digest: str) -> None:
        every = sorted({*self.verdicts.values(), *(group for one in self.groups.values() for group in one)})
        index = {group: at for at, group in enumerate(every)}
        found = {
            "revision": self.revision,
            "groups": every,
            "files": {path: [[index[g], n] for g, n in one.items()] for path, one in self.groups.items()},
            "solely": sorted(self.solely),
            "uncounted": self.uncounted,
            "notices": [[one.text, one.path, one.line] for one in self.notices],
        }
        state = {
            "trees": dict(self.trees),
            "commits": list(self.commits),
            "verdicts": {oid: index[group] for oid, group in self.verdicts.items()},
        }
        summary, tree = (json.dumps(part, separators=(",", ":")) for part in (found, state))
        cache.write([(f"tree:{_VERSION}:{digest}", summary, tree)])


class _Trees(Mapping[str, Sequence[Stretch]]):
    """The tree of a kept tally, decoded file by file."""

    def __init__(self, kept: _Kept) -> None:
        self._kept = kept

    def __getitem__(self, path: str) -> list[Stretch]:
        rows: list[list[Any]] = json.loads(self._kept.trees[path])
        return [Stretch(self._kept.commits[at] if at >= 0 else "", *rest) for at, *rest in rows]

    def __iter__(self) -> Iterator[str]:
        return iter(self._kept.trees)

    def __len__(self) -> int:
        return len(self._kept.trees)


def _encoded(stretches: Sequence[Stretch], index: dict[str, int]) -> str:
    rows = [
        [index.setdefault(one.commit, len(index)) if one.commit else -1, one.path, one.line, one.size]
        for one in stretches
    ]
    return json.dumps(rows, separators=(",", ":"))


def _counted_whole(history: History) -> _Kept:
    replayed = _replayed(history)
    paths = history.regular_files(history.head)
    counter = _Counter.over(history, replayed, paths)
    return _kept(history, counter, replayed, paths, None)


def _advanced(history: History, kept: _Kept) -> _Kept:
    """The tally of HEAD, from that of one of its ancestors."""
    ignored = blame.ignored_revisions(history, history.head, [])
    replayed = replay(history, since=kept.revision, known=_Trees(kept), ignored=ignored)
    present = set(history.regular_files(history.head))
    paths = sorted(replayed.changed & present)
    counter = _Counter.over(history, replayed, paths, verdicts=kept.verdicts, after=kept.revision)
    return _kept(history, counter, replayed, paths, kept, present)


def _kept(
    history: History,
    counter: _Counter,
    replayed: Replayed,
    paths: Sequence[str],
    before: _Kept | None,
    present: set[str] | None = None,
) -> _Kept:
    """Count `paths`, and take the rest from `before`."""
    index = {oid: at for at, oid in enumerate(before.commits)} if before else {}
    old_groups = {p: g for p, g in before.groups.items() if p in (present or ())} if before else {}
    old_trees = {p: t for p, t in before.trees.items() if p in (present or ())} if before else {}
    groups: dict[str, Mapping[Group, int]] = dict(old_groups)
    trees = dict(old_trees)
    uncounted = {p for p in before.uncounted if p in (present or ())} if before else set()
    for path in paths:
        stretches = counter.stretches(replayed, path)
        uncounted.discard(path)
        if stretches is None:
            groups.pop(path, None)
            trees.pop(path, None)
            uncounted.add(path)
            continue
        groups[path] = counter.groups(replayed, path)
        trees[path] = _encoded(stretches, index)
    candidates = [path for path in paths if _by_agents(groups.get(path, {}))]
    solely = _solely(counter, replayed, candidates, before.solely if before else frozenset())
    if before:
        solely |= {path for path in before.solely if path in (present or ()) and path not in set(paths)}
    return _Kept(
        history.head,
        dict(sorted(groups.items())),
        frozenset(solely),
        tuple(sorted(uncounted)),
        counter.notices,
        trees,
        list(index),
        {**(before.verdicts if before else {}), **counter.kept_verdicts()},
    )


def _digest(history: History) -> str:
    """What the answer hangs on, besides the commit: the records that can change behind it, and ourselves."""
    traces = history.read(agent_trace.FILE) or b""
    parts = [
        scanner.__version__.encode(),
        identity.TABLE.read_bytes(),
        *(text.encode("utf-8", "surrogateescape") for text in stored(history)),
        hashlib.sha256(traces).digest(),
        "\n".join(blame.ignored_revisions(history, history.head, [])).encode(),
        "\n".join(sorted(history.shallow_commits)).encode(),
    ]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:32]
