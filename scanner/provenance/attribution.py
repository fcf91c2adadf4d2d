"""Attribute findings to commits, agents and reviews."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from scanner.finding import Finding, Location, Notice
from scanner.frozen import frozen
from scanner.history import GitError, History, NoHistory
from scanner.hunks import Ranges
from scanner.provenance import labels
from scanner.provenance.record import Attributed, Provenance


@frozen
class Attribution:
    """The findings with their provenance, in the order given, and what the reader must know about it."""

    attributed: tuple[Attributed, ...]
    notices: tuple[Notice, ...] = ()


_Lookup = Callable[[str, int], Provenance]


def attribute(
    findings: Sequence[Finding],
    history: History | NoHistory,
    *,
    mode: str = "tree",
    base: str = "",
    environment: Mapping[str, str] | None = None,
    staged: Mapping[str, Ranges] | None = None,
) -> Attribution:
    """The provenance of each finding: of the lines of its primary region.

    `mode` is "tree" (exact blame of the files with findings), "staged" (nothing is committed yet: the
    environment speaks, no blame), or "diff" (as tree, but no further back than where HEAD left `base`
    wherever that is enough). `environment` stands for `os.environ`, `staged` for the lines that are staged,
    by path, where somebody has looked already. Records that cannot be read become notices, never exceptions.
    """
    if isinstance(history, NoHistory):
        return _all(findings, str(history))
    wanted: dict[str, set[int]] = {}
    for finding in findings:
        wanted.setdefault(finding.location.path, set()).update(_region(finding.location))
        for other in finding.related if mode == "tree" else ():
            if other.dated:
                wanted.setdefault(other.location.path, set()).add(other.location.line)
    surroundings = os.environ if environment is None else environment
    try:
        if mode == "staged":
            lookup, notices = _staged(history, wanted, surroundings, staged)
        else:
            since = history.merge_base(base) if mode == "diff" and base and history.head else ""
            lookup, notices = _committed(history, wanted, surroundings, since)
    except GitError as error:
        reason = f"the history could not be read: {error}"
        return replace(_all(findings, reason), notices=(Notice(reason),))
    attributed = tuple(Attributed(finding, _of_finding(finding, lookup)) for finding in findings)
    if mode == "tree":
        attributed = tuple(_dated(one, lookup) for one in attributed)
    return Attribution(attributed, notices)


# A commit's hook waits for the first of these, and must not wait for what only the second needs.


def _staged(
    history: History,
    lines: Mapping[str, set[int]],
    environment: Mapping[str, str],
    changed: Mapping[str, Ranges] | None,
) -> tuple[_Lookup, tuple[Notice, ...]]:
    from scanner.provenance import staged

    return staged.look(history, lines, environment, changed)


def _committed(
    history: History, lines: Mapping[str, set[int]], environment: Mapping[str, str], since: str
) -> tuple[_Lookup, tuple[Notice, ...]]:
    from scanner.provenance import committed

    return committed.look(committed.Question(history, lines, environment, since))


def _all(findings: Sequence[Finding], reason: str) -> Attribution:
    return Attribution(tuple(Attributed(finding, Provenance(reason=reason)) for finding in findings))


def _region(location: Location) -> range:
    last = location.end_line
    # The end is exclusive: a region that ends before the first column does not hold that line.
    if last > location.line and location.end_column == 1:
        last -= 1
    return range(location.line, max(last, location.line) + 1)


def _dated(one: Attributed, lookup: _Lookup) -> Attributed:
    """With a word on which came first, the finding's place or the one that it relates to. A detail: the
    message, and with it the fingerprint, stays what it is when history is rewritten."""
    other = next((related for related in one.finding.related if related.dated), None)
    if other is None or not one.provenance.time:
        return one
    there = lookup(other.location.path, other.location.line)
    if not there.time:
        return one
    said = _first(one.finding.location, one.provenance, other.location, there)
    return replace(one, finding=replace(one.finding, details=(*one.finding.details, ("came first", said))))


def _first(here: Location, own: Provenance, there: Location, other: Provenance) -> str:
    if own.commit == other.commit:
        return f"neither: both are of commit {own.commit[:10]}"
    place, first, last = (there, other, own) if other.time <= own.time else (here, own, other)
    days = (last.time - first.time) // 86_400
    return f"{place.path}:{place.line}, by {days} days (commit {first.commit[:10]})"


def _of_finding(finding: Finding, lookup: _Lookup) -> Provenance:
    path = finding.location.path
    return labels.together([lookup(path, number) for number in _region(finding.location)])
