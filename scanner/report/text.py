"""Findings for a person in a terminal: place, source line with a caret, why, instead, provenance, rank."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping

from scanner.finding import Level, Location
from scanner.provenance.record import Label, Provenance, Tier
from scanner.weigh import Report, Weighed

_COLOR = {Level.ERROR: "31", Level.WARNING: "33", Level.NOTE: "36"}
_WIDTH = 100


def render(report: Report, *, color: bool = False) -> str:
    """The kept findings, file by file; "" where there are none."""
    paint = _Paint(color)
    parts: list[str] = []
    explained: set[str] = set()
    for item in report.kept:
        parts.append(_finding(item, report.texts, paint, first=item.card.id not in explained))
        explained.add(item.card.id)
    return "\n".join(parts)


class _Paint:
    def __init__(self, color: bool) -> None:
        self.color = color

    def __call__(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.color else text


def _finding(item: Weighed, texts: Mapping[str, str], paint: _Paint, *, first: bool) -> str:
    place = item.finding.location
    level = paint(item.level.value, f"1;{_COLOR[item.level]}")
    lines = [
        f"{paint(safe(str(place)), '1')}  {level} {item.card.id}  rank {item.rank:g}",
        f"  {safe(item.card.text(item.finding))}",
        *_excerpt(place, texts, paint, _COLOR[item.level]),
    ]
    for other in item.finding.related:
        lines.append(f"  {safe(other.label)}: {safe(str(other.location))}")
    for key, value in item.finding.details:
        lines.append(f"  {safe(key)}: {safe(value)}")
    if first:  # the lesson is read once, not at each finding
        lines.append(f"  {paint('why', '2')}      {safe(item.card.why)}")
    lines.append(f"  {paint('instead', '2')}  {safe(instead(item))}")
    lines.append(f"  {paint('origin', '2')}   {safe(origin(item.provenance))}")
    lines.append(f"  {paint('rank', '2')}     {safe(item.weighing)}")
    return "\n".join(lines) + "\n"


def instead(item: Weighed) -> str:
    """What to do, with the finding's own names filled in."""
    values = dict(item.finding.arguments)
    return re.sub(
        r"\{(\w+)(?:![rs])?\}", lambda found: values.get(found.group(1), found.group(0)), item.card.instead
    )


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
        return who
    review = provenance.review
    words = {
        Tier.ATTESTED: "review attested",
        Tier.NAMED: "reviewed",
        Tier.MERGED: "merged by another person",
        Tier.REQUESTED: "went through a pull request, no review on record",
        Tier.NONE: "no review on record",
        Tier.UNKNOWN: "review unknown",
        Tier.PENDING: "not reviewed yet",
    }[review.tier]
    by = f" by {', '.join(review.by)}" if review.by else ""
    return f"{who}; {words}{by}"


def _excerpt(place: Location, texts: Mapping[str, str], paint: _Paint, code: str) -> list[str]:
    """The source line with a caret under the region."""
    lines = re.split(r"\r\n|\r|\n", texts.get(place.path, ""))
    if not 1 <= place.line <= len(lines):
        return []
    line = lines[place.line - 1]
    end = place.end_column if place.end_line == place.line and place.end_column else len(line) + 1
    before, marked = line[: place.column - 1], line[place.column - 1 : end - 1]
    shown, width = safe(line.expandtabs(1)), max(1, len(safe(marked)))
    offset = len(safe(before.expandtabs(1)))
    if len(shown) > _WIDTH + offset:
        shown = shown[: _WIDTH + offset] + "…"
    number = str(place.line)
    gutter = " " * len(number)
    return [
        f"  {paint(number + ' |', '2')} {shown}",
        f"  {paint(gutter + ' |', '2')} {' ' * offset}{paint('^' * min(width, _WIDTH), code)}",
    ]


def closing(report: Report) -> str:
    """What is said after the findings, on standard error: counts, what was let pass, what is missing."""
    lines: list[str] = []
    for item in report.unreadable:
        lines.append(safe(str(item)))
    for notice in report.notices:
        place = f"{notice.path}:{notice.line}: " if notice.line else f"{notice.path}: " if notice.path else ""
        lines.append(f"{safe(place)}{safe(notice.text)}")
    levels = Counter(item.level for item in report.kept)
    counts = ", ".join(
        f"{levels[level]} {level.value}{'s' * (levels[level] != 1)}" for level in Level if levels[level]
    )
    fates = Counter(item.fate for item in report.passed)
    passed = "".join(f", {count} {fate}" for fate, count in sorted(fates.items()))
    missing = f", {len(report.unreadable)} not analysed" if report.unreadable else ""
    lines.append(
        f"{counts or 'no findings'} in {report.files} file{'s' * (report.files != 1)}{passed}{missing}"
    )
    return "\n".join(lines) + "\n"


def safe(text: str) -> str:
    """Scanned bytes are hostile: control, format and direction characters are shown, never sent."""
    return "".join(character if _harmless(character) else _shown(character) for character in text)


def _harmless(character: str) -> bool:
    return character.isprintable() or unicodedata.category(character) == "Zs"


def _shown(character: str) -> str:
    return f"\\x{ord(character):02x}" if ord(character) < 256 else f"\\u{ord(character):04x}"
