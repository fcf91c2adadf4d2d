"""A comparison whose outcome nobody looks at was meant to be an assertion.

`get_style("red") == "bold"` on a line of its own computes a truth value and drops it. Of two such lines in a
test the second is often right, and so nobody misses the first. Where `==` builds an expression, as columns of
an ORM do, the rule is silent.
"""

from collections.abc import Iterator

from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_file


class DroppedComparison(FileRule):
    message = "this comparison is computed and dropped: the test passes whatever comes out"
    why = "The line is written like the assertions around it, one word is forgotten, and no runner complains."
    instead = "Write `assert` in front of it."
    severity, confidence, family = Severity.HIGH, Confidence.HIGH, "tests"
    cwe = (482,)
    roles = ("test",)

    @on_file
    def check(self, source: Source) -> Iterator[Finding]:
        for check in source.checks:
            if check.fate == "dropped-comparison":
                yield self.at(source, check.node, symbol=source.symbol(check.function))
