"""A test that returns its verdict passes whatever the verdict is.

pytest and unittest look at exceptions only. A test that ends in `return False` is green; newer versions of
pytest warn. Such functions began as steps of a script, where a `main` counted the verdicts: turn each `return
condition` into `assert condition`, and each `return False` in an `except` into nothing at all.
"""

from collections.abc import Iterator

from scanner import shapes
from scanner.relate.repository import Repository
from scanner.rule import Confidence, Finding, RepositoryRule, Severity


class ReturnedVerdict(RepositoryRule):
    message = "`{test}` returns its verdict, and asserts nothing: pytest counts a returned False as passed"
    why = "Agents write a script with checks first, and name its steps like tests."
    instead = "Assert the condition in place of returning it."
    severity, confidence, family = Severity.MEDIUM, Confidence.HIGH, "tests"
    evidence = ("E32",)
    languages = ("python", "manifest", "ini")

    def check(self, repository: Repository) -> Iterator[Finding]:
        oracles = repository.oracles
        for test in oracles.returning():
            if shapes.is_shown(test.facts.path):
                continue
            if oracles.is_never_awaited(test):
                continue  # `async-test-without-runner` speaks
            name = test.function.name
            yield self.at(test.facts.path, test.function.place, name, test=name)
