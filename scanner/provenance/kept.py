"""Which old line a new one was, in a commit that only moved text about.

As `git blame --ignore-rev` sees it: within a stretch that was replaced, a line goes back to the one that
shares the most pairs of letters with it, in order; one that shares none is the commit's own after all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from scanner.provenance.patches import Replaced, parse

_NEAR = 10  # lines away from where it would stand if all were stretched evenly
_MOST = 400  # lines of a stretch; in a longer one, each goes back to the one in its place
_LONGEST = 2000  # of a line, in bytes


def lines_kept(patch: bytes) -> dict[str, Mapping[int, int]]:
    """For each file of a plain patch: index of a new line → index of the line that it was."""
    found: dict[str, Mapping[int, int]] = {}
    for section, file in zip(patch.split(b"\ndiff --")[1:], parse(patch), strict=True):
        lines = [line for line in section.split(b"\n") if line.startswith((b"<", b">"))]
        found[file.path] = _of_file(lines, file.replaced[0])
    return found


def _of_file(lines: Sequence[bytes], hunks: Sequence[Replaced]) -> dict[int, int]:
    found: dict[int, int] = {}
    at = 0
    for start, count, new_start, new_count in hunks:
        removed, added = lines[at : at + count], lines[at + count : at + count + new_count]
        at += count + new_count
        if max(count, new_count) > _MOST:
            found.update(
                (new_start + step, start + min(step, count - 1)) for step in range(new_count if count else 0)
            )
            continue
        for new, old in _matched([_pairs(line) for line in removed], [_pairs(line) for line in added]):
            found[new_start + new] = start + old
    return found


def _matched(removed: Sequence[Counter[bytes]], added: Sequence[Counter[bytes]]) -> list[tuple[int, int]]:
    """Pairs of a new line and the old one that it was: the surest first, and none across another."""
    candidates = sorted(
        (-shared, abs(middle - old), new, old)
        for new, pairs in enumerate(added)
        for middle in (new * len(removed) // len(added),)
        for old in range(max(0, middle - _NEAR), min(len(removed), middle + _NEAR + 1))
        if (shared := (pairs & removed[old]).total())
    )
    found: dict[int, int] = {}
    for _, _, new, old in candidates:
        if new not in found and all((new - one) * (old - other) >= 0 for one, other in found.items()):
            found[new] = old
    return sorted(found.items())


def _pairs(line: bytes) -> Counter[bytes]:
    """How often each two letters stand side by side in a line, its blanks left out."""
    text = b"".join(line[1:_LONGEST].split()).lower()
    return Counter(text[at : at + 2] for at in range(len(text) - 1))
