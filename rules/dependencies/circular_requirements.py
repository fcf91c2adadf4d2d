"""Requirements files include each other in a circle.

pip stops at the recursion limit, or reads each file again and again; nobody can say which line wins.
"""

from collections.abc import Iterator

from scanner.relate.repository import Repository
from scanner.rule import Confidence, Finding, RepositoryRule, Severity


class CircularRequirements(RepositoryRule):
    message = "this file includes itself: {way}"
    why = "Files are split into base, development and production, and each is told to include the others."
    instead = "Let the includes go one way, from the special file to the general one."
    severity, confidence, family = Severity.MEDIUM, Confidence.HIGH, "dependencies"
    cwe = (1104,)
    evidence = ("E25",)
    preview = True
    languages = ("manifest",)

    def check(self, repository: Repository) -> Iterator[Finding]:
        for facts, mention, way in repository.supply.circles():
            yield self.at(facts.path, mention.place, "", way=" → ".join([facts.path, *way]))
