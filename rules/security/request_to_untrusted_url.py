"""Whoever sends a request chooses the server that ours talks to.

From inside, the server reaches what nobody outside should: the cloud's metadata, databases, the
administrator's pages of the router.
"""

import ast
from collections.abc import Iterator

from scanner import shapes
from scanner.lazily import regex
from scanner.rule import Confidence, Finding, Severity, Source, on_call
from scanner.taint.guards import Guarding
from scanner.taint.rule import FlowRule, argument
from scanner.taint.sinks import URL_SINKS, leading
from scanner.taint.trace import Limits


class RequestToUntrustedUrl(FlowRule):
    message = "whoever sends {origin} chooses which server is asked"
    why = 'Fetching "the given URL" is one line, and the examples fetch public pages only.'
    instead = (
        "Compare the host with the ones that you mean (`urlparse(url).hostname in HOSTS`), or resolve it and "
        "refuse private, loopback and link-local addresses; do not follow redirects blindly."
    )
    severity, confidence, family = Severity.HIGH, Confidence.HIGH, "security"
    cwe = (918,)
    evidence = ("E06",)
    security_severity = "8.2"
    kinds = frozenset(["request", "message"])
    limits = Limits(
        guarding=Guarding(
            calls=regex(r"(?:is_public|is_private|is_internal|is_global|ssrf\w*|getaddrinfo|gethostbyname)$"),
            lookups=regex(r"(?:filter_by|filter|where|get_object_or_404|first_or_404)$"),
            derives=regex(
                r"(?:urlparse|urlsplit|URL|strip|lower|rstrip|str|gethostbyname|ip_address|getaddrinfo)$"
            ),
        )
    )

    @on_call(*URL_SINKS)
    def check(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        if "connection" in shapes.words(source.scope.name):
            return  # to test a connection is to go where the user says
        name = source.resolve(call.func) or ""
        first = 1 if name.endswith((".request", "httpx.stream")) else 0
        url = argument(call, first, "url")
        head = leading(source, url, source.scope)
        flow = self.flow(source, head, lambda flow: flow.whole)
        if flow is not None and url is not None:
            yield self.found(source, url, flow)
