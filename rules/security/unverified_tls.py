"""A connection that accepts whatever certificate it is shown.

Encryption without a check of the other side protects from nobody who sits in between.
"""

import ast
from collections.abc import Iterator

from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call, on_file

VERBS = ("get", "post", "put", "patch", "delete", "head", "options", "request", "stream")
CLIENTS = ("requests", "httpx")
CALLS = tuple(f"{module}.{verb}" for module in CLIENTS for verb in VERBS)
CALLS += tuple(f"requests.{name}().{verb}" for name in ("Session", "session") for verb in VERBS)
CALLS += ("httpx.Client", "httpx.AsyncClient", "requests.api.request")
SWITCHES = {"verify": CALLS, "ssl": ("aiohttp.TCPConnector",), "verify_ssl": ("aiohttp.TCPConnector",)}
LOCAL = ("localhost", "127.0.0.1", "0.0.0.0", "[::1]")


class UnverifiedTls(FileRule):
    message = "this connection accepts any certificate"
    why = "Switching the check off is the shortest answer to a certificate error."
    instead = "Keep the check; for a private authority, give its certificate: `verify='/path/to/ca.pem'`."
    severity, confidence, family = Severity.HIGH, Confidence.HIGH, "security"
    cwe = (295,)
    security_severity = "7.4"
    roles = ("live",)

    @on_call(*CALLS, "aiohttp.TCPConnector")
    def switched_off(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        for keyword in call.keywords:
            if keyword.arg not in SWITCHES or not _is_false(keyword.value):
                continue
            address = ast.get_source_segment(source.text, call.args[-1]) if call.args else ""
            if not any(name in (address or "") for name in LOCAL):
                yield self.at(source, keyword.value, symbol=source.scope.name)

    @on_call("ssl._create_unverified_context")
    def unverified_context(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        yield self.at(source, call, symbol=source.scope.name)

    @on_call(".set_missing_host_key_policy")
    def any_host_key(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        policy = call.args[0] if call.args else None
        name = source.resolve(policy) if policy is not None else None
        if name in {"paramiko.AutoAddPolicy", "paramiko.AutoAddPolicy()", "paramiko.client.AutoAddPolicy()"}:
            yield self.at(source, call, symbol=source.scope.name)

    @on_file
    def switched_off_later(self, source: Source) -> Iterator[Finding]:
        if "CERT_NONE" not in source.text and ".verify = False" not in source.text:
            return
        for node in ast.walk(source.tree):
            target = node.targets[0] if isinstance(node, ast.Assign) else None
            if not isinstance(node, ast.Assign) or not isinstance(target, ast.Attribute):
                continue
            if self._accepts_all(source, target, node.value) and not self._is_conditional(source, node):
                yield self.at(source, node)

    def _accepts_all(self, source: Source, target: ast.Attribute, value: ast.expr) -> bool:
        if target.attr == "verify_mode":
            return isinstance(value, ast.Attribute) and value.attr == "CERT_NONE"
        if target.attr != "verify" or not _is_false(value):
            return False
        name = source.resolve(target.value, source.scope_of(target))
        return name in {"requests.Session()", "requests.session()"}

    def _is_conditional(self, source: Source, node: ast.AST) -> bool:
        """An option that somebody has to choose is a choice."""
        return any(isinstance(around, ast.If) for around in source.ancestors(node))


def _is_false(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is False
