"""What the branch behind a squash says, where the pull request's head was fetched.

A platform's squash keeps one author and perhaps one trailer of many commits. Their heads can be fetched
(`git fetch origin '+refs/pull/*/head:refs/pull/*/head'`, on GitLab `merge-requests`); then each commit of
the branch speaks for itself: a squash of nothing but an agent's commits is the agent's, and one that names
no agent cannot hide one. Only commits that the main line does not have count as the branch's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field

from scanner.finding import Notice
from scanner.frozen import frozen
from scanner.history import Commit, GitError, History
from scanner.lazily import regex
from scanner.provenance import identity, labels, trailers
from scanner.provenance.record import Evidence, Label

_PATTERNS = (
    "refs/pull/*/head",
    "refs/merge-requests/*/head",
    "refs/remotes/*/pr/*",
    "refs/remotes/*/pull/*",
    "refs/remotes/*/pull/*/head",
    "refs/remotes/*/merge-requests/*",
    "refs/remotes/*/merge-requests/*/head",
)
_NUMBER = regex(r"/(?:pull|pr|merge-requests)/(\d{1,9})(?:/head)?\Z")
_MOST_COMMITS = 250
_BY_AI = (Label.AI, Label.MIXED)


@frozen
class Branches:
    """What the branches behind squashes prove, by the squash's commit."""

    by_commit: Mapping[str, Evidence] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()


def refs(history: History) -> str:
    """The fetched heads, as a text that changes whenever one of them does."""
    return history.refs(*_PATTERNS)


def read(history: History, commits: Iterable[Commit]) -> Branches:
    """The branches behind those of `commits` that are squashes."""
    squashes = {commit.id: commit for commit in commits if trailers.is_squash(commit)}
    if not squashes:
        return Branches()
    try:
        heads = _heads(history)
        asked = {oid: head for oid, one in squashes.items() if (head := heads.get(trailers.request(one)))}
        parents = history.beyond(sorted({tip for _, tip in asked.values()})) if asked else {}
        branches = {oid: _branch(tip, parents) for oid, (_, tip) in asked.items()}
        written = history.commits(sorted({one for branch in branches.values() for one in branch}))
    except GitError as error:
        return Branches(notices=(Notice(f"the heads of pull requests could not be read: {error}"),))
    found = {}
    for oid, branch in branches.items():
        known = [written[one] for one in branch if one in written]
        if known and len(known) == len(branch) and _belongs(squashes[oid], known):
            evidence = _evidence(known, asked[oid][0])
            found.update({oid: evidence} if evidence else {})
    return Branches(found)


def _heads(history: History) -> dict[int, tuple[str, str]]:
    """Ref and tip of each request's head, by its number."""
    found: dict[int, tuple[str, str]] = {}
    for line in refs(history).splitlines():
        tip, _, ref = line.partition(" ")
        if number := _NUMBER.search(ref):
            found.setdefault(int(number[1]), (ref, tip))
    return found


def _branch(tip: str, parents: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The commits that only the branch has, merges left out; none where they are too many to be one."""
    waiting, seen = [tip], dict.fromkeys([tip])
    while waiting and len(seen) <= _MOST_COMMITS:
        for parent in parents.get(waiting.pop(), ()):
            if parent in parents and parent not in seen:
                seen[parent] = None
                waiting.append(parent)
    own = [one for one in seen if one in parents and len(parents[one]) < 2]
    return own if len(seen) <= _MOST_COMMITS else []


def _belongs(squash: Commit, branch: list[Commit]) -> bool:
    """Is it this squash's branch? Numbers repeat where histories were copied between repositories."""
    people = {name for one in branch for name in _names(one)}
    return bool(people & set(_names(squash))) and min(one.time for one in branch) <= squash.time


def _names(commit: Commit) -> Iterator[str]:
    for person in (commit.author, *trailers.requesters(commit)):
        yield from (part.lower() for part in (person.name, person.email) if part)


def _evidence(branch: list[Commit], ref: str) -> Evidence | None:
    """What the branch comes to: one label where all of its commits agree, else a share."""
    verdicts = [labels.settle((*identity.of_commit(one), *trailers.of_commit(one))) for one in branch]
    told = [one for one in verdicts if one.label in _BY_AI]
    if not told:
        return None
    whole = len(told) == len(verdicts) and all(one.label is Label.AI for one in told)
    surest = max(told, key=lambda one: one.confidence)
    sure = min(one.confidence for one in told) if whole else min(surest.confidence, trailers.SHARE)
    return Evidence("pull-request", ref, Label.AI if whole else Label.MIXED, sure, surest.agent, surest.model)
