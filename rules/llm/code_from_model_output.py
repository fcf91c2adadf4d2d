"""A model's answer that is executed gives the machine to whoever can influence the prompt.

Every document, web page and user message in the prompt has a say in what runs.
"""

import ast
import re
from collections.abc import Iterator

from scanner.rule import Confidence, Finding, Severity, Source, on_call
from scanner.taint.origins import MODEL
from scanner.taint.rule import FlowRule, flowing
from scanner.taint.sinks import CODE_SINKS, is_grammar_check
from scanner.taint.trace import Limits


class CodeFromModelOutput(FlowRule):
    message = "text from {origin} is run as code"
    why = '"Let the model write the code and run it" is three lines with `exec`.'
    instead = (
        "Run it in a sandbox without network and secrets, or let the model choose among functions of "
        "yours, with `json.loads` or `ast.literal_eval` for values."
    )
    severity, confidence, family = Severity.CRITICAL, Confidence.HIGH, "llm"
    preview = True
    cwe = (94, 95)
    evidence = ("E46", "E48")
    security_severity = "9.6"
    kinds = MODEL
    limits = Limits(stops=re.compile(r".*literal_eval$"), passes=frozenset(["parse", "Module", "Expression"]))

    @on_call(*CODE_SINKS)
    def check(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        if call.args and not is_grammar_check(source, call):
            yield from flowing(self, source, call, call.args[0])
