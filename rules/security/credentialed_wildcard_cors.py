"""Every website may call this API with the visitor's cookies.

A wildcard origin with credentials makes the middleware echo whatever origin asks, so that the browser's
protection is gone.
"""

import ast
from collections.abc import Iterator

from scanner import shapes
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call, on_file

MIDDLEWARE = ("fastapi.middleware.cors.CORSMiddleware", "starlette.middleware.cors.CORSMiddleware")

OPEN_SETTINGS = ("CORS_ALLOW_ALL_ORIGINS", "CORS_ORIGIN_ALLOW_ALL")
EVERYONE = ast.Constant("*")
# A condition with such a word is somebody's choice: `if settings.DEBUG`, `if ALLOW_REMOTE`.
CHOICES = frozenset("allow debug dev develop development local localhost insecure remote".split())


class CredentialedWildcardCors(FileRule):
    message = "every website may call this API with its visitor's credentials"
    why = "The wildcard and the credentials each silence a browser error, so quick starts set both."
    instead = "Name the origins that need credentials, or drop `allow_credentials` for a public API."
    severity, confidence, family = Severity.LOW, Confidence.HIGH, "security"
    preview = True
    cwe = (942,)
    evidence = ("P",)
    security_severity = "3.1"
    roles = ("live",)

    @on_call(
        ".add_middleware", "starlette.middleware.Middleware", "fastapi.middleware.Middleware", *MIDDLEWARE
    )
    def check(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        origins = EVERYONE if _matches_all(given.get("allow_origin_regex")) else given.get("allow_origins")
        yield from self._found(source, call, origins, given.get("allow_credentials"))

    @on_call("flask_cors.CORS", "flask_cors.cross_origin")
    def of_flask(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        # Whoever names no origins, nor resources with origins of their own, means all of them.
        named = {"origins", "resources", None} & set(given) or len(call.args) > 1
        origins = given.get("origins") if named else EVERYONE
        yield from self._found(source, call, origins, given.get("supports_credentials"))

    @on_file
    def of_django(self, source: Source) -> Iterator[Finding]:
        if "CORS_ALLOW_CREDENTIALS" not in source.text or shapes.is_for_another_stage(source.path):
            return
        given = {
            name: node
            for node in source.tree.body
            for name in (*OPEN_SETTINGS, "CORS_ALLOW_CREDENTIALS")
            if shapes.sets(node, name) and _is_true(node.value)
        }
        opened = [node for name, node in given.items() if name in OPEN_SETTINGS]
        if opened and "CORS_ALLOW_CREDENTIALS" in given:
            yield self.at(source, opened[0])

    def _found(
        self, source: Source, call: ast.Call, origins: ast.expr | None, credentials: ast.expr | None
    ) -> Iterator[Finding]:
        if _is_wildcard(origins) and _is_true(credentials) and not _is_chosen(source, call):
            yield self.at(source, call, symbol=source.scope.name)


def _is_chosen(source: Source, call: ast.Call) -> bool:
    """Is it done only where a setting of that name asks for it?"""
    return any(
        isinstance(one, ast.If) and shapes.words(source.segment(one.test)) & CHOICES
        for one in source.ancestors(call)
    )


def _matches_all(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value in {".*", "^.*$", "https?://.*", r"https?:\/\/.*"}


def _is_wildcard(node: ast.expr | None) -> bool:
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return any(_is_wildcard(item) for item in node.elts)
    return isinstance(node, ast.Constant) and node.value == "*"


def _is_true(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is True
