"""A lock does not hold what the manifest beside it declares.

Who installs from the lock gets something else than who installs from the manifest, and the versions of what
is missing were never looked at.
"""

from collections.abc import Iterator

from scanner.relate.repository import Repository
from scanner.rule import Confidence, Finding, Location, Place, Related, RepositoryRule, Severity

_NAMED = 5


class StaleLock(RepositoryRule):
    message = "`{lock}` does not hold {names}, which this manifest declares"
    why = "An agent edits the manifest by hand, and never runs the tool that writes the lock."
    instead = (
        "Lock again (`uv lock`, `poetry lock`, `pdm lock`, `npm install`), and commit both files together."
    )
    severity, confidence, family = Severity.MEDIUM, Confidence.HIGH, "dependencies"
    cwe = (1357,)
    evidence = ("E36",)
    languages = ("python", "manifest", "lock", "json")
    paths = (("json", "**/Pipfile.lock"), ("json", "**/package.json"), ("json", "**/package-lock.json"))

    def check(self, repository: Repository) -> Iterator[Finding]:
        for manifest, lock, absent in repository.supply.unlocked():
            named = [f"`{one.name}`" for one in absent[:_NAMED]]
            yield self.at(
                manifest.path,
                absent[0].place,
                "",
                lock=lock.path.rpartition("/")[2],
                names=", ".join(named) + (" …" if len(absent) > _NAMED else ""),
                details={"missing": str(len(absent))},
                related=(Related(Location(lock.path, *Place(1, 1, 1, 1)), "the lock"),),
            )
