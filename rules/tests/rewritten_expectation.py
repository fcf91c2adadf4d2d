"""A change edits the code and, in one go, the value that the code's test expects.

Where the behaviour was meant to change, that is right; where it was not, the test has been fitted to the bug.
Only whoever knows what was asked for can tell the two apart, so this is a question, not an accusation. Texts
that the code itself spells out are let be.
"""

from collections.abc import Iterator

from scanner.analyse import checks, suites
from scanner.change import Change
from scanner.rule import ChangeRule, Confidence, Finding, Severity


class RewrittenExpectation(ChangeRule):
    message = "`{test}` expects `{after}` where it expected `{before}`, and `{subject}` changes with it"
    why = "A test that fails after an edit is made to fit the edit."
    instead = (
        "Say in the commit message which requirement has changed the value; if none has, repair the code."
    )
    severity, confidence, family = Severity.LOW, Confidence.MEDIUM, "tests"
    evidence = ("E35",)
    preview = True

    def check(self, change: Change) -> Iterator[Finding]:
        known = suites.of_change(change)
        for pair in known.pairs:
            subject = known.subject_of(pair.after)
            if subject is None or not pair.runs_the_same:
                continue
            for was, now in pair.edits:
                if checks.is_refitted(was, now) and not known.spells_out(was, now):
                    yield self.at(
                        pair.after.path,
                        pair.after.place_of(now.node),
                        pair.after.name,
                        test=pair.after.name,
                        before=pair.before.text(was.wanted or was.node),
                        after=pair.after.text(now.wanted or now.node),
                        subject=subject.path,
                    )
