"""A login, or a password reset, can be tried as often as one likes.

Passwords and one-time codes are short; only a limit on attempts makes guessing slow.
"""

import re
from collections.abc import Iterator

from scanner.lazily import regex
from scanner.relate.repository import Repository
from scanner.relate.routes import Endpoint
from scanner.rule import Confidence, Finding, RepositoryRule, Severity

LOGIN = regex(
    r"log_?-?in|sign_?-?in|^(access[-_]?|obtain[-_]?|get[-_]?)?token$|authenticate|^auth$|otp", re.I
)
# Asking for a reset; who holds the long token of the mail need not be slowed down.
RESET = regex(
    r"forgot|(request|send|start|initiate)[-_]?(a[-_])?(password[-_]?)?reset|reset[-_]?(password[-_]?)?request|"
    r"(recover[-_]?password|password[-_]?recover)|^password[-_]reset$",
    re.I,
)
CHECKS = regex(
    r"(^|[._])(authenticate|check_password\w*|verify_password|checkpw|login_user|authenticate_user)$"
)
LIMITS = regex(r"limit|throttl|attempt|lock_?out|captcha", re.I)


class UnthrottledLogin(RepositoryRule):
    message = "`{route}` can be called without limit: nothing slows down who {does}"
    why = "A limit is no part of what a login does when it works, and no demonstration tries it twice."
    instead = "Limit attempts by address and by account, with the framework's limiter or in the handler."
    severity, confidence, family = Severity.MEDIUM, Confidence.MEDIUM, "security"
    cwe = (307, 770)
    evidence = ("E06", "E07")
    security_severity = "5.3"
    whole = True

    def check(self, repository: Repository) -> Iterator[Finding]:
        for item in repository.web.endpoints:
            if (
                item.own
                or item.limited
                or item.mounted is not True
                or "limit" in item.traits
                or item.route.websocket
            ):
                continue
            if not (item.unsafe or "*" in item.route.methods) or item.handler.startswith("django."):
                continue
            does = _what_for(item, repository)
            if not does:
                continue
            if not _limited_below(item, repository):
                method = "POST" if "*" in item.route.methods or "POST" in item.route.methods else ""
                route = f"{method or item.route.methods[0]} {item.paths[0]}"
                yield self.at(item.path, item.place, item.name, route=route, does=does)


def _what_for(item: Endpoint, repository: Repository) -> str:
    """What somebody calls it for, again and again; "" where that is nothing bad."""
    parts = [part for part in item.route.path.split("/") if part and part[0] not in "{<"]
    said = [item.name, *parts[-1:]]
    if any(map(RESET.search, said)):
        return "" if any("token" in name for name in item.parameters) else "has it send mails"
    if not any(map(LOGIN.search, said)):
        return ""
    known = repository.definition(item.handler)
    calls = getattr(known[1], "calls", ()) if known is not None else ()
    guesses = "password" in item.traits or any(CHECKS.search(call.callee) for call in calls)
    return "guesses" if guesses else ""


def _limited_below(item: Endpoint, repository: Repository) -> bool:
    """Does a function that the handler calls count attempts?"""
    known = repository.definition(item.handler)
    for call in getattr(known[1], "calls", ()) if known is not None else ():
        inner = repository.definition(call.callee)
        if inner is not None and any(LIMITS.search(one.callee) for one in getattr(inner[1], "calls", ())):
            return True
    return False
