"""An assertion that cannot be false checks nothing.

`assert True`, `assert x == x`, `assert (result, "message")`, `assert result or True`, `assert len(x) >= 0`.
"""

from collections.abc import Iterator

from scanner import shapes
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_file

# What people write to fill a line, beside the checks that count; a comparison with itself is a slip anywhere.
FILLERS = frozenset({"it is a constant", "everything is an `object`"})


class TautologicalAssertion(FileRule):
    message = "this assertion is true whatever the code does: {reason}"
    why = "A green test is rewarded, and an assertion that cannot fail is the shortest way there."
    instead = "Assert on the value that the code under test returns or changes."
    severity, confidence, family = Severity.MEDIUM, Confidence.HIGH, "tests"
    cwe = (571,)
    evidence = ("E32",)
    aliases = ("asserting-a-constant",)
    roles = ("test",)

    @on_file
    def check(self, source: Source) -> Iterator[Finding]:
        lost = [check.node for check in source.checks]
        for check in source.checks:
            kind, _, reason = check.fate.partition(":")
            if kind == "tautology" and not (
                reason in FILLERS and shapes.checks_besides(check.function, lost)
            ):
                yield self.at(source, check.node, symbol=source.symbol(check.function), reason=reason)
