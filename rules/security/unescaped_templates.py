"""Pages are made from templates that do not escape what is put into them.

Jinja2 escapes nothing by itself: a name with a `<script>` in it becomes part of the page.
"""

import ast
import re
from collections.abc import Iterator

from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call

PAGES = regex(r"\.html?(?:\.j2|\.jinja2?)?$|text/html|<html|<div|<body|<p>", re.I)


class UnescapedTemplates(FileRule):
    message = "nothing that is put into these pages is escaped"
    why = "Flask switches escaping on by itself; whoever makes an environment of their own has to ask for it."
    instead = "Give `autoescape=select_autoescape()`."
    severity, confidence, family = Severity.MEDIUM, Confidence.MEDIUM, "security"
    preview = True
    cwe = (79, 116)
    evidence = ("E05",)
    security_severity = "6.1"
    roles = ("live",)

    @on_call("jinja2.Environment")
    def check(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        given = next((one.value for one in call.keywords if one.arg == "autoescape"), None)
        if any(one.arg is None for one in call.keywords) or not _makes_pages(source):
            return
        if given is None or (isinstance(given, ast.Constant) and given.value is False):
            yield self.at(source, call, symbol=source.scope.name)


def _makes_pages(source: Source) -> bool:
    """Does a text of the file, no docstring, look like a page, or name one?"""
    talk = {id(node.value) for node in source.nodes if isinstance(node, ast.Expr)}
    return any(
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in talk
        and PAGES.search(node.value)
        for node in source.nodes
    )
