"""Findings for a person in a terminal: file by file, each with its source line and a caret, why, instead,
provenance and rank."""

from __future__ import annotations

from collections import Counter
from itertools import groupby

from scanner.finding import Level, Location, Related
from scanner.report import wording
from scanner.report.hostile import cells, columns, safe
from scanner.report.lines import Texts
from scanner.settings import Settings
from scanner.weigh import Report, Weighed

_COLOR = {Level.ERROR: "31", Level.WARNING: "33", Level.NOTE: "36"}
_BEFORE, _AFTER = 60, 100  # characters of a source line to the left of a region, and from its start on
_MANY = 10  # findings that fit on a screen; of more, the highest ranks are named at the end
_FIRST = 5


def render(report: Report, *, color: bool = False) -> str:
    """The kept findings, file by file; "" where there are none."""
    paint = _Paint(color)
    texts = Texts(report.texts, report.shown)
    taught: set[tuple[str, str]] = set()
    blocks: list[str] = []
    for path, group in groupby(report.kept, key=lambda item: item.finding.location.path):
        items = list(group)
        blocks.append(f"{paint(safe(path), '1;4')}  {wording.levels(tuple(items))}\n")
        blocks += [_finding(item, texts, paint, taught, report.settings) for item in items]
    return "\n".join(blocks)


class _Paint:
    def __init__(self, color: bool) -> None:
        self.color = color

    def __call__(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.color and text else text


def _finding(
    item: Weighed, texts: Texts, paint: _Paint, taught: set[tuple[str, str]], settings: Settings
) -> str:
    place = item.finding.location
    color = _COLOR[item.level]
    level = paint(item.level.value, f"1;{color}")
    lines = [
        f"{paint(safe(str(place)), '1')}  {level} {item.card.id}  rank {item.rank:g}",
        f"  {wording.message(item)}",
        *_excerpt(place, texts, paint, color),
    ]
    said = [(safe(other.label), safe(str(other.location))) for other in item.finding.related]
    said += [(safe(key), safe(value)) for key, value in item.finding.details]
    said += [(f"step {number}", _step(step)) for number, step in enumerate(item.finding.flow, 1)]
    if item.proof is not None:
        said.append(("proof", safe(item.proof.words)))
    said += _lesson(item, taught)
    said.append(("origin", wording.origin_of(item, settings)))
    if item.factors:  # without any, the rank is the rule's own, and stands above
        said.append(("rank", item.weighing))
    lines += [f"  {paint(f'{name}:', '2')} {value}" for name, value in said if value]
    return "\n".join(lines) + "\n"


def _step(step: Related) -> str:
    return f"{safe(str(step.location))}  {safe(step.label)}"


def _lesson(item: Weighed, taught: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """Why and instead. A lesson is read once, not at each finding; what names this finding's own is said."""
    lessons = [("why", safe(item.card.why)), ("instead", wording.instead(item))]
    new = [(name, value) for name, value in lessons if (item.card.id, value) not in taught]
    taught.update((item.card.id, value) for _, value in new)
    return new


def _excerpt(place: Location, texts: Texts, paint: _Paint, color: str) -> list[str]:
    """The source line with a caret under the region; of an endless line, the part around it."""
    lines = texts[place.path]
    if lines is None:
        return []
    place = lines.within(place)
    line = lines.line(place.line)
    several = place.end_line > place.line
    start = place.column - 1
    end = len(line.rstrip()) if several else place.end_column - 1
    first, last = max(0, start - _BEFORE), start + _AFTER
    shown = cells(line[first:last])
    offset = sum(columns(cell) for cell in shown[: start - first])
    width = sum(columns(cell) for cell in shown[start - first : max(start, end) - first])
    head, tail = "…" * (first > 0), "…" * (len(line) > last)
    number = str(place.line)
    onward = f" to line {place.end_line}" if several else ""
    return [
        f"  {paint(f'{number} |', '2')} {head}{''.join(shown)}{tail}".rstrip(),
        f"  {paint(f'{chr(32) * len(number)} |', '2')} {' ' * (offset + len(head))}"
        f"{paint('^' * max(1, width), color)}{paint(onward, '2')}",
    ]


def closing(report: Report) -> str:
    """What is said after the findings, on standard error: what is missing, the highest ranks of many,
    and counts, of what was let pass too."""
    lines = [f"{_place(item.path, item.line)}{wording.of_unreadable(item)}" for item in report.unreadable]
    lines += [wording.of_notice(notice) for notice in report.notices]
    if len(report.kept) > _MANY:
        lines.append("highest ranks:")
        lines += [_highest(item) for item in wording.by_rank(report.kept)[:_FIRST]]
    fates = Counter(item.fate for item in report.passed)
    passed = "".join(f", {count} {fate}" for fate, count in sorted(fates.items()))
    missing = f", {len(report.unreadable)} not analysed" if report.unreadable else ""
    counts = wording.levels(report.kept) or "no findings"
    lines.append(f"{counts} in {wording.counted(report.files, 'file')}{passed}{missing}")
    return "\n".join(lines) + "\n"


def _place(path: str, line: int) -> str:
    return safe(f"{path}:{line}: " if line else f"{path}: ")


def _highest(item: Weighed) -> str:
    return f"  {item.rank:5g}  {item.card.id}  {safe(str(item.finding.location))}"
