"""What is encrypted or signed is locked with a key that stands in the code.

Whoever can read the source, or its history, can read and forge everything.
"""

import ast
from collections.abc import Iterator

from scanner import shapes
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call

AEAD = "cryptography.hazmat.primitives.ciphers.aead"
CIPHERS = tuple(f"{package}.Cipher.AES.new" for package in ("Crypto", "Cryptodome"))
CIPHERS += tuple(f"{AEAD}.{name}" for name in ("AESGCM", "ChaCha20Poly1305", "AESCCM"))
CIPHERS += ("cryptography.fernet.Fernet", "cryptography.hazmat.primitives.ciphers.algorithms.AES")
SIGNERS = (
    "itsdangerous.URLSafeTimedSerializer",
    "itsdangerous.URLSafeSerializer",
    "itsdangerous.TimestampSigner",
)
# Its key is part of a format that others have published, and protects nothing.
KNOWN_KEYS = ("chrome", "decrypt", "test", "selftest", "self_test", "obfuscat", "deobfus", "gcm_pswd")


class HardCodedCipherKey(FileRule):
    message = "the key of `{maker}` is written in the code"
    why = "A key has to come from somewhere, and the line above the call is the nearest place."
    instead = "Read it from the environment or a secret store; a key that was committed has to be replaced."
    severity, confidence, family = Severity.HIGH, Confidence.HIGH, "security"
    cwe = (321, 798)
    evidence = ("E20",)
    security_severity = "7.5"
    roles = ("live",)
    preview = True

    @on_call(*CIPHERS, *SIGNERS)
    def check(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        given = {one.arg: one.value for one in call.keywords}
        key = given.get("key") or given.get("secret_key") or (call.args[0] if call.args else None)
        if key is None or not shapes.is_fixed(source, key):
            return
        if any(word in f"{source.path} {source.scope.name}".lower() for word in KNOWN_KEYS):
            return
        maker = shapes.last_name(call)
        maker = "AES" if maker == "new" else maker
        yield self.at(source, call, symbol=source.scope.name, secret=source.literal(key), maker=maker)
