"""A cipher, or a way to use it, that no longer keeps anything secret.

DES, RC4 and their contemporaries are broken; ECB encrypts equal blocks equally, so that the shape of the
text shows through, and blocks can be moved.
"""

import ast
from collections.abc import Iterator

from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call

PYCRYPTO = ("Crypto", "Cryptodome")
HAZMAT = "cryptography.hazmat.primitives.ciphers"
OLD = ("DES", "DES3", "ARC4", "ARC2", "Blowfish", "CAST")
OLD_HAZMAT = ("TripleDES", "ARC4", "Blowfish", "IDEA", "CAST5")
CIPHERS = tuple(f"{package}.Cipher.{name}.new" for package in PYCRYPTO for name in OLD)
CIPHERS += tuple(f"{HAZMAT}.algorithms.{name}" for name in OLD_HAZMAT)
CIPHERS += tuple(f"cryptography.hazmat.decrepit.ciphers.algorithms.{name}" for name in OLD_HAZMAT)
BLOCK = tuple(f"{package}.Cipher.AES.new" for package in PYCRYPTO)
# Formats that say which cipher they want; what reads them has no choice.
PRESCRIBED = (
    "ntlm",
    "kerberos",
    "smb",
    "pdf",
    "mschap",
    "radius",
    "pkcs12",
    "quic",
    "vnc",
    "legacy",
    "kcv",
    "wrap",
    "wechat",
    "weixin",
)


class WeakCipher(FileRule):
    message = "{cipher} no longer keeps a secret"
    why = "Old answers and examples start with it, since it needs no nonce and no tag."
    instead = "Use `cryptography.fernet.Fernet`, or `AESGCM` with a new nonce for each message."
    severity, confidence, family = Severity.HIGH, Confidence.HIGH, "security"
    cwe = (327,)
    evidence = ("E12",)
    security_severity = "7.5"
    roles = ("live",)
    preview = True

    @on_call(*CIPHERS)
    def broken(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        name = (source.resolve(call.func) or "").removesuffix(".new").rpartition(".")[2]
        yield from self._found(source, call, name)

    @on_call(f"{HAZMAT}.modes.ECB")
    def block_by_block(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        yield from self._found(source, call, "ECB")

    @on_call(*BLOCK)
    def mode_of_aes(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        mode = call.args[1] if len(call.args) > 1 else _keyword(call, "mode")
        if isinstance(mode, ast.Attribute) and mode.attr == "MODE_ECB":
            yield from self._found(source, call, "AES in ECB mode")

    def _found(self, source: Source, call: ast.Call, cipher: str) -> Iterator[Finding]:
        """Where something is only decrypted, the cipher was somebody else's choice."""
        around = f"{source.path} {source.scope.name}".lower()
        if "decrypt" not in source.scope.name.lower() and not any(word in around for word in PRESCRIBED):
            yield self.at(source, call, symbol=source.scope.name, cipher=cipher)


def _keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((one.value for one in call.keywords if one.arg == name), None)
