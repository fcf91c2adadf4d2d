"""A password is sent over a connection that nobody has encrypted.

Everybody on the way reads it: the café's network, the provider, the data centre.
"""

import ast
import re
from collections.abc import Iterator

from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call

LOCAL = regex(r"localhost|127\.0\.0\.1|mailhog|mailpit|::1|0\.0\.0\.0")
VERBS = ("get", "post", "put", "patch", "delete", "request")
CALLS = tuple(f"{module}.{verb}" for module in ("requests", "httpx") for verb in VERBS)


class LoginInClear(FileRule):
    message = "the password is sent {how}"
    why = "The plain protocol needs one line less, and the example works with it."
    instead = "Encrypt first: `starttls()`, `SMTP_SSL`, `FTP_TLS`, ssh, `https://`."
    severity, confidence, family = Severity.MEDIUM, Confidence.HIGH, "security"
    cwe = (319, 523)
    evidence = ("P",)
    security_severity = "5.9"
    roles = ("live",)
    preview = True

    @on_call("smtplib.SMTP().login")
    def by_mail(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        if "starttls" not in source.text and not LOCAL.search(source.text):
            yield self.at(source, call, symbol=source.scope.name, how="to the mail server in clear")

    @on_call("ftplib.FTP().login")
    def by_ftp(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        given = [*call.args, *(one.value for one in call.keywords)]
        if given and source.constant(given[0]) not in {"", "anonymous", "ftp"}:
            yield self.at(source, call, symbol=source.scope.name, how="by FTP, in clear")

    @on_call("ftplib.FTP")
    def at_once(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        user = next((one.value for one in call.keywords if one.arg == "user"), None)
        user = user or (call.args[1] if len(call.args) > 2 else None)
        if user is not None and source.constant(user) not in {"", "anonymous", "ftp"}:
            yield self.at(source, call, symbol=source.scope.name, how="by FTP, in clear")

    @on_call("telnetlib.Telnet")
    def by_telnet(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        if re.search(r"passw", source.text, re.I) and not LOCAL.search(source.segment(call)):
            yield self.at(source, call, symbol=source.scope.name, how="by telnet, in clear")

    @on_call(*CALLS)
    def by_http(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        auth = next((one.value for one in call.keywords if one.arg == "auth"), None)
        if auth is None or (isinstance(auth, ast.Constant) and auth.value is None):
            return
        url = next((one for one in call.args if _starts_plain(source, one)), None)
        if url is not None:
            yield self.at(source, call, symbol=source.scope.name, how="over plain HTTP")


def _starts_plain(source: Source, node: ast.expr) -> bool:
    if isinstance(node, ast.JoinedStr) and node.values:
        node = node.values[0]
    value = source.constant(node)
    if not isinstance(value, str) or not value.startswith("http://"):
        return False
    return len(value) > len("http://") and not LOCAL.search(value) and "." in value
