"""A whole object of the client's becomes a query document, operators included.

`{"password": {"$ne": ""}}` where a text was meant matches every user: JSON bodies hold objects, not only
text.
"""

import ast
import re
from collections.abc import Iterator

from scanner.lazily import regex
from scanner.rule import Confidence, Finding, Severity, Source, on_call
from scanner.taint.guards import Guarding
from scanner.taint.rule import FlowRule, argument
from scanner.taint.trace import Limits

METHODS = (
    ".find",
    ".find_one",
    ".find_one_and_update",
    ".update_one",
    ".update_many",
    ".delete_one",
    ".delete_many",
)
METHODS += (".count_documents", ".find_one_and_delete", ".aggregate", ".replace_one")
BODY = regex(r"\b(?:json|get_json|data)\b")


class QueryDocumentFromUntrustedInput(FlowRule):
    message = "an object from {origin} becomes part of this query, operators included"
    why = '`find_one({"email": data["email"]})` is safe with text, and nothing says that it is text.'
    instead = 'Make it text (`str(data["email"])`) or check its type before it goes into a query.'
    severity, confidence, family = Severity.HIGH, Confidence.MEDIUM, "security"
    preview = True
    cwe = (943, 74)
    security_severity = "7.5"
    kinds = frozenset(["request", "message"])
    limits = Limits(
        stops=regex(
            r"(?:builtins\.)?str$|.*(?:ObjectId|strip|lower|upper|encode|format|join|replace|hexdigest|hash\w*)$"
        ),
        guarding=Guarding(types=frozenset(["str", "int", "float", "bool"])),
    )

    @on_call(*METHODS)
    def check(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        if not re.search(r"pymongo|motor|mongo", source.text):
            return
        flow = self.flow(source, argument(call, 0, "filter"), lambda flow: _is_json(source, flow.origin.node))
        if flow is not None:
            yield self.found(source, call, flow)


def _is_json(source: Source, node: ast.AST) -> bool:
    """Of the body of a request, and not of its address, whose values are text."""
    if isinstance(node, ast.arg):
        return (
            node.annotation is not None
            and re.search(r"\b[dD]ict\b|\bAny\b", source.segment(node.annotation)) is not None
        )
    return BODY.search(source.segment(node)) is not None
