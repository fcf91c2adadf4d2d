"""Who reviewed a commit, and how strong the record of it is.

Read from trailers, from the merge that brought the commit in, and from what platforms write into subjects.
Nothing here is signed. The author, the people who asked an agent for the change, agents and bots never
count as reviewers; names are shown, e-mails are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from scanner.history import Commit, History, Node, Person
from scanner.provenance import identity, trailers
from scanner.provenance.record import Review, Tier

_REVIEWED = re.compile(
    r"^[ \t]*(?P<key>Reviewed-by|Approved-by)[ \t]*:[ \t]*(?P<value>\S.*?)[ \t\r]*$",
    re.IGNORECASE | re.MULTILINE,
)
# Phabricator's key holds a space, so it is no git trailer; it counts only beside its revision.
_PHABRICATOR = re.compile(r"^Reviewed By:[ \t]*(?P<value>\S.*?)[ \t\r]*$", re.MULTILINE)
_REVISION = re.compile(r"^Differential Revision:[ \t]*\S*D?\d+", re.MULTILINE)
_PULL_MERGE = re.compile(r"Merge pull request #(\d+) from \S+")
_PULL_SQUASH = re.compile(r"\(#(\d+)\)\s*\Z")
_GITLAB_MERGE = re.compile(r"^See merge request [\w./-]*!(\d+)", re.MULTILINE)
_GERRIT = re.compile(r"^Reviewed-on:[ \t]*https?://", re.MULTILINE)
_PLATFORM = "noreply@github.com"
# Bringing a topic in, as against catching up with where one came from.
_TOPIC_MERGE = re.compile(r"Merge (?:branch|remote-tracking branch|commit) '(?P<name>[^']+)'(?P<rest>.*)")
_MAINLINE = re.compile(
    r"(?:[\w.-]+/)?(?:main|master|develop|dev|trunk|default|next)\Z|.*\b(?:release|stable)\b"
)


@dataclass(frozen=True)
class Owners:
    """Which merge of the first-parent chain brought a commit in, and who wrote each merged branch."""

    merge_of: Mapping[str, str] = field(default_factory=dict)
    branch: Mapping[str, tuple[Node, ...]] = field(default_factory=dict)


def owners(history: History, commits: Iterable[str]) -> Owners:
    """Map `commits` to the merges that brought them in; those made on the main line itself have none.

    The whole graph is read only if some commit is not on the main line.
    """
    chain = history.graph(first_parent=True)
    mainline = {node.id for node in chain}
    wanted = set(commits) - mainline
    if not wanted:
        return Owners()
    nodes = {node.id: node for node in history.graph()}
    merge_of: dict[str, str] = {}
    branch: dict[str, tuple[Node, ...]] = {}
    for merge in reversed(chain):
        if len(merge.parents) < 2:
            continue
        members = _newly_reached(merge, nodes, merge_of, mainline)
        merge_of.update((node.id, merge.id) for node in members)
        if any(node.id in wanted for node in members):
            branch[merge.id] = tuple(members)
    return Owners({oid: merge_of[oid] for oid in wanted if oid in merge_of}, branch)


def _newly_reached(
    merge: Node, nodes: Mapping[str, Node], taken: Mapping[str, str], mainline: set[str]
) -> list[Node]:
    """What the other parents of a merge reach that no earlier merge did."""
    found: dict[str, Node] = {}
    waiting = list(merge.parents[1:])
    while waiting:
        oid = waiting.pop()
        node = nodes.get(oid)
        if node is None or oid in found or oid in taken or oid in mainline:
            continue
        found[oid] = node
        waiting.extend(node.parents)
    return list(found.values())


def of_commit(
    commit: Commit,
    merge: Commit | None = None,
    branch: Sequence[Node] = (),
    *,
    director: str = "",
    pending: bool = False,
) -> Review:
    """The strongest review on record of one commit.

    `merge` is the merge that brought it in and `branch` that merge's commits; `director` a human who is on
    record as the one who directed the agent. `pending`: it is not merged yet.
    """
    involved = [commit.author, *trailers.requesters(commit), *(node.author for node in branch)]
    if director:
        involved.append(Person(director, ""))
    for record in (commit, merge):
        if record is not None and (by := _named(record, involved)):
            return Review(Tier.NAMED, by, f"commit {record.id[:12]}, review trailer")
    if pending:
        return Review(Tier.PENDING)
    if merge is not None:
        return _of_merge(merge, involved)
    return _of_mainline(commit)


def _named(record: Commit, involved: Sequence[Person]) -> tuple[str, ...]:
    values = [match["value"] for match in _REVIEWED.finditer(record.message)]
    if _REVISION.search(record.message):
        values += [
            name for match in _PHABRICATOR.finditer(record.message) for name in match["value"].split(",")
        ]
    people = (trailers.person(value) for value in values)
    names = (shown(one) for one in people if identity.is_person(one) and not _among(one, involved))
    return tuple(dict.fromkeys(name for name in names if name))


def _of_merge(merge: Commit, involved: Sequence[Person]) -> Review:
    where = f"merge {merge.id[:12]}"
    request = _PULL_MERGE.match(merge.subject) or _GITLAB_MERGE.search(merge.message)
    if not request and not _brings_topic(merge.subject):
        return Review(Tier.NONE)
    if identity.is_person(merge.author) and not _among(merge.author, involved):
        return Review(Tier.MERGED, (shown(merge.author),), where)
    return Review(Tier.REQUESTED, (), f"{where}, pull request {request[1]}") if request else Review(Tier.NONE)


def _of_mainline(commit: Commit) -> Review:
    where = f"commit {commit.id[:12]}"
    request = _PULL_SQUASH.search(commit.subject) or _PULL_MERGE.match(commit.subject)
    if request and commit.committer.email.lower() == _PLATFORM:
        # Who pressed the button is not in a squashed commit.
        return Review(Tier.REQUESTED, (), f"{where}, pull request {request[1]}")
    if request := _GITLAB_MERGE.search(commit.message):
        return Review(Tier.REQUESTED, (), f"{where}, merge request {request[1]}")
    if _REVISION.search(commit.message) or _GERRIT.search(commit.message):
        return Review(Tier.REQUESTED, (), f"{where}, review system")
    return Review(Tier.NONE)


def _brings_topic(subject: str) -> bool:
    match = _TOPIC_MERGE.match(subject)
    if match is None or " of " in match["rest"] or _MAINLINE.match(match["name"]):
        return False
    into = re.search(r" into '?([^']+?)'?\Z", match["rest"])
    return into is None or bool(_MAINLINE.match(into[1]))


def _among(someone: Person, others: Sequence[Person]) -> bool:
    """Is it one of them? By e-mail, or by name: people have several addresses, and use them."""
    email, name = someone.email.lower(), _folded(someone.name)
    return any(
        (email and email == one.email.lower()) or (name and name == _folded(one.name)) for one in others
    )


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def shown(person: Person) -> str:
    """How a person appears in a report: by name; an e-mail is cut before the `@`."""
    return identity.printable(person.name if "@" not in person.name else "") or identity.printable(
        (person.email or person.name).partition("@")[0]
    )
