"""A step of a script that is named like a test, in a file named like a test file, is green under pytest.

`python test_x.py` looks at what each step returns; pytest collects the same functions and does not. The
numbers of the test run then count tests that cannot fail.
"""

from collections.abc import Iterator

from scanner.relate.repository import Repository
from scanner.rule import Confidence, Finding, RepositoryRule, Severity


class VerdictOfAScript(RepositoryRule):
    message = "`{test}` gives its verdict to the script around it; pytest collects it, and does not look"
    why = "Agents write a script with checks, name its steps like tests, and count them as tests."
    instead = "Assert the condition in place of returning it; or name the file so that pytest passes by."
    severity, confidence, family = Severity.LOW, Confidence.HIGH, "tests"
    preview = True
    evidence = ("E32",)
    languages = ("python", "manifest", "ini")

    def check(self, repository: Repository) -> Iterator[Finding]:
        for test in repository.oracles.verdicts_of_scripts():
            name = test.function.name
            yield self.at(test.facts.path, test.function.place, name, test=name)
