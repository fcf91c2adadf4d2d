"""A module is imported that is there only because another dependency brings it along.

The day that dependency drops it, or asks for another version of it, this code breaks without any change.
"""

from collections.abc import Iterator

from scanner.relate.repository import Repository
from scanner.rule import Confidence, Finding, Place, RepositoryRule, Severity


class BorrowedDependency(RepositoryRule):
    message = "`{module}` is imported, and declared by nobody: it comes in through `{through}`"
    why = "The import works at once, so nobody asks why; agents seldom look at the manifest."
    instead = "Declare `{distribution}` beside `{through}`."
    severity, confidence, family = Severity.LOW, Confidence.HIGH, "dependencies"
    cwe = (1357,)
    evidence = ("E36",)
    whole = True
    languages = ("python", "manifest", "lock", "dockerfile", "shell", "makefile")

    def check(self, repository: Repository) -> Iterator[Finding]:
        for missing in repository.supply.missing():
            if not missing.through:
                continue
            facts, item = missing.imported[0]
            yield self.at(
                facts.path,
                Place(item.line, 1, item.line, 7),
                "",
                module=missing.module,
                distribution=missing.distribution,
                through=missing.through,
                details={"imports": str(len(missing.imported))},
            )
