"""A test without an assertion notices a crash, and no wrong result.

Where not crashing is what the test is about, its name or a comment may say so ("does not raise"), and the
rule is silent.
"""

from collections.abc import Iterator

from scanner.relate.repository import Repository
from scanner.rule import Confidence, Finding, RepositoryRule, Severity

# Another rule speaks, or the author says that running through is the point.
SILENT = frozenset({"empty", "hushed", "smoke", "accepts", "returns", "gives"})


class CrashOnlyTest(RepositoryRule):
    message = "`{test}` would notice a crash, but no wrong result: nothing that it reaches checks anything"
    why = "Calling the code is enough for coverage and for a green run."
    instead = (
        "Assert on what the call returns or changes; if not crashing is the point, say so in the test's name."
    )
    severity, confidence, family = Severity.LOW, Confidence.HIGH, "tests"
    preview = True
    evidence = ("E32",)
    languages = ("python", "manifest", "ini")

    def check(self, repository: Repository) -> Iterator[Finding]:
        oracles = repository.oracles
        for test in oracles.unchecked():
            words = test.function.oracle
            if any(word in SILENT or word.startswith("drops:") for word in words):
                continue
            if not oracles.is_accepting_half(test):
                name = test.function.name
                yield self.at(test.facts.path, test.function.place, name, test=name)
