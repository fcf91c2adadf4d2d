"""Everything on record about a set of commits: themselves, notes on them, the merges that brought them in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace

from scanner.finding import Notice
from scanner.frozen import frozen
from scanner.history import Commit, History
from scanner.provenance import (
    agent_trace,
    blame,
    entire,
    gerrit,
    git_ai,
    git_appraise,
    identity,
    pulls,
    review,
    slsa,
    trailers,
    whogitit,
)
from scanner.provenance.labels import gathered, settled
from scanner.provenance.record import Evidence, Label, Provenance
from scanner.provenance.stores import Store

_SHALLOW = (
    "the clone is shallow and ends before this line was written; run `git fetch --unshallow` and "
    "`git fetch origin '+refs/notes/*:refs/notes/*'`"
)


_UNREADABLE = "a record about its commit could not be read"
_BY_AI = (Label.AI, Label.MIXED)


@frozen
class Records:
    """Everything on record about the commits that blame named."""

    commits: Mapping[str, Commit]
    notes: git_ai.Notes
    traces: agent_trace.Traces
    merges: Mapping[str, tuple[review.Merge, ...]]
    shallow: frozenset[str]
    pending: frozenset[str]
    of_whogitit: Store = field(default_factory=Store)
    checkpoints: Store = field(default_factory=Store)
    branches: pulls.Branches = field(default_factory=pulls.Branches)
    claims: tuple[review.Claims, ...] = ()
    # Most lines share their answer with the line above.
    known: dict[tuple[str, tuple[Evidence, ...], str], Provenance] = field(default_factory=dict)

    @staticmethod
    def read(history: History, ids: set[str], since: str = "", after: str = "") -> Records:
        """Read what is on record about `ids`; what HEAD has beyond `since` is not merged yet. With
        `after`, all of `ids` are younger than that commit, and nothing older is looked at."""
        shallow = history.shallow_commits
        ids = ids - shallow
        commits = history.commits(sorted(ids))
        young = frozenset(history.commits_since(since)) if since else frozenset()
        return Records(
            commits,
            git_ai.read(history, ids),
            agent_trace.read(history, ids),
            _merges(history, ids, since if ids <= young else after),
            shallow,
            young,
            whogitit.read(history, ids),
            entire.read(history, commits.values()),
            pulls.read(history, commits.values()),
            (gerrit.read(history, ids), git_appraise.read(history, ids), slsa.read(history, ids)),
        )

    @property
    def stores(self) -> tuple[Store, ...]:
        return (self.of_whogitit, self.checkpoints)

    @property
    def notices(self) -> tuple[Notice, ...]:
        told = [self.notes.notices, self.traces.notices, self.branches.notices]
        told += [store.notices for store in self.stores] + [one.notices for one in self.claims]
        return tuple(notice for notices in told for notice in notices)

    def by_line(self, commit: str) -> bool:
        """Is there a record that may tell lines of this commit apart?"""
        if commit in self.notes.by_commit or any(commit in store.known for store in self.stores):
            return True
        return bool(self.traces.revisions & {commit, self._parent(commit)})

    def by_agents(self, commit: str) -> bool:
        """Is there evidence of an agent for any line of this commit?"""
        if any(note.files for _, note in self.notes.by_commit.get(commit, ())):
            return True
        of_stores = (one for store in self.stores for one in store.anything_of(commit))
        # Line 0 is nobody's: of it speaks only what holds for the whole commit.
        of_commit = self.provenance(blame.Origin(commit, "", 0)).label
        return of_commit in _BY_AI or any(one.proves in _BY_AI for one in of_stores)

    def _parent(self, commit: str) -> str:
        found = self.commits.get(commit)
        return found.parents[0] if found and found.parents else ""

    def _is_unreadable(self, commit: str) -> bool:
        told = (self.notes.unreadable, self.traces.unreadable, *(store.unreadable for store in self.stores))
        return any(commit in commits for commits in told)

    def provenance(self, origin: blame.Origin) -> Provenance:
        """What is known of a committed line."""
        if origin.commit in self.shallow:
            return Provenance(reason=_SHALLOW, commit=origin.commit)
        commit = self.commits.get(origin.commit)
        if commit is None:
            return Provenance(reason="the commit is missing; run `git fetch --refetch`", commit=origin.commit)
        note = self.notes.evidence(origin.commit, origin.path, origin.line)
        parent = commit.parents[0] if commit.parents else ""
        trace = self.traces.evidence(origin.commit, parent, origin.path, origin.line)
        director = self.notes.director(origin.commit, origin.path, origin.line)
        of_stores = (store.evidence(origin.commit, origin.path, origin.line) for store in self.stores)
        key = (origin.commit, gathered(note, trace, *of_stores), director)
        if key not in self.known:
            self.known[key] = self._answer(commit, *key[1:])
        return self.known[key]

    def _answer(self, commit: Commit, of_line: tuple[Evidence, ...], director: str) -> Provenance:
        merges = self.merges.get(commit.id, ())
        of_branches = (found for merge in merges for found in trailers.of_branch(merge.commit))
        of_commit = (
            *identity.of_commit(commit),
            *trailers.of_commit(commit, checkpoint_read=commit.id in self.checkpoints.known),
            *of_branches,
        )
        claims = [claim for one in self.claims for claim in one.by_commit.get(commit.id, ())]
        found = settled(
            (*of_line, *of_commit, *gathered(self.branches.by_commit.get(commit.id))),
            review.of_commit(
                commit, merges, director=director, pending=commit.id in self.pending, claims=claims
            ),
            commit=commit.id,
            unattended=identity.unattended(commit),
        )
        found = replace(found, time=commit.time)
        if found.label is Label.NO_EVIDENCE and self._is_unreadable(commit.id):
            return replace(found, label=Label.UNKNOWN, reason=_UNREADABLE)
        return found


def stored(history: History) -> tuple[str, ...]:
    """Where records lie, as texts that change whenever one of the places does."""
    return (history.refs("refs/notes/", "refs/agentdiff/"), entire.refs(history), pulls.refs(history))


def _merges(history: History, ids: set[str], after: str) -> dict[str, tuple[review.Merge, ...]]:
    owners = review.owners(history, ids, after) if ids else review.Owners()
    commits = history.commits(sorted(owners.authors))
    return {
        oid: tuple(review.Merge(commits[one], owners.authors[one]) for one in merges if one in commits)
        for oid, merges in owners.merges_of.items()
    }
