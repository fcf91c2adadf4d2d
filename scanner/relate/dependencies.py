"""What a project declares, and what it uses of it. A tree may hold several projects, each with a manifest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import cached_property, lru_cache

from scanner.analyse.heavy import CASES, Case
from scanner.analyse.manifests import normalised
from scanner.facts import Facts, Import, Requirement, Use
from scanner.finding import Location, Related
from scanner.frozen import frozen
from scanner.relate.repository import Repository
from scanner.relate.supply import Weight, is_npm

_Imported = tuple[Facts, Import]


@frozen
class Project:
    """One folder with a manifest, and the files that belong to it."""

    folder: str
    files: tuple[Facts, ...]

    @cached_property
    def requires(self) -> dict[str, tuple[Facts, Requirement]]:
        """Distribution → the manifest's file and its first line for it; the Python asked for left out."""
        found: dict[str, tuple[Facts, Requirement]] = {}
        for facts in self.files:
            for requirement in () if is_npm(facts.path) else facts.requires:
                if requirement.name != "python":
                    found.setdefault(requirement.name, (facts, requirement))
        return found

    @cached_property
    def python(self) -> tuple[int, int] | None:
        """The oldest Python that the project runs under, where its manifest says so."""
        for facts in self.files:
            for requirement in facts.requires:
                if requirement.name == "python":
                    found = re.search(r"(?:>=|~=|\^|==|>)?\s*(\d+)\.(\d+)", requirement.specifier)
                    if found:
                        return int(found[1]), int(found[2])
        return None

    @cached_property
    def imports(self) -> dict[str, list[_Imported]]:
        """Top-level module → who imports it."""
        found: dict[str, list[_Imported]] = {}
        for facts in self.files:
            for item in facts.imports:
                found.setdefault(item.target.partition(".")[0], []).append((facts, item))
        return found


@frozen
class Trifle:
    """A heavy library, all of whose uses are one trivial job."""

    case: Case
    imported: _Imported  # the first import in live code
    uses: tuple[tuple[Facts, Use], ...]
    declared: tuple[Facts, Requirement] | None
    alone: Weight | None  # what dropping it would take out of the environment, where a lock tells


_SHOWN = 5  # uses that a finding names


def weighed(trifle: Trifle) -> dict[str, object]:
    """How much is used of it, and what dropping it would take out of the environment."""
    details: dict[str, object] = {"places": str(sum(use.times for _, use in trifle.uses))}
    if trifle.alone is not None:
        details["alone-brings"] = str(trifle.alone)
    return details


def related(trifle: Trifle) -> tuple[Related, ...]:
    """Where it is declared and used."""
    places = [
        Related(Location(facts.path, *use.place), f"used here: `{use.name.partition(':')[0]}`")
        for facts, use in trifle.uses
        if use.times
    ]
    if trifle.declared is None:
        return tuple(places[:_SHOWN])
    manifest, requirement = trifle.declared
    return (Related(Location(manifest.path, *requirement.place), "declared here"), *places[:_SHOWN])


def projects(repository: Repository) -> Iterator[Project]:
    """The projects of a tree, by folder."""
    members: dict[str, list[Facts]] = {}
    for path, facts in repository.files.items():
        members.setdefault(repository.project_of(path), []).append(facts)
    for folder, files in sorted(members.items()):
        yield Project(folder, tuple(files))


def trifles(repository: Repository, *, seen: bool) -> Iterator[Trifle]:
    """Every heavy library that a project could do without: in cases that were met in real code, or in those
    that were not yet."""
    for project in projects(repository):
        done: set[str] = set()
        for case in CASES:
            if case.library in done or any(repository.file_of(module) for module in case.modules):
                continue
            found = _trifle(project, case)
            if found is None or repository.supply.comes_anyway(case.library, found.imported[0].path):
                continue
            done.add(case.library)
            if case.seen is not seen:
                continue
            yield replace(found, alone=repository.supply.alone(case.library, found.imported[0].path))


def _trifle(project: Project, case: Case) -> Trifle | None:
    imported = [pair for module in case.modules for pair in project.imports.get(module, ())]
    live = [
        (facts, item) for facts, item in imported if facts.role == "live" and not facts.path.startswith(".")
    ]
    if not live or not _replaceable(project, case):
        return None
    if any(item.optional or item.typing_only or item.local == "*" for _, item in imported):
        return None
    if any(facts.path.endswith(".ipynb") for facts, _ in imported):
        return None  # who explores with it wants it
    uses = [
        (facts, use)
        for facts in {id(facts): facts for facts, _ in imported}.values()
        for use in facts.flows
        if use.name.partition(".")[0].partition(":")[0] in case.modules
    ]
    users = {facts.path for facts, _ in uses}
    if any(facts.path not in users for facts, _ in imported):
        return None  # handed on, or used in a way that does not show
    if sum(use.times for _, use in uses) > case.most or not all(_trivial(use.name, case) for _, use in uses):
        return None
    return Trifle(case, live[0], tuple(uses), project.requires.get(case.library), None)


def _trivial(name: str, case: Case) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in _escaped(case.uses))


@lru_cache(maxsize=64)
def _escaped(patterns: tuple[str, ...]) -> tuple[str, ...]:
    """`[]` stands for itself."""
    return tuple(pattern.replace("[]", "[[]]") for pattern in patterns)


def _replaceable(project: Project, case: Case) -> bool:
    """Would dropping the library change anything, and is there something in its place?"""
    modules = project.imports.keys()
    around = {normalised(module) for module in modules} | project.requires.keys()
    if any(module in modules for module in case.unless) or around & set(case.brought_by):
        return False
    if any(module not in modules for module in case.has):
        return False
    if not case.python:
        return True
    major, _, minor = case.python.partition(".")
    return project.python is not None and project.python >= (int(major), int(minor))
