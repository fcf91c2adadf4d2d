"""A webhook believes whatever is posted to it.

Its address is no secret: anybody can tell the application that an order was paid.
"""

import re
from collections.abc import Iterator

from scanner.lazily import regex
from scanner.relate.repository import Repository
from scanner.relate.routes import Endpoint
from scanner.rule import Confidence, Finding, RepositoryRule, Severity

WEBHOOK = regex(r"web_?-?hook", re.I)
# Routes that manage webhooks, rather than receive from one.
MANAGES = regex(
    r"^(create|update|delete|list|get|test|register|add|remove|set|edit|save|trigger|send|retry|fetch|show|"
    r"enable|disable|toggle|setup|configure|new|view|subscribe|manage|simulate|replay)_|"
    r"_(create|update|delete|list|settings|config|url|info|status|test|edit|add|list_view)$",
    re.I,
)


class WebhookWithoutSignature(RepositoryRule):
    message = "the webhook `{route}` believes whoever posts to it: nothing checks a signature or a secret"
    why = "The payload is all that the example needs; the signature comes in a later chapter of the manual."
    instead = "Verify the sender's signature over the raw body (`hmac.compare_digest`) before reading it."
    severity, confidence, family = Severity.HIGH, Confidence.MEDIUM, "security"
    cwe = (345, 347)
    evidence = ("E07",)
    security_severity = "7.5"
    preview = True
    whole = True

    def check(self, repository: Repository) -> Iterator[Finding]:
        for item in repository.web.endpoints:
            if item.auth or item.undecided or item.mounted is False or not _receives(item):
                continue
            if not {"signature", "denies"} & item.traits:
                yield self.at(item.path, item.place, item.name, route=item.paths[0])


def _receives(item: Endpoint) -> bool:
    if not {"POST", "*"} & set(item.route.methods) or MANAGES.search(item.name):
        return False
    last = [part for part in item.route.path.split("/") if part and part[0] not in "{<"]
    named = WEBHOOK.search(item.name) or (last and WEBHOOK.search(last[-1])) or "hook" in last
    return bool(named) and "payload" in item.traits
