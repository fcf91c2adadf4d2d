"""A pause stands where the work should be.

`sleep(2)  # simulate API call` takes as long as the real thing, and looks like it in a demonstration.
"""

import ast
import re
from collections.abc import Iterator

from scanner import shapes
from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call

SIMULATES = regex(
    r"#[^#\n]*?\b(?:simulat|pretend|fake|mimic|emulat)\w{0,20}\b(?!-|.{0,200}\b(?:human|typing|user|mouse|key)\b)",
    re.I,
)
ON_PURPOSE = frozenset(
    "simulate simulated simulation simulator mock fake demo example test benchmark dummy".split()
)


class SimulatedWork(FileRule):
    message = "a pause stands here in place of the work, as its comment says"
    why = "A sleep and a cheerful message look like a finished feature to whoever tries it."
    instead = "Do the work here, or raise `NotImplementedError` until it can be done."
    severity, confidence, family = Severity.MEDIUM, Confidence.HIGH, "stubs"
    cwe = (1164,)
    evidence = ("P",)
    roles = ("live",)

    @on_call("time.sleep", "asyncio.sleep", "anyio.sleep", "trio.sleep")
    def check(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        if call.args and not _is_made_up(source, call.args[0]):
            return  # somebody says how long: it waits for something
        if not any(SIMULATES.search(text) for text in _remarks(source, call.lineno)):
            return
        names = shapes.words(source.symbol(call)) | shapes.words(source.path)
        if not names & ON_PURPOSE:
            yield self.at(source, call, symbol=source.scope.name)


def _remarks(source: Source, line: int) -> Iterator[str]:
    """The line itself, and the comment lines right above it."""
    yield source.lines[line - 1]
    for above in reversed(source.lines[: line - 1]):
        if not above.lstrip().startswith("#"):
            return
        yield above


def _is_made_up(source: Source, seconds: ast.expr) -> bool:
    """A figure, or a random one."""
    if isinstance(seconds, ast.Call):
        return (source.resolve(seconds.func) or "").startswith(("random.", "numpy.random."))
    return isinstance(seconds, (ast.Constant, ast.BinOp))
