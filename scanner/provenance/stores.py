"""What a store of records says of lines, in one form for every format that is no git-ai note or trace."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import field

from scanner.finding import Notice
from scanner.frozen import frozen
from scanner.provenance.record import Evidence


@frozen
class Store:
    """Evidence by commit and path: for single lines, and for files as a whole.

    `known` are the commits that it has a record of, whatever that says; `unreadable` those whose record
    could not be read, each named in a notice.
    """

    lines: Mapping[tuple[str, str], Mapping[int, Evidence]] = field(default_factory=dict)
    files: Mapping[tuple[str, str], Evidence] = field(default_factory=dict)
    known: frozenset[str] = frozenset()
    unreadable: frozenset[str] = frozenset()
    notices: tuple[Notice, ...] = ()

    def evidence(self, commit: str, path: str, line: int) -> Evidence | None:
        """What it says of a line that `commit` added, by its place in that commit."""
        place = (commit, path)
        return self.lines.get(place, {}).get(line) or self.files.get(place)

    def anything_of(self, commit: str) -> tuple[Evidence, ...]:
        """Everything that it says of some line or file of a commit."""
        return tuple(self._of_commit.get(commit, ()))

    @functools.cached_property
    def _of_commit(self) -> dict[str, dict[Evidence, None]]:
        found: dict[str, dict[Evidence, None]] = {}
        for (commit, _), lines in self.lines.items():
            found.setdefault(commit, {}).update(dict.fromkeys(lines.values()))
        for (commit, _), one in self.files.items():
            found.setdefault(commit, {})[one] = None
        return found
