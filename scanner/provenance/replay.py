"""The origin of every line of a tree at once: history replayed, commit by commit, oldest first.

Git's blame asks each file for its past; this tells all files their past in one pass. Each file is an
array of numbers, one a line; a commit's patch cuts out some and puts in new ones. A merge does what blame
does: a file that equals a parent's keeps that parent's lines, else each line goes to the first parent that
has it, and what no parent has is the merge's own. So the answer is blame's, for the price of one
`git diff-tree` over the history.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from scanner.frozen import frozen
from scanner.history import History
from scanner.provenance.kept import lines_kept
from scanner.provenance.patches import FilePatch, Replaced, parse

OLDER = 0  # the number of a line that was there before the first commit of the replay


class Stretch(NamedTuple):
    """`size` lines in a row that came from one commit, with the place they had there. An empty commit:
    they are older than what was replayed."""

    commit: str
    path: str
    line: int
    size: int


@frozen
class File:
    """The lines of one file, and the commits that touched it: the newest, and what was before."""

    lines: array[int] | None  # None: some patch of it could not be read
    touched: _Touch | None = None


@frozen
class _Touch:
    commit: int
    before: tuple[_Touch | None, ...]
    known: str = ""  # no commit: the file came from the known tree, under this name


_NOTHING = File(array("I"))
_State = dict[str, File]
_Step = tuple[list[FilePatch], tuple[str, ...]]


@dataclass
class _Blocks:
    """Where numbers were given out: each block of added lines has its first number, commit and place."""

    firsts: array[int] = field(default_factory=lambda: array("I"))
    commits: array[int] = field(default_factory=lambda: array("I"))
    paths: list[str] = field(default_factory=list)
    lines: array[int] = field(default_factory=lambda: array("I"))
    next: int = 1

    def add(self, commit: int, path: str, line: int, count: int) -> array[int]:
        """Numbers for `count` lines that `commit` adds to `path` from index `line` on."""
        self.firsts.append(self.next)
        self.commits.append(commit)
        self.paths.append(path)
        self.lines.append(line + 1)
        first, self.next = self.next, self.next + count
        return array("I", range(first, self.next))


@frozen
class Replayed:
    """The tree of a commit, each line with its origin."""

    commits: Sequence[str]
    files: Mapping[str, File]
    blocks: _Blocks
    # Of a replay that went on from a known tree: the files that it changed.
    changed: frozenset[str] = frozenset()
    _told: dict[str, list[Stretch] | None] = field(default_factory=dict, compare=False, repr=False)

    def stretches(self, path: str) -> list[Stretch] | None:
        """The lines of a file in order; None where they are not known."""
        if path not in self._told:
            file = self.files.get(path)
            lines = file.lines if file is not None else None
            self._told[path] = None if lines is None else list(self._runs(lines))
        return self._told[path]

    def _runs(self, lines: array[int]) -> Iterator[Stretch]:
        blocks, at, size = self.blocks, 0, len(lines)
        while at < size:
            first = lines[at]
            start = at
            at += 1
            if first == OLDER:
                while at < size and lines[at] == OLDER:
                    at += 1
                yield Stretch("", "", 0, at - start)
                continue
            block = bisect_right(blocks.firsts, first) - 1
            limit = blocks.firsts[block + 1] if block + 1 < len(blocks.firsts) else blocks.next
            following = first + 1
            while at < size and lines[at] == following and following < limit:
                at += 1
                following += 1
            line = blocks.lines[block] + first - blocks.firsts[block]
            yield Stretch(self.commits[blocks.commits[block]], blocks.paths[block], line, at - start)

    def touching(self, path: str) -> tuple[set[str], set[str]]:
        """Every commit that changed the file, under this name or an earlier one; and the files of the known
        tree that it comes from."""
        file = self.files.get(path)
        waiting = [file.touched] if file is not None else []
        seen: set[int] = set()
        known: set[str] = set()
        while waiting:
            touch = waiting.pop()
            if touch is None:
                continue
            if touch.known:
                known.add(touch.known)
            elif touch.commit not in seen:
                seen.add(touch.commit)
                waiting.extend(touch.before)
        return {self.commits[index] for index in seen}, known


def replay(
    history: History,
    rev: str = "",
    *,
    since: str = "",
    known: Mapping[str, Sequence[Stretch]] | None = None,
    ignored: Sequence[str] = (),
) -> Replayed:
    """Replay what `rev` (HEAD) reaches and `since` does not.

    `known` is the tree of `since` as an earlier replay gave it; without it, lines from before are `OLDER`.
    `ignored` are commits that only moved text about: lines that they replaced keep their origin.

    Raises:
        GitError: the history could not be read.
    """
    lineage = history.lineage(since, rev)
    return _Replay(history, lineage, since, known, frozenset(ignored)).run()


def _compared(line: Sequence[str]) -> list[tuple[str, str]]:
    """A merge with each of its parents but the last: what differs from all others equals that one, or is in
    the combined patch."""
    merge, *parents = line
    return [(merge, parent) for parent in parents[:-1]]


class _Replay:
    def __init__(
        self,
        history: History,
        lineage: Sequence[tuple[str, ...]],
        since: str,
        known: Mapping[str, Sequence[Stretch]] | None,
        ignored: frozenset[str],
    ) -> None:
        self._history = history
        self._lineage = lineage
        self._ignored = ignored
        self._commits = [oid for oid, *_ in lineage]
        self._blocks = _Blocks()
        self._partial = bool(since)
        self._seeds = known is not None
        self._since = since
        self._known = known or {}
        self._states: dict[str, _State] = {}
        self._waiting = Counter(parent for _, *parents in lineage for parent in parents)
        self._waiting[since] = self._waiting.get(since, 0) + 1  # never to be changed in place

    def _seeded(self, wanted: Iterable[str]) -> _State:
        """Of the known tree, the files that somebody is going to ask for."""
        index: dict[str, int] = {}
        state: _State = {}
        for path in sorted(set(wanted) & self._known.keys()):
            lines = array("I")
            for one in self._known[path]:
                if not one.commit:
                    lines += array("I", bytes(4 * one.size))
                    continue
                if one.commit not in index:
                    index[one.commit] = len(self._commits)
                    self._commits.append(one.commit)
                lines += self._blocks.add(index[one.commit], one.path, one.line - 1, one.size)
            state[path] = File(lines, _Touch(-1, (), path))
        return state

    def run(self) -> Replayed:
        pairs = [pair for line in self._lineage for pair in _compared(line)]
        brought: Iterable[Mapping[str, bool]] = self._history.differing(pairs)
        steps: Iterable[_Step] = self._steps()
        seeded: _State = {}
        if self._seeds:
            # A step from a known tree is small: look first which of its files it needs.
            steps, brought = list(steps), list(brought)
            named = {name for found, _ in steps for one in found for name in (one.path, *one.before)}
            seeded = self._states[self._since] = self._seeded(named.union(*brought))
        state = self._last(steps, iter(brought))
        if not self._seeds:
            return Replayed(self._commits, state, self._blocks)
        changed = frozenset(path for path, file in state.items() if seeded.get(path) is not file)
        return Replayed(self._commits, state, self._blocks, changed)

    def _steps(self) -> Iterator[_Step]:
        """What each commit did. Renames in merges are looked for only where a parent lacks a file."""
        merges = [oid for oid, *parents in self._lineage if len(parents) > 1]
        doubtful = self._history.with_new_files(merges)
        plain = [oid for oid in merges if oid not in doubtful]
        of_plain = self._history.patches(plain, merges=True, renames=False)
        of_doubtful = self._history.patches([oid for oid in merges if oid in doubtful], merges=True)
        of_others = self._history.patches([oid for oid, *parents in self._lineage if len(parents) < 2])
        for oid, *parents in self._lineage:
            of_merges = of_doubtful if oid in doubtful else of_plain
            patch, lost = next(of_merges if len(parents) > 1 else of_others)
            yield list(parse(patch)), lost

    def _last(self, steps: Iterable[_Step], brought: Iterator[Mapping[str, bool]]) -> _State:
        """Take all steps; the state after the last one."""
        state: _State = {}
        for index, (line, (found, lost)) in enumerate(zip(self._lineage, steps, strict=True)):
            oid, *parents = line
            if len(parents) > 1:
                state = self._merged(index, parents, found, [next(brought) for _ in _compared(line)])
            else:
                state = self._changed(index, parents, found)
            for path in lost:
                state[path] = File(None)
            self._states[oid] = state
        return state

    def _taken(self, parent: str) -> _State:
        """The state of a parent, to change: itself, for the last child that asks."""
        self._waiting[parent] -= 1
        if self._waiting[parent] == 0:
            return self._states.pop(parent, {})
        return dict(self._states.get(parent, ()))

    def _changed(self, index: int, parents: Sequence[str], patches: Iterable[FilePatch]) -> _State:
        state = self._taken(parents[0]) if parents else {}
        kept = self._kept(index)
        gone: list[str] = []
        new: _State = {}
        for patch in patches:
            if patch.deleted:
                gone.append(patch.path)
                continue
            before = patch.before[0]
            old = self._file(state, before)
            if patch.moved:
                gone.append(before)
            lines = None if patch.binary else self._spliced(old.lines, patch.replaced[0])
            if lines is not None:
                self._own(lines, index, patch)
                for line, was in kept.get(patch.path, {}).items():
                    if old.lines is not None and was < len(old.lines):
                        lines[line] = old.lines[was]
            elif patch.moved and not patch.replaced[0]:
                lines = old.lines
            new[patch.path] = File(lines, _Touch(index, (old.touched,)))
        for path in gone:
            state.pop(path, None)
        state.update(new)
        return state

    def _file(self, state: _State, path: str) -> File:
        if not path:
            return _NOTHING
        found = state.get(path)
        if found is None:
            # Before the first commit of a partial replay there is a file, and we have not looked at it.
            return _NOTHING if self._partial else File(None)
        return found

    def _spliced(self, old: array[int] | None, replaced: Sequence[Replaced]) -> array[int] | None:
        """The new file, with `_FRESH` where no old line is; None where the patch does not fit."""
        if old is None:
            return None
        lines = array("I")
        at = 0
        for start, count, _, new_count in replaced:
            if start + count > len(old):
                if not self._partial:
                    return None
                old = old + array("I", bytes(4 * (start + count - len(old))))
            lines += old[at:start]
            lines += _FRESH * new_count
            at = start + count
        lines += old[at:]
        return lines

    def _kept(self, index: int) -> Mapping[str, Mapping[int, int]]:
        """In a commit to look through, the old lines that its new ones were, by file."""
        if self._commits[index] not in self._ignored:
            return {}
        ((raw, _),) = self._history.patches([self._commits[index]])
        return lines_kept(raw)

    def _own(self, lines: array[int], index: int, patch: FilePatch) -> None:
        """Give the fresh lines of a file their numbers."""
        for _, _, new_start, new_count in patch.replaced[0]:
            if new_count:
                fresh = self._blocks.add(index, patch.path, new_start, new_count)
                lines[new_start : new_start + new_count] = fresh

    def _merged(
        self,
        index: int,
        parents: Sequence[str],
        patches: Iterable[FilePatch],
        differing: Sequence[Mapping[str, bool]],
    ) -> _State:
        """`differing`: the files in which the merge differs from each parent, the last one left out."""
        combined = {patch.path: patch for patch in patches}
        # In order, so that a parent that two children share is copied for the first.
        others = [self._states.get(parent, {}) for parent in parents[1:]]
        state = self._taken(parents[0])
        brought = differing[0]
        mainline = {path: state.get(path) for path in brought}
        for path, present in brought.items():
            if not present:
                state.pop(path, None)
            elif path in combined:
                state[path] = self._resolved(index, combined[path], [mainline, *others])
            else:
                same = next((n for n, other in enumerate(differing[1:]) if path not in other), -1)
                state[path] = self._same_as(path, others[same])
        if self._seeds:
            self._completed(self._commits[index], parents[0], mainline, state)
        for parent in parents[1:]:
            self._waiting[parent] -= 1
            if self._waiting[parent] == 0:
                self._states.pop(parent, None)
        return state

    def _same_as(self, path: str, parent: _State) -> File:
        """The file as the parent has it that it equals."""
        return parent.get(path) or (_NOTHING if self._partial else File(None))

    def _resolved(self, index: int, patch: FilePatch, states: Sequence[Mapping[str, File | None]]) -> File:
        olds = [states[at].get(name) or _NOTHING for at, name in enumerate(patch.before)]
        touched = _Touch(index, tuple(old.touched for old in olds))
        if patch.binary:
            return File(None, touched)
        sides = [self._spliced(old.lines, hunks) for old, hunks in zip(olds, patch.replaced, strict=True)]
        if not sides or any(side is None for side in sides):
            return File(None, touched)
        lines = _overlaid([side for side in sides if side is not None], exact=not self._partial)
        if lines is None:
            return File(None, touched)
        for start, count in _fresh_runs(lines):
            lines[start : start + count] = self._blocks.add(index, patch.path, start, count)
        return File(lines, touched)

    def _completed(self, merge: str, parent: str, mainline: Mapping[str, File | None], state: _State) -> None:
        """What a merge's other side has from before the replay, told by the main line, which knows it."""
        ((raw, _),) = self._history.patches([f"{merge} {parent}"])
        for patch in parse(raw):
            file = state.get(patch.path)
            main = mainline.get(patch.before[0]) or (state.get(patch.before[0]) if patch.moved else None)
            if file is None or file.lines is None or main is None or patch.deleted or patch.binary:
                continue
            side = self._spliced(main.lines, patch.replaced[0])
            if side is None:
                continue
            lines = file.lines + array("I", bytes(4 * max(0, len(side) - len(file.lines))))
            for start, count in list(_runs_of(lines, OLDER)):
                for at in range(start, min(start + count, len(side))):
                    lines[at] = side[at] if side[at] != _UNSET else OLDER
            state[patch.path] = File(lines, file.touched)


_UNSET = 0xFFFFFFFF
_FRESH = array("I", [_UNSET])


def _overlaid(sides: Sequence[array[int]], *, exact: bool) -> array[int] | None:
    """Each line from the first side that has it; None where the sides, which are one file, differ in
    length."""
    length = max(map(len, sides))
    if exact and any(len(side) != length for side in sides):
        return None
    padded = [side + array("I", bytes(4 * (length - len(side)))) for side in sides]
    lines = padded[0]
    for other in padded[1:]:
        for start, count in _fresh_runs(lines):
            lines[start : start + count] = other[start : start + count]
    return lines


def _fresh_runs(lines: array[int]) -> list[tuple[int, int]]:
    return list(_runs_of(lines, _UNSET))


def _runs_of(lines: array[int], value: int) -> Iterator[tuple[int, int]]:
    """Where `value` stands, as (index, how many in a row)."""
    at, size = 0, len(lines)
    while at < size:
        try:
            at = lines.index(value, at)
        except ValueError:
            return
        start = at
        while at < size and lines[at] == value:
            at += 1
        yield start, at - start
