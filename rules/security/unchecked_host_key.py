"""ssh is told to believe whatever host answers.

The first thing that is sent may be a password, a key to forward, or a deployment.
"""

import ast
import re
from collections.abc import Iterator

from scanner import shapes
from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call, on_file

OPTION = regex(r"StrictHostKeyChecking[= ](?:no|off)\b")
CHOICE = regex(r"host_?key|insecure|strict|known_hosts|verify", re.I)
LOCAL = regex(r"localhost|127\.0\.0\.1|vagrant|qemu|\bvm\b|::1", re.I)


class UncheckedHostKey(FileRule):
    message = "ssh believes whatever host answers"
    why = "A question about a fingerprint blocks a script, and this option is the first answer to it."
    instead = "Bring the host's key along (`UserKnownHostsFile=…`), or use `accept-new`."
    severity, confidence, family = Severity.MEDIUM, Confidence.HIGH, "security"
    cwe = (322, 295)
    evidence = ("P",)
    security_severity = "5.9"
    roles = ("live",)
    preview = True

    @on_file
    def option(self, source: Source) -> Iterator[Finding]:
        if "StrictHostKeyChecking" not in source.text:
            return
        for node in source.nodes:
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and OPTION.search(node.value[:1000])
            ):
                if "\n\n" in node.value:  # a page of documentation
                    continue
                statement = _statement(source, node)
                if statement is not None and not LOCAL.search(source.segment(statement)):
                    yield self.at(source, node)

    @on_call("asyncssh.connect", "asyncssh.create_connection")
    def no_known_hosts(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        for one in call.keywords:
            none = isinstance(one.value, ast.Constant) and one.value.value is None
            if one.arg == "known_hosts" and none and not LOCAL.search(source.segment(call)):
                yield self.at(source, one, symbol=source.scope.name)


def _statement(source: Source, node: ast.AST) -> ast.stmt | None:
    """The statement that an option stands in; None where it is only talked about."""
    for around in source.ancestors(node):
        if isinstance(around, ast.Call) and (shapes.is_talk(around) or shapes.last_name(around) == "compile"):
            return None
        if isinstance(around, ast.Compare):
            return None
        if isinstance(around, ast.IfExp) and CHOICE.search(source.segment(around.test)):
            return None
        if isinstance(around, ast.stmt):
            said = isinstance(around, ast.Expr) and around.value is node
            return None if said or _is_chosen(source, around) else around
    return None


def _is_chosen(source: Source, statement: ast.stmt) -> bool:
    """Under a condition that names it, it is an option of whoever runs the program."""
    return any(
        isinstance(around, ast.If) and CHOICE.search(source.segment(around.test))
        for around in source.ancestors(statement)
    )
