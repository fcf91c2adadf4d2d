"""A test whose name pytest does not look for never runs.

pytest collects functions named `test…`, and methods so named of classes named `Test…`, unless the project's
`python_functions` and `python_classes` say otherwise. A check by any other name, that nothing calls, is dead:
`def validate_bare_none():` among forty functions called `test_…`.
"""

from collections.abc import Iterator

from scanner.facts import Class, Facts, Function
from scanner.relate.repository import Repository
from scanner.rule import Confidence, Finding, RepositoryRule, Severity


class MisnamedTest(RepositoryRule):
    message = "`{test}` never runs: {reason}"
    why = "Agents name tests as another framework would, or rename one that fails, and the suite stays green."
    instead = "Rename it so that pytest collects it, or delete it."
    severity, confidence, family = Severity.MEDIUM, Confidence.HIGH, "tests"
    cwe = (561,)
    languages = ("python", "manifest", "ini")
    whole = True  # somebody else may call it

    def check(self, repository: Repository) -> Iterator[Finding]:
        oracles = repository.oracles
        for facts, suite, held in oracles.uncollected_suites():
            if "__init__" not in suite.attributes and _stands_alone(repository, facts, suite, held):
                reason = f"pytest looks into classes named `{_patterns(repository, facts, 'classes')}`"
                yield self.at(facts.path, suite.place, suite.name, test=suite.name, reason=reason)
        for facts, function in oracles.uncollected_functions():
            reason = (
                f"pytest runs functions named `{_patterns(repository, facts, 'functions')}`, nothing calls it"
            )
            yield self.at(facts.path, function.place, function.name, test=function.name, reason=reason)


def _patterns(repository: Repository, facts: Facts, of: str) -> str:
    """The names that pytest looks for, as its settings spell them."""
    default = {"classes": "Test", "functions": "test"}[of]
    patterns = repository.oracles.runner.setting(facts.path, f"python_{of}").split() or [default]
    return "`, `".join(item if "*" in item else f"{item}…" for item in patterns)


def _stands_alone(repository: Repository, facts: Facts, suite: Class, held: tuple[Function, ...]) -> bool:
    """Do tests of the class check something, and does nothing use it: no factory, no loader, no plugin?"""
    checks = any({"assert", "raises", "call"} & set(function.oracle) for function in held)
    return checks and not repository.oracles.is_mentioned(suite.name)
