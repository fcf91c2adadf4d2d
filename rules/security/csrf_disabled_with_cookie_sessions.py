"""The session is a cookie, and nothing tells a form of ours from one of another site.

A page elsewhere can post in the name of whoever is signed in.
"""

import ast
import re
from collections.abc import Iterator

from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call, on_file

SESSIONS = "django.contrib.sessions.middleware.SessionMiddleware"
CSRF = regex(r"csrf", re.I)
SIGNED_IN = frozenset(
    [
        "django.contrib.auth.decorators.login_required",
        "django.contrib.auth.decorators.permission_required",
        "django.contrib.admin.views.decorators.staff_member_required",
    ]
)
OTHER_STAGE = regex(r"test|develop|debug|local", re.I)


class CsrfDisabledWithCookieSessions(FileRule):
    message = "{what}: another site can post in the name of whoever is signed in"
    why = "A failing request is fixed fastest by switching off what rejects it."
    instead = (
        "Keep the protection on, and send the token with the request; exempt only routes without a session."
    )
    severity, confidence, family = Severity.MEDIUM, Confidence.HIGH, "security"
    preview = True
    cwe = (352,)
    evidence = ("E06",)
    security_severity = "6.5"
    roles = ("live",)

    @on_call("starlette.middleware.sessions.SessionMiddleware", ".add_middleware")
    def cookie_for_every_site(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        named = [call.func, *call.args[:1]]
        if not any((source.resolve(node) or "").endswith("sessions.SessionMiddleware") for node in named):
            return
        for one in call.keywords:
            if one.arg == "same_site" and str(source.constant(one.value)).lower() == "none":
                yield self.at(
                    source, call, what='the session cookie is sent along from every site (`same_site="none"`)'
                )

    @on_file
    def check(self, source: Source) -> Iterator[Finding]:
        if "WTF_CSRF_ENABLED" in source.text:
            yield from self._switched_off(source)
        if SESSIONS in source.text:
            yield from self._left_out(source)
        if "csrf_exempt" in source.text and "_required" in source.text:
            yield from self._exempt(source)

    def _switched_off(self, source: Source) -> Iterator[Finding]:
        for node in source.nodes:
            name, value = _setting(node, source)
            if name == "WTF_CSRF_ENABLED" and isinstance(value, ast.Constant) and value.value is False:
                around = source.symbol(value)
                if not OTHER_STAGE.search(around) and not _conditional(source, value):
                    yield self.at(
                        source,
                        node if isinstance(node, ast.keyword) else value,
                        what="`WTF_CSRF_ENABLED` is off",
                    )

    def _left_out(self, source: Source) -> Iterator[Finding]:
        for node in source.tree.body:
            if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
                continue
            if node.targets[0].id != "MIDDLEWARE" or not isinstance(node.value, (ast.List, ast.Tuple)):
                continue
            names = [source.constant(item) for item in node.value.elts]
            if SESSIONS not in names or None in names or any(CSRF.search(str(name)) for name in names):
                continue
            if source.text.count("MIDDLEWARE") == source.text.count("MIDDLEWARE = "):  # nothing adds to it
                yield self.at(
                    source, node.targets[0], what="`MIDDLEWARE` has sessions and no `CsrfViewMiddleware`"
                )

    def _exempt(self, source: Source) -> Iterator[Finding]:
        for node in source.nodes:
            if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                continue
            names = {
                source.resolve(one.func if isinstance(one, ast.Call) else one) for one in node.decorator_list
            }
            if "django.views.decorators.csrf.csrf_exempt" in names and names & SIGNED_IN:
                yield self.at(
                    source, node, what=f"`{node.name}` needs a session and is exempt from the CSRF check"
                )


def _setting(node: ast.AST, source: Source) -> tuple[str, ast.expr | None]:
    """A name and what it is set to: a keyword, an assignment, `config["NAME"] = …`."""
    if isinstance(node, ast.keyword):
        return node.arg or "", node.value
    if not isinstance(node, ast.Assign):
        return "", None
    target = node.targets[0]
    if isinstance(target, ast.Subscript):
        return str(source.constant(target.slice)), node.value
    return getattr(target, "id", getattr(target, "attr", "")), node.value


def _conditional(source: Source, node: ast.AST) -> bool:
    """`if app.testing: …` sets it for tests only."""
    return any(isinstance(around, (ast.If, ast.IfExp)) for around in source.ancestors(node))
