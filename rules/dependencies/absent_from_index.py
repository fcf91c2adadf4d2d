"""A manifest or an install command names a distribution that no index has, of those that were asked.

The installation fails today; tomorrow, whoever registers the name runs code on every machine that tries
again. Asks the network, and so only with `--online`.
"""

from collections.abc import Iterator

from scanner.analyse.installs import GUIDES, NAMING
from scanner.index import Answer
from scanner.relate.repository import Repository
from scanner.rule import Confidence, Finding, RepositoryRule, Severity


class AbsentFromIndex(RepositoryRule):
    message = "no package index has `{name}`"
    why = "A model completes a plausible name, and nobody has installed it yet."
    instead = (
        "Take the line out, or name the distribution that is meant. Where it is your own and private, name "
        "its index to pip or uv."
    )
    severity, confidence, family = Severity.HIGH, Confidence.HIGH, "dependencies"
    cwe = (829, 1357)
    evidence = ("E36",)
    needs = ("index",)
    languages = NAMING
    paths = GUIDES

    def check(self, repository: Repository) -> Iterator[Finding]:
        if repository.index is None:
            return
        said = list(repository.supply.doubtful())
        answers = repository.index.ask(one.name for _, one in said)
        for facts, one in said:
            if answers[one.name] is Answer.ABSENT:
                yield self.at(facts.path, one.place, "", name=one.name)
