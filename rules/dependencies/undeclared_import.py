"""A module is imported that no manifest of the project declares: it is there by luck, or not at all.

The code runs where somebody installed the distribution by hand; on a fresh machine, and in the image that
is deployed, it stops at the import.
"""

from collections.abc import Iterator

from scanner.relate.repository import Repository
from scanner.rule import Confidence, Finding, Location, Place, Related, RepositoryRule, Severity

_SHOWN = 4
MANIFESTS = ("python", "manifest", "lock", "dockerfile", "shell", "makefile", "yaml", "json", "markdown")
PATHS = (
    ("yaml", ".github/workflows/*"),
    ("yaml", ".gitlab-ci.yml"),
    ("json", "**/Pipfile.lock"),
    ("markdown", "README.md"),
)


class UndeclaredImport(RepositoryRule):
    message = "`{module}` is imported, and no manifest declares `{distribution}`"
    why = "An agent adds the import and, where its own environment has the package, sees the code run."
    instead = (
        "Add `{distribution}` to the manifest and the lock, once you have seen that it is the one meant."
    )
    severity, confidence, family = Severity.MEDIUM, Confidence.HIGH, "dependencies"
    preview = True
    cwe = (1357,)
    evidence = ("E36",)
    whole = True
    languages = MANIFESTS
    paths = PATHS

    def check(self, repository: Repository) -> Iterator[Finding]:
        for missing in repository.supply.missing():
            if missing.through:
                continue
            (facts, item), *others = missing.imported
            yield self.at(
                facts.path,
                Place(item.line, 1, item.line, 7),
                "",
                module=missing.module,
                distribution=missing.distribution,
                details={"imports": str(len(missing.imported))},
                related=tuple(
                    Related(Location(other.path, one.line, 1, one.line, 7), "imported here too")
                    for other, one in others[:_SHOWN]
                ),
            )
