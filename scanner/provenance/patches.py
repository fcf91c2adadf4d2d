"""Reading patches: which lines of a file a commit took away, and which it put there.

A patch speaks of one file. `replaced` says, for each parent, which stretches of the parent's file were
replaced by which stretches of the new one; everything in between is the same, line for line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from scanner.frozen import frozen
from scanner.history import unquote
from scanner.lazily import regex

_HUNK = regex(rb"\n@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_COMBINED = regex(rb"@@@+((?: -\d+,\d+)+) \+(\d+),\d+ @@@+")
_OLD_NAME = regex(rb"\n(?:rename|copy) from ([^\n]*)")
_NEW_NAME = regex(rb"\n(?:rename|copy) to ([^\n]*)")


class Replaced(NamedTuple):
    """`size` lines from index `start` of the parent's file gave way to `new_size` from `new_start`."""

    start: int
    size: int
    new_start: int
    new_size: int


@frozen
class FilePatch:
    """What a commit did to one file. `before` has its name in each parent, empty where it was not there."""

    path: str
    before: tuple[str, ...]
    replaced: tuple[Sequence[Replaced], ...] = ()
    deleted: bool = False
    moved: bool = False
    binary: bool = False


def parse(patch: bytes) -> Iterator[FilePatch]:
    """The files of one commit's patch, as `History.patches` gives it."""
    for section in patch.split(b"\ndiff --")[1:]:
        yield _combined(section) if section.startswith(b"c") else _plain(section)


def _plain(section: bytes) -> FilePatch:
    first = section.find(b"\n@@ -")
    header = section if first < 0 else section[:first]
    old, new = _names(header)
    hunks = [] if first < 0 else [_hunk(found) for found in _HUNK.findall(section, first)]
    return FilePatch(
        new or old,
        (old,),
        (hunks,),
        deleted=b"\ndeleted file mode" in header,
        moved=b"\nrename from " in header,
        binary=b"\nBinary files " in header,
    )


def _hunk(found: tuple[bytes, bytes, bytes, bytes]) -> Replaced:
    start, count, new_start, new_count = found
    removed, added = int(count or 1), int(new_count or 1)
    # Of nothing, git names the line before.
    return Replaced(int(start) - (removed > 0), removed, int(new_start) - (added > 0), added)


def _names(header: bytes) -> tuple[str, str]:
    """The names before and after; empty before for a new file, and after for a deleted one."""
    if renamed := _OLD_NAME.search(header):
        target = _NEW_NAME.search(header)
        assert target is not None
        return _name(renamed[1]), _name(target[1])
    new_file, gone = b"\nnew file mode" in header, b"\ndeleted file mode" in header
    name = _of_one_name(header[4 : header.find(b"\n") if b"\n" in header else len(header)])
    return "" if new_file else name, "" if gone else name


def _of_one_name(words: bytes) -> str:
    """`a/NAME b/NAME`: the same name twice, so half of it is one, whatever it holds."""
    half = words[: len(words) // 2]
    return _name(half)[2:]


def _name(raw: bytes) -> str:
    return unquote(raw.decode("utf-8", "surrogateescape"))


# Against several parents


def _combined(section: bytes) -> FilePatch:
    lines = section.split(b"\n")
    at = 1
    before: list[str] = []
    path = _name(lines[0].partition(b" ")[2])
    deleted = binary = False
    while at < len(lines) and not lines[at].startswith(b"@@@"):
        line = lines[at]
        if line.startswith(b"--- "):
            name = _name(line[4:].rstrip(b"\t"))
            before.append("" if name == "/dev/null" else name[2:])
        deleted |= line.startswith(b"deleted file mode")
        binary |= line.startswith(b"Binary files")
        at += 1
    return FilePatch(path, tuple(before), tuple(_changes(lines, at, len(before))), deleted, False, binary)


def _changes(lines: Sequence[bytes], at: int, parents: int) -> list[list[Replaced]]:
    """Each parent's replaced stretches. The columns in front of a line say which parents lack it.

    A hunk ends where the next begins: git's own count of its lines is one short at the end of a file.
    """
    found: list[list[list[int]]] = [[] for _ in range(parents)]
    olds, new = [0] * parents, 0
    kept, fresh = b" " * parents, b"+" * parents
    for line in lines[at:]:
        marks = line[:parents]
        if marks == kept:
            olds = [old + 1 for old in olds]
            new += 1
        elif marks == fresh:
            for index, old in enumerate(olds):
                _widen(found[index], old, new, 3)
            new += 1
        elif line.startswith(b"@@@"):
            olds, new = _starts(line) or (olds, new)
        elif b"-" in marks:
            for index, mark in enumerate(marks):
                if mark == _MINUS:
                    _widen(found[index], olds[index], new, 1)
                    olds[index] += 1
        elif b"+" in marks:
            for index, mark in enumerate(marks):
                if mark == _PLUS:
                    _widen(found[index], olds[index], new, 3)
                else:
                    olds[index] += 1
            new += 1
    return [[Replaced(*row) for row in rows] for rows in found]


def _starts(header: bytes) -> tuple[list[int], int] | None:
    """Where a hunk begins in each parent's file, and in the new one."""
    match = _COMBINED.match(header)
    if match is None:
        return None
    # Of nothing, git names no line.
    return [max(0, int(part[1:].partition(b",")[0]) - 1) for part in match[1].split()], int(match[2]) - 1


_MINUS, _PLUS = b"-+"


def _widen(rows: list[list[int]], old: int, new: int, which: int) -> None:
    """One line more that is gone (1) or new (3), in the stretch before it where it follows on that."""
    if not rows or rows[-1][0] + rows[-1][1] != old or rows[-1][2] + rows[-1][3] != new:
        rows.append([old, 0, new, 0])
    rows[-1][which] += 1
