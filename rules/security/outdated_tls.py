"""A connection that may fall back to a version of TLS, or a cipher, that is broken.

Somebody in between asks both sides for the oldest thing that they still speak.
"""

import ast
import re
from collections.abc import Iterator

from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call, on_file

OLD = regex(
    r"^ssl\.(?:PROTOCOL_(?:SSLv2|SSLv3|TLSv1|TLSv1_1)|TLSVersion\.(?:SSLv3|TLSv1|TLSv1_1|MINIMUM_SUPPORTED))$"
)
WEAK = regex(r"(?:^|:)(?:ALL|eNULL|aNULL|NULL|RC4|DES|3DES|EXPORT|LOW)(?:$|:)|SECLEVEL=0")
CHOICE = regex(r"legacy|old|weak|insecure|tls_?v|version|compat", re.I)


class OutdatedTls(FileRule):
    message = "this connection may use {what}, which is broken"
    why = "An old server did not answer, and going back to what it speaks made the error go away."
    instead = "Leave what `ssl.create_default_context()` sets, or raise `minimum_version`."
    severity, confidence, family = Severity.MEDIUM, Confidence.HIGH, "security"
    cwe = (326, 327)
    evidence = ("P",)
    security_severity = "5.9"
    roles = ("live",)
    preview = True

    @on_call("ssl.SSLContext", "ssl.wrap_socket")
    def protocol(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        for value in [*call.args, *(one.value for one in call.keywords)]:
            name = source.resolve(value) or ""
            if OLD.match(name) and not _is_chosen(source, call):
                yield self._found(source, call, name)

    @on_call(".set_ciphers")
    def ciphers(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        value = source.constant(call.args[0]) if call.args else None
        if isinstance(value, str) and WEAK.search(value) and not _is_chosen(source, call):
            yield self._found(source, call, value)

    @on_file
    def minimum(self, source: Source) -> Iterator[Finding]:
        if "minimum_version" not in source.text:
            return
        for node in source.nodes:
            target = node.targets[0] if isinstance(node, ast.Assign) else None
            if not isinstance(node, ast.Assign) or not isinstance(target, ast.Attribute):
                continue
            name = source.resolve(node.value, source.scope_of(node)) or ""
            if target.attr == "minimum_version" and OLD.match(name) and not _is_chosen(source, node):
                yield self.at(source, node, what=name)

    def _found(self, source: Source, call: ast.Call, what: str) -> Finding:
        return self.at(source, call, symbol=source.scope.name, what=what)


def _is_chosen(source: Source, node: ast.AST) -> bool:
    """An option that somebody has to choose is a choice."""
    return any(
        isinstance(around, (ast.If, ast.IfExp)) and CHOICE.search(source.segment(around.test))
        for around in source.ancestors(node)
    )
