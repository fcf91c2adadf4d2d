"""A large dependency for a job that a few lines, or what is already there, would do.

Every dependency has to be installed, updated and watched for advisories, on every machine, for ever.
"""

from collections.abc import Iterator

from scanner.relate.dependencies import Trifle, trifles
from scanner.relate.repository import Repository
from scanner.rule import Confidence, Finding, Location, Place, Related, RepositoryRule, Severity

_SHOWN = 5


class HeavyweightForTrivial(RepositoryRule):
    message = "`{library}` is here only {job}; instead: {instead}"
    why = "An agent reaches for the library that most tutorials use, whatever the size of the job."
    instead = (
        "Use the standard library, or what the project has already; drop the import and the manifest's line."
    )
    severity, confidence, family = Severity.MEDIUM, Confidence.HIGH, "dependencies"
    cwe = (1104,)
    evidence = ("E38",)
    whole = True
    languages = ("python", "manifest", "lock")

    def check(self, repository: Repository) -> Iterator[Finding]:
        for trifle in trifles(repository):
            facts, item = trifle.imported
            yield self.at(
                facts.path,
                Place(item.line, 1, item.line, 7),
                "",
                library=trifle.case.library,
                job=trifle.case.job,
                instead=trifle.case.instead,
                details=_details(trifle),
                related=_related(trifle),
            )


def _details(trifle: Trifle) -> dict[str, object]:
    details: dict[str, object] = {"places": str(sum(use.times for _, use in trifle.uses))}
    if trifle.alone is not None:
        details["alone-brings"] = str(trifle.alone)
    return details


def _related(trifle: Trifle) -> tuple[Related, ...]:
    places = [
        Related(Location(facts.path, *use.place), f"used here: `{use.name.partition(':')[0]}`")
        for facts, use in trifle.uses
        if use.times
    ]
    if trifle.declared is None:
        return tuple(places[:_SHOWN])
    manifest, requirement = trifle.declared
    return (Related(Location(manifest.path, *requirement.place), "declared here"), *places[:_SHOWN])
