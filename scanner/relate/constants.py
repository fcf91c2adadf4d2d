"""Values that several modules of one project hold, each for itself, though one could hold them for all."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.facts import Constant, Facts
from scanner.frozen import frozen
from scanner.lazily import regex
from scanner.relate.clones import are_apart, are_versions, is_set_apart
from scanner.relate.repository import Repository

_MODULES = {"constant": 3, "pattern": 3, "text": 2}  # that must hold one value before it should be one's
_CUSTOM = 24  # modules: what more of them hold is how things are done here
_HOMES = regex(
    r"(^|[/_.])(const(ant)?s?|config(uration)?|defaults?|settings|common|base|patterns?|prompts?|sql)[/_.]"
)


@frozen
class Told:
    """One value in one module."""

    facts: Facts
    constant: Constant


@frozen
class Repeated:
    """Values that the same modules hold: for each module, the first of them, the home that looks most like
    one first; and how many more there are."""

    holders: tuple[Told, ...]
    more: int


def repeated(repository: Repository) -> Iterator[Repeated]:
    """By the place of the first copy."""
    groups: dict[tuple[str, ...], list[tuple[Told, ...]]] = {}
    for holders in _holders(repository):
        groups.setdefault(tuple(one.facts.path for one in holders), []).append(holders)
    for _, group in sorted(groups.items()):
        first, *more = sorted(
            group, key=lambda holders: (holders[0].constant.place, holders[0].constant.kind)
        )
        places = {holders[0].constant.place.line for holders in more} - {first[0].constant.place.line}
        yield Repeated(first, len(places))


def _holders(repository: Repository) -> Iterator[tuple[Told, ...]]:
    """Of each value that enough modules hold, those modules."""
    found: dict[tuple[str, str, int], dict[str, Told]] = {}
    for path, facts in repository.files.items():
        if facts.role != "live" or is_set_apart(facts):
            continue
        for one in facts.constants:
            found.setdefault((one.kind, one.name, one.value), {}).setdefault(path, Told(facts, one))
    for (kind, _, _), by_path in found.items():
        if len(by_path) < _MODULES[kind]:
            continue
        first, *others = sorted(by_path.values(), key=_standing)
        near = [one for one in others if _are_near(first, one, repository)]
        if _MODULES[kind] - 1 <= len(near) <= _CUSTOM:
            yield first, *near


def _standing(one: Told) -> tuple[object, ...]:
    path = one.facts.path
    return _HOMES.search(path) is None, path.count("/"), path


def _are_near(one: Told, other: Told, repository: Repository) -> bool:
    paths = one.facts.path, other.facts.path
    return not are_apart(*paths, repository) and not are_versions(*paths)
