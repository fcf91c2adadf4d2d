"""A signature is a plain hash of a secret and a text, put one after the other.

From the hash of `secret + text`, anybody computes that of the same with something appended, without the
secret; that is what HMAC is made for.
"""

import ast
import re
from collections.abc import Iterator

from scanner import shapes
from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call

HASHES = tuple(f"hashlib.{name}" for name in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512"))
SECRET = regex(
    r"(?:^|_)(?:secret|secret_?key|signing_?key|shared_?secret|app_?secret|private_?key|hmac_?key)$", re.I
)
SIGNATURE = frozenset("signature sig sign signed mac verify token signing".split())
# What is sent to another service is signed as that service wants it.
CLIENTS = regex(r"\b(?:requests|httpx|aiohttp|urllib\.request|urlopen|urllib3)\b")


class ForgeableSignature(FileRule):
    message = "whoever has one signature can make others: the {algorithm} of a secret and a text is no HMAC"
    why = "A hash with a secret in it looks as good as a signature."
    instead = "Use `hmac.new(secret, text, hashlib.sha256)`."
    severity, confidence, family = Severity.MEDIUM, Confidence.MEDIUM, "security"
    cwe = (328, 327)
    evidence = ("E12",)
    security_severity = "6.5"
    roles = ("live",)
    preview = True

    @on_call(*HASHES)
    def check(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        if not call.args or not _joins_a_secret(call.args[0]) or CLIENTS.search(source.text):
            return
        words = shapes.words(source.scope.name.rpartition(".")[2])
        for around in source.ancestors(call):
            if isinstance(around, ast.Assign):
                words |= shapes.words(source.segment(around.targets[0]))
            if isinstance(around, ast.stmt):
                break
        if words & SIGNATURE:
            algorithm = (source.resolve(call.func) or "").rpartition(".")[2]
            yield self.at(source, call, symbol=source.scope.name, algorithm=algorithm)


def _joins_a_secret(node: ast.expr) -> bool:
    """`secret + text`, `f"{secret}{text}"`, `(secret + text).encode()`."""
    for method in ("encode", "join"):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == method:
            node = node.args[0] if node.args and method == "join" else node.func.value
    if isinstance(node, (ast.List, ast.Tuple)):
        parts: list[ast.expr] = list(node.elts)
    elif isinstance(node, ast.JoinedStr):
        parts = [item.value for item in node.values if isinstance(item, ast.FormattedValue)]
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        parts = [node.left, node.right]
    else:
        return False
    return len(parts) > 1 and any(_is_secret(part) or _joins_a_secret(part) for part in parts)


def _is_secret(node: ast.expr) -> bool:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        node = node.func.value
    return bool(SECRET.search(node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")))
