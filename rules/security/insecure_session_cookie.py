"""A cookie that signs somebody in travels in clear, or can be read by any script of the page.

One plain request on an open network, or one injected script, is enough to take the session over.
"""

import ast
import re
from collections.abc import Iterator

from scanner import shapes
from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call, on_file

SETTINGS = {
    "SESSION_COOKIE_SECURE": "travels in clear",
    "SESSION_COOKIE_HTTPONLY": "can be read by any script of the page",
    "REMEMBER_COOKIE_HTTPONLY": "can be read by any script of the page",
}
SESSION = regex(
    r"^(?:session|session_id|sessionid|sid|auth|auth_token|access_token|refresh_token|token|jwt|id_token|"
    r"session_token|auth_session|remember_token|user_session|access|refresh)$",
    re.I,
)

OTHER_STAGES = frozenset("dev devel development local test testing tests ci debug base default".split())


class InsecureSessionCookie(FileRule):
    message = "the cookie `{cookie}`, which signs somebody in, {how}"
    why = "On the developer's machine there is no TLS, so the flag is in the way; elsewhere nobody misses it."
    instead = "Set `secure=True`, `httponly=True` and `samesite='lax'`."
    severity, confidence, family = Severity.MEDIUM, Confidence.HIGH, "security"
    cwe = (614, 1004)
    evidence = ("E06",)
    security_severity = "5.4"
    roles = ("live",)

    @on_call(".set_cookie")
    def set(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        given = {one.arg: one.value for one in call.keywords}
        name = source.constant(given.get("key") or given.get("name") or (call.args[0] if call.args else None))
        if (
            None in given
            or not isinstance(name, str)
            or not SESSION.match(name)
            or _is_deleted(source, given, call)
        ):
            return
        if len(call.args) > 2:  # the flags may stand among them
            return
        if _is_off(given.get("httponly")):
            yield self.at(
                source,
                call,
                symbol=source.scope.name,
                cookie=name,
                how="can be read by any script of the page",
            )
        elif _is_off(given.get("secure")):
            yield self.at(source, call, symbol=source.scope.name, cookie=name, how="travels in clear")

    @on_file
    def setting(self, source: Source) -> Iterator[Finding]:
        if not any(name in source.text for name in SETTINGS) or shapes.is_for_another_stage(source.path):
            return
        for node in source.nodes:
            for name, value, place in _settings(source, node):
                off = name in SETTINGS and isinstance(value, ast.Constant) and value.value is False
                if off and not _is_conditional(source, place):
                    cookie = name.partition("_")[0].lower()
                    yield self.at(source, place, cookie=cookie, how=SETTINGS[name])


def _is_off(value: ast.expr | None) -> bool:
    return value is None or (isinstance(value, ast.Constant) and not value.value)


def _is_deleted(source: Source, given: dict[str | None, ast.expr], call: ast.Call) -> bool:
    """An empty value, or one that expires at once, takes the cookie away."""
    value = given.get("value") or (call.args[1] if len(call.args) > 1 else None)
    if value is None or (isinstance(value, ast.Constant) and not value.value):
        return True
    return any(source.constant(given.get(name)) == 0 for name in ("max_age", "expires"))


def _settings(source: Source, node: ast.AST) -> Iterator[tuple[str, ast.expr, ast.AST]]:
    """Settings that are given a value: a name, `config["NAME"] = …`, `config.update(NAME=…)`."""
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"update", "from_mapping"}
    ):
        for one in node.keywords:
            yield one.arg or "", one.value, one
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and not _is_a_default(source):
        target = node.targets[0]
        name = (
            source.constant(target.slice) if isinstance(target, ast.Subscript) else getattr(target, "id", "")
        )
        yield str(name), node.value, node


def _is_a_default(source: Source) -> bool:
    """Does a framework say here what holds where nothing is set?"""
    return "INSTALLED_APPS" in source.text and "ROOT_URLCONF" not in source.text


def _is_conditional(source: Source, node: ast.AST) -> bool:
    """Under a condition, or in a class of settings for another stage."""
    return any(
        isinstance(around, (ast.If, ast.IfExp))
        or (isinstance(around, ast.ClassDef) and shapes.words(around.name) & OTHER_STAGES)
        for around in source.ancestors(node)
    )
