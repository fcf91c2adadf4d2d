"""A WebSocket that accepts everybody, in an application whose other routes ask who it is.

Middleware and dependencies that guard HTTP routes do not run for a socket by themselves.
"""

import re
from collections.abc import Iterator

from scanner.lazily import regex
from scanner.relate.repository import Repository
from scanner.rule import Confidence, Finding, RepositoryRule, Severity

PUBLIC = regex(r"public|health|ping|echo|status|demo|test|search|catalog|product|price|ticker|quote", re.I)
MIN_SHARE = 0.3  # of the HTTP routes: where fewer are guarded, being open is the rule


class UnguardedWebsocket(RepositoryRule):
    message = "the WebSocket `{route}` accepts everybody, while the application's other routes ask who it is"
    why = "The example in the framework's documentation accepts the socket in its first line."
    instead = "Check the token or the session before `accept()`, and close with 1008 where it does not hold."
    severity, confidence, family = Severity.HIGH, Confidence.MEDIUM, "security"
    cwe = (306, 862)
    evidence = ("E07",)
    security_severity = "7.5"
    preview = True
    whole = True

    def check(self, repository: Repository) -> Iterator[Finding]:
        endpoints = repository.web.endpoints
        others = [item for item in endpoints if not item.route.websocket]
        guarded = [item for item in others if item.auth]
        if not guarded or len(guarded) < MIN_SHARE * len(others):
            return
        for item in endpoints:
            if not item.route.websocket or item.auth or item.undecided or item.mounted is False:
                continue
            if {"auth", "denies", "user", "owner"} & item.traits or PUBLIC.search(" ".join(item.paths)):
                continue
            yield self.at(item.path, item.place, item.name, route=item.paths[0])
