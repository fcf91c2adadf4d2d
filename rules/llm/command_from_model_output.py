"""What a language model wrote is run by a shell.

Every document, web page and message in the prompt then has a say in which program starts.
"""

import ast
from collections.abc import Iterator

from scanner.rule import Confidence, Finding, Severity, Source, on_call
from scanner.taint.origins import MODEL
from scanner.taint.rule import FlowRule, flowing
from scanner.taint.sinks import SHELL_SINKS, commands_of


class CommandFromModelOutput(FlowRule):
    message = "text from {origin} becomes part of this command"
    why = '"Let the model write the command and run it" is three lines, and works in every demonstration.'
    instead = (
        "Let the model choose among commands of yours, pass its values as list items without a shell, or "
        "show the command to a person first; run what must be free in a sandbox."
    )
    severity, confidence, family = Severity.CRITICAL, Confidence.MEDIUM, "llm"
    cwe = (78,)
    evidence = ("E46", "E48")
    security_severity = "9.6"
    preview = True
    kinds = MODEL

    @on_call(*SHELL_SINKS)
    def check(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        for text, _ in commands_of(source, call):
            yield from flowing(self, source, call, text)
