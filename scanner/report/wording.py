"""What is said of a finding, in words that all outputs share."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from scanner.finding import Level, Notice, Unreadable
from scanner.lazily import regex
from scanner.provenance.record import Label, Provenance, Tier
from scanner.report.hostile import code, escaped, safe
from scanner.settings import Settings
from scanner.weigh import Weighed

_PLACEHOLDER = regex(r"\{(\w+)(![rs])?\}")
_REVIEWED = {
    Tier.ATTESTED: "review attested",
    Tier.NAMED: "reviewed",
    Tier.MERGED: "merged by another person",
    Tier.REQUESTED: "went through a pull request, no review on record",
    Tier.NONE: "no review on record",
    Tier.UNKNOWN: "review unknown",
    Tier.PENDING: "not reviewed yet",
}


def message(item: Weighed) -> str:
    """The stable message, on one line: no score, no model, nothing that changes by itself."""
    return safe(item.card.text(item.finding))


def instead(item: Weighed) -> str:
    """What to do, with the finding's own names filled in."""
    return safe(_filled(item.card.instead, dict(item.finding.arguments), lambda value, _: value))


def message_markdown(item: Weighed) -> str:
    """The message as Markdown: the rule's own markup acts, that of the scanned code does not."""
    return _filled(safe(item.card.message), dict(item.finding.arguments), _value_in_markdown)


def instead_markdown(item: Weighed) -> str:
    """What to do, as Markdown."""
    return _filled(safe(item.card.instead), dict(item.finding.arguments), _value_in_markdown)


def _filled(template: str, values: Mapping[str, str], show: Callable[[str, bool], str]) -> str:
    def fill(found: re.Match[str]) -> str:
        value = values.get(found.group(1))
        if value is None:
            return found.group()
        in_code = template.count("`", 0, found.start()) % 2 == 1
        return show(ascii(value) if found.group(2) == "!r" else value, in_code)

    return _PLACEHOLDER.sub(fill, template)


def _value_in_markdown(value: str, in_code: bool) -> str:
    return safe(value).replace("`", "'") if in_code else escaped(value)


def details_markdown(item: Weighed) -> list[str]:
    """What is known beside the message, one line a detail."""
    return [f"{escaped(key)}: {code(value)}" for key, value in item.finding.details]


def origin(provenance: Provenance) -> str:
    """Who wrote it, on what evidence, and who reviewed it, in one line."""
    who = provenance.label.value
    if provenance.agent:
        who += f", {provenance.agent}"
    if provenance.model:
        who += f" ({provenance.model})"
    if provenance.commit:
        who += f", commit {provenance.commit[:10]}"
    if provenance.label in (Label.AI, Label.MIXED) and provenance.evidence:
        strongest = max(provenance.evidence, key=lambda one: one.confidence)
        who += f", by {strongest.kind} (p {provenance.confidence:g})"
    if provenance.reason:
        who += f": {provenance.reason}"
    if provenance.label is Label.UNKNOWN:
        return safe(who)
    by = f" by {', '.join(provenance.review.by)}" if provenance.review.by else ""
    return safe(f"{who}; {_REVIEWED[provenance.review.tier]}{by}")


def origin_of(item: Weighed, settings: Settings) -> str:
    """The origin of a finding; empty in a run that was told not to look for it."""
    return "" if settings.provenance == "none" else origin(item.provenance)


def of_unreadable(item: Unreadable) -> str:
    """Why a file was not analysed, without its place."""
    return safe(f"not analysed: {item.reason.value}: {item.detail}")


def of_notice(notice: Notice) -> str:
    """A notice with its place."""
    place = f"{notice.path}:{notice.line}: " if notice.line else f"{notice.path}: " if notice.path else ""
    return safe(place + notice.text)


def counted(number: int, noun: str) -> str:
    """`1 finding`, `2 findings`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def levels(kept: tuple[Weighed, ...]) -> str:
    """`2 errors, 1 note`; empty where there are none."""
    found = [item.level for item in kept]
    return ", ".join(counted(found.count(level), level.value) for level in Level if level in found)


def by_rank(kept: tuple[Weighed, ...]) -> list[Weighed]:
    """The highest rank first; equals stay in the order of their places."""
    return sorted(kept, key=lambda item: -item.rank)
