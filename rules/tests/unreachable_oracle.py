"""An assertion that never runs checks nothing.

It stands behind a `return`, under a guard that is always false, in a loop over nothing, in a function that
nobody calls, behind the call that must raise, or in a `pytest.raises(...)` that nobody enters.
"""

from collections.abc import Iterator

from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_file

REASONS = {
    "after-return": "it stands behind a `return`",
    "after-raise": "it stands behind a `raise`",
    "after-continue": "it stands behind a `continue`",
    "after-break": "it stands behind a `break`",
    "after-raising": "the call above it must raise, so the `with` block ends there",
    "false-guard": "its guard is always false",
    "empty-loop": "the loop around it has nothing to iterate over",
    "never-called": "the function around it is never called",
    "never-awaited": "the coroutine around it is never awaited",
    "not-entered": "the context that expects the exception is never entered; write `with`",
}


class UnreachableOracle(FileRule):
    message = "this check never runs: {reason}"
    why = "An edit that makes a failing test green leaves its assertions behind, out of reach."
    instead = "Move it to where it runs, and see the test fail once."
    severity, confidence, family = Severity.HIGH, Confidence.HIGH, "tests"
    cwe = (561,)
    evidence = ("E32",)
    roles = ("test",)

    @on_file
    def check(self, source: Source) -> Iterator[Finding]:
        for check in source.checks:
            reason = REASONS.get(check.fate)
            if reason is not None:
                yield self.at(source, check.node, symbol=source.symbol(check.function), reason=reason)
