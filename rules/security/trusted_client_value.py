"""A price, a role or an identity is taken from the request, where the server should know it.

The client writes the body: it can buy for nothing, become an administrator, or act for somebody else.
"""

import re
from collections.abc import Iterator

from scanner.lazily import regex
from scanner.relate.repository import Repository
from scanner.relate.routes import Endpoint, unmarked
from scanner.rule import Confidence, Finding, RepositoryRule, Severity

WHAT = {"price": "a price", "role": "a role", "identity": "an identity"}
TRUSTED = regex(r"admin|staff|superuser|role|permission|api_?key|internal|service|scope|owner", re.I)
# Where choosing a role means choosing one's own.
JOINS = regex(r"regist|sign_?up|join|onboard|create_account|update_(me|profile|account)|edit_profile", re.I)
# Where the id is rightly that of somebody else.
OTHERS = regex(
    r"grant|share|invit|assign|add_|remove_|member|permission|message|follow|friend|block|mention|report|delegat|"
    r"send|notif|create_user|access",
    re.I,
)


class TrustedClientValue(RepositoryRule):
    message = "`{handler}` takes {what} from the body of the request, which the client writes"
    why = "The form has the field, so the handler reads it; agents seldom ask who may choose its value."
    instead = "Look it up on the server: the price of the item, the role and the id of who is signed in."
    severity, confidence, family = Severity.HIGH, Confidence.MEDIUM, "security"
    cwe = (602, 840, 1284)
    evidence = ("E06", "E07")
    security_severity = "7.5"
    preview = True
    whole = True

    def check(self, repository: Repository) -> Iterator[Finding]:
        for item in repository.web.endpoints:
            names = [*(unmarked(name).rpartition(".")[2] for name in item.guards), item.name]
            if item.undecided or any(TRUSTED.search(name) for name in [*names, *item.paths]):
                continue
            for act in item.acts:
                if act.kind not in WHAT or not _concerns(act.kind, item):
                    continue
                yield self.at(item.path, act.place, item.name, handler=item.name, what=WHAT[act.kind])


def _concerns(kind: str, item: Endpoint) -> bool:
    """Is the value about who sends it?"""
    if kind == "role":
        return bool(JOINS.search(item.name))
    return kind == "price" or (item.auth and not OTHERS.search(item.name))
