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

import functools
import importlib
import re
import sys
import warnings
from collections import Counter
from collections.abc import Hashable, Iterator
from typing import Any, NamedTuple, TypeVar

_parser: Any = importlib.import_module("re._parser" if sys.version_info >= (3, 11) else "sre_parse")

_LONGEST = 2_000  # characters of an expression
_MOST_PLACES = 200  # that read a character, copies of `{3}` included
_TRIED = 8  # places of a loop that are tried as its start
_LARGEST_PRODUCT = 20_000  # edges of a loop's product with itself
_MANY = 12  # repetitions; above, a bounded loop counts as one without end
_ASCII = 128
_BLOCKS, _BLOCK = 64, 1024  # the other characters: blocks of so many, those of words apart from the rest
_FULL = (1 << (_ASCII + 2 * _BLOCKS)) - 1


_Node = TypeVar("_Node", bound=Hashable)
_Pair = tuple[int, int]


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
        return automaton.exponential(automaton.sequence(parsed, parsed.state.flags, loops=0))
    except (re.error, RecursionError, OverflowError, ValueError, _UndecidedError):
        return None


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
        after: dict[int, list[int]] = {place: [] for place in range(len(self.reads))}
        for end, begin in self.edges:
            after[end].append(begin)
        for loop in sorted(_components(after), key=min):
            for start, pump in self._pumps(loop, after):
                found = Ambiguity(self._way(part.first, start, after), pump)
                if self._fails(found, part, after):
                    return found
        return None

    def _fails(self, found: Ambiguity, part: _Part, after: dict[int, list[int]]) -> bool:
        """Is there an end that makes the whole fail? Only then the matcher tries all the ways."""
        if part.nullable and not self.anchored:
            return False
        last = set(part.last)
        places: set[int] = set()
        for number, character in enumerate(found.start + found.pump * 2):
            bit = _bit(ord(character))
            following = part.first if number == 0 else {other for place in places for other in after[place]}
            places = {place for place in following if self.reads[place] & bit}
            if not self.anchored and places & last:
                return False
        if not self.anchored:
            return True
        accepted = 0
        for other in {other for place in places for other in after[place]} & last:
            accepted |= self.reads[other]
        return accepted & _ENDS != _ENDS

    def _pumps(self, loop: set[int], after: dict[int, list[int]]) -> Iterator[tuple[int, str]]:
        """Places of the loop, each with a word that leads back to it by two ways."""
        pairs = self._pairs(loop, after)
        for part in _components(pairs):
            if self._is_split(part, pairs):
                for start in sorted(left for left, right in part if left == right)[:_TRIED]:
                    yield start, self._word(start, part, pairs)

    def _pairs(self, loop: set[int], after: dict[int, list[int]]) -> dict[_Pair, list[_Pair]]:
        """The product of the loop with itself: where two ways stand that have read the same word."""
        pairs: dict[_Pair, list[_Pair]] = {}
        pending: list[_Pair] = [(place, place) for place in sorted(loop)]
        edges = 0
        while pending:
            pair = pending.pop()
            if pair in pairs:
                continue
            pairs[pair] = [
                (left, right)
                for left in after.get(pair[0], ())
                if left in loop
                for right in after.get(pair[1], ())
                if right in loop and self.reads[left] & self.reads[right]
            ]
            edges += len(pairs[pair])
            if edges > _LARGEST_PRODUCT:
                raise _UndecidedError
            pending.extend(pairs[pair])
        return pairs

    def _is_split(self, part: set[_Pair], pairs: dict[_Pair, list[_Pair]]) -> bool:
        """Do the two ways part and meet again, or run over an edge that is drawn twice?"""
        diagonal = [place for place, other in part if place == other]
        if len(diagonal) < len(part):
            return bool(diagonal)
        return any(
            following in part and self.edges[place, following[0]] > 1
            for place in diagonal
            for following in pairs[place, place]
        )

    def _word(self, start: int, part: set[_Pair], pairs: dict[_Pair, list[_Pair]]) -> str:
        """A shortest word that leads both ways from a place back to it, apart in between."""
        seen: dict[tuple[_Pair, bool], str] = {((start, start), False): ""}
        pending = list(seen)
        for pair, parted in pending:
            for following in pairs[pair]:
                left, right = following
                twice = pair[0] == pair[1] and left == right and self.edges[pair[0], left] > 1
                now = parted or twice or left != right
                word = seen[pair, parted] + _character(self.reads[left] & self.reads[right])
                if now and following == (start, start):
                    return word
                if following in part and (following, now) not in seen:
                    seen[following, now] = word
                    pending.append((following, now))
        return ""

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


def _components(graph: dict[_Node, list[_Node]]) -> list[set[_Node]]:
    """The nodes that can be reached from each other, those alone without an edge to themselves left out
    (Tarjan's algorithm, without recursion)."""
    number: dict[_Node, int] = {}
    low: dict[_Node, int] = {}
    stack: list[_Node] = []
    held: set[_Node] = set()
    found: list[set[_Node]] = []
    for root in graph:
        if root in number:
            continue
        work = [(root, iter(graph[root]))]
        while work:
            node, following = work[-1]
            if node not in number:
                number[node] = low[node] = len(number)
                stack.append(node)
                held.add(node)
            for other in following:
                if other not in number:
                    work.append((other, iter(graph.get(other, ()))))
                    break
                if other in held:
                    low[node] = min(low[node], number[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == number[node]:
                    part = set(stack[stack.index(node) :])
                    del stack[stack.index(node) :]
                    held -= part
                    if len(part) > 1 or node in graph.get(node, ()):
                        found.append(part)
    return found


# Characters, as bits

_WORD = sum(1 << code for code in range(_ASCII) if chr(code).isalnum() or chr(code) == "_")
_DIGIT = sum(1 << code for code in range(_ASCII) if chr(code).isdigit())
_SPACE = sum(1 << ord(one) for one in " \t\n\r\f\v")
_ENDS = 1 << 0 | 1 << ord("!") | 1 << ord("a") | 1 << ord("0")  # one of these stands for an end that fails
_OTHERS = _FULL ^ ((1 << _ASCII) - 1)
_OTHER_WORD = sum(1 << (_ASCII + 2 * block) for block in range(_BLOCKS))
_CATEGORIES = {
    "CATEGORY_WORD": _WORD | _OTHER_WORD,
    "CATEGORY_NOT_WORD": _FULL & ~(_WORD | _OTHER_WORD),
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
        for block in range(max(low, _ASCII) // _BLOCK, min(high // _BLOCK, _BLOCKS - 1) + 1):
            first, last = max(low, block * _BLOCK, _ASCII), min(high, (block + 1) * _BLOCK - 1)
            read |= _bits(first, last)
        return read | (_bit(high) if high >= _ASCII else 0)
    if name == "CATEGORY":
        return _CATEGORIES[str(item)]
    raise _UndecidedError


@functools.lru_cache(maxsize=256)
def _bits(first: int, last: int) -> int:
    """Of a range within one block; whole blocks are the commonest."""
    read = 0
    for code in range(first, last + 1):
        read |= _bit(code)
    return read


def _bit(code: int) -> int:
    if code < _ASCII:
        return 1 << code
    word = chr(code).isalnum()
    return 1 << (_ASCII + 2 * min(code // _BLOCK, _BLOCKS - 1) + (not word))


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
    if code < _ASCII:
        return chr(code)
    start = max(_ASCII, (code - _ASCII) // 2 * _BLOCK)
    return next((chr(one) for one in range(start, start + _BLOCK) if _bit(one) == 1 << code), chr(start))
