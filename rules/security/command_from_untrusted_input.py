"""A request that a shell reads can start any program.

A semicolon, a backtick or `$(…)` ends the command that was meant, and starts another.
"""

import ast
from collections.abc import Iterator

from scanner.rule import Confidence, Finding, Severity, Source, on_call
from scanner.taint.origins import REMOTE
from scanner.taint.rule import FlowRule, flowing
from scanner.taint.sinks import SHELL_SINKS, commands_of


class CommandFromUntrustedInput(FlowRule):
    message = "text from {origin} becomes part of this command"
    why = (
        "`shell=True` with an f-string is the shortest way to a pipe or a wildcard, and the value in it "
        "comes from a form field or the name of an upload."
    )
    instead = (
        'Pass a list without a shell (`subprocess.run(["git", "clone", "--", url])`), choose the program '
        "from a constant table, and `shlex.quote` what must go through a shell."
    )
    severity, confidence, family = Severity.CRITICAL, Confidence.HIGH, "security"
    cwe = (78,)
    evidence = ("E17", "E18")
    security_severity = "9.8"
    kinds = REMOTE

    @on_call(*SHELL_SINKS)
    def check(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        for text, _ in commands_of(source, call):
            yield from flowing(self, source, call, text)
