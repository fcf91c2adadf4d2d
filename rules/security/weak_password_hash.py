"""A password is hashed with a function made to be fast.

A graphics card tries billions of SHA-256 a second; what is slow on purpose (argon2, scrypt, bcrypt,
PBKDF2) it tries a few thousand times.
"""

import ast
import re
from collections.abc import Iterator

from scanner import shapes
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call

PASSWORD = re.compile(r"(?:^|_)(?:password|passwd|passphrase|pwd)(?:$|_|\d)|password$", re.I)
FAST = tuple(
    f"hashlib.{name}" for name in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_256")
)
# Protocols that say which hash they want: there is no choice.
PRESCRIBED = ("pwned", "digest_auth", "mysql_native", "scram", "hibp", "ntlm", "gravatar", "auth_plugin")
PRESCRIBED += ("bcrypt", "argon2")  # a digest in front of the slow one, which takes 72 bytes


class WeakPasswordHash(FileRule):
    message = "a password is hashed with {algorithm}, which is fast to guess"
    why = "`hashlib` is imported in the first example of hashing, and its result looks as random as any."
    instead = "Use `argon2-cffi`, `bcrypt`, or `hashlib.scrypt`, with a salt for each password."
    severity, confidence, family = Severity.HIGH, Confidence.HIGH, "security"
    cwe = (916, 327)
    evidence = ("E04",)
    security_severity = "7.5"
    roles = ("live",)

    @on_call(*FAST)
    def check(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        if not call.args or any(word in source.text.lower() for word in PRESCRIBED):
            return
        if "hasher" in shapes.words(source.scope.name):
            return  # one of a table of algorithms, named as such
        names = [
            node.id if isinstance(node, ast.Name) else node.attr
            for node in ast.walk(call.args[0])
            if isinstance(node, (ast.Name, ast.Attribute))
        ]
        if any(PASSWORD.search(name) for name in names):
            yield self.at(
                source,
                call,
                symbol=source.scope.name,
                algorithm=(source.resolve(call.func) or "").rpartition(".")[2],
            )
