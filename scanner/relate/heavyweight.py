"""What the two rules about heavy dependencies share; they differ in which cases they speak of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from scanner.relate.dependencies import related, trifles, weighed
from scanner.relate.repository import Repository
from scanner.rule import Finding, Place, RepositoryRule


class HeavyweightRule(RepositoryRule):
    """Speaks of each library that a project could do without, at its import."""

    message = "`{library}` is here only {job}; instead: {instead}"
    why = "An agent reaches for the library that most tutorials use, whatever the size of the job."
    instead = (
        "Use the standard library, or what the project has already; drop the import and the manifest's line."
    )
    family = "dependencies"
    cwe = (1104,)
    evidence = ("E38",)
    whole = True
    languages = ("python", "manifest", "lock")
    seen: ClassVar[bool]  # the cases that were met in code that nobody here wrote, or the others

    def check(self, repository: Repository) -> Iterator[Finding]:
        for trifle in trifles(repository, seen=self.seen):
            facts, item = trifle.imported
            yield self.at(
                facts.path,
                Place(item.line, 1, item.line, 7),
                "",
                library=trifle.case.library,
                job=trifle.case.job,
                instead=trifle.case.instead,
                details=weighed(trifle),
                related=related(trifle),
            )
