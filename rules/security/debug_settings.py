"""Django is set to show its inside to whoever causes an error.

The page of an error holds the settings, the request and the local variables of every call.
"""

import ast
import re
from collections.abc import Iterator

from scanner import shapes
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_file


class DebugSettings(FileRule):
    message = "`DEBUG = True` stands in the settings that everybody gets"
    why = "The project's template has it, and everything works with it."
    instead = "Read it from the environment, and let it be off where nothing is said."
    severity, confidence, family = Severity.MEDIUM, Confidence.HIGH, "security"
    preview = True
    cwe = (489, 215)
    evidence = ("E28",)
    security_severity = "5.3"
    roles = ("live",)

    @on_file
    def check(self, source: Source) -> Iterator[Finding]:
        if "ROOT_URLCONF" not in source.text or "DEBUG" not in source.text:
            return
        if shapes.is_for_another_stage(source.path) or source.module_scope.bound.get("DEBUG") != 1:
            return
        for node in source.tree.body:
            if shapes.sets(node, "DEBUG") and shapes.is_true(node.value) and not _is_overridden(source):
                yield self.at(source, node)


def _is_overridden(source: Source) -> bool:
    """Does the file end with `from .local import *`, or with settings read from elsewhere?"""
    return any(
        isinstance(node, ast.ImportFrom) and node.names[0].name == "*" and node.lineno > 30
        for node in source.nodes
    ) or bool(re.search(r"locals\(\)|globals\(\)\.update|django_heroku", source.text))
