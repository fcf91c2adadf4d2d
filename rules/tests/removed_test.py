"""A change to the code deletes a test of it, or renames it so that no runner finds it.

What the test called is still there. Tests that were renamed, moved, or folded into others are let be.
"""

from collections.abc import Iterator

from scanner.analyse import suites
from scanner.change import Change
from scanner.rule import ChangeRule, Confidence, Finding, Severity


class RemovedTest(ChangeRule):
    message = (
        "the test `{test}` is {fate}, while `{subject}`, which it tests, changes and keeps what it calls"
    )
    why = "A test that is gone cannot fail."
    instead = "Put it back; where the requirement is gone too, say so in the commit message."
    severity, confidence, family = Severity.HIGH, Confidence.MEDIUM, "tests"
    evidence = ("E35",)
    preview = True

    def check(self, change: Change) -> Iterator[Finding]:
        known = suites.of_change(change)
        said: dict[str, Finding] = {}
        for test in known.removed:
            subject = known.subject_of(test)
            if subject is None or subject.after is None or test.path in said:
                continue
            now = known.renamed_out(test)
            if now is None and not known.still_concerns(test):
                continue
            if now is not None:
                fate, path, place = f"now called `{now.name}`, which no runner collects", now.path, now.place
            else:
                there = test.path in known.files
                fate, path = "deleted", test.path if there else subject.path
                place = known.where_was(test) if there else suites.first_definition(subject)
            name = f"{test.path}::{test.name}"
            said[test.path] = self.at(path, place, test.name, test=name, fate=fate, subject=subject.path)
        yield from said.values()  # one for each file: a sweep is one decision
