"""Passwords are kept as they were typed.

Whoever sees the table, a backup of it or one row in a log, has the passwords of everybody, for other places
too.
"""

import ast
import re
from collections.abc import Iterator

from scanner import shapes
from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call, on_file

PASSWORD = regex(r"^(?:password|passwd|pwd|user_password|plain_password)$", re.I)
WHOSE = regex(
    r"^(?:db_)?(?:user|account|member|customer|admin|row|record|existing|found|db_user|student|employee|owner|person)s?$|"
    r"_user$|^user_",
    re.I,
)
SENT = regex(
    r"^(?:form|payload|body|data|request|req|credentials|creds|login|args|params|input|user_in|login_data)$|_data$|_in$|request",
    re.I,
)
WORDS = ("passw", "Passw", "pwd")
COMPARED = regex(r"(?:passwd|password|pwd)[\"'\])]*\s*[!=]=|[!=]=[^\n=]{0,60}(?:passwd|password|pwd)")
HASHES = regex(r"hash|bcrypt|argon|scrypt|verify|crypt|pbkdf|digest|encode_pass", re.I)


class PlaintextPassword(FileRule):
    message = "the password is compared as it was typed, so it is kept as it was typed"
    why = "Comparing two texts is the shortest login, and works with the first user that one makes."
    instead = "Keep `argon2` or `bcrypt` hashes, and check with the library's own `verify`."
    severity, confidence, family = Severity.HIGH, Confidence.HIGH, "security"
    cwe = (256, 312)
    evidence = ("E06",)
    security_severity = "8.1"
    roles = ("live",)

    def concerns(self, source: Source) -> bool:
        return super().concerns(source) and any(map(source.mentions, WORDS))

    @on_file
    def compared(self, source: Source) -> Iterator[Finding]:
        for node in shapes.comparisons(source, COMPARED):
            sides = (node.left, node.comparators[0])
            for kept, given in (sides, sides[::-1]):
                if (
                    _is_kept(source, kept)
                    and _is_given(source, given)
                    and not self._is_hashed(source, node, given)
                ):
                    yield self.at(source, node)
                    break

    @on_call(".filter_by", ".find_one")
    def looked_up(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        pairs = [(one.arg, one.value) for one in call.keywords]
        if call.args and isinstance(call.args[0], ast.Dict):
            pairs += [
                (source.constant(key), value)
                for key, value in zip(call.args[0].keys, call.args[0].values, strict=True)
            ]
        for name, value in pairs if len(pairs) > 1 else ():
            given = isinstance(name, str) and PASSWORD.match(name) and _is_given(source, value)
            if given and not self._is_hashed(source, call, value):
                yield self.at(source, call, symbol=source.scope.name)

    def _is_hashed(self, source: Source, node: ast.AST, given: ast.expr) -> bool:
        """Was the given one hashed before it is compared?"""
        if not isinstance(given, ast.Name):
            return False
        function = source.function_of(node)
        return function is not None and bool(HASHES.search(source.segment(function)))


def _is_kept(source: Source, node: ast.expr) -> bool:
    """`user.password`, `user["password"]`, `users[name]["password"]`, `User.password`."""
    if isinstance(node, ast.Attribute):
        return bool(PASSWORD.match(node.attr)) and bool(WHOSE.search(_name(node.value)))
    if isinstance(node, ast.Subscript):
        key = source.constant(node.slice)
        return isinstance(key, str) and bool(PASSWORD.match(key)) and bool(WHOSE.search(_name(node.value)))
    return False


def _is_given(source: Source, node: ast.expr) -> bool:
    """`password`, `form.password`, `request.form["password"]`."""
    if isinstance(node, ast.Name):
        return bool(PASSWORD.match(node.id))
    if isinstance(node, ast.Attribute):
        return bool(PASSWORD.match(node.attr)) and bool(SENT.search(_name(node.value)))
    if isinstance(node, ast.Subscript):
        key = source.constant(node.slice)
        return isinstance(key, str) and bool(PASSWORD.match(key)) and bool(SENT.search(_name(node.value)))
    return False


def _name(node: ast.expr) -> str:
    while isinstance(node, (ast.Subscript, ast.Call)):
        node = node.value if isinstance(node, ast.Subscript) else node.func
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
