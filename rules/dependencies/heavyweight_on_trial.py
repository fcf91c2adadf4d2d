"""A large dependency for a small job, in a case that is not proven yet on real code.

Like `heavyweight-for-trivial`, for the libraries and jobs that were only met in its fixtures so far.
"""

from collections.abc import Iterator

from scanner.relate.dependencies import related, trifles, weighed
from scanner.relate.repository import Repository
from scanner.rule import Confidence, Finding, Place, RepositoryRule, Severity


class HeavyweightOnTrial(RepositoryRule):
    message = "`{library}` is here only {job}; instead: {instead}"
    why = "An agent reaches for the library that most tutorials use, whatever the size of the job."
    instead = (
        "Use the standard library, or what the project has already; drop the import and the manifest's line."
    )
    severity, confidence, family = Severity.MEDIUM, Confidence.LOW, "dependencies"
    cwe = (1104,)
    evidence = ("E38",)
    whole = True
    languages = ("python", "manifest", "lock")
    preview = True
    seen = False

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
