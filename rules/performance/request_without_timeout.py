"""A request that waits for ever.

`requests` has no timeout of its own: a server that accepts and stays silent keeps this thread until
somebody restarts the process.
"""

import ast
from collections.abc import Iterator

from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call

VERBS = ("get", "post", "put", "patch", "delete", "head", "options", "request")
CALLS = tuple(f"requests.{verb}" for verb in VERBS)


class RequestWithoutTimeout(FileRule):
    message = "`{call}` waits for ever when the server stays silent"
    why = "The first example of every tutorial has no timeout."
    instead = "Say how long: `timeout=(3, 30)` for connecting and reading."
    severity, confidence, family = Severity.MEDIUM, Confidence.MEDIUM, "performance"
    cwe = (400,)
    evidence = ("E04",)
    roles = ("live",)

    @on_call(*CALLS)
    def check(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        if any(keyword.arg in {"timeout", None} for keyword in call.keywords):
            return
        if any(isinstance(arg, ast.Starred) for arg in call.args) or source.path.startswith("requests/"):
            return
        yield self.at(source, call, symbol=source.scope.name, call=source.resolve(call.func) or "requests")
