"""A key pair is made so short that it can be computed back.

1024 bits of RSA are within reach of a state, and fall further every year; certificates refuse them.
"""

import ast
from collections.abc import Iterator

from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call

ASYMMETRIC = "cryptography.hazmat.primitives.asymmetric"
GENERATORS = (f"{ASYMMETRIC}.rsa.generate_private_key", f"{ASYMMETRIC}.dsa.generate_private_key")
PYCRYPTO = tuple(
    f"{package}.PublicKey.{kind}.generate" for package in ("Crypto", "Cryptodome") for kind in ("RSA", "DSA")
)


class ShortKey(FileRule):
    message = "a key of {bits} bits can be computed back"
    why = "Old examples use 1024 bits, and small keys are quicker to make."
    instead = "Make at least 2048 bits, 3072 for what must last, or use Ed25519."
    severity, confidence, family = Severity.MEDIUM, Confidence.HIGH, "security"
    cwe = (326,)
    evidence = ("E12",)
    security_severity = "5.9"
    roles = ("live",)
    preview = True

    @on_call(*GENERATORS)
    def of_cryptography(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        given = {one.arg: one.value for one in call.keywords}
        first = 1 if "rsa" in (source.resolve(call.func) or "") else 0
        yield from self._found(source, call, given.get("key_size") or _nth(call, first))

    @on_call(*PYCRYPTO, "rsa.newkeys", "paramiko.RSAKey.generate")
    def of_others(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        given = {one.arg: one.value for one in call.keywords}
        yield from self._found(source, call, given.get("bits") or given.get("nbits") or _nth(call, 0))

    def _found(self, source: Source, call: ast.Call, size: ast.expr | None) -> Iterator[Finding]:
        bits = source.constant(size)
        if isinstance(bits, int) and 0 < bits < 2048:
            yield self.at(source, call, symbol=source.scope.name, bits=bits)


def _nth(call: ast.Call, number: int) -> ast.expr | None:
    return call.args[number] if len(call.args) > number else None
