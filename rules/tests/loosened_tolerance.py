"""A change to the code widens the margin within which its test is content.

Seen in one agent-written repository, a commit at a time, each with an edit of the scoring that the test
judges: `confidence >= 0.75`, then `>= 0.65`, then `>= 0.50`; in another test, from `>= 0.4` to `>= 0.0`,
which no confidence fails.
"""

from collections.abc import Iterator

from scanner.analyse import checks, suites
from scanner.change import Change
from scanner.rule import ChangeRule, Confidence, Finding, Severity


class LoosenedTolerance(ChangeRule):
    message = (
        "`{test}` is content with more than before, while `{subject}` changes: `{before}` became `{after}`"
    )
    why = "A result that has drifted out of its bounds fits again once the bounds are moved."
    instead = "Find out why the result has moved; where it may, say so beside the new bound."
    severity, confidence, family = Severity.MEDIUM, Confidence.MEDIUM, "tests"
    preview = True
    evidence = ("E35",)

    def check(self, change: Change) -> Iterator[Finding]:
        known = suites.of_change(change)
        for pair in known.pairs:
            subject = known.subject_of(pair.after)
            if subject is None:
                continue
            for was, now in pair.edits:
                if checks.is_looser(was, now):
                    yield self.at(
                        pair.after.path,
                        pair.after.place_of(now.node),
                        pair.after.name,
                        test=pair.after.name,
                        before=pair.before.text(was.node),
                        after=pair.after.text(now.node),
                        subject=subject.path,
                    )
