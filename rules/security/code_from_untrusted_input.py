"""Text from outside is run as Python.

`eval` of a request, of a message or of what was typed does whatever its writer wants.
"""

import ast
import re
from collections.abc import Iterator

from scanner.rule import Confidence, Finding, Severity, Source, on_call
from scanner.taint.origins import LOCAL, REMOTE
from scanner.taint.rule import FlowRule, flowing
from scanner.taint.sinks import CODE_SINKS, is_grammar_check
from scanner.taint.trace import Limits


class CodeFromUntrustedInput(FlowRule):
    message = "text from {origin} is run as code"
    why = "`eval` is the shortest calculator and the shortest parser."
    instead = "Read values with `ast.literal_eval` or `json.loads`; choose functions from a constant table."
    severity, confidence, family = Severity.CRITICAL, Confidence.HIGH, "security"
    cwe = (94, 95)
    evidence = ("E17",)
    security_severity = "9.8"
    kinds = REMOTE | LOCAL | {"answer"}
    limits = Limits(stops=re.compile(r".*literal_eval$"), passes=frozenset(["parse", "Module", "Expression"]))

    @on_call(*CODE_SINKS)
    def check(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        if call.args and not is_grammar_check(source, call):
            yield from flowing(self, source, call, call.args[0])
