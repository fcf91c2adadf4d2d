"""A change to the code switches off a test that judges it.

The test ran before. Now it is skipped or expected to fail, in the same change that edits what it tests.
"""

from collections.abc import Iterator

from scanner.analyse import suites
from scanner.change import Change
from scanner.rule import ChangeRule, Confidence, Finding, Severity


class TestSkippedInChange(ChangeRule):
    message = "`{test}` ran before this change, and now carries `{after}`, while `{subject}` changes"
    why = "A test that fails after an edit is quickest silenced."
    instead = "Repair the code or the test; what cannot be repaired now wants an issue, and its number here."
    severity, confidence, family = Severity.MEDIUM, Confidence.HIGH, "tests"
    preview = True  # right wherever it was judged, and seen too seldom yet
    evidence = ("E35",)

    def check(self, change: Change) -> Iterator[Finding]:
        known = suites.of_change(change)
        for pair in known.pairs:
            if suites.silencer_of(pair.before) is not None:
                continue
            silencer = suites.silencer_of(pair.after)
            subject = known.subject_of(pair.after) if silencer is not None else None
            if silencer is not None and subject is not None:
                yield self.at(
                    pair.after.path,
                    pair.after.place_of(silencer),
                    pair.after.name,
                    test=pair.after.name,
                    after=pair.after.text(silencer),
                    subject=subject.path,
                )
