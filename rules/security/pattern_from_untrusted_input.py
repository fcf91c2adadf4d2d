"""Text from outside is compiled as a regular expression.

One pattern such as `(a+)+$` keeps a process busy for hours, and nobody else is served meanwhile.
"""

import ast
import re
from collections.abc import Iterator

from scanner.rule import Confidence, Finding, Severity, Source, on_call
from scanner.taint.origins import REMOTE
from scanner.taint.rule import FlowRule, argument, flowing
from scanner.taint.trace import Limits


class PatternFromUntrustedInput(FlowRule):
    message = "text from {origin} is compiled as a regular expression"
    why = "A search box that takes patterns, or a name that is pasted into a pattern, is one line with `re`."
    instead = (
        "`re.escape(text)` where text is meant; else a matcher without backtracking (`re2`), or a time limit."
    )
    severity, confidence, family = Severity.MEDIUM, Confidence.HIGH, "security"
    cwe = (1333, 730)
    evidence = ("E17",)
    security_severity = "5.9"
    preview = True
    kinds = REMOTE
    limits = Limits(stops=re.compile(r".*(?:escape|translate)$"))

    @on_call(
        *(f"re.{name}" for name in "compile search match fullmatch sub subn split findall finditer".split())
    )
    def check(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        yield from flowing(self, source, call, argument(call, 0, "pattern"))
