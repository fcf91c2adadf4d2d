"""Text from outside is used as a format string.

`"{user.__init__.__globals__[SECRET]}".format(user=user)` reads what it likes: whoever writes the template
walks from the arguments to every object behind them.
"""

import ast
from collections.abc import Iterator

from scanner.rule import Confidence, Finding, Severity, Source, on_call
from scanner.taint.origins import MODEL, REMOTE
from scanner.taint.rule import FlowRule, flowing


class FormatFromUntrustedInput(FlowRule):
    message = "text from {origin} is used as a format string"
    why = "A message that users may word is put through `format`, as the program's own messages are."
    instead = "Use `string.Template(text).safe_substitute(name=…)`, whose holes name values only."
    severity, confidence, family = Severity.MEDIUM, Confidence.HIGH, "security"
    cwe = (134,)
    evidence = ("E17",)
    security_severity = "6.5"
    preview = True
    kinds = REMOTE | MODEL

    @on_call(".format", ".format_map")
    def check(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        if isinstance(call.func, ast.Attribute) and (call.args or call.keywords):
            yield from flowing(self, source, call, call.func.value)
