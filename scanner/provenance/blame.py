"""Which commit each line of a file came from, by git's own exact blame.

Blame always runs on a commit, never on the working tree: git would read the latter through configured
filters. The lines of the working tree are mapped onto those of the commit here.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from scanner.finding import Notice
from scanner.frozen import frozen
from scanner.history import Blame, GitError, History, unquote
from scanner.hunks import ranges_of, unchanged_lines
from scanner.lazily import regex

IGNORE_REVS = ".git-blame-ignore-revs"
_HEADER = regex(r"([0-9a-f]{40}|[0-9a-f]{64}) (\d{1,9}) (\d{1,9}) (\d{1,7})\Z")
_REVISION = regex(r"(?:[0-9a-f]{40}|[0-9a-f]{64})\Z")
_STORED_ELSEWHERE = {
    b"version https://git-lfs.github.com/spec": "Git LFS keeps the content, so lines have no history",
    b"\0GITCRYPT": "git-crypt keeps the content encrypted, so lines have no history",
}
# Blaming one range costs more than half of blaming the file.
_MOST_RANGES = 2


@frozen
class Origin:
    """Where a line came from: the commit, and its path and number *in that commit*."""

    commit: str
    path: str
    line: int
    older: bool = False


@frozen
class Mapped:
    """The lines of a file as it is on disk, each with its number in the commit; 0 where it is new.

    `path` is the file's name in the commit, empty where it is not in it. `reason` says why nothing can be
    said about any line, and is empty otherwise. Index 0 is unused.
    """

    path: str
    lines: tuple[int, ...]
    reason: str = ""


def parse(raw: bytes) -> dict[int, Origin]:
    """The output of `git blame --incremental`, by line number in the blamed file."""
    origins: dict[int, Origin] = {}
    older: set[str] = set()
    group: tuple[str, int, int, int] | None = None
    for line in raw.decode("utf-8", "surrogateescape").split("\n"):
        if group is None:
            if match := _HEADER.match(line):
                group = (match[1], int(match[2]), int(match[3]), int(match[4]))
        elif line == "boundary":
            # Said once for each commit, with the first of its groups.
            older.add(group[0])
        elif line.startswith("filename "):
            commit, before, after, count = group
            path = unquote(line[9:])
            for step in range(count):
                origins[after + step] = Origin(commit, path, before + step, commit in older)
            group = None
    return origins


def of_lines(
    blame: Blame, path: str, rev: str, lines: Iterable[int], *, since: str = ""
) -> dict[int, Origin]:
    """The origins of some lines of `path` as of the commit `rev`; with `since`, lines older than that
    commit are marked `older` instead of followed."""
    ranges = ranges_of(sorted(set(lines)))
    if not ranges:
        return {}
    return parse(blame(path, rev, since=since, ranges=ranges if len(ranges) <= _MOST_RANGES else ()))


def map_worktree(
    path: str, names: Mapping[str, str], committed: Mapping[str, bytes], content: bytes | None
) -> Mapped:
    """Map the lines of a working tree file onto the commit's version of it.

    `names` has the old names of files that the index renamed, `committed` the commit's contents by path.
    Lines on disk are counted as engines and editors do: a lone carriage return ends one, too.
    """
    name = path if path in committed else names.get(path, "")
    before = committed.get(name)
    if content is None:
        return Mapped(name, (), "the file is not in the working tree")
    if before is None:
        return Mapped("", (0,) * (count_lines(content) + 1))
    for start, reason in _STORED_ELSEWHERE.items():
        if before.startswith(start) and not content.startswith(start):
            return Mapped(name, (), reason)
    known = unchanged_lines(before, content)
    if content.count(b"\r") != content.count(b"\r\n"):
        known = [known[number] for number in _physical(content)]
    return Mapped(name, (0, *known))


def count_lines(content: bytes) -> int:
    """How many lines a file has, as Python counts them."""
    return len(_physical(content))


def _physical(content: bytes) -> list[int]:
    """For each line as Python counts them, the index of the line as git counts them."""
    pieces = re.split(rb"(\r\n|\n|\r)", content)
    numbers: list[int] = []
    at = 0
    for text, end in zip(pieces[::2], [*pieces[1::2], b""], strict=True):
        if text or end:
            numbers.append(at)
        at += end.endswith(b"\n")
    return numbers


def ignored_revisions(history: History, rev: str, notices: list[Notice]) -> tuple[str, ...]:
    """The revisions that blame should look through.

    `blame.ignoreRevsFile` goes before `.git-blame-ignore-revs`, both as of the commit `rev`, so that a
    change cannot hide behind an entry of its own. A line that is no full commit id is left out and named.
    """
    if not rev:
        return ()
    return tuple(
        revision
        for name, text in _ignore_files(history, rev, notices)
        for revision in _revisions(name, text, len(rev), notices)
    )


def _ignore_files(history: History, rev: str, notices: list[Notice]) -> Iterator[tuple[str, str]]:
    configured = history.setting("blame.ignoreRevsFile")
    for name in configured or (IGNORE_REVS,):
        file = Path(os.path.normpath(history.root / name))
        try:
            if file.is_relative_to(history.root):
                raw = history.file_at(rev, file.relative_to(history.root).as_posix())
            else:
                raw = file.read_bytes()
        except (OSError, GitError) as error:
            notices.append(Notice(f"{name}: the revisions to ignore could not be read: {error}", name))
            continue
        if raw is not None:
            yield name, raw.decode("utf-8", "replace")
        elif configured:
            notices.append(
                Notice(f"{name}: `blame.ignoreRevsFile` names it, but HEAD has no such file", name)
            )


def _revisions(name: str, text: str, width: int, notices: list[Notice]) -> Iterator[str]:
    for number, line in enumerate(text.splitlines(), 1):
        revision = line.partition("#")[0].strip()
        if _REVISION.match(revision) and len(revision) == width:
            yield revision
        elif revision:
            notices.append(Notice("not a full commit id, so blame does not ignore it", name, number))
