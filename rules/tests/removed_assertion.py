"""A change to the code takes an assertion out of the test that judges it.

The test runs the same steps as before, and checks less of what comes out. Checks that moved to another test
or helper, and those that spoke of something the code no longer has, are let be. It also happens by accident:
a new test pasted above the last line of the one before takes that line with it.
"""

from collections.abc import Iterator

from scanner.analyse import suites
from scanner.change import Change
from scanner.rule import ChangeRule, Confidence, Finding, Severity


class RemovedAssertion(ChangeRule):
    message = "`{test}` no longer checks `{before}`, while `{subject}` changes: {left} left of {had}"
    why = "An assertion that fails is in the way, and taking it out turns the run green."
    instead = "Put it back and see it pass; where the behaviour was meant to change, assert the new one."
    severity, confidence, family = Severity.HIGH, Confidence.MEDIUM, "tests"
    evidence = ("E35",)
    preview = True

    def check(self, change: Change) -> Iterator[Finding]:
        known = suites.of_change(change)
        said: set[str] = set()
        for pair in known.pairs:
            subject = known.subject_of(pair.after)
            lost = known.lost_by(pair) if subject is not None else ()
            if subject is None or not lost or pair.after.path in said:
                continue
            said.add(pair.after.path)  # one for each file: a sweep is one decision
            yield self.at(
                pair.after.path,
                pair.after.place,
                pair.after.name,
                test=pair.after.name,
                before=pair.before.text(lost[0].node),
                subject=subject.path,
                left=_counted(len(pair.after.checks)),
                had=_counted(len(pair.before.checks)),
            )


def _counted(number: int) -> str:
    return "no check" if number == 0 else "1 check" if number == 1 else f"{number} checks"
