"""Whoever writes the link chooses where our redirect leads.

The link shows our name and ends on somebody else's page, which looks like ours and asks for the password.
"""

import ast
import re
from collections.abc import Iterator

from scanner.lazily import regex
from scanner.rule import Confidence, Finding, Severity, Source, on_call
from scanner.taint.guards import Guarding
from scanner.taint.rule import FlowRule, argument
from scanner.taint.sinks import leading
from scanner.taint.trace import Flow, Limits


class RedirectToUntrustedUrl(FlowRule):
    message = "whoever sends {origin} chooses where this redirect leads"
    why = '`redirect(request.args.get("next"))` is how every example comes back after the login.'
    instead = (
        "Redirect to paths of your own only: refuse what has a scheme or a host "
        '(`url_has_allowed_host_and_scheme`, `urlparse(target).netloc == ""`, and no `//` at its head).'
    )
    severity, confidence, family = Severity.MEDIUM, Confidence.HIGH, "security"
    cwe = (601,)
    security_severity = "6.1"
    kinds = frozenset(["request"])
    limits = Limits(
        stops=regex(r".*(?:url_for|reverse)$"),
        guarding=Guarding(
            calls=regex(r"(?:startswith|is_safe\w*|\w*_safe\w*)$"),
            derives=regex(r"(?:urlparse|urlsplit|URL|strip|lower|str|unquote|replace|url_parse|urljoin)$"),
        ),
    )

    @on_call(
        "flask.redirect",
        "flask.helpers.redirect",
        "quart.redirect",
        "werkzeug.utils.redirect",
        "django.shortcuts.redirect",
        "django.http.HttpResponseRedirect",
        "django.http.HttpResponsePermanentRedirect",
        "fastapi.responses.RedirectResponse",
        "starlette.responses.RedirectResponse",
    )
    def check(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        target = argument(call, 0, "location", "to", "url", "redirect_to")
        flow = self.flow(
            source, leading(source, target, source.scope), lambda flow: flow.whole and _in_link(source, flow)
        )
        if flow is not None and target is not None:
            yield self.found(source, target, flow)


def _in_link(source: Source, flow: Flow) -> bool:
    """Can a link alone bring it? A field of a form needs a page of ours around it; but `next` is what links
    to a login hold, and forms hand on."""
    text = source.segment(_around(source, flow.origin.node))
    if re.search(r"(?i)referr?er", text):
        return False  # back to where the visitor came from
    return (
        re.search(r"\b(?:form|POST|json|get_json|data)\b", text) is None
        or re.search(r"[\"']next[\"']", text) is not None
    )


def _around(source: Source, node: ast.AST) -> ast.AST:
    """`request.form.get("next")` of `request.form`."""
    while isinstance(source.parents.get(id(node)), (ast.Attribute, ast.Call, ast.Subscript)):
        parent = source.parents[id(node)]
        if isinstance(parent, ast.Call) and parent.func is not node:
            break
        node = parent
    return node
