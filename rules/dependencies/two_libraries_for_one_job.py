"""Two libraries do one job in the same project.

Both have to be learnt, configured, updated and watched for advisories, and each bug of that job may lie in
either of two places.
"""

from collections.abc import Iterator

from scanner.relate.repository import Repository
from scanner.rule import Confidence, Finding, Location, Place, Related, RepositoryRule, Severity


class TwoLibrariesForOneJob(RepositoryRule):
    message = "`{minor}` and `{major}` are both here for {job}"
    why = "Each session of an agent picks its library anew, and does not look at what the project has."
    instead = "Move what uses `{minor}` over to `{major}`, and drop it from the manifest."
    severity, confidence, family = Severity.LOW, Confidence.MEDIUM, "dependencies"
    preview = True
    cwe = (1104,)
    evidence = ("E38",)
    whole = True
    languages = ("python", "manifest", "lock")

    def check(self, repository: Repository) -> Iterator[Finding]:
        for double in repository.supply.doubles():
            (facts, item), (other, first) = double.here, double.there
            yield self.at(
                facts.path,
                Place(item.line, 1, item.line, 7),
                "",
                minor=double.minor,
                major=double.major,
                job=double.job,
                related=(
                    Related(
                        Location(other.path, first.line, 1, first.line, 7),
                        f"`{double.major}` is imported here",
                    ),
                ),
            )
