"""Text from outside becomes part of an XPath expression, and can change what it finds.

`' or '1'='1` in a name finds every node of the document, the passwords included.
"""

import ast
import re
from collections.abc import Iterator

from scanner.rule import Confidence, Finding, Severity, Source, on_call
from scanner.taint.origins import REMOTE
from scanner.taint.rule import FlowRule, argument
from scanner.taint.trace import Limits


class XpathFromUntrustedInput(FlowRule):
    message = "text from {origin} becomes part of this XPath expression"
    why = "XPath looks like a path, and paths are put together with f-strings."
    instead = 'Give the value by name: `tree.xpath("//user[@name=$name]", name=name)`.'
    severity, confidence, family = Severity.HIGH, Confidence.HIGH, "security"
    cwe = (643,)
    security_severity = "7.5"
    preview = True
    kinds = REMOTE
    limits = Limits(stops=re.compile(r".*escape\w*$"))

    @on_call(".xpath", "lxml.etree.XPath")
    def check(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        flow = self.flow(source, argument(call, 0, "path", "_path"), lambda flow: not flow.whole)
        if flow is not None:
            yield self.found(source, call, flow)
