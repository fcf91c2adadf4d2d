"""What functions do by hand, and what replaces it in the project that they stand in."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.analyse.reinvented import PREFIX
from scanner.analyse.reinventions import BY_ID, Kind, Library, Standard
from scanner.facts import Facts, Function, Requirement
from scanner.frozen import frozen
from scanner.lazily import regex
from scanner.relate.dependencies import Project, projects
from scanner.relate.repository import Repository

_OLDEST = (3, 10)  # of a project that does not say which Python it needs: what came before is out of care
_DEVELOPMENT = regex(r"(^|[/_.-])(tests?|dev|develop(ment)?|docs?|lint|ci|build|examples?)([/_.-]|$)")
_BACKPORTS = regex(r"(^|[/_.])(_?compat\w*|backports?|py[23]k?|polyfills?|shims?)([/_.]|$)")


@frozen
class Reinvention:
    """A function, what it reinvents, and what the project has instead: a call of the standard library, or
    of a library, with the manifest that declares it."""

    facts: Facts
    function: Function
    kind: Kind
    instead: Standard | Library
    declared: tuple[Facts, Requirement] | None = None
    more: tuple[Function, ...] = ()  # that do the same by hand in the same file


def reinventions(repository: Repository) -> Iterator[Reinvention]:
    """What functions reinvent that their project has at hand, each kind once a file; by path."""
    found: dict[tuple[str, str], list[Function]] = {}
    for facts, function in repository.functions():
        for trait in function.traits:
            if trait.startswith(PREFIX) and not _BACKPORTS.search(facts.path):
                found.setdefault((facts.path, trait.removeprefix(PREFIX)), []).append(function)
    if not found:
        return
    homes = {facts.path: project for project in projects(repository) for facts in project.files}
    for (path, name), (function, *more) in found.items():
        kind, facts = BY_ID[name], repository.files[path]
        instead = _instead(kind, homes[path], path, repository)
        if instead is not None:
            yield Reinvention(facts, function, kind, *instead, tuple(more))


def _instead(
    kind: Kind, project: Project, path: str, repository: Repository
) -> tuple[Standard | Library, tuple[Facts, Requirement] | None] | None:
    """The first of what replaces a kind that the project has."""
    for instead in kind.instead:
        if isinstance(instead, Standard):
            if (project.python or _OLDEST) >= instead.since:
                return instead, None
        elif not repository.file_of(instead.call.partition(".")[0]):  # else it is the library itself
            declared = _declared(project, instead, path)
            if declared is not None:
                return instead, declared
    return None


def _declared(project: Project, library: Library, path: str) -> tuple[Facts, Requirement] | None:
    """The line of a manifest above a file that says that it needs the library to run."""
    for facts in project.files:
        folder = facts.path.rpartition("/")[0]
        if not facts.requires or _DEVELOPMENT.search(facts.path):
            continue
        if folder and not path.startswith(f"{folder}/"):
            continue
        for requirement in facts.requires:
            if requirement.name == library.distribution and not requirement.group:
                return facts, requirement
    return None
