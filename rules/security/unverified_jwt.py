"""The claims of a token are believed without a look at its signature.

Anybody can write a token that says who they are; only the signature tells whether it is so.
"""

import ast
from collections.abc import Iterator

from scanner import shapes
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call

IDENTITY = frozenset(
    "sub user_id user email role roles scope scopes permissions is_admin tenant username".split()
)
# Functions that look into a token, and let nobody in.
LOOKS_ONLY = frozenset("unverified peek inspect debug expiry expired issuer kid log logging context".split())


class UnverifiedJwt(FileRule):
    message = "the claims of this token are used, and its signature is not checked"
    why = "Without the key at hand, switching the check off is what makes the example run."
    instead = "Decode with the key and `algorithms=[…]`; read unverified claims only to choose the key."
    severity, confidence, family = Severity.CRITICAL, Confidence.MEDIUM, "security"
    cwe = (347, 345)
    evidence = ("E07",)
    security_severity = "9.1"
    roles = ("live",)
    preview = True

    @on_call("jwt.decode", "jose.jwt.decode", "jwt.api_jwt.decode")
    def check(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        if not _is_unverified(call):
            return
        function = source.scope.node
        body = getattr(function, "body", [])
        name = getattr(function, "name", "")
        if shapes.words(name) & LOOKS_ONLY or _is_our_key(source, call):
            return
        decodes = [
            node
            for node in shapes.own_nodes(body)
            if isinstance(node, ast.Call) and shapes.last_name(node) == "decode" and node is not call
        ]
        verified = any(
            not _is_unverified(node) and source.resolve(node.func) == source.resolve(call.func)
            for node in decodes
        )
        if not verified and _reads_identity(body):
            yield self.at(source, call, symbol=source.scope.name)


def _is_our_key(source: Source, call: ast.Call) -> bool:
    """A key that the application was configured with, such as Supabase's, is a token too."""
    return bool(call.args) and "key" in shapes.words(source.segment(call.args[0]))


def _is_unverified(call: ast.Call) -> bool:
    for keyword in call.keywords:
        value = keyword.value
        if keyword.arg == "verify" and isinstance(value, ast.Constant):
            return value.value is False
        if keyword.arg == "options" and isinstance(value, ast.Dict):
            for key, item in zip(value.keys, value.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "verify_signature":
                    return isinstance(item, ast.Constant) and item.value is False
    return False


def _reads_identity(body: list[ast.stmt]) -> bool:
    for node in shapes.own_nodes(body):
        if isinstance(node, ast.Call) and shapes.last_name(node) == "get" and node.args:
            key: ast.expr = node.args[0]
        elif isinstance(node, ast.Subscript):
            key = node.slice
        else:
            continue
        if isinstance(key, ast.Constant) and key.value in IDENTITY:
            return True
    return False
