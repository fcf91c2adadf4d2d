"""Two manifests of one project ask for different versions of the same distribution.

Which one runs hangs on which file somebody installed from, and nobody tests both.
"""

from collections.abc import Iterator

from scanner.relate.repository import Repository
from scanner.rule import Confidence, Finding, Location, Related, RepositoryRule, Severity


class ContradictoryPins(RepositoryRule):
    message = "`{distribution}` is `{here}` here, and `{there}` in `{other}`"
    why = "An agent raises a version where the error was, and does not look for the second manifest."
    instead = "Keep the version in one place, and let the other file refer to it or be made from it."
    severity, confidence, family = Severity.LOW, Confidence.HIGH, "dependencies"
    cwe = (1357,)
    evidence = ("E37",)
    preview = True
    languages = ("python", "manifest")

    def check(self, repository: Repository) -> Iterator[Finding]:
        for (other, first), (facts, one) in repository.supply.contradictions():
            yield self.at(
                facts.path,
                one.place,
                "",
                distribution=one.name,
                here=one.specifier,
                there=first.specifier,
                other=other.path,
                related=(Related(Location(other.path, *first.place), "and another version here"),),
            )
