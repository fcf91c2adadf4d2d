"""A function that a library does, which the project declares anyway, written by hand.

The dependency is paid for already: installed, updated, watched. The copy by hand is paid for once more.
"""

from collections.abc import Iterator

from scanner.relate.reinvented import Library, reinventions
from scanner.relate.repository import Repository
from scanner.rule import Confidence, Finding, Location, Related, RepositoryRule, Severity


class ReinventedDependency(RepositoryRule):
    message = "does by hand what `{call}` of `{distribution}` does, a dependency that the project declares"
    why = "An agent does not read the manifest, and so does not know what is installed."
    instead = "Call `{call}`, or drop the dependency if nothing else needs it."
    severity, confidence, family = Severity.LOW, Confidence.MEDIUM, "duplication"
    preview = True
    cwe = (1041,)
    evidence = ("E28",)
    languages = ("python", "manifest")

    def check(self, repository: Repository) -> Iterator[Finding]:
        for found in reinventions(repository):
            if isinstance(found.instead, Library) and found.declared is not None:
                manifest, requirement = found.declared
                yield self.at(
                    found.facts.path,
                    found.function.place,
                    found.function.name,
                    details={"also": ", ".join(one.name for one in found.more)} if found.more else None,
                    call=found.instead.call,
                    distribution=found.instead.distribution,
                    related=(Related(Location(manifest.path, *requirement.place), "declared here"),),
                )
