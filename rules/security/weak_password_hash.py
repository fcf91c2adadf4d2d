"""A password is hashed with a function made to be fast.

A graphics card tries billions of SHA-256 a second; what is slow on purpose (argon2, scrypt, bcrypt,
PBKDF2) it tries a few thousand times.
"""

import ast
import re
from collections.abc import Iterator

from scanner import shapes
from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call

PASSWORD = regex(r"(?:^|_)(?:password|passwd|passphrase|pwd)(?:$|_|\d)|password$", re.I)
FAST = tuple(
    f"hashlib.{name}" for name in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_256")
)
# Protocols that say which hash they want: there is no choice.
PRESCRIBED = ("pwned", "digest_auth", "mysql_native", "scram", "hibp", "ntlm", "gravatar", "auth_plugin")
PRESCRIBED += ("bcrypt", "argon2")  # a digest in front of the slow one, which takes 72 bytes
# What is asked for by the name of the function or of the variable: no store of passwords.
OTHER_USE = frozenset("cache cached key fingerprint etag signature checksum dedup memo token nonce".split())
# Who hashes for a store or a login: the function's name, the variable, or a comparison says so.
STORES = frozenset(
    "hash hashed digest login verify check password passwd pwd register signup authenticate auth credentials "
    "user admin".split()
)
CHALLENGE = regex(r"challenge|(?:^|_)(?:nonce|cnonce|scramble|realm)(?:$|_)", re.I)
SENDS = regex(r"\b(?:requests|httpx|session|client|aiohttp|http)\.(?:post|get|put|request)\b")


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
        if any(PASSWORD.search(name) for name in names) and _is_for_a_store(source, call):
            if shapes.is_python_2(source) or _answers_a_challenge(source, names):
                return
            yield self.at(
                source,
                call,
                symbol=source.scope.name,
                algorithm=(source.resolve(call.func) or "").rpartition(".")[2],
            )


def _answers_a_challenge(source: Source, names: list[str]) -> bool:
    """Does the other end send something new each time, to be hashed with the password? Then its protocol
    says how."""
    said = [*names, source.scope.name]
    return any(CHALLENGE.search(name) for name in said)


def _is_for_a_store(source: Source, call: ast.Call) -> bool:
    """Is the digest what is kept or compared? Not a cache's key, nor what another service's protocol wants
    to be sent."""
    words = shapes.words(source.scope.name.rpartition(".")[2])
    for around in source.ancestors(call):
        if isinstance(around, ast.Compare):
            return True
        if isinstance(around, ast.Dict) and SENDS.search(source.text):
            return False  # a login that another service is sent
        if isinstance(around, ast.Assign):
            words |= shapes.words(source.segment(around.targets[0]))
        if isinstance(around, ast.stmt):
            break
    if words & OTHER_USE or not words & STORES:
        return False
    function = source.function_of(call)
    return function is None or not SENDS.search(source.segment(function))
