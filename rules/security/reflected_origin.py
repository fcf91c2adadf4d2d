"""Whatever website asks is told that it may read the answer.

The header repeats the origin of the request; with credentials, a page elsewhere reads what its visitor may.
"""

import ast
import re
from collections.abc import Iterator

from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_file

HEADER = "Access-Control-Allow-Origin"
ORIGIN = regex(
    r"headers(?:\.get\(\s*|\[)[bru]?[\"']origin[\"']|META(?:\.get\(\s*|\[)[\"']HTTP_ORIGIN[\"']|request\.origin\b",
    re.I,
)
READS = (ast.Call, ast.Subscript, ast.Attribute, ast.BoolOp, ast.IfExp)
LOOKS = regex(
    r"allow|permit|trust|valid|white|is_local|known|\bin\s+[A-Za-z_(\[{]|match\(|startswith\(|endswith\(",
    re.I,
)


class ReflectedOrigin(FileRule):
    message = "whatever website asks is told that it may read the answer"
    why = "The wildcard is refused together with credentials, and repeating the origin is not."
    instead = "Compare the origin with a list of your own sites before you repeat it."
    severity, confidence, family = Severity.MEDIUM, Confidence.HIGH, "security"
    cwe = (346, 942)
    evidence = ("P",)
    security_severity = "6.5"
    roles = ("live",)
    preview = True

    @on_file
    def check(self, source: Source) -> Iterator[Finding]:
        if HEADER.lower() not in source.text.lower() or "rigin" not in source.text:
            return
        for node in source.nodes:
            value = _value_of_header(source, node)
            if value is None or not _is_origin(source, value, node):
                continue
            function = source.function_of(node)
            if function is not None and not _is_compared(source, function):
                yield self.at(source, node)


def _value_of_header(source: Source, node: ast.AST) -> ast.expr | None:
    """What the header is given: `headers["…"] = value`, `headers.add("…", value)`."""
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
        return node.value if _is_header(source, node.targets[0].slice) else None
    if isinstance(node, ast.Call) and len(node.args) == 2 and isinstance(node.func, ast.Attribute):
        return node.args[1] if _is_header(source, node.args[0]) else None
    return None


def _is_header(source: Source, node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and str(node.value).lower() == HEADER.lower()


def _is_origin(source: Source, value: ast.expr, within: ast.AST) -> bool:
    if isinstance(value, ast.Name):
        scope = source.scope_of(within)
        if scope.bound.get(value.id) != 1 or not isinstance(scope.assigned.get(value.id), READS):
            return False
        value = scope.assigned[value.id]
    return bool(ORIGIN.search(source.segment(value)))


def _is_compared(source: Source, function: ast.AST) -> bool:
    """Does a condition of the function ask whether the origin is one of ours?"""
    tests = [node.test for node in ast.walk(function) if isinstance(node, (ast.If, ast.IfExp))]
    return any(LOOKS.search(source.segment(test)) for test in tests)
