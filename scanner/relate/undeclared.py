"""What the two rules about imports that nobody declares share; they differ in whether the index is known to
have something of that name."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.analyse.installs import GUIDES, NAMING
from scanner.relate.repository import Repository
from scanner.rule import Finding, Location, Place, Related, RepositoryRule

_SHOWN = 4
MANIFESTS = (*NAMING, "json")
PATHS = (*GUIDES, ("yaml", ".gitlab-ci.yml"), ("json", "**/Pipfile.lock"))


class UndeclaredRule(RepositoryRule):
    """Speaks of each module that live code imports and no manifest declares, at its first import."""

    family = "dependencies"
    cwe = (1357,)
    evidence = ("E36",)
    whole = True

    def found(self, repository: Repository, *, is_known: bool) -> Iterator[Finding]:
        """The findings for the modules that a known distribution gives, or for the others."""
        for missing in repository.supply.missing():
            if missing.through or missing.is_known is not is_known:
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
