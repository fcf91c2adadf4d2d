"""Which lines of a file are those of an earlier version of it. Pure, and nothing of git.

Lines are counted as git counts them: a line feed ends one. Carriage returns before it are left out of the
comparison, so that a checkout with other line ends has not changed.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence

Range = tuple[int, int]
Ranges = tuple[Range, ...]

# Above this many lines between the first and the last difference, a quadratic comparison is too slow.
_LARGE = 2_000


def lines_of(content: bytes) -> list[bytes]:
    """The lines of a file as git counts them, without their ends, so that CRLF and LF compare equal."""
    lines = content.split(b"\n")
    if lines and not lines[-1]:
        lines.pop()
    return [line.removesuffix(b"\r") for line in lines]


def unchanged_lines(old: bytes, new: bytes) -> list[int]:
    """For each line of `new`, the number of the line of `old` that it is, from 1; 0 for a new one."""
    before, after = lines_of(old), lines_of(new)
    if before == after:
        return list(range(1, len(after) + 1))
    head = _common(before, after)
    limit = min(len(before), len(after)) - head
    tail = _common(before[::-1][:limit], after[::-1][:limit])
    middle_before, middle_after = before[head : len(before) - tail], after[head : len(after) - tail]
    mapped = [0] * len(middle_after)
    for start, at, size in _matches(middle_before, middle_after):
        mapped[at : at + size] = range(head + start + 1, head + start + size + 1)
    shift = len(before) - len(after)
    ends = range(len(after) - tail + shift + 1, len(after) + shift + 1)
    return [*range(1, head + 1), *mapped, *ends]


def _matches(before: Sequence[bytes], after: Sequence[bytes]) -> list[tuple[int, int, int]]:
    """Equal runs of lines in order: (from, to, how many)."""
    if len(before) + len(after) > _LARGE:
        return _anchored(before, after)
    import difflib

    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    return [(block.a, block.b, block.size) for block in matcher.get_matching_blocks()]


def _anchored(before: Sequence[bytes], after: Sequence[bytes]) -> list[tuple[int, int, int]]:
    """The same for large files, where the matcher may take quadratic time: lines that stand once on either
    side hold the rest in place, and runs grow from them."""
    once_before, once_after = _once(before), _once(after)
    pairs = [(once_before[line], at) for line, at in once_after.items() if line in once_before]
    runs: list[tuple[int, int, int]] = []
    floor_before = floor_after = 0
    for was, at in _longest_ascending(pairs):
        if was < floor_before or at < floor_after:
            continue  # inside the run before
        back = 0
        while (
            was - back > floor_before
            and at - back > floor_after
            and before[was - back - 1] == after[at - back - 1]
        ):
            back += 1
        size = back + _common(before[was:], after[at:])
        runs.append((was - back, at - back, size))
        floor_before, floor_after = was - back + size, at - back + size
    return runs


def _once(lines: Sequence[bytes]) -> dict[bytes, int]:
    counts = Counter(lines)
    return {line: at for at, line in enumerate(lines) if counts[line] == 1}


def _longest_ascending(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest choice of pairs, given in order of their second, that ascends in the first, too."""
    ends: list[int] = []
    tails: list[int] = []
    before: list[int] = []
    for index, (was, _) in enumerate(pairs):
        at = bisect_left(ends, was)
        before.append(tails[at - 1] if at else -1)
        ends[at : at + 1] = [was]
        tails[at : at + 1] = [index]
    chosen: list[tuple[int, int]] = []
    index = tails[-1] if tails else -1
    while index >= 0:
        chosen.append(pairs[index])
        index = before[index]
    return chosen[::-1]


def added_ranges(old: bytes, new: bytes) -> Ranges:
    """The lines of `new` that are not lines of `old`."""
    return ranges_of(number for number, was in enumerate(unchanged_lines(old, new), 1) if was == 0)


def ranges_of(numbers: Iterable[int]) -> Ranges:
    """Ascending line numbers as inclusive ranges."""
    ranges: list[Range] = []
    for number in numbers:
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1] = (ranges[-1][0], number)
        else:
            ranges.append((number, number))
    return tuple(ranges)


def _common(left: Sequence[bytes], right: Sequence[bytes]) -> int:
    count = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        count += 1
    return count
