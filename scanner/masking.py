"""Secrets in the code, on their way to a reader: blotted out, whichever output shows them.

A rule says which region is a secret (`at(…, secret=node)`, or `masks = True` where all that it marks is
one). The region is kept, the text never: not in the cache, not in an output. Whatever is shown has the
text of these regions replaced by stars of the same length, at every place where it occurs, so that
columns still hold. Their length is no secret, since the region tells it anyhow.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from scanner.finding import Arguments, Finding, Location, Related
from scanner.lazily import regex

_QUOTES = regex(r"[A-Za-z]{0,3}(\"\"\"|'''|\"|')")
_SHORT = 4  # what is shorter occurs everywhere: only its own place is blotted out
_NEWLINE = regex(r"\r\n|\r|\n")


def blotted(text: str, secrets: Iterable[str]) -> str:
    """The text with every one of the secrets as stars."""
    found = _any_of(secrets)
    return text if found is None else found.sub(lambda match: _stars(match.group()), text)


def blotted_texts(texts: Mapping[str, str], places: Iterable[Location]) -> tuple[dict[str, str], list[str]]:
    """Of these texts, by path, those that hold a secret, as they may be shown; and the secrets. `places`
    are regions that are secrets."""
    spans: dict[str, set[tuple[int, int]]] = {}
    for place in places:
        if place.path in texts:
            spans.setdefault(place.path, set()).add(_span(texts[place.path], place))
    secrets = sorted({texts[path][start:end] for path, found in spans.items() for start, end in found})
    shown = {}
    for path, text in texts.items():
        clean = text
        for start, end in spans.get(path, ()):
            clean = clean[:start] + _stars(clean[start:end]) + clean[end:]
        clean = blotted(clean, secrets)
        if clean != text:
            shown[path] = clean
    return shown, secrets


def blotted_finding(finding: Finding, secrets: Iterable[str]) -> Finding:
    """The finding with the secrets blotted out of all that it says. A repair that would quote one is left
    out."""
    known = tuple(secrets)
    if not known:
        return finding
    fix = finding.fix
    if fix is not None and any(blotted(edit.text, known) != edit.text for edit in fix.edits):
        fix = None
    return replace(
        finding,
        symbol=blotted(finding.symbol, known),
        arguments=_pairs(finding.arguments, known),
        details=_pairs(finding.details, known),
        related=_labels(finding.related, known),
        flow=_labels(finding.flow, known),
        fix=fix,
    )


def places_of(finding: Finding, *, whole: bool) -> tuple[Location, ...]:
    """The regions of a finding that are secrets; with `whole`, its own is."""
    return (*finding.secrets, finding.location) if whole else finding.secrets


def _pairs(pairs: Arguments, secrets: tuple[str, ...]) -> Arguments:
    return tuple((key, blotted(value, secrets)) for key, value in pairs)


def _labels(others: tuple[Related, ...], secrets: tuple[str, ...]) -> tuple[Related, ...]:
    return tuple(replace(other, label=blotted(other.label, secrets)) for other in others)


def _any_of(secrets: Iterable[str]) -> re.Pattern[str] | None:
    words = sorted((one for one in set(secrets) if len(one) >= _SHORT), key=lambda one: (-len(one), one))
    return re.compile("|".join(map(re.escape, words))) if words else None


def _stars(text: str) -> str:
    return "".join(character if character in "\r\n" else "*" for character in text)


def _span(text: str, place: Location) -> tuple[int, int]:
    """The offsets of a region, without the quotes of a literal."""
    starts = [0, *(found.end() for found in _NEWLINE.finditer(text))]
    start, end = (
        min(starts[min(line, len(starts)) - 1] + column - 1, len(text))
        for line, column in ((place.line, place.column), (place.end_line, place.end_column))
    )
    opening = _QUOTES.match(text, start, end)
    if opening is not None and text.endswith(opening[1], opening.end(), end):
        return opening.end(), end - len(opening[1])
    return start, max(start, end)
