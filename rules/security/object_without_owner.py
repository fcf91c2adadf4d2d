"""A row is loaded by the id in the path, and nobody asks whose it is.

Whoever is signed in reads or changes the rows of everybody, by counting upwards.
"""

import re
from collections.abc import Iterator

from scanner.finding import Location, Related
from scanner.lazily import regex
from scanner.relate.repository import Repository
from scanner.relate.routes import Endpoint, unmarked
from scanner.rule import Confidence, Finding, RepositoryRule, Severity

# Guards of people who may see every row.
BROAD = regex(
    r"admin|staff|superuser|role|permission_required|has_perm|scope|moderator|editor|manager|internal|"
    r"^permission_|require_permission|check_permission|can_|acl",
    re.I,
)
# Says who did something, not whose the row is.
DID = regex(r"creat|updat|modif|upload|approv|review|assign|author|edit|publish|added|invited|last_", re.I)


# What is written for others to read.
PUBLISHED = regex(
    r"(Post|Article|Blog|Comment|Review|Recipe|Product|Question|Answer|Tweet|Event|Course|Video|Listing|Book|Photo|Profile|"
    r"Page|Story|Quiz|Poll|Category|Tag|Topic|Thread)$"
)


class ObjectWithoutOwner(RepositoryRule):
    message = "`{handler}` loads a `{model}` by the id in its path, and never asks whose it is"
    why = "Agents check that somebody is signed in, and take the id in the path for granted."
    instead = "Put the owner into the query (`{field}` of `{model}`), and answer 404 for rows of others."
    severity, confidence, family = Severity.HIGH, Confidence.MEDIUM, "security"
    cwe = (639,)
    evidence = ("E04", "E06")
    security_severity = "7.5"
    preview = True
    whole = True

    def check(self, repository: Repository) -> Iterator[Finding]:
        web = repository.web
        for item in web.endpoints:
            if not item.auth or item.undecided or {"owner", "user"} & item.traits:
                continue
            if any(BROAD.search(name) for name in _asks(item)):
                continue
            for act in item.acts:
                named = web.owner_fields(act.target) if act.kind == "fetch" else ()
                fields = [field for field in named if not DID.search(field)]
                if not fields or _checked_by_a_guard(item, repository):
                    continue
                model = act.target.rpartition(".")[2]
                if PUBLISHED.search(model) and "mutates" not in item.traits:
                    continue
                place = Location(item.path, *act.place)
                yield self.at(
                    item.path,
                    item.place,
                    item.name,
                    related=(Related(place, f"the {model} is loaded"),),
                    handler=item.name,
                    model=model,
                    field=fields[0],
                )
                break


def _asks(item: Endpoint) -> Iterator[str]:
    """The route's guards by their last names, and its handler and paths."""
    for name in item.guards:
        yield unmarked(name).rpartition(".")[2]
    yield item.name
    yield from item.paths


def _checked_by_a_guard(item: Endpoint, repository: Repository) -> bool:
    """A guard that takes the id of the path too may well look whose row it is."""
    ids = {name for name in item.parameters if name == "id" or name.endswith(("_id", "pk", "uuid"))}
    for name in item.guards:
        known = repository.definition(name)
        if known is not None and ids & set(getattr(known[1], "parameters", ())):
            return True
    return False
