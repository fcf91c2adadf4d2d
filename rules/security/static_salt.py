"""All passwords are salted with the same bytes.

The salt is there so that a table computed once is of no use; one for everybody is none.
"""

import ast
import re
from collections.abc import Iterator

from scanner import shapes
from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call

KDF = "cryptography.hazmat.primitives.kdf"
# Keys that are random already need no salt: only what a person has chosen does.
CHOSEN = regex(r"passw|passphrase|pass_phrase|\bpwd\b|\bpin\b|master_?pass", re.I)
SOMEBODY_ELSES = ("saltysalt", "chrome", "wpa", "wifi", "mnemonic", "bip39", "electrum")


class StaticSalt(FileRule):
    message = "every password is salted with the same bytes"
    why = "The function asks for a salt, and a literal is the shortest one."
    instead = "Draw a salt for each password (`os.urandom(16)`), and keep it beside the hash."
    severity, confidence, family = Severity.MEDIUM, Confidence.HIGH, "security"
    cwe = (760,)
    evidence = ("E12",)
    security_severity = "5.9"
    roles = ("live",)
    preview = True

    @on_call("hashlib.pbkdf2_hmac", "hashlib.scrypt")
    def of_hashlib(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        given = {one.arg: one.value for one in call.keywords}
        first = 1 if shapes.last_name(call) == "pbkdf2_hmac" else 0
        password = given.get("password") or (call.args[first] if len(call.args) > first else None)
        salt = given.get("salt") or (call.args[first + 1] if len(call.args) > first + 1 else None)
        if password is not None and CHOSEN.search(source.segment(password)):
            yield from self._found(source, call, salt)

    @on_call(f"{KDF}.pbkdf2.PBKDF2HMAC", f"{KDF}.scrypt.Scrypt")
    def of_cryptography(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        given = {one.arg: one.value for one in call.keywords}
        function = source.function_of(call)
        if function is not None and CHOSEN.search(source.segment(function)):
            yield from self._found(source, call, given.get("salt"))

    @on_call("bcrypt.hashpw")
    def of_bcrypt(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        yield from self._found(source, call, call.args[1] if len(call.args) > 1 else None)

    def _found(self, source: Source, call: ast.Call, salt: ast.expr | None) -> Iterator[Finding]:
        if salt is None or not shapes.is_fixed(source, salt):
            return
        if not any(word in source.text.lower() for word in SOMEBODY_ELSES):
            yield self.at(source, call, symbol=source.scope.name)
