"""Blocks of statements that stand in two functions, found by their runs of equal hashes.

Every run of `_LEAST_ALIKE` hashes is a key; functions that share one are compared from there on, so that
the work is linear in the size of the repository. A run counts as far as it is a sequence of whole statements
of one level, laid out alike on both sides: what could be cut out, and given a name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from scanner.analyse.blocks import Stand, stands
from scanner.facts import Facts, Place
from scanner.frozen import frozen
from scanner.relate import clones
from scanner.relate.clones import Unit
from scanner.relate.repository import Repository

LEAST = 12  # statements of a block: of fewer, many are just how things are done
_LEAST_ALIKE = 9  # the same, where both functions say the same
_ALIKE = 0.8
_VERY_LONG = 24  # statements that are no coincidence, whatever is said between them
LEAST_OF_CHANGE = 6  # the same, of blocks that one change adds: then somebody saw both
_COMMON = 12  # functions; what more of them do is how things are done here
_WHOLE = 0.75  # of both functions: then the function is copied, and not a block of it


@frozen
class Block:
    """Some statements of a function, one after the other."""

    unit: Unit
    start: int
    size: int

    @property
    def place(self) -> Place:
        """From the first statement to the start of the last."""
        where = _stands(self.unit)[self.start : self.start + self.size]
        return Place(where[0].line, where[0].column, where[-1].line, where[-1].column + 1)

    @property
    def share(self) -> float:
        """How much of its function it is."""
        return self.size / len(self.unit.function.hashes)


@frozen
class Repeated:
    """A block, and the one that it repeats."""

    block: Block
    original: Block


def repeated(repository: Repository) -> Iterator[tuple[Repeated, ...]]:
    """Blocks that stand in an earlier function as well; all between the same two files, or within one, at
    once, the longest first. In the order of paths."""
    groups: dict[tuple[str, str], list[Repeated]] = {}
    told = _Told(repository)
    for found in _all(repository):
        if told.knows(found):
            continue
        groups.setdefault((found.block.unit.path, found.original.unit.path), []).append(found)
    for _, group in sorted(groups.items()):
        yield tuple(sorted(group, key=lambda found: (-found.block.size, found.block.place)))


class _Told:
    """What is known already as copies of functions, files or folders."""

    def __init__(self, repository: Repository) -> None:
        every = [*clones.copies(repository), *clones.slight_copies(repository)]
        self._functions = {_function(unit) for copy in every for unit in (copy.unit, copy.original)}
        self._wholes = {
            clones.between(group[0].unit.path, group[0].original.path)
            for group in clones.gathered(every)
            if len(group) > 1
        } - {None}

    def knows(self, found: Repeated) -> bool:
        one, other = found.block.unit, found.original.unit
        if _function(one) in self._functions and _function(other) in self._functions:
            return True
        return clones.between(one.path, other.path) in self._wholes


def _function(unit: Unit) -> tuple[str, Place]:
    return unit.path, unit.function.place


def _all(repository: Repository) -> Iterator[Repeated]:
    units = [unit for facts in repository.files.values() for unit in _units(facts)]
    holders: dict[tuple[int, ...], list[tuple[int, int]]] = defaultdict(list)
    for number, unit in enumerate(units):
        hashes = unit.function.hashes
        for start in range(len(hashes) - _LEAST_ALIKE + 1):
            holders[hashes[start : start + _LEAST_ALIKE]].append((number, start))
    shared = {key: places for key, places in holders.items() if 1 < len({at[0] for at in places}) <= _COMMON}
    least: dict[tuple[int, int], int] = {}
    for number, unit in enumerate(units):
        start, hashes = 0, unit.function.hashes
        while start <= len(hashes) - _LEAST_ALIKE:
            found = None
            for other, at in shared.get(hashes[start : start + _LEAST_ALIKE], ()):
                if other >= number:
                    break
                pair = (other, number)
                if pair not in least:
                    least[pair] = _least(unit, units[other], repository)
                if least[pair]:
                    found = _longer(
                        found, _common(Block(unit, start, 0), Block(units[other], at, 0), least[pair])
                    )
            if found is not None:
                yield found
            start += found.block.size if found is not None else 1


def pasted(facts: Iterable[Facts], is_added: Callable[[str, int], bool]) -> Iterator[Repeated]:
    """Blocks that a change adds twice, in the order of paths: within one function, or shorter than what
    `repeated` finds anyway. `is_added` tells of a path and a line whether the change adds it."""
    seen: dict[tuple[int, ...], list[tuple[Unit, int]]] = defaultdict(list)
    for unit in (unit for one in facts for unit in _units(one)):
        added = [is_added(unit.path, stand.line) for stand in _stands(unit)]
        start, hashes = 0, unit.function.hashes
        while start <= len(hashes) - LEAST_OF_CHANGE:
            key = hashes[start : start + LEAST_OF_CHANGE]
            found = None
            if all(added[start : start + LEAST_OF_CHANGE]):
                for other, at in seen[key]:
                    found = _longer(
                        found, _common(Block(unit, start, 0), Block(other, at, 0), LEAST_OF_CHANGE)
                    )
                seen[key].append((unit, start))
            if found is not None and (unit is found.original.unit or found.block.size < LEAST):
                yield found
            start += found.block.size if found is not None else 1


def _longer(one: Repeated | None, other: Repeated | None) -> Repeated | None:
    if one is None or other is None:
        return one or other
    return other if other.block.size > one.block.size else one


def _common(block: Block, original: Block, least: int) -> Repeated | None:
    """What two functions have in common from two places on, as far as it is worth a function."""
    one, other = block.unit.function.hashes[block.start :], original.unit.function.hashes[original.start :]
    most = min(len(one), len(other))
    if block.unit is original.unit:
        most = min(most, block.start - original.start)
    size = 0
    while size < most and one[size] == other[size]:
        size += 1
    size = min(_level(block, size), _level(original, size))
    if size < least or len(set(one[:size])) < least - 1 or not _alike_laid_out(block, original, size):
        return None
    found = Repeated(Block(block.unit, block.start, size), Block(original.unit, original.start, size))
    whole = found.block.share > _WHOLE and found.original.share > _WHOLE
    return None if whole else found


def _level(block: Block, size: int) -> int:
    """How many of the statements from the start on are whole statements of the level of the first."""
    where = _stands(block.unit)
    level = where[block.start].column
    end = block.start + size
    for place in range(block.start, end):
        if where[place].column < level:
            end = place
            break
    while end > block.start and end < len(where) and where[end].column > level:
        end -= 1  # the last statement of the level goes on
    return end - block.start


def _alike_laid_out(block: Block, original: Block, size: int) -> bool:
    one = [stand.column for stand in _stands(block.unit)[block.start : block.start + size]]
    other = [stand.column for stand in _stands(original.unit)[original.start : original.start + size]]
    shift = one[0] - other[0]
    return all(left - right == shift for left, right in zip(one, other, strict=True))


def _stands(unit: Unit) -> list[Stand]:
    return stands(unit.function.layout, unit.function.place.line)


def _units(facts: Facts) -> Iterator[Unit]:
    if facts.role != "live" or clones.is_set_apart(facts):
        return
    classes = {known.name for known in facts.classes}
    for function in facts.functions:
        if not function.layout or clones.is_visitor(function.name):
            continue
        if not clones.is_outgoing(unit := clones.unit_of(facts, function, classes)):
            yield unit


def _least(unit: Unit, original: Unit, repository: Repository) -> int:
    """How many statements two functions must share; 0 where they are alike for good reason, or out of each
    other's reach."""
    if (
        unit.function.is_async != original.function.is_async
        or clones.are_twins(unit, original)
        or clones.are_versions(unit.path, original.path)
        or clones.are_apart(unit.path, original.path, repository)
    ):
        return 0
    said = clones.literals_shared(unit, original)
    if clones.are_plugins(unit.path, original.path):
        return LEAST if said >= _ALIKE else _VERY_LONG
    return _LEAST_ALIKE if said >= _ALIKE else LEAST if said >= 0.4 else _VERY_LONG
