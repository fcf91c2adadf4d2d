"""An async test that nothing awaits never runs its body.

Calling it only makes a coroutine. pytest needs a plugin for coroutines, and the plugin a mark or
`asyncio_mode = "auto"`; a plain `unittest.TestCase` needs to be an `IsolatedAsyncioTestCase`.
"""

from collections.abc import Iterator

from scanner.relate.oracles import Test
from scanner.relate.repository import Repository
from scanner.rule import Confidence, Finding, RepositoryRule, Severity


class AsyncTestWithoutRunner(RepositoryRule):
    message = "`{test}` is a coroutine that no runner awaits: {reason}"
    why = "Older pytest skips such a test with a warning, and unittest calls it a success."
    instead = "{repair}"
    severity, confidence, family = Severity.HIGH, Confidence.MEDIUM, "tests"
    languages = ("python", "manifest", "ini")
    preview = True

    def check(self, repository: Repository) -> Iterator[Finding]:
        oracles = repository.oracles
        for test in oracles.tests:
            if not test.function.is_async or test.function.decorators:
                continue
            reason, repair = _reason(repository, test)
            if reason:
                name = test.function.name
                yield self.at(
                    test.facts.path, test.function.place, name, test=name, reason=reason, repair=repair
                )


def _reason(repository: Repository, test: Test) -> tuple[str, str]:
    if test.owner and repository.oracles.bases(test.owner) == ("unittest.TestCase",):
        repair = "Derive the class from `unittest.IsolatedAsyncioTestCase`."
        return "its class is a plain `unittest.TestCase`", repair
    if repository.oracles.awaits(test):
        return "", ""
    return (
        "no mark asks for an event loop",
        'Mark it (`@pytest.mark.asyncio`), or set `asyncio_mode = "auto"`.',
    )
