"""The application answers to whatever host a request names.

Links in mails, such as the one that resets a password, are made with that host: the link then leads to
whoever sent the request.
"""

import ast
from collections.abc import Iterator

from scanner import shapes
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call, on_file


class AnyHostAllowed(FileRule):
    message = "the application answers to whatever host a request names"
    why = "`DisallowedHost` is the first error of a deployment, and `*` is the answer that always works."
    instead = "List the hosts that it is reached by."
    severity, confidence, family = Severity.LOW, Confidence.HIGH, "security"
    cwe = (346, 20)
    evidence = ("E28",)
    security_severity = "3.7"
    roles = ("live",)
    preview = True

    @on_file
    def of_django(self, source: Source) -> Iterator[Finding]:
        if "ALLOWED_HOSTS" not in source.text or shapes.is_for_another_stage(source.path):
            return
        if source.module_scope.bound.get("ALLOWED_HOSTS") != 1:
            return
        for node in source.tree.body:
            if shapes.sets(node, "ALLOWED_HOSTS") and _holds_star(node.value):
                yield self.at(source, node)

    @on_call("starlette.middleware.trustedhost.TrustedHostMiddleware", ".add_middleware")
    def of_starlette(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        named = [call.func, *call.args[:1]]
        if not any((source.resolve(node) or "").endswith("TrustedHostMiddleware") for node in named):
            return
        for one in call.keywords:
            if one.arg == "allowed_hosts" and _holds_star(one.value):
                yield self.at(source, call, symbol=source.scope.name)


def _holds_star(node: ast.expr) -> bool:
    return isinstance(node, (ast.List, ast.Tuple)) and any(
        isinstance(item, ast.Constant) and item.value == "*" for item in node.elts
    )
