"""The gate: may this change pass? Pure: a change, a policy and the reviews in, a verdict out.

What agents wrote is untrusted input until somebody approved it. What has no evidence counts as theirs
unless the policy says otherwise, so that hiding an agent gains nothing over naming it; so does a note that
a human wrote the line, which anybody can write. Only approvals that a platform recorded count; what the
change says about its own review is named, and not believed. Authors, agents and bots approve nothing.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field

from scanner.blast import NOTHING, Blast
from scanner.codeowners import Owners
from scanner.frozen import frozen
from scanner.policy import Policy, folded
from scanner.provenance.record import Label

_BY_AI = (Label.AI.value, Label.MIXED.value)
# Nobody signed these: at a gate they are as good as silence. A bot is known by a name, which anybody can
# write into a commit.
_SILENT = (Label.NO_EVIDENCE.value, Label.HUMAN.value, Label.UNKNOWN.value, Label.BOT.value)
_PACKAGE = "/__init__.py"


@frozen
class Touched:
    """A file of the change, and the lines that the change gave it, by label. `opaque`: it changed, and its
    lines cannot be told (binary, deleted, lines only removed). `was`: the name that it had before."""

    path: str
    labels: Mapping[str, int] = field(default_factory=dict)
    opaque: bool = False
    was: str = ""

    @property
    def places(self) -> tuple[str, ...]:
        """The paths whose rules hold for it: none is got rid of by moving a file, nor by a package that
        takes the place of a module."""
        shadowed = f"{self.path.removesuffix(_PACKAGE)}.py" if self.path.endswith(_PACKAGE) else ""
        return tuple(filter(None, (self.path, self.was, shadowed)))


@frozen
class Approval:
    """One person's latest word on a change. `people` holds the names they go by, folded, their login
    first; `stale`: it was given before the last commit."""

    by: str
    people: frozenset[str]
    approves: bool = True
    machine: bool = False
    stale: bool = False
    claimed: bool = False  # by a trailer of the change itself


@frozen
class Proposal:
    """A change that wants to pass: its files, who wrote it (every name of every author), how far it
    reaches, what it does to its own judge, the findings that fail it, and what nobody could look into.
    `proposer`: the platform told who proposes it."""

    base: str
    head: str
    files: tuple[Touched, ...]
    authors: frozenset[str]
    blast: Blast = NOTHING
    judges: tuple[str, ...] = ()
    suppressions: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    proposer: bool = True


@frozen
class Verdict:
    """Pass or fail, with every reason. `needed` approvals, of which `counted` are here; `named` is what a
    person should know though it decides nothing."""

    passed: bool
    needed: int
    senior: bool
    counted: tuple[str, ...]
    reasons: tuple[str, ...]
    named: tuple[str, ...]
    blast: Blast
    suspect: Mapping[str, Mapping[str, int]]
    base: str
    head: str

    @property
    def paragraph(self) -> str:
        """The verdict in one paragraph, for a person."""
        lines = sum(sum(labels.values()) for labels in self.suspect.values())
        by_ai = sum(n for labels in self.suspect.values() for label, n in labels.items() if label in _BY_AI)
        what = f"{by_ai} lines by agents and {lines - by_ai} without signed evidence"
        who = ", ".join(self.counted) or "nobody"
        need = (
            f"needs {_times(self.needed, 'approval')}{', one by a senior,' if self.senior else ''} and has "
        )
        parts = [
            "Pass:" if self.passed else "Fail:",
            f"the change {self.base[:10]}..{self.head[:10]} brings {what} that need a review",
            f"in {_times(len(self.suspect), 'file')}; it {need}{len(self.counted)} ({who}).",
            f"Its blast radius is {self.blast}.",
            *(f"{reason}." for reason in self.reasons),
            *(f"Note: {one}." for one in self.named),
            f"Judged by the policy of {self.base[:10]}.",
        ]
        return " ".join(parts)


def _times(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def judge(
    proposal: Proposal,
    policy: Policy,
    approvals: Sequence[Approval] = (),
    owners: Owners = Owners(),  # noqa: B008 - frozen and empty
    today: datetime.date | None = None,
) -> Verdict:
    """Hold a change against a policy.

    `owners` is CODEOWNERS as of the base. Nothing here is read from the change but the change itself.
    """
    day = today or datetime.date.today()
    suspect = {one.path: found for one in proposal.files if (found := _suspect(one, policy, day, proposal))}
    guarded = [place for one in proposal.files if one.path in suspect for place in one.places]
    tier = min((t for place in guarded if (t := policy.tier_of(place))), default=0)
    needed = policy.needed(tier, proposal.blast.points, day) if suspect else 0
    given = [one for one in approvals if one.approves]
    counted = [one for one in given if not _discounted(one, proposal, policy)]
    by_newcomer = bool(proposal.authors & policy.members(policy.newcomers))
    senior = bool(suspect) and needed > 0 and _wants_senior(policy, tier, by_newcomer, day)
    reasons = [
        *_forbidden(proposal, policy, day),
        *_too_few(needed, counted),
        *_no_senior(senior, counted, policy, by_newcomer),
        *_no_owner(guarded, counted, owners, policy),
        *(f"`{one.by}` asks for changes" for one in approvals if _objects(one)),
        *(f"finding at the level that fails: {text}" for text in proposal.findings),
    ]
    named = [
        *(f"{text}, added by this change" for text in proposal.suppressions),
        *(f"this change edits its own judge: {text}" for text in proposal.judges),
        *proposal.unseen,
        *filter(None, (_discounted(one, proposal, policy) for one in given)),
        *_nobody_proposes(proposal, counted),
        *_expired(policy, proposal, day),
    ]
    return Verdict(
        not reasons,
        needed,
        senior,
        tuple(one.by for one in counted),
        tuple(reasons),
        tuple(named),
        proposal.blast,
        suspect,
        proposal.base,
        proposal.head,
    )


def _suspect(file: Touched, policy: Policy, day: datetime.date, proposal: Proposal) -> dict[str, int]:
    """The lines of a file that need a review, by label."""
    guarded = any(policy.list_of(place, day) != "autonomous" for place in file.places)
    if not guarded and not (proposal.suppressions or proposal.judges or proposal.unseen):
        return {}
    waived = all(any(one.holds(place, day) for one in policy.waive) for place in file.places)
    if waived and not policy.is_reset(day):
        return {}
    silent = () if policy.trust_silence else _SILENT
    found = {label: n for label, n in sorted(file.labels.items()) if n and label in (*_BY_AI, *silent)}
    # A line that is gone can break as much as one that is new.
    if file.opaque and not found and not policy.trust_silence:
        return {Label.UNKNOWN.value: 0}
    return found


def _discounted(one: Approval, proposal: Proposal, policy: Policy) -> str:
    """Why an approval does not count; empty where it does."""
    if one.machine:
        return f"`{one.by}` is a machine, its approval does not count"
    if one.people & proposal.authors:
        return f"`{one.by}` wrote part of the change, their own approval does not count"
    if one.claimed and not policy.trust_trailers:
        return (
            f"a trailer of the change says that `{one.by}` reviewed it, which the change could write itself"
        )
    return f"`{one.by}` approved an earlier state of the change" if one.stale else ""


def _objects(one: Approval) -> bool:
    return not one.approves and not one.machine and not one.claimed


def _wants_senior(policy: Policy, tier: int, by_newcomer: bool, day: datetime.date) -> bool:
    return by_newcomer or (0 < tier <= policy.senior_tier and bool(policy.seniors)) or policy.is_reset(day)


def _forbidden(proposal: Proposal, policy: Policy, day: datetime.date) -> list[str]:
    return [
        f"{place} is on the `never` list, and the change brings lines by agents to it"
        for file in proposal.files
        for place in file.places
        if policy.list_of(place, day) == "never" and any(file.labels.get(label) for label in _BY_AI)
    ]


def _too_few(needed: int, counted: Sequence[Approval]) -> list[str]:
    people = _heads(counted)
    if people >= needed:
        return []
    return [f"It lacks {_times(needed - people, 'approval')}"]


def _heads(approvals: Iterable[Approval]) -> int:
    """How many people they come from: who shares a name with another approval is the same one."""
    known: list[frozenset[str]] = []
    for one in approvals:
        same = [people for people in known if people & one.people]
        known = [people for people in known if people not in same]
        known.append(one.people.union(*same))
    return len(known)


def _nobody_proposes(proposal: Proposal, counted: Sequence[Approval]) -> list[str]:
    if proposal.proposer or not counted:
        return []
    return [
        "nobody told who proposes the change (`--author`): that no approval is their own rests on the "
        "names in its commits, which can be forged"
    ]


def _no_senior(senior: bool, counted: Sequence[Approval], policy: Policy, by_newcomer: bool) -> list[str]:
    seniors = policy.members(policy.seniors)
    if not senior or any(one.people & seniors for one in counted):
        return []
    because = "its author is on the list of newcomers" if by_newcomer else "of where it is"
    return [f"No senior is among the approvals, and one is needed because {because}"]


def _no_owner(paths: Iterable[str], counted: Sequence[Approval], owners: Owners, policy: Policy) -> list[str]:
    if not policy.owners:
        return []
    missing: dict[tuple[str, int, tuple[str, ...]], list[str]] = {}
    for path in dict.fromkeys(paths):
        for rule in owners.of(path):
            people = policy.members(rule.owners)
            given = _heads(one for one in counted if one.people & people)
            if given < rule.approvals and not rule.optional:
                missing.setdefault((rule.section, rule.approvals - given, rule.owners), []).append(path)
    return [_lacking(section, count, who, paths) for (section, count, who), paths in missing.items()]


def _lacking(section: str, count: int, who: Sequence[str], paths: Sequence[str]) -> str:
    of_section = f" of the section `{section}`" if section else ""
    more = f" and {len(paths) - 1} more" if paths[1:] else ""
    if count == 1:
        return f"No owner{of_section} ({', '.join(who)}) approved {paths[0]}{more}"
    return f"{paths[0]}{more} lacks {count} approvals of owners{of_section} ({', '.join(who)})"


def _expired(policy: Policy, proposal: Proposal, day: datetime.date) -> list[str]:
    said = [
        f"the waiver for {', '.join(one.paths)} (owner {one.owner}) expired on {one.expires}"
        for one in policy.waive
        if day > one.expires
    ]
    if policy.profile == "reset" and policy.until and day > policy.until:
        said.append(f"the reset ended on {policy.until}; renew it, or take it out of the policy")
    places = (place for file in proposal.files for place in file.places)
    touched = {one for place in places if (one := policy.critical_of(place))}
    for one in sorted(touched, key=lambda one: one.paths):
        if one.expires and day.isoformat() > one.expires:
            said.append(f"the entry for {', '.join(one.paths)} (owner {one.owner}) was due on {one.expires}")
    return said


def names_of(*names: str) -> frozenset[str]:
    """The names that somebody goes by, as they are compared."""
    return frozenset(folded(name) for name in names if name)
