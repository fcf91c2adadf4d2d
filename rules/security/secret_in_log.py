"""A password, token or key is written to the log.

Logs are copied to places that nobody guards as secrets are guarded, and are kept for years.
"""

import ast
from collections.abc import Iterator

from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call

LEVELS = ("debug", "info", "warning", "warn", "error", "critical", "exception", "log")
SECRET = regex(
    r"(?i)^(?:\w*_)?(?:password|passwd|passphrase|secret|secret_key|api_?key|access_token|refresh_token|auth_token|"
    r"bearer_token|private_key|client_secret|jwt|session_token|reset_token|otp|otp_code|api_token|credentials|secret_access_key)$"
)
# What only speaks of a secret: how long it is, whether there is one, which one.
ABOUT = regex(
    r"(?i)(?:has|is|no|need|use|missing|num|len|count|hashed?|masked|redacted|encrypted|invalid|forgot|test|dummy|fake|public)_|"
    r"_(?:id|name|path|file|url|hash|count|type|field|env|var|length|len|expir\w*|masked|redacted|prefix|hint|status|set|present|source)$"
)
LOGGER = regex(r"(?i)(?:^|[._])(?:log|logger|logging|_log|_logger|app\.logger)$")


class SecretInLog(FileRule):
    message = "`{name}` is written to the log"
    why = "A line that shows what came in helps while one tries things out, and is left behind."
    instead = "Log that there is one, or a few last characters of it: `key[-4:]`."
    severity, confidence, family = Severity.MEDIUM, Confidence.HIGH, "security"
    cwe = (532,)
    evidence = ("E05", "E20")
    security_severity = "5.5"
    roles = ("live",)

    @on_call(*(f".{level}" for level in LEVELS))
    def check(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        receiver = call.func.value if isinstance(call.func, ast.Attribute) else None
        if receiver is None or not LOGGER.search(source.segment(receiver).partition("(")[0]):
            return
        for given in [*call.args, *(keyword.value for keyword in call.keywords if keyword.arg != "extra")]:
            name = next(_secrets(source, given), "")
            if name and not _is_for_developers(source, call):
                yield self.at(source, call, symbol=source.scope.name, name=name)
                return


def _is_for_developers(source: Source, call: ast.Call) -> bool:
    """Under `if settings.DEBUG:`"""
    return any(
        isinstance(around, ast.If) and source.segment(around.test).rpartition(".")[2] == "DEBUG"
        for around in source.ancestors(call)
    )


def _secrets(source: Source, node: ast.expr) -> Iterator[str]:
    """The names of secrets whose value, as it is, becomes part of the text."""
    if isinstance(node, (ast.Name, ast.Attribute)):
        name = node.id if isinstance(node, ast.Name) else node.attr
        if SECRET.match(name) and not ABOUT.search(name) and source.constant(node) is None:
            yield name
    elif isinstance(node, ast.JoinedStr):
        for one in node.values:
            if isinstance(one, ast.FormattedValue):
                yield from _secrets(source, one.value)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Mod)):
        yield from _secrets(source, node.left)
        yield from _secrets(source, node.right)
    elif isinstance(node, ast.Tuple):
        for one in node.elts:
            yield from _secrets(source, one)
    elif (
        isinstance(node, ast.Subscript)
        and isinstance(node.slice, ast.Constant)
        and isinstance(node.slice.value, str)
    ):
        if SECRET.match(node.slice.value) and not ABOUT.search(node.slice.value):
            yield node.slice.value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        for one in [*node.args, *(keyword.value for keyword in node.keywords)]:
            yield from _secrets(source, one)
