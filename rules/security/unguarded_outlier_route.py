"""A route that changes something asks nobody who they are, while its siblings do.

On a router where every other route names its guard, the one without it was forgotten, not decided.
"""

import re
from collections.abc import Iterator, Sequence

from scanner.finding import Location, Related
from scanner.lazily import regex
from scanner.relate.repository import Repository
from scanner.relate.routes import Endpoint, unmarked
from scanner.rule import Confidence, Finding, RepositoryRule, Severity

# Routes that strangers are meant to reach.
PUBLIC = regex(
    r"log_?(in|out)|sign_?(in|up|out)|regist|token|refresh|reset|forgot|hook|callback|health|public|contact|"
    r"verif|oauth|auth|sso|csrf|status|ping|track|subscri|search|preview|validate|feedback|session|invit|setup|"
    r"install|onboard|share|consent|beacon|analytics|report|csp|confirm|activate|password|guest|anonym|test|"
    r"debug|init|cart|basket|wishlist|checkout|(^|[/_-])(views?|viewed|vote|like|rate|play|count)($|[/_-])|language|theme|locale|cookie|newsletter|heartbeat|metric",
    re.I,
)
CHANGES = regex(
    r"^(post|put|patch|a?create|a?update|a?delete|remove|add|set|edit|upload|save|toggle|import|clear|purge|move|"
    r"rename|publish|archive|restore|assign|approve|reject|cancel|destroy|insert|write|replace|bulk|drop|discard|close)(_|$)"
)
MAX_SHARE = 0.3
MIN_GUARDED = 2


class UnguardedOutlierRoute(RepositoryRule):
    message = "`{route}` changes something and has no guard, unlike its siblings, which have `{guard}`"
    why = "Agents add a route at the end of a file, from its function, without the decorator of the others."
    instead = "Give it `{guard}`, or say in the code that it is public on purpose."
    severity, confidence, family = Severity.HIGH, Confidence.MEDIUM, "security"
    preview = True
    cwe = (862, 306)
    evidence = ("E06", "E07", "E19")
    security_severity = "8.1"
    whole = True

    def check(self, repository: Repository) -> Iterator[Finding]:
        web = repository.web
        groups: dict[str, list[Endpoint]] = {}
        for item in web.endpoints:
            if not item.route.websocket and item.mounted is not False and (item.auth or _changes(item)):
                key = item.facts.path if item.route.framework == "django" else item.route.router
                groups.setdefault(f"{item.facts.path} {key}", []).append(item)
        for group in groups.values():
            guarded = [item for item in group if item.auth]
            open_ = [item for item in group if not item.auth]
            if len(guarded) < MIN_GUARDED or len(open_) > MAX_SHARE * len(group):
                continue
            for item in open_:
                if not item.undecided and _forgotten(item):
                    yield self._finding(item, guarded, web.is_auth)

    def _finding(self, item: Endpoint, guarded: Sequence[Endpoint], is_auth: object) -> Finding:
        sibling = guarded[0]
        names = [name for name in sibling.guards if is_auth(name)]  # type: ignore[operator]
        guard = unmarked(names[0] if names else "a guard").rpartition(".")[2]
        place = Location(sibling.path, *sibling.place)
        method = "" if "*" in item.route.methods else f"{item.route.methods[0]} "
        return self.at(
            item.path,
            item.place,
            item.name,
            related=(Related(place, f"a sibling with `{guard}`"),),
            route=f"{method}{item.paths[0]}",
            guard=guard,
        )


def _changes(item: Endpoint) -> bool:
    if item.route.framework == "django":
        if any(name.endswith((".require_GET", ".require_safe")) for name in item.guards):
            return False
        writes = "mutates" in item.traits and CHANGES.match(item.name)
        return item.handler.endswith("ViewSet") or "payload" in item.traits or bool(writes)
    if not item.unsafe:
        return False
    methods = set(item.route.methods)
    return (
        bool(methods & {"DELETE", "PUT", "PATCH"})
        or "mutates" in item.traits
        or bool(CHANGES.match(item.name))
    )


def _forgotten(item: Endpoint) -> bool:
    if PUBLIC.search(item.name) or any(PUBLIC.search(path) for path in item.paths):
        return False
    return not {"auth", "denies", "signature"} & item.traits
