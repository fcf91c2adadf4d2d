"""Reviews that a platform exported, from a file.

Two shapes are read. The platform's own list, as GitHub's API gives it
(`gh api repos/OWNER/NAME/pulls/N/reviews > reviews.json`), and ours, for every other platform:

    {"schema": 1, "author": "login", "reviews": [
        {"by": "login", "names": ["Name"], "state": "APPROVED", "commit": "<id of the commit reviewed>"}]}

`state` is APPROVED, CHANGES_REQUESTED, DISMISSED or COMMENTED; of one person's words the last one counts, a
comment changes nothing. The file comes from outside the change: whoever runs the gate answers for it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from scanner.frozen import frozen
from scanner.gate import Approval, names_of
from scanner.history import Person
from scanner.provenance import identity
from scanner.settings import UsageError

_STATES = frozenset(["APPROVED", "CHANGES_REQUESTED", "DISMISSED", "COMMENTED", "PENDING"])


@frozen
class Reviews:
    """The latest word of each reviewer, and the login of the author where the file says it."""

    approvals: tuple[Approval, ...] = ()
    author: str = ""


def parse(text: str, heads: Collection[str], where: str = "--reviews") -> Reviews:
    """Read an exported list; approvals of another commit than `heads` are stale.

    Raises:
        UsageError: it has neither of the two shapes.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{where}: not JSON: {error}") from error
    author = ""
    if isinstance(document, dict):
        if document.get("schema") != 1:
            raise UsageError(f"{where}: `schema` must be 1")
        author = str(document.get("author", ""))
        document = document.get("reviews")
    if not isinstance(document, list):
        raise UsageError(f"{where}: there is no list of reviews; see `assay gate --help`")
    latest: dict[str, Approval] = {}
    for entry in document:
        state, approval = _entry(entry, heads, where)
        if state == "DISMISSED":
            latest.pop(approval.by, None)
        elif state in ("APPROVED", "CHANGES_REQUESTED"):
            latest[approval.by] = approval
    return Reviews(tuple(latest[by] for by in sorted(latest)), author)


def _entry(entry: Any, heads: Collection[str], where: str) -> tuple[str, Approval]:
    if not isinstance(entry, Mapping):
        raise UsageError(f"{where}: a review must be an object, not {type(entry).__name__}")
    user = entry.get("user")
    user = user if isinstance(user, Mapping) else {}
    by = entry.get("by") or user.get("login")
    state = str(entry.get("state", "")).upper()
    if not isinstance(by, str) or not by or state not in _STATES:
        raise UsageError(f"{where}: a review needs `by` (or `user.login`) and a `state` that is known")
    commit = entry.get("commit") or entry.get("commit_id") or ""
    names = entry.get("names")
    names = [str(name) for name in names] if isinstance(names, list) else []
    return state, Approval(
        identity.printable(by),
        names_of(by, *names),
        approves=state == "APPROVED",
        machine=str(user.get("type", "")) == "Bot" or is_machine(by),
        stale=commit not in heads,
    )


def is_machine(login: str) -> bool:
    """Is this the login of an agent or a bot?"""
    return not identity.is_person(Person(login, f"{login}@users.noreply.github.com"))
