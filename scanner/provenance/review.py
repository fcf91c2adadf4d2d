"""Who reviewed a commit, and how strong the record of it is.

Read from trailers, from the merge that brought the commit in, from what platforms write into subjects, and
reviews kept in notes (`gerrit`, `git_appraise`, `slsa`). Nothing here is signed. The author, the people who
asked an agent for the change, agents and bots never count as reviewers; names are shown, e-mails are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field

from scanner.finding import Notice
from scanner.frozen import frozen
from scanner.history import Commit, History, Node, Person
from scanner.lazily import regex
from scanner.provenance import identity, trailers
from scanner.provenance.record import Review, Tier

_REVIEWED = regex(
    r"^[ \t]*(?P<key>Reviewed-by|Approved-by)[ \t]*:[ \t]*(?P<value>\S.*)$",
    re.IGNORECASE | re.MULTILINE,
)
# Phabricator's key holds a space, so it is no git trailer; it counts only beside its revision.
_PHABRICATOR = regex(r"^Reviewed By:[ \t]*(?P<value>\S.*)$", re.MULTILINE)
_REVISION = regex(r"^Differential Revision:[ \t]*\S*\d", re.MULTILINE)
_PULL_MERGE = regex(r"Merge pull request #(\d+) from \S+")
_NUMBERED = regex(r"\(#(\d+)\)\s*\Z")
_GITLAB_MERGE = regex(r"^See merge request [\w./-]*!(\d+)", re.MULTILINE)
_GERRIT = regex(r"^Reviewed-on:[ \t]*https?://", re.MULTILINE)
_STRENGTH = (Tier.NONE, Tier.REQUESTED, Tier.MERGED, Tier.NAMED, Tier.ATTESTED)
_PLATFORM = "noreply@github.com"
# Bringing a topic in, as against catching up with where one came from.
_TOPIC_MERGE = regex(r"Merge (?:branch|remote-tracking branch|commit) '(?P<name>[^']+)'(?P<rest>.*)")
_MAINLINE = regex(r"(?:[\w.-]+/)?(?:main|master|develop|dev|trunk|default|next)\Z|.*\b(?:release|stable)\b")


@frozen
class Owners:
    """Which merges brought a commit in, innermost first, and who wrote what each merge brought."""

    merges_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    authors: Mapping[str, tuple[Person, ...]] = field(default_factory=dict)


def owners(history: History, commits: Iterable[str], after: str = "") -> Owners:
    """Map `commits` to the merges that brought them in; those made on the main line itself have none.

    The whole graph is read only if some commit is not on the main line, and only as far back as `after`.
    """
    chain = history.graph(first_parent=True, since=after)
    wanted = set(commits) - {node.id for node in chain}
    if not wanted:
        return Owners()
    nodes = {node.id: node for node in history.graph(since=after)}
    innermost = _innermost(chain, nodes)
    merges_of = {oid: tuple(_enclosing(oid, innermost)) for oid in wanted}
    needed = {merge for merges in merges_of.values() for merge in merges}
    return Owners(merges_of, _authors(needed, innermost, nodes))


def _innermost(chain: Sequence[Node], nodes: Mapping[str, Node]) -> dict[str, str]:
    """For each commit the merge that first brought it in; empty for those on the main line.

    What a side branch merged belongs to that inner merge, so that a release branch, which is merged as a
    whole, does not hide the pull requests that went into it. Older merges claim first.
    """
    taken = {node.id: "" for node in chain}
    waiting = [node for node in chain if len(node.parents) > 1]
    while waiting:
        merge = waiting.pop()
        for side in merge.parents[1:]:
            while side in nodes and side not in taken:
                taken[side] = merge.id
                node = nodes[side]
                if len(node.parents) > 1:
                    waiting.append(node)
                side = node.parents[0] if node.parents else ""
    return taken


def _enclosing(commit: str, innermost: Mapping[str, str]) -> Iterator[str]:
    merge = innermost.get(commit, "")
    while merge:
        yield merge
        merge = innermost.get(merge, "")


def _authors(
    needed: set[str], innermost: Mapping[str, str], nodes: Mapping[str, Node]
) -> dict[str, tuple[Person, ...]]:
    authors: dict[str, dict[Person, None]] = {merge: {} for merge in needed}
    for oid, owner in innermost.items():
        # Merging is no authorship: who merges main into a branch has written nothing there.
        if owner and len(nodes[oid].parents) < 2:
            for merge in _enclosing(oid, innermost):
                if merge in authors:
                    authors[merge][nodes[oid].author] = None
    return {merge: tuple(people) for merge, people in authors.items()}


@frozen
class Merge:
    """A merge that brought a commit in, and everybody who wrote something that it brought."""

    commit: Commit
    authors: tuple[Person, ...] = ()


@frozen
class Claim:
    """What a record outside the commit says of its review: how strong it would be, by whom, and where it
    stands. Whoever turns out to be involved is left out later."""

    tier: Tier
    people: tuple[Person, ...]
    where: str


@frozen
class Claims:
    """The claims of one kind of record, by commit."""

    by_commit: Mapping[str, tuple[Claim, ...]] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()


def of_commit(
    commit: Commit,
    merges: Sequence[Merge] = (),
    *,
    director: str = "",
    pending: bool = False,
    claims: Sequence[Claim] = (),
) -> Review:
    """The strongest review on record of one commit.

    `merges` brought it in, innermost first; `director` is a human who is on record as the one who directed
    the agent; `claims` are of records outside the commit. `pending`: it is not merged yet.
    """
    own = [commit.author, *trailers.requesters(commit)]
    own += [Person(director, "")] if director else []
    found = [_of_claim(claim, own) for claim in claims]
    if by := _named(commit, own):
        found.append(Review(Tier.NAMED, by, f"commit {commit.id[:12]}, review trailer"))
    if pending:
        return _strongest([Review(Tier.NONE), *found], Review(Tier.PENDING))
    found += [_of_merge(merge, [*own, *merge.authors]) for merge in merges]
    found.append(_of_request(commit))
    return _strongest(found)


def _strongest(found: Sequence[Review], otherwise: Review | None = None) -> Review:
    """The strongest review; `otherwise` where that is no more than a request."""
    best = max(found, key=lambda review: _STRENGTH.index(review.tier))
    return otherwise if otherwise and best.tier in (Tier.NONE, Tier.REQUESTED) else best


def _of_claim(claim: Claim, involved: Sequence[Person]) -> Review:
    people = [one for one in claim.people if identity.is_person(one) and not _among(one, involved)]
    if claim.people and not people:
        return Review(Tier.REQUESTED, (), claim.where)
    return Review(claim.tier, tuple(dict.fromkeys(map(shown, people))), claim.where)


def _named(record: Commit, involved: Sequence[Person]) -> tuple[str, ...]:
    message = trailers.readable(record.message)
    values = [match["value"] for match in _REVIEWED.finditer(message)]
    if _REVISION.search(message):
        values += [name for match in _PHABRICATOR.finditer(message) for name in match["value"].split(",")]
    people = (trailers.person(value) for value in values)
    names = (shown(one) for one in people if identity.is_person(one) and not _among(one, involved))
    return tuple(dict.fromkeys(name for name in names if name))


def _of_merge(merge: Merge, involved: Sequence[Person]) -> Review:
    commit, where = merge.commit, f"merge {merge.commit.id[:12]}"
    if by := _named(commit, involved):
        return Review(Tier.NAMED, by, f"{where}, review trailer")
    request = _PULL_MERGE.match(commit.subject) or _request(commit)
    if not request and not _brings_topic(commit.subject):
        return Review(Tier.NONE)
    if identity.is_person(commit.author) and not _among(commit.author, involved):
        return Review(Tier.MERGED, (shown(commit.author),), where)
    return Review(Tier.REQUESTED, (), f"{where}, request {request[1]}") if request else Review(Tier.NONE)


def _of_request(commit: Commit) -> Review:
    """What a commit that was not merged as a branch says of the request it came from."""
    where = f"commit {commit.id[:12]}"
    if request := _request(commit):
        return Review(Tier.REQUESTED, (), f"{where}, request {request[1]}")
    message = trailers.readable(commit.message)
    if _REVISION.search(message) or _GERRIT.search(message):
        return Review(Tier.REQUESTED, (), f"{where}, review system")
    return Review(Tier.NONE)


def _request(commit: Commit) -> re.Match[str] | None:
    """The number that a platform wrote into a squash, or into a merge under the request's own title."""
    if commit.committer.email.lower() == _PLATFORM and (number := _NUMBERED.search(commit.subject)):
        return number
    return _GITLAB_MERGE.search(trailers.readable(commit.message))


def _brings_topic(subject: str) -> bool:
    match = _TOPIC_MERGE.match(subject)
    if match is None or " of " in match["rest"] or _MAINLINE.match(match["name"]):
        return False
    into = re.search(r" into '?([^']+?)'?\Z", match["rest"])
    return into is None or bool(_MAINLINE.match(into[1]))


def _among(someone: Person, others: Sequence[Person]) -> bool:
    """Is it one of them? By e-mail, or by name: people have several addresses, and use them. A name without
    an e-mail may be a login, which is mostly what stands before the `@`."""
    email, name = someone.email.lower(), _folded(someone.name)
    logins = [] if email else [one.email.lower().partition("@")[0] for one in others]
    return name in filter(None, logins) or any(
        (email and email == one.email.lower()) or (name and name == _folded(one.name)) for one in others
    )


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def shown(person: Person) -> str:
    """How a person appears in a report: by name; an e-mail is cut before the `@`."""
    return identity.printable(person.name if "@" not in person.name else "") or identity.printable(
        (person.email or person.name).partition("@")[0]
    )
