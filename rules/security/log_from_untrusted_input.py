"""Text of a request is written to the log as it came, line ends included.

A line end in a user name writes a line of the log that never happened.
"""

import ast
import re
from collections.abc import Iterator

from scanner.lazily import regex
from scanner.rule import Confidence, Finding, Severity, Source, on_call
from scanner.taint.rule import FlowRule
from scanner.taint.trace import Limits

LOGGER = regex(r"(?i)(?:^|[._])(?:log|logger|logging|_logger)$")


class LogFromUntrustedInput(FlowRule):
    message = "text from {origin} is written to the log, line ends included"
    why = "Log lines are f-strings, and nobody thinks of what a name can hold."
    instead = "Log `repr` of it (`{name!r}`, `%r`), or use a handler that writes JSON."
    severity, confidence, family = Severity.LOW, Confidence.MEDIUM, "security"
    cwe = (117,)
    evidence = ("E05",)
    security_severity = "3.1"
    preview = True
    kinds = frozenset(["request", "message"])
    limits = Limits(stops=regex(r"(?:builtins\.)?repr$|.*(?:dumps|sanitize\w*|replace|type|splitlines)$"))

    @on_call(*(f".{level}" for level in ("debug", "info", "warning", "error", "critical")))
    def check(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        receiver = call.func.value if isinstance(call.func, ast.Attribute) else None
        if not call.args or receiver is None or not LOGGER.search(source.segment(receiver).partition("(")[0]):
            return
        if re.search(r"%r|!r\}", source.segment(call.args[0])):
            return
        for given in call.args:
            flow = self.flow(source, given, lambda flow: source.scope_of(flow.origin.node) is source.scope)
            if flow is not None:
                yield self.found(source, call, flow)
                return
