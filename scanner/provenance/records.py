"""Everything on record about a set of commits: themselves, notes on them, the merges that brought them in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from scanner.finding import Notice
from scanner.history import Commit, History
from scanner.provenance import agent_trace, blame, git_ai, identity, labels, review, trailers
from scanner.provenance.record import Evidence, Provenance, Review

_SHALLOW = (
    "the clone is shallow and ends before this line was written; run `git fetch --unshallow` and "
    "`git fetch origin '+refs/notes/*:refs/notes/*'`"
)


def gathered(*found: Evidence | None) -> tuple[Evidence, ...]:
    """The evidence that there is."""
    return tuple(one for one in found if one is not None)


def settled(
    evidence: tuple[Evidence, ...],
    review: Review,
    *,
    commit: str = "",
    unattended: bool = False,
    reason: str = "",
) -> Provenance:
    """Provenance from evidence: the label that it comes to, and everything else as given."""
    verdict = labels.settle(evidence)
    return Provenance(
        verdict.label,
        verdict.confidence,
        verdict.agent,
        verdict.model,
        commit,
        evidence,
        review,
        unattended,
        reason,
    )


@dataclass(frozen=True)
class Records:
    """Everything on record about the commits that blame named."""

    commits: Mapping[str, Commit]
    notes: git_ai.Notes
    traces: agent_trace.Traces
    merges: Mapping[str, tuple[review.Merge, ...]]
    shallow: frozenset[str]
    pending: frozenset[str]
    # Most lines share their answer with the line above.
    known: dict[tuple[str, Evidence | None, Evidence | None, str], Provenance] = field(default_factory=dict)

    @staticmethod
    def read(history: History, ids: set[str], since: str = "", after: str = "") -> Records:
        """Read what is on record about `ids`; what HEAD has beyond `since` is not merged yet. With
        `after`, all of `ids` are younger than that commit, and nothing older is looked at."""
        shallow = history.shallow_commits
        ids = ids - shallow
        return Records(
            history.commits(sorted(ids)),
            git_ai.read(history, ids),
            agent_trace.read(history, ids),
            _merges(history, ids, after),
            shallow,
            frozenset(history.commits_since(since)) if since else frozenset(),
        )

    @property
    def notices(self) -> tuple[Notice, ...]:
        return (*self.notes.notices, *self.traces.notices)

    def by_line(self, commit: str) -> bool:
        """Is there a record that may tell lines of this commit apart?"""
        return commit in self.notes.by_commit or bool(self.traces.by_file)

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
        key = (origin.commit, note, trace, director)
        if key not in self.known:
            self.known[key] = self._answer(commit, gathered(note, trace), director)
        return self.known[key]

    def _answer(self, commit: Commit, of_line: tuple[Evidence, ...], director: str) -> Provenance:
        merges = self.merges.get(commit.id, ())
        of_branches = (found for merge in merges for found in trailers.of_branch(merge.commit))
        return settled(
            (*of_line, *identity.of_commit(commit), *trailers.of_commit(commit), *of_branches),
            review.of_commit(commit, merges, director=director, pending=commit.id in self.pending),
            commit=commit.id,
            unattended=identity.unattended(commit),
        )


def _merges(history: History, ids: set[str], after: str) -> dict[str, tuple[review.Merge, ...]]:
    owners = review.owners(history, ids, after) if ids else review.Owners()
    commits = history.commits(sorted(owners.authors))
    return {
        oid: tuple(review.Merge(commits[one], owners.authors[one]) for one in merges if one in commits)
        for oid, merges in owners.merges_of.items()
    }
