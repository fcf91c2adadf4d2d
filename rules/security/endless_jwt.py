"""A token is signed that never expires.

Once it leaks, from a log or a browser, it opens the door for ever: there is nothing to wait for.
"""

import ast
from collections.abc import Iterator

from scanner import shapes
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call

WHO = frozenset(["sub", "user_id", "userid", "user", "username", "email", "id", "uid", "role", "is_admin"])


class EndlessJwt(FileRule):
    message = "this token of a user never expires"
    why = "The shortest example signs the name alone, and a session that never ends is never in the way."
    instead = (
        "Add `exp`, an hour or less for what a browser holds, and renew with a token that you can revoke."
    )
    severity, confidence, family = Severity.MEDIUM, Confidence.HIGH, "security"
    cwe = (613,)
    evidence = ("E07",)
    security_severity = "5.4"
    roles = ("live",)

    @on_call("jwt.encode", "jose.jwt.encode")
    def check(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        payload = call.args[0] if call.args else None
        name = ""
        if isinstance(payload, ast.Name):
            name = payload.id
            binder = source.scope.binder(name)
            payload = binder.assigned.get(name) if binder and binder.bound.get(name) == 1 else None
        keys = _keys(source, payload)
        if keys & WHO and not keys & {"exp", "?"} and not _added_later(source, name):
            yield self.at(source, call, symbol=source.scope.name)


def _keys(source: Source, payload: ast.expr | None) -> set[object]:
    """The keys of a dict literal; `?` for one that cannot be read."""
    if not isinstance(payload, ast.Dict):
        return {"?"}
    return {"?" if key is None else source.constant(key) or "?" for key in payload.keys}


def _added_later(source: Source, name: str) -> bool:
    """`payload["exp"] = …`, `payload.update(…)`, or handed to somebody who may add it."""
    if not name:
        return False
    for node in shapes.own_nodes(getattr(source.scope.node, "body", [])):
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            if isinstance(node.value, ast.Name) and node.value.id == name:
                return True
        elif isinstance(node, ast.Call) and shapes.last_name(node) != "encode":
            held = node.func.value if isinstance(node.func, ast.Attribute) else None
            if any(isinstance(one, ast.Name) and one.id == name for one in [held, *node.args]):
                return True
    return False
