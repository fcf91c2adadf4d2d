"""A test class with an `__init__` is skipped by pytest, with all its tests.

A warning says so, in a run that ends green and counts a few tests less. unittest's own classes may have one.
"""

from collections.abc import Iterator

from scanner.relate.repository import Repository
from scanner.rule import Confidence, Finding, RepositoryRule, Severity


class UncollectedTest(RepositoryRule):
    message = "pytest collects nothing from `{test}`: the class has an `__init__`"
    why = "Agents write a test class like any other class, and a suite with fewer tests is still green."
    instead = "Move what it sets up to a fixture or to `setup_method`."
    severity, confidence, family = Severity.HIGH, Confidence.HIGH, "tests"
    preview = True  # right wherever it was judged, and seen too seldom yet
    languages = ("python", "manifest", "ini")

    def check(self, repository: Repository) -> Iterator[Finding]:
        for facts, suite, _ in repository.oracles.uncollected_suites():
            named = repository.oracles.runner.is_suite(facts.path, suite.name)
            if named and "__init__" in suite.attributes:
                yield self.at(facts.path, suite.place, suite.name, test=suite.name)
