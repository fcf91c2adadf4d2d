"""A test whose checks all hang on what the code gives checks nothing where it gives nothing.

`if results: assert …` and `for item in results: assert …` are green when `results` is empty, which is what
the code under test returns when it is broken.
"""

from collections.abc import Iterator

from scanner.relate.repository import Repository
from scanner.rule import Confidence, Finding, RepositoryRule, Severity

WHERE = {
    "if": "under an `if` without an `else` that fails",
    "loop": "in a loop that may have nothing to iterate over",
    "try": "in a `try` that an error may leave before, unseen",
    "except": "in an `except` that nothing has to reach",
}


class ConditionalOracle(RepositoryRule):
    message = "`{test}` may check nothing: every check of it stands {where}"
    why = "An agent that is not sure what the code gives guards the assertion until the test is green."
    instead = "Assert the condition itself first: that there is a result, that the error came."
    severity, confidence, family = Severity.LOW, Confidence.MEDIUM, "tests"
    preview = True
    evidence = ("E32",)
    languages = ("python", "manifest", "ini")

    def check(self, repository: Repository) -> Iterator[Finding]:
        for test, how in repository.oracles.conditional():
            if how == "result":
                continue  # `optional-assertion` speaks
            name = test.function.name
            yield self.at(test.facts.path, test.function.place, name, test=name, where=WHERE[how])
