"""A manifest or an install command names a distribution that is probably another than the one meant.

Nobody may own the name today; whoever registers it tomorrow runs code on every machine that installs it.
"""

from collections.abc import Iterator

from scanner.analyse.installs import GUIDES, NAMING
from scanner.relate.repository import Repository
from scanner.rule import Confidence, Finding, RepositoryRule, Severity


class MisnamedDependency(RepositoryRule):
    message = "`{name}` is not what the package is called: `{meant}` is"
    why = "A model completes a plausible name: that of the module, of the command, or of two packages in one."
    instead = "Install `{meant}`, or make sure that `{name}` is the one you want and put it into the lock."
    severity, confidence, family = Severity.MEDIUM, Confidence.MEDIUM, "dependencies"
    cwe = (829, 1357)
    evidence = ("E36",)
    languages = NAMING
    paths = GUIDES

    def check(self, repository: Repository) -> Iterator[Finding]:
        for facts, said, meant in repository.supply.near_misses():
            yield self.at(facts.path, said.place, "", name=said.name, meant=meant)
