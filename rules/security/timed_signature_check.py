"""A signature is compared letter by letter, and the time tells how many were right.

`==` stops at the first difference; who can measure the answer finds the right signature one byte after
the other.
"""

import ast
from collections.abc import Iterator

from scanner import shapes
from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_file

DIGEST = regex(r"^hmac\.(?:new|HMAC)\(\)\.(?:hexdigest|digest)\(\)$|^hmac\.digest\(\)$")
ENCODERS = frozenset("b64encode urlsafe_b64encode hexlify decode encode hex lower upper strip rstrip".split())
WITHIN = 3  # calls around a digest: `base64.b64encode(digest).decode()`


class TimedSignatureCheck(FileRule):
    message = "the time that this comparison takes tells how much of the signature is right"
    why = "`==` gives the right answer in every test."
    instead = "Compare with `hmac.compare_digest(given, expected)`."
    severity, confidence, family = Severity.MEDIUM, Confidence.HIGH, "security"
    preview = True
    cwe = (208,)
    evidence = ("E12",)
    security_severity = "5.9"
    roles = ("live",)

    @on_file
    def check(self, source: Source) -> Iterator[Finding]:
        if "hmac" not in source.text or "digest" not in source.text:
            return
        for node in shapes.comparisons(source):
            if any(_is_signature(source, side, node) for side in (node.left, node.comparators[0])):
                yield self.at(source, node)


def _is_signature(source: Source, side: ast.expr, within: ast.AST) -> bool:
    scope = source.scope_of(within)
    for _ in range(WITHIN):
        if isinstance(side, ast.Name):
            binder = scope.binder(side.id)
            if binder is None or binder.bound.get(side.id) != 1 or side.id not in binder.assigned:
                return False
            side = binder.assigned[side.id]
        if DIGEST.match(source.resolve(side, scope) or ""):
            return True
        inner = _encoded(side)
        if inner is None:
            return False
        side = inner
    return False


def _encoded(node: ast.expr) -> ast.expr | None:
    """What an encoder is given: the digest in `base64.b64encode(digest)`, `digest.lower()`,
    `f"sha256={digest}"` and `"sha256=" + digest`."""
    if isinstance(node, ast.JoinedStr):
        held = [item.value for item in node.values if isinstance(item, ast.FormattedValue)]
        return held[0] if len(held) == 1 else None
    if isinstance(node, ast.BinOp) and isinstance(node.left, ast.Constant):
        return node.right
    if not isinstance(node, ast.Call):
        return None
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name not in ENCODERS:
        return None
    return (
        node.args[0]
        if node.args and name.endswith(("encode", "hexlify"))
        else getattr(node.func, "value", None)
    )
