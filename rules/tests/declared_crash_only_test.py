"""A test that checks nothing, and says so, notices a crash and no wrong result.

Its name, its docstring or a comment says that running through is the point, or other tests of the file expect
the same call to raise. That is a choice, and worth a look where it is the only test of what it calls.
"""

from collections.abc import Iterator

from scanner.relate.repository import Repository
from scanner.rule import Confidence, Finding, RepositoryRule, Severity

# Another rule speaks.
LOUDER = frozenset({"hushed", "returns", "gives"})


class DeclaredCrashOnlyTest(RepositoryRule):
    message = "`{test}` would notice a crash only, as it says itself"
    why = "`does not raise` is the cheapest thing to say of code that one does not understand."
    instead = "Keep it where not crashing is the point; where there is a result, assert on it too."
    severity, confidence, family = Severity.INFO, Confidence.HIGH, "tests"
    preview = True
    evidence = ("E32",)
    languages = ("python", "manifest", "ini")

    def check(self, repository: Repository) -> Iterator[Finding]:
        for test in repository.oracles.smoke():
            words = test.function.oracle
            dropped = "smoke" not in words and any(word.startswith("drops:") for word in words)
            if not dropped and not LOUDER.intersection(words):
                name = test.function.name
                yield self.at(test.facts.path, test.function.place, name, test=name)
