"""A password is stretched by so few rounds that guessing stays cheap.

The number of rounds is the whole defence; what was enough in 2010 is a hundredth of what is needed now.
"""

import ast
import re
from collections.abc import Iterator

from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call

KDF = "cryptography.hazmat.primitives.kdf.pbkdf2.PBKDF2HMAC"
FEWEST = 100_000  # OWASP asks for 600,000 with SHA-256; this much is certainly too few
CHOSEN = regex(r"passw|passphrase|pass_phrase|\bpwd\b|\bpin\b|master_?pass", re.I)
SOMEBODY_ELSES = (
    "saltysalt",
    "chrome",
    "wpa",
    "wifi",
    "mnemonic",
    "bip39",
    "scram",
    "mysql",
    "ssha",
    "electrum",
)


class CheapKeyDerivation(FileRule):
    message = "{rounds} rounds are too few to make guessing a password dear"
    why = "The figure comes from an old example; nothing fails when it is too small."
    instead = "Use 600,000 rounds of PBKDF2 with SHA-256, a bcrypt cost of 12, or argon2."
    severity, confidence, family = Severity.MEDIUM, Confidence.HIGH, "security"
    cwe = (916,)
    evidence = ("E12",)
    security_severity = "5.9"
    roles = ("live",)
    preview = True

    @on_call("hashlib.pbkdf2_hmac")
    def of_hashlib(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        given = {one.arg: one.value for one in call.keywords}
        password = given.get("password") or (call.args[1] if len(call.args) > 1 else None)
        rounds = given.get("iterations") or (call.args[3] if len(call.args) > 3 else None)
        if password is not None and CHOSEN.search(source.segment(password)):
            yield from self._found(source, call, rounds, FEWEST)

    @on_call(KDF)
    def of_cryptography(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        rounds = next((one.value for one in call.keywords if one.arg == "iterations"), None)
        function = source.function_of(call)
        if function is not None and CHOSEN.search(source.segment(function)):
            yield from self._found(source, call, rounds, FEWEST)

    @on_call("bcrypt.gensalt")
    def of_bcrypt(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        given = next((one.value for one in call.keywords if one.arg == "rounds"), None)
        yield from self._found(source, call, given or (call.args[0] if call.args else None), 10)

    def _found(
        self, source: Source, call: ast.Call, rounds: ast.expr | None, fewest: int
    ) -> Iterator[Finding]:
        number = source.constant(rounds)
        if not isinstance(number, int) or not 0 < number < fewest:
            return
        if not any(word in source.text.lower() for word in SOMEBODY_ELSES):
            yield self.at(source, call, symbol=source.scope.name, rounds=number)
