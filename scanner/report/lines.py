"""The lines of one file, for outputs that speak of places: regions that exist, and their text.

Lines end at LF, CRLF and CR only, as the parser and every consumer count them; `str.splitlines` would
also end them at form feeds and others.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from types import MappingProxyType

from scanner.finding import Location
from scanner.lazily import regex

_NEWLINE = regex(r"\r\n|\r|\n")


class Lines:
    """A text, and where its lines start and end. What is given out of it comes from `shown`, the same text
    with its secrets blotted out, character for character."""

    def __init__(self, text: str, shown: str | None = None) -> None:
        self.text = text
        self._shown = text if shown is None else shown
        self._starts = [0]
        self._ends = []
        for newline in _NEWLINE.finditer(text):
            self._ends.append(newline.start())
            self._starts.append(newline.end())
        self._ends.append(len(text))
        self._plain = text.isascii()

    def __len__(self) -> int:
        return len(self._starts)

    def line(self, number: int) -> str:
        """The text of a line, from 1, without its end."""
        return self._shown[self._starts[number - 1] : self._ends[number - 1]]

    def within(self, place: Location) -> Location:
        """The place, moved into the file where it points past a line or past the end, with its end said.

        An end column of 0 means the end of the line.
        """
        line, column = self._clamped(place.line, place.column)
        end_line, end_column = self._clamped(place.end_line, place.end_column or len(self.text) + 1)
        if (end_line, end_column) < (line, column):
            end_line, end_column = line, column
        return Location(place.path, line, column, end_line, end_column)

    def _clamped(self, line: int, column: int) -> tuple[int, int]:
        if line > len(self):
            line, column = len(self), len(self.text) + 1
        line = max(1, line)
        length = self._ends[line - 1] - self._starts[line - 1]
        return line, min(max(1, column), length + 1)

    def between(self, place: Location) -> str:
        """The text of a place that lies within the file, line ends as they are."""
        start = self._starts[place.line - 1] + place.column - 1
        return self._shown[start : self._starts[place.end_line - 1] + place.end_column - 1]

    def around(self, place: Location, reach: int) -> Location:
        """The lines of a place with one more on each side; of endless lines, `reach` characters to the
        left and to the right of the place."""
        first, last = max(1, place.line - 1), min(len(self), place.end_line + 1)
        start = self._starts[first - 1]
        left = max(start, self._starts[place.line - 1] + place.column - 1 - reach)
        right = min(self._ends[last - 1], self._starts[place.end_line - 1] + place.end_column - 1 + reach)
        return Location(place.path, *self._position(left), *self._position(right))

    def _position(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._starts, offset)
        return line, min(offset, self._ends[line - 1]) - self._starts[line - 1] + 1

    def utf16(self, line: int, column: int) -> int:
        """A column of code points as one of UTF-16 code units: what SARIF and editors count."""
        if self._plain:
            return column
        start = self._starts[line - 1]
        before = self.text[start : min(start + column - 1, self._ends[line - 1])]
        return len(before.encode("utf-16-le", "surrogatepass")) // 2 + 1


class Texts:
    """The texts of a report, split when first asked for."""

    def __init__(self, texts: Mapping[str, str], shown: Mapping[str, str] = MappingProxyType({})) -> None:
        self._texts = texts
        self._shown = shown
        self._lines: dict[str, Lines] = {}

    def __getitem__(self, path: str) -> Lines | None:
        """The lines of a file; None where the report does not hold its text."""
        if path not in self._texts:
            return None
        if path not in self._lines:
            self._lines[path] = Lines(self._texts[path], self._shown.get(path))
        return self._lines[path]
