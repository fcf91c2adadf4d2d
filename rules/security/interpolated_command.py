"""A value is pasted into a command that a shell reads.

A space in a file name breaks it, and a semicolon in a name starts another command.
"""

import ast
from collections.abc import Iterator

from scanner.lazily import regex
from scanner.rule import Confidence, Finding, Severity, Source, on_call
from scanner.taint.origins import LOCAL
from scanner.taint.rule import FlowRule
from scanner.taint.sinks import SHELL_SINKS, commands_of, holes

WORD = regex(r"\S")


class InterpolatedCommand(FlowRule):
    message = "a value is pasted into this shell command"
    why = "One f-string and `shell=True` look like the terminal that the command was tried in."
    instead = (
        'Pass a list without a shell (`subprocess.run(["git", "clone", "--", url])`); `shlex.quote` the rest.'
    )
    severity, confidence, family = Severity.HIGH, Confidence.MEDIUM, "security"
    cwe = (78,)
    evidence = ("E17", "E18")
    security_severity = "7.3"
    preview = True
    kinds = LOCAL | {"parameter", "answer"}

    @on_call(*SHELL_SINKS)
    def check(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        for command, how in commands_of(source, call):
            if how != "shell":
                continue
            for hole in holes(source, command, source.scope):
                # What begins a command is one: the caller's own.
                flow = self.flow(source, hole.value) if WORD.search(hole.before) else None
                if flow is not None:
                    yield self.found(source, command, flow)
                    return
