"""From evidence to a label, for a line and for a finding.

Evidence adds up and never cancels: an unsigned record that a human wrote the line turns `ai` into `mixed`
and takes nothing off the confidence, because anybody can write such a record.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scanner.frozen import frozen
from scanner.provenance.record import Evidence, Label, Provenance, Review, Tier

# Weakest first. Between "nobody reviewed it" and "we could not look", the former is what needs a look.
_TIERS = (
    Tier.NONE,
    Tier.UNKNOWN,
    Tier.PENDING,
    Tier.REQUESTED,
    Tier.MERGED,
    Tier.NAMED,
    Tier.ATTESTED,
)
_BY_AI = (Label.AI, Label.MIXED)
_MOST_EVIDENCE = 8


@frozen
class Verdict:
    """What a line's evidence comes to."""

    label: Label
    confidence: float = 0.0
    agent: str = ""
    model: str = ""


def settle(evidence: Sequence[Evidence]) -> Verdict:
    """The label of one line. The surest evidence of AI decides; without any, a machine, then a human's
    own attestation; without that, nothing is known, and nothing is what it says."""
    by_ai = _surest(evidence, _BY_AI)
    by_human = _surest(evidence, (Label.HUMAN,))
    if by_ai:
        label = Label.MIXED if by_human else by_ai[0].proves
        agent = next((one.agent for one in by_ai if one.agent), "")
        # A model belongs to its agent: never the one from here and the other from there.
        model = next((one.model for one in by_ai if one.model and one.agent in ("", agent)), "")
        return Verdict(label, by_ai[0].confidence, agent, model)
    if by_machine := _surest(evidence, (Label.BOT,)):
        return Verdict(Label.BOT, by_machine[0].confidence, by_machine[0].agent)
    if by_human:
        return Verdict(Label.HUMAN, by_human[0].confidence)
    return Verdict(Label.NO_EVIDENCE)


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
    verdict = settle(evidence)
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


def uncommitted(evidence: tuple[Evidence, ...]) -> Provenance:
    """The provenance of a line that no commit holds yet."""
    return settled(evidence, review=Review(Tier.PENDING), reason="not committed yet")


def _surest(evidence: Sequence[Evidence], labels: Sequence[Label]) -> list[Evidence]:
    """The evidence for any of `labels`, surest first; of equals, the one whose label stands first."""
    fitting = [one for one in evidence if one.proves in labels]
    return sorted(fitting, key=lambda one: (-one.confidence, labels.index(one.proves)))


def together(lines: Sequence[Provenance]) -> Provenance:
    """The provenance of a finding, from that of its lines: `ai` if all are, `mixed` if any is.

    Review is the weakest of the lines in question, so that one reviewed line does not speak for its
    neighbours.
    """
    kinds = tuple(dict.fromkeys(lines))
    if len(kinds) == 1:
        return kinds[0]
    by_ai = [one for one in kinds if one.label in _BY_AI]
    label = _joint(kinds)
    telling = by_ai or [one for one in kinds if one.label is label]
    lead = max(telling, key=lambda one: one.confidence)
    return Provenance(
        label=label,
        confidence=lead.confidence,
        agent=lead.agent or next((one.agent for one in telling if one.agent), ""),
        model=lead.model,
        commit=lead.commit,
        evidence=_gathered(telling),
        review=weakest(one.review for one in telling),
        unattended=any(one.unattended for one in telling),
        reason=lead.reason,
    )


def _joint(lines: Sequence[Provenance]) -> Label:
    labels = {one.label for one in lines}
    if len(labels) == 1:
        return next(iter(labels))
    if labels & {Label.AI, Label.MIXED}:
        return Label.MIXED
    # What could not be looked at may be anything; what has no evidence may be anybody's.
    return Label.UNKNOWN if Label.UNKNOWN in labels else Label.NO_EVIDENCE


def _gathered(lines: Iterable[Provenance]) -> tuple[Evidence, ...]:
    found = dict.fromkeys(evidence for one in lines for evidence in one.evidence)
    return tuple(sorted(found, key=lambda one: -one.confidence))[:_MOST_EVIDENCE]


def weakest(reviews: Iterable[Review]) -> Review:
    """The weakest of several reviews."""
    return min(reviews, key=lambda review: _TIERS.index(review.tier))
