"""A test that sleeps for a fixed time is slow when all is well and wrong when the machine is busy.

Sleeps of a polling loop, of a fake that has to be slow, and those shorter than a third of a second are let
be.
"""

import ast
from collections.abc import Iterator

from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call

NOTICEABLE = 0.3  # seconds


class SleepInTest(FileRule):
    message = "`{test}` sleeps {seconds} s and hopes that this is enough"
    why = "A pause is the quickest cure for a race, until the machine is slower."
    instead = (
        "Wait for the event itself, poll with a deadline, or hand the code a clock that the test can turn."
    )
    severity, confidence, family = Severity.LOW, Confidence.HIGH, "tests"
    evidence = ("E28",)
    roles = ("test",)
    preview = True

    @on_call("time.sleep", "asyncio.sleep", "anyio.sleep", "trio.sleep")
    def check(self, source: Source, node: ast.Call) -> Iterator[Finding]:
        seconds = source.constant(node.args[0]) if len(node.args) == 1 else None
        if not isinstance(seconds, (int, float)) or seconds < NOTICEABLE:
            return
        function = _test_of(source, node)
        if function is not None:
            yield self.at(source, node, test=function, seconds=seconds)


def _test_of(source: Source, node: ast.Call) -> str | None:
    """The test whose own statement a call is: not one of a loop, a function in it, or a lambda."""
    for around in source.ancestors(node):
        if isinstance(around, (ast.While, ast.For, ast.AsyncFor, ast.Lambda, ast.ClassDef)):
            return None
        if isinstance(around, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return around.name if around.name.startswith("test") else None
    return None
