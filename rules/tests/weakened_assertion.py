"""A change to the code puts a weaker check in the place of a strong one.

`assert total == 12` becomes `assert total is not None`: the same value is looked at, and nearly any will do.
"""

from collections.abc import Iterator

from scanner.analyse import checks, suites
from scanner.change import Change
from scanner.rule import ChangeRule, Confidence, Finding, Severity


class WeakenedAssertion(ChangeRule):
    message = "`{test}` checks less than before, while `{subject}` changes: `{before}` became `{after}`"
    why = "A value that no longer fits is quickest accepted by not asking for it."
    instead = "Assert the value that is right now; where several are, say which."
    severity, confidence, family = Severity.HIGH, Confidence.MEDIUM, "tests"
    evidence = ("E35",)

    def check(self, change: Change) -> Iterator[Finding]:
        known = suites.of_change(change)
        for pair in known.pairs:
            subject = known.subject_of(pair.after)
            if subject is None:
                continue
            for was, now in pair.edits:
                if checks.is_weaker(was, now) and not pair.checks_elsewhere(was, now):
                    yield self.at(
                        pair.after.path,
                        pair.after.place_of(now.node),
                        pair.after.name,
                        test=pair.after.name,
                        before=pair.before.text(was.node),
                        after=pair.after.text(now.node),
                        subject=subject.path,
                    )
