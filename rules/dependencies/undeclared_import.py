"""A module is imported that no manifest of the project declares: it is there by luck, or not at all.

The code runs where somebody installed the distribution by hand; on a fresh machine, and in the image that
is deployed, it stops at the import.
"""

from collections.abc import Iterator

from scanner.relate.repository import Repository
from scanner.relate.undeclared import MANIFESTS, PATHS, UndeclaredRule
from scanner.rule import Confidence, Finding, Severity


class UndeclaredImport(UndeclaredRule):
    message = "`{module}` is imported, and no manifest declares `{distribution}`"
    why = "An agent adds the import and, where its own environment has the package, sees the code run."
    instead = (
        "Add `{distribution}` to the manifest and the lock, once you have seen that it is the one meant."
    )
    severity, confidence = Severity.MEDIUM, Confidence.HIGH
    languages = MANIFESTS
    preview = True  # optional back ends, imported where they are chosen, are declared nowhere on purpose
    paths = PATHS

    def check(self, repository: Repository) -> Iterator[Finding]:
        yield from self.found(repository, is_known=True)
