"""A test that cannot fail on a wrong result tests nothing.

It runs the code, drops what comes out, and is green whatever that was. Helpers, fixtures, base classes and
decorators are followed over files before a test is called so.
"""

from collections.abc import Iterator

from scanner import shapes
from scanner.relate.oracles import Test
from scanner.relate.repository import Repository
from scanner.rule import Confidence, Finding, RepositoryRule, Severity


class TestWithoutOracle(RepositoryRule):
    message = "`{test}` {reason}"
    why = "A green test is rewarded, and an agent that does not know the right result leaves the check out."
    instead = "Assert on the result: on the value that comes back, or on what the call changes."
    severity, confidence, family = Severity.MEDIUM, Confidence.HIGH, "tests"
    cwe = (1053,)
    evidence = ("E32",)
    languages = ("python", "manifest", "ini")

    def check(self, repository: Repository) -> Iterator[Finding]:
        oracles = repository.oracles
        for test in oracles.unchecked():
            reason = _reason(test)
            if reason and not oracles.is_never_awaited(test):  # else `async-test-without-runner` speaks
                name = test.function.name
                yield self.at(test.facts.path, test.function.place, name, test=name, reason=reason)


# Somebody runs these, and reads what they print.
BY_HAND = frozenset(["live", "interactive", "demo"])
RUNNERS = ("pytest.", "unittest.", "mock.", "hypothesis.", "django.", "asyncio.", "anyio.", "builtins.")


def _may_check(decorator: str) -> bool:
    """May what a decorator puts around an empty body be the test?"""
    return not decorator.lstrip(".").startswith(RUNNERS)


def _reason(test: Test) -> str:
    words = test.function.oracle
    if "returns" in words:
        return ""  # `returned-verdict` speaks
    if "call" in words:
        return ""  # of something named like a check: not for sure the code under test
    if "smoke" in words and "hushed" not in words:
        return ""  # the author says that running through is the point
    if shapes.is_shown(test.facts.path) or shapes.words(test.facts.path) & BY_HAND:
        return ""
    if "empty" in words:
        speaks = "told" in words or any(map(_may_check, test.function.decorators))
        return "" if speaks else "checks nothing: its body is empty"
    if "hushed" in words:
        return "checks nothing: its `try` hides even a crash"
    if "ticket" in words:
        return ""  # what somebody reported ran into an error, and does not any more
    if "prints" in words:
        return "prints its verdict, and asserts nothing"
    dropped = [word.partition(":")[2] for word in words if word.startswith("drops:")]
    return f"checks nothing: nobody looks at `{dropped[0]}`" if dropped else ""
