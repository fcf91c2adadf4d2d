"""Stretches of lines laid over each other: which one is on top at a line."""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections.abc import Iterable

from scanner.hunks import Range


class Layers:
    """Stretches in the order in which they were laid; later ones cover earlier ones.

    Built once in O(n log n), asked in O(log n): a record may hold a hundred thousand stretches.
    """

    def __init__(self, stretches: Iterable[tuple[int, Range]]) -> None:
        """`stretches` are (what to give back, first and last line); a larger number lies on top."""
        opening = sorted((start, end, value) for value, (start, end) in stretches)
        edges = sorted({edge for start, end, _ in opening for edge in (start, end + 1)})
        self._edges = edges
        self._tops: list[int | None] = []
        lying: list[tuple[int, int]] = []
        at = 0
        for edge in edges:
            while at < len(opening) and opening[at][0] <= edge:
                _, end, value = opening[at]
                heapq.heappush(lying, (-value, end))
                at += 1
            while lying and lying[0][1] < edge:
                heapq.heappop(lying)
            self._tops.append(-lying[0][0] if lying else None)

    def top(self, line: int) -> int | None:
        """The number of the stretch on top at `line`; None where there is none."""
        at = bisect_right(self._edges, line) - 1
        return self._tops[at] if at >= 0 else None
