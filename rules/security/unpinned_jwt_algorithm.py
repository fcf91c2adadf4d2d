"""A token says itself how it is to be verified.

Whoever may choose the algorithm chooses `none`, or takes the public key for the secret of an HMAC.
"""

import ast
import re
from collections.abc import Iterator

from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call

UNVERIFIED = regex(r"\.get_unverified_header\(\)")
SYMMETRIC, ASYMMETRIC = re.compile(r"^HS\d"), re.compile(r"^(RS|ES|PS|Ed)")
ALLOWED = regex(r"\balg\w*[\"'\])\s]*(?:not\s+)?(?:in\b|[!=]=)")  # `if header["alg"] not in ALLOWED`


class UnpinnedJwtAlgorithm(FileRule):
    message = "the algorithm that verifies this token {what}"
    why = "One list that holds all algorithms makes every token pass, the forged ones too."
    instead = "Name the one algorithm that you sign with: `algorithms=['RS256']`."
    severity, confidence, family = Severity.HIGH, Confidence.HIGH, "security"
    cwe = (347, 327)
    evidence = ("E07",)
    security_severity = "8.1"
    roles = ("live",)
    preview = True

    @on_call("jwt.decode", "jose.jwt.decode", "jwt.api_jwt.decode")
    def verified(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        given = {one.arg: one.value for one in call.keywords}
        algorithms = given.get("algorithms") or (call.args[2] if len(call.args) > 2 else None)
        if algorithms is None or _is_unverified(call):
            return
        if not isinstance(algorithms, (ast.List, ast.Tuple, ast.Set)):
            algorithms = ast.List([algorithms], ast.Load())
        names = [source.constant(item) for item in algorithms.elts]
        if any(str(name).lower() == "none" for name in names if isinstance(name, str)):
            yield self._found(source, call, "may be `none`")
        elif _mixes([name for name in names if isinstance(name, str)]):
            yield self._found(source, call, "may be one with a public key or one with a secret")
        elif any(UNVERIFIED.search(source.resolve(item) or "") for item in algorithms.elts):
            function = source.function_of(call)
            if function is None or not ALLOWED.search(source.segment(function)):
                yield self._found(source, call, "is taken from the token itself")

    @on_call("jwt.encode", "jose.jwt.encode")
    def signed(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        given = {one.arg: one.value for one in call.keywords}
        value = source.constant(given.get("algorithm"))
        if isinstance(value, str) and value.lower() == "none":
            yield self._found(source, call, "is `none`: nothing is signed")

    def _found(self, source: Source, call: ast.Call, what: str) -> Finding:
        return self.at(source, call, symbol=source.scope.name, what=what)


def _mixes(names: list[str]) -> bool:
    return any(SYMMETRIC.match(name) for name in names) and any(ASYMMETRIC.match(name) for name in names)


def _is_unverified(call: ast.Call) -> bool:
    """Another rule speaks of tokens whose signature is not looked at."""
    return any(
        isinstance(node, ast.Constant) and node.value == "verify_signature"
        for one in call.keywords
        if one.arg == "options"
        for node in ast.walk(one.value)
    )
