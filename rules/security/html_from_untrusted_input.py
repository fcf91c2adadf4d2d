"""Text of a request becomes part of a page, and its tags are obeyed.

A link with a script in it then acts in the name of whoever opens it.
"""

import ast
import re
from collections.abc import Iterator

from scanner.lazily import regex
from scanner.rule import Confidence, Finding, Severity, Source, on_call
from scanner.taint.origins import REMOTE
from scanner.taint.rule import FlowRule, argument
from scanner.taint.sinks import wording
from scanner.taint.trace import Flow, Limits

MARKS = (
    "markupsafe.Markup",
    "flask.Markup",
    "django.utils.safestring.mark_safe",
    "django.utils.html.format_html",
)
PAGES = (
    "fastapi.responses.HTMLResponse",
    "starlette.responses.HTMLResponse",
    "django.http.HttpResponse",
    "django.http.response.HttpResponse",
    "flask.make_response",
    "flask.Response",
    "sanic.response.html",
    "quart.make_response",
)
ROUTES = (".route", ".get", ".post")
TAG = regex(r"<[a-zA-Z!/]")


class HtmlFromUntrustedInput(FlowRule):
    message = "text from {origin} becomes part of this page unescaped"
    why = "An f-string with tags is the shortest page; templates escape, f-strings do not."
    instead = "Render a template that escapes, or `html.escape(value)` what goes between the tags."
    severity, confidence, family = Severity.HIGH, Confidence.HIGH, "security"
    preview = True
    cwe = (79,)
    evidence = ("E04", "E05")
    security_severity = "7.1"
    kinds = REMOTE
    limits = Limits(
        stops=regex(
            r".*(?:escape|clean|bleach\.\w+|dumps|nh3\.\w+|render_template|urlencode|quote|linkify|format_html)$"
        )
    )

    @on_call(*MARKS)
    def declared_safe(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        use = source.parents.get(id(call))
        if isinstance(use, ast.Attribute) and use.attr in {"unescape", "striptags", "escape"}:
            return
        yield from self._in_page(source, call, argument(call, 0), lambda flow: True)

    @on_call(*PAGES)
    def answered(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        body = argument(call, 0, "content", "response", "body")
        if body is not None and not _has_other_type(source, call):
            yield from self._in_page(source, call, body, lambda flow: self._is_page(source, call, body, flow))

    @on_call(*ROUTES)
    def returned(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        if "flask" not in source.text:
            return
        view = source.parents.get(id(call))
        if not isinstance(view, (ast.FunctionDef, ast.AsyncFunctionDef)) or call not in view.decorator_list:
            return
        source.scope = source.scopes[id(view)]
        for node in ast.walk(view):
            page = node.value if isinstance(node, ast.Return) else None
            if isinstance(page, ast.Tuple) and page.elts:
                page = page.elts[0]
            is_text = isinstance(page, (ast.JoinedStr, ast.BinOp, ast.Call, ast.Name))
            if page is not None and is_text and TAG.search(wording(source, page, source.scope)):
                yield from self._in_page(source, page, page, lambda flow: not flow.whole)

    def _in_page(
        self, source: Source, at: ast.AST, node: ast.AST | None, wanted: object
    ) -> Iterator[Finding]:
        flow = self.flow(source, node, wanted)  # type: ignore[arg-type]
        if flow is not None:
            yield self.found(source, at, flow)

    def _is_page(self, source: Source, call: ast.Call, body: ast.expr, flow: Flow) -> bool:
        name = source.resolve(call.func) or ""
        return (not flow.whole and bool(TAG.search(wording(source, body, source.scope)))) or (
            flow.whole and name.startswith(("django.", "fastapi", "starlette", "sanic"))
        )


def _has_other_type(source: Source, call: ast.Call) -> bool:
    return any(
        keyword.arg in {"content_type", "mimetype", "media_type"}
        and not re.search("html", source.segment(keyword.value))
        for keyword in call.keywords
    )
