"""Two versions of one thing stand side by side: `report.py` and `report_v2.py`, `load` and `load_fixed`.

Nobody knows which one counts, both are read, and a repair reaches one of them.
"""

from collections.abc import Iterator

from scanner.relate.repository import Repository
from scanner.relate.versions import FileVersion, Versions
from scanner.rule import Confidence, Finding, Location, Place, Related, RepositoryRule, Severity


class ParallelVersion(RepositoryRule):
    message = "stands beside `{original}`, of which it is another version"
    why = "An agent that does not dare to edit what works writes a second one beside it, and leaves both."
    instead = "Keep the version that counts under the plain name, and delete the other; history has it."
    severity, confidence, family = Severity.MEDIUM, Confidence.HIGH, "duplication"
    cwe = (1041,)
    evidence = ("E28",)

    def check(self, repository: Repository) -> Iterator[Finding]:
        versions = Versions(repository)
        files = list(versions.files())
        for found in files:
            yield self.at(
                found.facts.path,
                Place(1, 1, 1, 2),
                "",
                original=found.original.path,
                details={
                    "alike": f"{100 * found.alike:.0f} % of the statements or names",
                    "in use": _in_use(found),
                },
                related=(
                    Related(Location(found.original.path, 1, 1, 1, 2), "the version of the plain name"),
                ),
            )
        known = {found.facts.path for found in files}
        for version in versions.functions():
            if version.facts.path not in known:
                yield self.at(
                    version.facts.path,
                    version.function.place,
                    version.function.name,
                    original=version.original.name,
                    details={"alike": f"{100 * version.alike:.0f} % of the statements"},
                    related=(
                        Related(
                            Location(version.facts.path, *version.original.place),
                            "the version of the plain name",
                        ),
                    ),
                )


def _in_use(found: FileVersion) -> str:
    if found.in_use and found.original_in_use:
        return "both are imported"
    if found.in_use or found.original_in_use:
        return f"only {(found.facts if found.in_use else found.original).path} is imported"
    return "neither is imported"
