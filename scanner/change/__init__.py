"""One change: files before and after, and which lines it touched. What a change rule is handed."""

from __future__ import annotations

from scanner.frozen import frozen

Ranges = tuple[tuple[int, int], ...]


@frozen
class ChangedFile:
    """One file of a change. `before` is None where the change adds it, `after` where it deletes it;
    `lines` are the added or changed lines of the new side, inclusive, from 1; `old_path` is the name before,
    where the change renames it."""

    path: str
    before: bytes | None
    after: bytes | None
    lines: Ranges = ()
    old_path: str = ""


@frozen
class Change:
    """A diff between a base and the tree that is scanned."""

    files: tuple[ChangedFile, ...] = ()
    base: str = ""

    def touches(self, path: str, first: int, last: int) -> bool:
        """Does the change add or alter one of these lines?"""
        for file in self.files:
            if file.path == path:
                return any(start <= last and first <= end for start, end in file.lines)
        return False
