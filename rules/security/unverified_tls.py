"""A connection that accepts whatever certificate it is shown.

Encryption without a check of the other side protects from nobody who sits in between.
"""

import ast
import re
from collections.abc import Iterator

from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call, on_file

VERBS = ("get", "post", "put", "patch", "delete", "head", "options", "request", "stream")
CLIENTS = ("requests", "httpx")
CALLS = tuple(f"{module}.{verb}" for module in CLIENTS for verb in VERBS)
CALLS += tuple(f"requests.{name}().{verb}" for name in ("Session", "session") for verb in VERBS)
CALLS += ("httpx.Client", "httpx.AsyncClient", "requests.api.request")
SWITCHES = {"verify": CALLS, "ssl": ("aiohttp.TCPConnector",), "verify_ssl": ("aiohttp.TCPConnector",)}
# A guard that names the setting: somebody has to choose it.
CHOICE = regex(
    r"ssl|tls|insecure|cert|self_?signed|host_?key|known_hosts|no_?verif|skip_?verif|verify\b(?!\()", re.I
)
AROUND = regex(rf"{CHOICE.pattern}|verif|trust", re.I)  # what stands right around it may say less
# A function of such a name is asked for by whoever wants no check.
SAYS_SO = regex(r"insecure|unverified|(?:no|skip|without|disable)_?(?:cert_?)?verif", re.I)
# bandit's own allow comment: somebody has looked.
SEEN = regex(r"#\s*nosec\b")
ANY_HOST = frozenset(
    ["paramiko.AutoAddPolicy", "paramiko.AutoAddPolicy()", "paramiko.client.AutoAddPolicy()"]
)
LOCAL = ("localhost", "127.0.0.1", "0.0.0.0", "[::1]")


class UnverifiedTls(FileRule):
    message = "this connection accepts any {proof}"
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
            if not _is_chosen(source, call) and not _is_local(source, call):
                yield self._found(source, keyword.value)

    @on_call("ssl._create_unverified_context")
    def unverified_context(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        if not _is_chosen(source, call) and not _is_local(source, call):
            yield self._found(source, call)

    @on_call(".set_missing_host_key_policy")
    def any_host_key(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        policy = call.args[0] if call.args else None
        name = source.resolve(policy) if policy is not None else None
        if name in ANY_HOST and not _is_chosen(source, call):
            yield self._found(source, call, "host key")

    @on_file
    def switched_off_later(self, source: Source) -> Iterator[Finding]:
        if not source.names("CERT_NONE") and ".verify = False" not in source.text:
            return
        for node in source.nodes:
            target = node.targets[0] if isinstance(node, ast.Assign) else None
            if not isinstance(node, ast.Assign) or not isinstance(target, ast.Attribute):
                continue
            if not self._accepts_all(source, target, node.value):
                continue
            if not _is_chosen(source, node) and not _is_local(source, node):
                yield self.at(source, node, proof="certificate")

    def _found(self, source: Source, node: ast.AST, proof: str = "certificate") -> Finding:
        return self.at(source, node, symbol=source.scope.name, proof=proof)

    def _accepts_all(self, source: Source, target: ast.Attribute, value: ast.expr) -> bool:
        if target.attr == "verify_mode":
            return isinstance(value, ast.Attribute) and value.attr == "CERT_NONE"
        if target.attr != "verify" or not _is_false(value):
            return False
        name = source.resolve(target.value, source.scope_of(target))
        return name in {"requests.Session()", "requests.session()"}


def _is_chosen(source: Source, node: ast.expr | ast.stmt) -> bool:
    """An option that somebody has to choose is a choice: under a condition that names it, or after one
    that left the function."""
    last = node.end_lineno or node.lineno
    if any(SEEN.search(line) for line in source.lines[node.lineno - 1 : last]):
        return True
    around: list[ast.AST] = []
    for one in source.ancestors(node):
        around.append(one)
        if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef)):
            break
    block = around[-1] if around else source.tree
    if SAYS_SO.search(getattr(block, "name", "")):
        return True
    if any(
        isinstance(one, (ast.If, ast.IfExp)) and AROUND.search(source.segment(one.test)) for one in around
    ):
        return True
    guards = [one.test for one in around if isinstance(one, (ast.If, ast.IfExp))]
    guards += [
        one.test
        for one in ast.walk(block)
        if isinstance(one, ast.If)
        and one.lineno < node.lineno
        and isinstance(one.body[-1], (ast.Return, ast.Raise))
    ]
    return any(CHOICE.search(text) for test in guards for text in _told_by(source, block, test))


def _told_by(source: Source, block: ast.AST, test: ast.expr) -> Iterator[str]:
    """The condition as written, and what its names were given."""
    yield source.segment(test)
    names = {node.id for node in ast.walk(test) if isinstance(node, ast.Name)}
    for node in ast.walk(block):
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id in names for target in node.targets
        ):
            yield source.segment(node.value)


def _is_local(source: Source, node: ast.expr | ast.stmt) -> bool:
    """The call goes to this machine, or its function speaks of no other address."""
    if isinstance(node, ast.Call) and any(name in source.segment(a) for a in node.args[:2] for name in LOCAL):
        return True
    function = source.function_of(node)
    texts = [
        one.value
        for one in ast.walk(function or node)
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and "://" in one.value
    ]
    return bool(texts) and all(any(name in text for name in LOCAL) for text in texts)


def _is_false(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is False
