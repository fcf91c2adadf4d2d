"""A manifest asks for a distribution that nothing here imports.

It is installed, updated and watched for advisories on every machine, and gives nothing for it.
"""

from collections.abc import Iterator

from scanner.relate.repository import Repository
from scanner.rule import Confidence, Finding, RepositoryRule, Severity


class UnusedDependency(RepositoryRule):
    message = "`{distribution}` is declared, and nothing imports it"
    why = "An agent lists what a project of this kind usually needs, or drops the code and leaves the line."
    instead = (
        "Take the line out of the manifest and lock again; where something needs it unseen, say so beside it."
    )
    severity, confidence, family = Severity.LOW, Confidence.MEDIUM, "dependencies"
    preview = True
    cwe = (1104,)
    evidence = ("E25",)
    whole = True
    languages = ("python", "manifest", "lock", "dockerfile", "shell", "makefile", "yaml")
    paths = (("yaml", ".github/workflows/*"),)

    def check(self, repository: Repository) -> Iterator[Finding]:
        for manifest, requirement in repository.supply.unused():
            yield self.at(manifest.path, requirement.place, "", distribution=requirement.name)
