"""A request that waits for ever.

`requests` has no timeout of its own: a server that accepts and stays silent keeps this thread until
somebody restarts the process.
"""

import ast
from collections.abc import Iterator

from scanner import shapes
from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call

VERBS = ("get", "post", "put", "patch", "delete", "head", "options", "request")
CALLS = tuple(f"requests.{verb}" for verb in VERBS)
# Somebody sits in front of these, and presses Ctrl-C.
BY_HAND = frozenset(
    "script scripts bin misc release releases maintenance benchmark benchmarks demo demos notebooks cli "
    "setup install".split()
)
LOCAL = regex(r"//(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])")


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
        if not _serves(source) or _is_local(source, call):
            return
        yield self.at(source, call, symbol=source.scope.name, call=source.resolve(call.func) or "requests")


def _serves(source: Source) -> bool:
    """In a function that others call. Inside a coroutine `blocking-call-in-async` has the word."""
    function = source.scope.node
    if not isinstance(function, ast.FunctionDef) or shapes.words(source.path) & BY_HAND:
        return False
    if shapes.is_left_behind(source.path):
        return False
    if any(_calls(statement, function.name) for statement in source.tree.body):
        return False  # a script that runs from top to bottom
    called = bool(function.decorator_list) or "." in source.scope.name
    return called or "__main__" not in source.text


def _calls(statement: ast.stmt, name: str) -> bool:
    call = getattr(statement, "value", None)
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == name


def _is_local(source: Source, call: ast.Call) -> bool:
    """A server on this machine that the code names: by hand, or a model that may take its minutes."""
    addresses = [*call.args[:2], *(keyword.value for keyword in call.keywords if keyword.arg == "url")]
    parts = [
        source.constant(node)
        for address in addresses
        for node in ast.walk(address)
        if isinstance(node, (ast.Constant, ast.Name, ast.Attribute))
    ]
    return any(isinstance(part, str) and LOCAL.search(part) for part in parts)
