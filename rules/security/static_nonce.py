"""Every message is encrypted with the same nonce.

Two messages under one key and one nonce give away their difference; with GCM and ChaCha20 they give away
the key of the tag, and anybody can then forge.
"""

import ast
from collections.abc import Iterator

from scanner import shapes
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call

PYCRYPTO = ("Crypto", "Cryptodome")
HAZMAT = "cryptography.hazmat.primitives.ciphers"
MODES = tuple(f"{HAZMAT}.modes.{name}" for name in ("CBC", "CTR", "GCM", "CFB", "OFB"))
SEALED = ("AESGCM", "ChaCha20Poly1305", "AESCCM", "AESOCB3", "AESGCMSIV")
# Such a nonce belongs to a format: cookies of Chrome, Apple's backups, key wrapping.
PRESCRIBED = ("chrome", "cookie", "wrap", "derive", "wechat", "weixin")


class StaticNonce(FileRule):
    message = "every message is encrypted with the same `{what}`"
    why = "The example must run, so it has bytes where the random ones belong."
    instead = "Draw it anew for each message (`os.urandom(12)`), and send it along."
    severity, confidence, family = Severity.HIGH, Confidence.HIGH, "security"
    cwe = (329, 323)
    evidence = ("E12",)
    security_severity = "7.5"
    roles = ("live",)
    preview = True

    @on_call(
        *(
            f"{package}.Cipher.{name}.new"
            for package in PYCRYPTO
            for name in ("AES", "DES3", "DES", "ChaCha20")
        )
    )
    def of_pycrypto(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        given = {one.arg: one.value for one in call.keywords}
        value = given.get("iv") or given.get("IV") or given.get("nonce")
        value = value or (call.args[2] if len(call.args) > 2 else None)
        yield from self._found(source, call, value, "iv")

    @on_call(*MODES)
    def of_a_mode(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        value = call.args[0] if call.args else (call.keywords[0].value if call.keywords else None)
        yield from self._found(source, call, value, "iv")

    @on_call(*(f"{HAZMAT}.aead.{name}().encrypt" for name in SEALED))
    def of_a_sealed_box(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        given = next((one.value for one in call.keywords if one.arg == "nonce"), None)
        yield from self._found(source, call, given or (call.args[0] if call.args else None), "nonce")

    def _found(self, source: Source, call: ast.Call, value: ast.expr | None, what: str) -> Iterator[Finding]:
        around = f"{source.path} {source.scope.name}".lower()
        if "decrypt" in source.scope.name.lower() or any(word in around for word in PRESCRIBED):
            return
        if value is not None and shapes.is_fixed(source, value):
            yield self.at(source, call, symbol=source.scope.name, what=what)
