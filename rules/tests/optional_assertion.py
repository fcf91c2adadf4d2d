"""A test that asks first whether there is a result is green where there is none.

`if results: assert …` checks nothing when `results` is empty, which is what the code under test gives when it
is broken; `if response.status_code == 200: assert …` passes on every error.
"""

from collections.abc import Iterator

from scanner.relate.repository import Repository
from scanner.rule import Confidence, Finding, RepositoryRule, Severity


class OptionalAssertion(RepositoryRule):
    message = (
        "`{test}` checks nothing where the code gives nothing: every check stands under an `if` on its result"
    )
    why = "An agent that is not sure what the code gives guards the assertion until the test is green."
    instead = "Assert the condition of the `if` too, in front of the rest; then drop the `if`."
    severity, confidence, family = Severity.MEDIUM, Confidence.MEDIUM, "tests"
    evidence = ("E32",)
    languages = ("python", "manifest", "ini")

    def check(self, repository: Repository) -> Iterator[Finding]:
        for test, how in repository.oracles.conditional():
            if how == "result":
                name = test.function.name
                yield self.at(test.facts.path, test.function.place, name, test=name)
