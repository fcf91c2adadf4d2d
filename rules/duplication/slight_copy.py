"""A short function that repeats one the repository already has, or one that does the same to other things.

By itself it is hardly worth a move. Where there are many, a helper is missing.
"""

from collections.abc import Iterator

from scanner.relate.clones import slight_copies
from scanner.relate.repository import Repository
from scanner.rule import Confidence, Finding, Location, Related, RepositoryRule, Severity


class SlightCopy(RepositoryRule):
    message = "does what `{original}` does"
    why = "It is quicker to generate a few lines again than to look for those that are there."
    instead = "Call `{original}`, with what differs as a parameter."
    severity, confidence, family = Severity.INFO, Confidence.MEDIUM, "duplication"
    cwe = (1041,)
    evidence = ("E24", "E02")
    needs = ("copies",)
    languages = ("python", "manifest")  # manifests tell which projects a tree holds
    preview = True

    def check(self, repository: Repository) -> Iterator[Finding]:
        for copy in slight_copies(repository):
            unit, original = copy.unit, copy.original
            module = "" if unit.path == original.path else repository.import_name(original.path)
            yield self.at(
                unit.path,
                unit.function.place,
                unit.function.name,
                original=f"{module}.{original.function.name}".strip("."),
                details={"alike": f"{100 * copy.similarity:.0f} % of the statements"},
                related=(
                    Related(Location(original.path, *original.function.place), "the other one", dated=True),
                ),
            )
