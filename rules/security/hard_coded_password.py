"""A password that stands in the code opens the door.

It is the same in every installation, it cannot be changed, and everybody who has the source knows it.
"""

import ast
import re
from collections.abc import Iterator

from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call, on_file

PASSWORD = regex(
    r"^(?:(?:admin|user|input|entered|given|master|login|site|access|app|plain|submitted|provided|raw)_?)?"
    r"(?:password|passwd|passphrase|pwd|passcode)$",
    re.I,
)
SENT = regex(r"(?:^|[._])(?:form|payload|body|data|request|req|credentials|creds|login|args|params|st)$")
SHOWN = regex(
    r"^(?:password|passwd|none|null|undefined|changed|unchanged|hidden|redacted|secret|\*+|•+|x+|-+|\?+)$|^[<{$]",
    re.I,
)
CONNECTS = (
    "psycopg2.connect",
    "psycopg.connect",
    "asyncpg.connect",
    "asyncpg.create_pool",
    "pymysql.connect",
    "mysql.connector.connect",
    "MySQLdb.connect",
    "redis.Redis",
    "redis.StrictRedis",
    "aiomysql.create_pool",
)
CREATES = (".create_superuser",)
LOCAL = regex(r"^(?:localhost|127\.0\.0\.1|::1|/.*)?$")


class HardCodedPassword(FileRule):
    message = "{what}"
    why = "A literal lets the example run at once, and nobody comes back to take it out."
    instead = (
        "Keep a slow hash of it, or read it from the environment; a committed password has to be changed."
    )
    severity, confidence, family = Severity.HIGH, Confidence.HIGH, "security"
    cwe = (798, 259)
    evidence = ("E20",)
    security_severity = "8.1"
    roles = ("live",)
    preview = True

    @on_file
    def compared(self, source: Source) -> Iterator[Finding]:
        if not re.search(r"(?:pass\w*|pwd)[\"'\])]*\s*[!=]=\s*[\"']", source.text, re.I):
            return
        for node in source.nodes:
            if (
                not isinstance(node, ast.Compare)
                or len(node.ops) != 1
                or not isinstance(node.ops[0], (ast.Eq, ast.NotEq))
            ):
                continue
            left, right = node.left, node.comparators[0]
            if isinstance(left, ast.Constant):
                left, right = right, left
            if _is_password(source, left) and _is_literal(right):
                yield self.at(
                    source, node, secret=right, what="a password that stands in the code opens this"
                )

    @on_call(*CONNECTS)
    def connects(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        given = {one.arg: one.value for one in call.keywords}
        password = given.get("password") or given.get("passwd")
        host = source.constant(given.get("host"))
        if (
            isinstance(password, ast.Constant)
            and _is_literal(password)
            and isinstance(host, str)
            and not LOCAL.match(host)
        ):
            yield self.at(
                source,
                call,
                symbol=source.scope.name,
                secret=password,
                what="the password of a server stands in the code",
            )

    @on_call(*CREATES)
    def creates(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        given = next((one.value for one in call.keywords if one.arg == "password"), None)
        password = given or (call.args[2] if len(call.args) > 2 else None)
        if isinstance(password, ast.Constant) and _is_literal(password):
            yield self.at(
                source,
                call,
                symbol=source.scope.name,
                secret=password,
                what="an administrator is made with a password that stands in the code",
            )


def _is_password(source: Source, node: ast.expr) -> bool:
    """`password`, `form.password`, `request.form["password"]`, `data.get("password")`."""
    if isinstance(node, ast.Await):
        node = node.value
    if isinstance(node, ast.Name):
        return bool(PASSWORD.match(node.id))
    if isinstance(node, ast.Attribute):
        return bool(PASSWORD.match(node.attr)) and bool(SENT.search(source.segment(node.value)))
    key: object = None
    if isinstance(node, ast.Subscript):
        key = source.constant(node.slice)
    elif (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "get"
        and node.args
    ):
        key = source.constant(node.args[0])
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "strip":
        return _is_password(source, node.func.value)
    return isinstance(key, str) and bool(PASSWORD.match(key))


def _is_literal(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and len(node.value) > 2
        and " " not in node.value
        and not SHOWN.search(node.value)
    )
