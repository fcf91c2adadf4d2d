"""A change to the code puts a mock in the place of what its test called before.

The test used to run the function. Now it patches that function, and calls the patch.
"""

import ast
from collections.abc import Iterator

from scanner.analyse import suites
from scanner.change import Change
from scanner.rule import ChangeRule, Confidence, Finding, Severity


class NewlyMockedSubject(ChangeRule):
    message = "`{test}` ran `{call}` before this change, and now replaces it, while `{subject}` changes"
    why = "With the failing part mocked away, the test is green again."
    instead = "Let the test run `{call}`; replace what it depends on."
    severity, confidence, family = Severity.HIGH, Confidence.MEDIUM, "tests"
    evidence = ("E33", "E35")
    preview = True

    def check(self, change: Change) -> Iterator[Finding]:
        known = suites.of_change(change)
        for pair in known.pairs:
            subject = known.subject_of(pair.after)
            if subject is None:
                continue
            patched = suites.patched(pair.before)
            for name, node in suites.patched(pair.after).items():
                if name not in patched and suites.defines(subject, name) and _is_subject(name, pair):
                    yield self.at(
                        pair.after.path,
                        pair.after.place_of(node),
                        pair.after.name,
                        test=pair.after.name,
                        call=name,
                        subject=subject.path,
                    )


def _is_subject(name: str, pair: suites.Pair) -> bool:
    """Did the test call a function of that name before, by itself, and does it call it still?"""
    return name in _called(pair.before.node) and name in _called(pair.after.node)


def _called(node: ast.AST) -> set[str]:
    calls = (inner.func for inner in ast.walk(node) if isinstance(inner, ast.Call))
    return {func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "") for func in calls}
