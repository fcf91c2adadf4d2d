"""Regular expressions that take exponential time: those with a loop that can read one text in two ways.

A backtracking matcher tries every way before it gives up. Where a loop, having read a word, may stand at the
same place by two ways, n words can be read in 2ⁿ. Known as exponential degree of ambiguity; decided here
on the position automaton (Glushkov's) of the expression: each place that reads a character is a state, and
a loop is ambiguous where the product of its automaton with itself has a cycle that leaves the diagonal, or
that runs over an edge which the expression draws twice.

Only what is certain is told: an expression with a loop around an assertion, a reference or an atomic group
is let pass, and so is one whose loop may end the match at any moment, since then nothing ever fails.
"""

from __future__ import annotations

import importlib
import re
import sys
import warnings
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

_parser: Any = importlib.import_module("re._parser" if sys.version_info >= (3, 11) else "sre_parse")

_LONGEST = 2_000  # characters of an expression
_MOST_PLACES = 200  # that read a character, copies of `{3}` included
_LARGEST_LOOP = 30  # places in one loop: the product has their square
_MANY = 12  # repetitions; above, a bounded loop counts as one without end
_ASCII = 128
_BLOCKS = 64  # the other characters, by 1,024 code points
_FULL = (1 << (_ASCII + _BLOCKS)) - 1


class Ambiguity(NamedTuple):
    """A text that makes the matcher try for ever: `pump` over and over, after `start`."""

    start: str
    pump: str


class _UndecidedError(Exception):
    """Something in the expression is beyond this analysis."""


class _Part(NamedTuple):
    """A part of the expression: may it be empty, and the places it can begin and end with."""

    nullable: bool
    first: tuple[int, ...]
    last: tuple[int, ...]


_EMPTY = _Part(True, (), ())


def ambiguity(pattern: str, flags: int = 0, *, whole: bool = False) -> Ambiguity | None:
    """An exponential loop of a regular expression, or None where there is none for certain.

    `whole` says that the text must match to its end (`re.fullmatch`).
    """
    if len(pattern) > _LONGEST or not re.search(r"[*+}]", pattern):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parsed = _parser.parse(pattern, flags)
        automaton = _Automaton(whole)
        part = automaton.sequence(parsed, parsed.state.flags, loops=0)
    except (re.error, RecursionError, OverflowError, ValueError, _UndecidedError):
        return None
    return automaton.exponential(part)


class _Automaton:
    """The places of an expression, the characters each reads, and how they follow each other."""

    def __init__(self, anchored: bool) -> None:
        self.reads: list[int] = []  # of each place: the characters, as bits
        self.edges: Counter[tuple[int, int]] = Counter()  # how many ways lead from one place to the next
        self.anchored = anchored  # must something hold where the match ends?

    # From the expression to the automaton

    def sequence(self, items: Any, flags: int, loops: int) -> _Part:
        made = _EMPTY
        for item in items:
            made = self._joined(made, self._item(item, flags, loops))
        return made

    def _joined(self, left: _Part, right: _Part) -> _Part:
        self._link(left.last, right.first)
        return _Part(
            left.nullable and right.nullable,
            left.first + (right.first if left.nullable else ()),
            right.last + (left.last if right.nullable else ()),
        )

    def _link(self, ends: tuple[int, ...], begins: tuple[int, ...]) -> None:
        for end in ends:
            for begin in begins:
                self.edges[end, begin] += 1

    def _item(self, item: tuple[Any, Any], flags: int, loops: int) -> _Part:
        kind, value = str(item[0]), item[1]
        if kind in {"LITERAL", "NOT_LITERAL", "ANY", "IN"}:
            return self._place(_characters(kind, value, flags))
        if kind in {"MAX_REPEAT", "MIN_REPEAT"}:
            least, most, inner = value
            return self._repeat(least, most, inner, flags, loops)
        if kind == "SUBPATTERN":
            _, added, removed, inner = value
            return self.sequence(inner, (flags | added) & ~removed, loops)
        if kind == "BRANCH":
            return self._branch([self.sequence(one, flags, loops) for one in value[1]])
        if loops or kind not in {"AT", "ASSERT", "ASSERT_NOT", "GROUPREF"}:
            raise _UndecidedError
        if kind != "AT" or "END" in str(value) or "BOUNDARY" in str(value):
            self.anchored = True
        return _EMPTY

    def _branch(self, parts: list[_Part]) -> _Part:
        return _Part(
            any(part.nullable for part in parts),
            tuple(place for part in parts for place in part.first),
            tuple(place for part in parts for place in part.last),
        )

    def _place(self, characters: int) -> _Part:
        self.reads.append(characters)
        if len(self.reads) > _MOST_PLACES:
            raise _UndecidedError
        number = len(self.reads) - 1
        return _Part(False, (number,), (number,))

    def _repeat(self, least: int, most: int, inner: Any, flags: int, loops: int) -> _Part:
        if most == 0:
            return _EMPTY
        if least == most and most < _MANY:
            made = _EMPTY
            for _ in range(least):
                made = self._joined(made, self.sequence(inner, flags, loops))
            return made
        endless = most >= _MANY or (loops > 0 and most > 1)
        part = self.sequence(inner, flags, loops + endless)
        if endless:
            self._link(part.last, part.first)
        return part._replace(nullable=part.nullable or least == 0)

    # Whether a loop reads a text in two ways

    def exponential(self, part: _Part) -> Ambiguity | None:
        after: dict[int, list[int]] = {}
        for end, begin in self.edges:
            after.setdefault(end, []).append(begin)
        for loop in _loops(len(self.reads), after):
            if len(loop) > _LARGEST_LOOP or not self._can_fail(loop, part):
                continue
            pump = self._pump(loop, after)
            if pump is not None:
                return Ambiguity(self._way(part.first, pump[0], after), pump[1])
        return None

    def _can_fail(self, loop: set[int], part: _Part) -> bool:
        """Does anything have to follow the loop? Only an end that fails makes the matcher try again."""
        if not loop & set(part.last):
            return True
        read = 0
        for place in loop:
            read |= self.reads[place]
        return self.anchored and read != _FULL

    def _pump(self, loop: set[int], after: dict[int, list[int]]) -> tuple[int, str] | None:
        """A place of the loop, and a word that leads back to it by two ways."""

        def steps(pair: tuple[int, int]) -> Iterator[tuple[tuple[int, int], int, bool]]:
            for left in after.get(pair[0], ()):
                for right in after.get(pair[1], ()):
                    common = self.reads[left] & self.reads[right]
                    if common and left in loop and right in loop:
                        twice = pair[0] == pair[1] and left == right and self.edges[pair[0], left] > 1
                        yield (left, right), common, twice

        for start in sorted(loop):
            # Breadth first over pairs and whether the two ways have parted yet.
            seen: dict[tuple[tuple[int, int], bool], str] = {((start, start), False): ""}
            pending = [((start, start), False)]
            for pair, parted in pending:
                word = seen[pair, parted]
                for next_pair, common, twice in steps(pair):
                    now = parted or twice or next_pair[0] != next_pair[1]
                    if now and next_pair == (start, start):
                        return start, word + _character(common)
                    if (next_pair, now) not in seen:
                        seen[next_pair, now] = word + _character(common)
                        pending.append((next_pair, now))
        return None

    def _way(self, first: tuple[int, ...], goal: int, after: dict[int, list[int]]) -> str:
        """A shortest text that leads to a place."""
        seen = {place: _character(self.reads[place]) for place in first}
        pending = list(first)
        for place in pending:
            if place == goal:
                return seen[place]
            for following in after.get(place, ()):
                if following not in seen:
                    seen[following] = seen[place] + _character(self.reads[following])
                    pending.append(following)
        return ""


def _loops(count: int, after: dict[int, list[int]]) -> list[set[int]]:
    """The places that can be reached from each other: the strongly connected parts, those with an edge."""
    reach = {place: _reached(place, after) for place in range(count)}
    found: list[set[int]] = []
    known: set[int] = set()
    for place in range(count):
        if place in known or place not in reach[place]:
            continue
        loop = {other for other in reach[place] if place in reach[other]}
        known |= loop
        found.append(loop)
    return found


def _reached(start: int, after: dict[int, list[int]]) -> set[int]:
    found: set[int] = set()
    pending = list(after.get(start, ()))
    while pending:
        place = pending.pop()
        if place not in found:
            found.add(place)
            pending.extend(after.get(place, ()))
    return found


# Characters, as bits

_WORD = sum(1 << code for code in range(_ASCII) if chr(code).isalnum() or chr(code) == "_")
_DIGIT = sum(1 << code for code in range(_ASCII) if chr(code).isdigit())
_SPACE = sum(1 << ord(one) for one in " \t\n\r\f\v")
_OTHERS = _FULL ^ ((1 << _ASCII) - 1)
_CATEGORIES = {
    "CATEGORY_WORD": _WORD | _OTHERS,
    "CATEGORY_NOT_WORD": (_FULL ^ _OTHERS) & ~_WORD,
    "CATEGORY_DIGIT": _DIGIT,
    "CATEGORY_NOT_DIGIT": _FULL & ~_DIGIT,
    "CATEGORY_SPACE": _SPACE,
    "CATEGORY_NOT_SPACE": _FULL & ~_SPACE,
}


def _characters(kind: str, value: Any, flags: int) -> int:
    if kind == "ANY":
        return _FULL if flags & re.DOTALL else _FULL & ~(1 << ord("\n"))
    if kind == "LITERAL":
        return _cased(_bit(value), flags)
    if kind == "NOT_LITERAL":
        return _FULL & ~_cased(_bit(value), flags) if value < _ASCII else _FULL
    negated = str(value[0][0]) == "NEGATE"
    read = 0
    for name, item in value[negated:]:
        read |= _member(str(name), item)
    read = _cased(read, flags)
    # A block of which some characters are left out still has others.
    return (_FULL & ~read) | _OTHERS if negated else read


def _member(name: str, item: Any) -> int:
    if name == "LITERAL":
        return _bit(item)
    if name == "RANGE":
        low, high = item
        read = sum(1 << code for code in range(low, min(high, _ASCII - 1) + 1))
        for block in range(max(low, _ASCII), min(high, _BLOCKS * 1024 - 1) + 1, 1024):
            read |= _bit(block)
        return read | (_bit(high) if high >= _ASCII else 0)
    if name == "CATEGORY":
        return _CATEGORIES[str(item)]
    raise _UndecidedError


def _bit(code: int) -> int:
    return 1 << (code if code < _ASCII else _ASCII + min(code // 1024, _BLOCKS - 1))


def _cased(read: int, flags: int) -> int:
    if not flags & re.IGNORECASE:
        return read
    upper = read & sum(1 << code for code in range(ord("A"), ord("Z") + 1))
    lower = read & sum(1 << code for code in range(ord("a"), ord("z") + 1))
    return read | upper << 32 | lower >> 32


def _character(read: int) -> str:
    """One of these characters, a letter or a digit where there is one."""
    plain = read & _WORD or read & ((1 << 127) - (1 << 33)) or read
    code = (plain & -plain).bit_length() - 1
    return chr(code) if code < _ASCII else chr(max(_ASCII + 32, (code - _ASCII) * 1024 + 300))
