"""A mock's assertion that is not called, or misspelt, checks nothing.

`m.assert_called_once` without its parentheses only names the method; `m.called_once_with(...)` is no
assertion at all, but one more call that the mock accepts. Mocks made with `autospec` or `spec` refuse some of
these names; plain ones, which agents use nearly always, refuse none.
"""

from collections.abc import Iterator

from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_file

REASONS = {
    "not-called": "it names the assertion, and does not call it",
    "misspelt": "a mock accepts this call like any other; the assertion starts with `assert_`",
}


class UncalledMockAssertion(FileRule):
    message = "this mock assertion never checks anything: {reason}"
    why = "A mock answers to every name, so a slip stays green."
    instead = "Call the assertion by its full name: `m.assert_called_once_with(...)`."
    severity, confidence, family = Severity.HIGH, Confidence.HIGH, "tests"
    preview = True  # right wherever it was judged, and seen too seldom yet
    roles = ("test",)

    @on_file
    def check(self, source: Source) -> Iterator[Finding]:
        for check in source.checks:
            reason = REASONS.get(check.fate)
            if reason is not None:
                yield self.at(source, check.node, symbol=source.symbol(check.function), reason=reason)
