"""Workflow commands: findings as annotations of a GitHub Actions run.

GitHub keeps the first ten of each kind in a step: so the highest ranks come first, and how many there
are in all is said in the log. SARIF, uploaded, has no such limit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from scanner.discover import expected_unreadable
from scanner.finding import Level
from scanner.report import wording
from scanner.report.hostile import safe
from scanner.report.lines import Texts
from scanner.settings import Settings
from scanner.weigh import Report, Weighed

_KIND = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}
_MAX = 10  # of each kind in a step; what follows is dropped without a word


_Place = dict[str, str | int | None]


def render(report: Report) -> str:
    """One command a line: what was not analysed, then findings by rank; then what found no room."""
    annotations = [*_problems(report), *_findings(report)]
    totals = Counter(kind for kind, _ in annotations)
    room = Counter(dict.fromkeys(totals, _MAX))
    lines = []
    for kind, line in annotations:
        if room[kind]:
            room[kind] -= 1
            lines.append(line)
    lines += [
        f"assay: {_MAX} of {totals[kind]} annotations of kind {kind}, by rank; the full report has the rest"
        for kind in _KIND.values()
        if totals[kind] > _MAX
    ]
    return "".join(f"{line}\n" for line in lines)


def _problems(report: Report) -> Iterable[tuple[str, str]]:
    for item in report.unreadable:
        kind = "notice" if expected_unreadable(report.settings, item) else "error"
        place: _Place = {"file": item.path, "line": item.line or None}
        yield kind, _command(kind, wording.of_unreadable(item), title="assay: not analysed", **place)
    for notice in report.notices:
        kind = "error" if notice.incomplete else "notice"
        place = {"file": notice.path or None, "line": notice.line or None}
        yield kind, _command(kind, wording.of_notice(notice), title="assay", **place)


def _findings(report: Report) -> Iterable[tuple[str, str]]:
    texts = Texts(report.texts, report.shown)
    for item in wording.by_rank(report.kept):
        kind = _KIND[item.level]
        yield (
            kind,
            _command(
                kind, _message(item, report.settings), title=f"assay: {item.card.id}", **_place(item, texts)
            ),
        )


def _place(item: Weighed, texts: Texts) -> _Place:
    place, lines = item.finding.location, texts[item.finding.location.path]
    if lines is None:
        return {"file": place.path}
    place = lines.within(place)
    where: _Place = {"file": place.path, "line": place.line, "endLine": place.end_line}
    if place.line != place.end_line:
        return where  # columns of different lines are refused
    column, end = (lines.utf16(place.line, each) for each in (place.column, place.end_column))
    return {**where, "col": column, "endColumn": end}


def _message(item: Weighed, settings: Settings) -> str:
    parts = [wording.message(item)]
    parts += [f"{other.label}: {other.location}" for other in item.finding.related]
    parts.append(f"Instead: {wording.instead(item)}" if item.card.instead else "")
    origin = wording.origin_of(item, settings)
    parts += [f"Origin: {origin}" if origin else "", f"Rank: {item.weighing}"]
    return "\n".join(safe(part) for part in parts if part)


def _command(kind: str, message: str, **properties: str | int | None) -> str:
    """A workflow command. Line ends and separators are escaped, so that no text can start another."""
    said = (f"{key}={_property(str(value))}" for key, value in properties.items() if value is not None)
    return f"::{kind} {','.join(said)}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(safe(text)).replace(":", "%3A").replace(",", "%2C")
