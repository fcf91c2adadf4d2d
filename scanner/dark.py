"""Dark code: lines that carry evidence of an agent and no record of a human review.

Counted, never guessed: a line without evidence is not dark, it is unknown, and a request that was merged
without a named reviewer is no review. Where it is dark and matters comes first: critical paths, then dark
lines, of which those count double that no test reaches, and double that no human ever edited the file of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from scanner.frozen import frozen
from scanner.provenance.record import Label, Tier
from scanner.provenance.tree import Group, Tally
from scanner.settings import Settings, matches

_BY_AI = frozenset([Label.AI.value, Label.MIXED.value])
_UNREVIEWED = frozenset([Tier.NONE.value, Tier.REQUESTED.value])


@frozen
class Place:
    """A file or a folder: all its lines, those with evidence of an agent, and those that nobody reviewed.

    `solely`: every commit that made it carries evidence of an agent (of a folder: every file of it).
    `untested`: its dark lines in files that no test reaches; `unedited`: those in files that no human edited.
    """

    path: str
    lines: int
    by_ai: int
    dark: int
    critical: bool = False
    solely: bool = False
    untested: int = 0
    unedited: int = 0

    @property
    def pressure(self) -> int:
        """What files and folders are ranked by, below critical paths."""
        return self.dark + self.untested + self.unedited

    @property
    def index(self) -> float:
        """The share of its lines that is dark, from 0 to 1."""
        return self.dark / self.lines if self.lines else 0.0


@frozen
class Darkness:
    """The dark lines of a tree: of all of it, by file and by folder, the most pressing first, and by the
    month they were committed in."""

    whole: Place
    critical: Place
    files: tuple[Place, ...]
    folders: tuple[Place, ...]
    months: tuple[Place, ...]


def is_dark(group: Group) -> bool:
    return group.label in _BY_AI and group.tier in _UNREVIEWED


def darkness(
    tally: Tally, settings: Settings, depth: int = 1, reached: Mapping[str, bool] | None = None
) -> Darkness:
    """Count what is dark in a tree, folders down to `depth`. `reached` says of the files that were looked at
    whether some test reaches them."""
    files = [
        _of_file(path, groups, tally, settings, (reached or {}).get(path, True))
        for path, groups in tally.files.items()
        if not settings.excludes(path)
    ]
    by_folder: dict[str, list[Place]] = {}
    for file in files:
        by_folder.setdefault(folder_of(file.path, depth), []).append(file)
    months: dict[str, list[Mapping[Group, int]]] = {}
    for file in files:
        for group, lines in tally.files[file.path].items():
            months.setdefault(group.month, []).append({group: lines})
    return Darkness(
        _sum("", files),
        _sum("", [file for file in files if file.critical]),
        tuple(sorted((file for file in files if file.dark), key=_pressing)),
        tuple(sorted((_sum(path, inside) for path, inside in by_folder.items()), key=_pressing)),
        tuple(_place(month, months[month]) for month in sorted(months)),
    )


def _of_file(
    path: str, groups: Mapping[Group, int], tally: Tally, settings: Settings, reached: bool
) -> Place:
    place = _place(path, [groups])
    solely = path in tally.solely
    return replace(
        place,
        critical=any(matches(path, pattern) for pattern in settings.critical_paths),
        solely=solely,
        untested=0 if reached else place.dark,
        unedited=place.dark if solely else 0,
    )


def folder_of(path: str, depth: int) -> str:
    """The folder of a file, cut at `depth`; `.` for the files at the top."""
    return "/".join(path.split("/")[:-1][:depth]) or "."


def _place(path: str, counted: Iterable[Mapping[Group, int]]) -> Place:
    pairs = [pair for groups in counted for pair in groups.items()]
    return Place(
        path,
        sum(lines for _, lines in pairs),
        sum(lines for group, lines in pairs if group.label in _BY_AI),
        sum(lines for group, lines in pairs if is_dark(group)),
    )


def _sum(path: str, files: list[Place]) -> Place:
    return Place(
        path,
        sum(file.lines for file in files),
        sum(file.by_ai for file in files),
        sum(file.dark for file in files),
        any(file.critical for file in files),
        bool(files) and all(file.solely for file in files),
        sum(file.untested for file in files),
        sum(file.unedited for file in files),
    )


def _pressing(place: Place) -> tuple[bool, int, str]:
    return not (place.critical and place.dark), -place.pressure, place.path
