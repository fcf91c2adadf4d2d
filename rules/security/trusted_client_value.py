"""A price, a role or an identity is taken from the request, where the server should know it.

The client writes the body: it can buy for nothing, become an administrator, or act for somebody else.
"""

import re
from collections.abc import Iterator

from scanner.relate.repository import Repository
from scanner.rule import Confidence, Finding, RepositoryRule, Severity

WHAT = {"price": "a price", "role": "a role", "identity": "an identity"}
TRUSTED = re.compile(r"admin|staff|superuser|role|permission|api_?key|internal|service|scope|owner", re.I)


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
            names = [*(name.removesuffix(" (auth)").rpartition(".")[2] for name in item.guards), item.name]
            if item.undecided or any(TRUSTED.search(name) for name in [*names, *item.paths]):
                continue
            for act in item.acts:
                if act.kind not in WHAT or (act.kind == "identity" and not item.auth):
                    continue
                yield self.at(item.path, act.place, item.name, handler=item.name, what=WHAT[act.kind])
