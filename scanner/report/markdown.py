"""A summary for a job's page or a comment: counts, the highest ranks, what is missing. Small on purpose:
GitHub cuts the summary of a step at one mebibyte."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from scanner.report import wording
from scanner.report.hostile import code, escaped
from scanner.settings import Settings
from scanner.weigh import Report, Weighed

_TOP = 20
_MISSING = 20
_LONG = 300


def render(report: Report) -> str:
    """The report as Markdown."""
    parts = [f"## assay: {wording.levels(report.kept) or 'no findings'}", _counts(report)]
    parts += _highest(report) if report.kept else []
    parts += _missing(report) if report.unreadable or report.notices else []
    return "\n\n".join(parts) + "\n"


def _counts(report: Report) -> str:
    labels = Counter(item.provenance.label.value for item in report.kept)
    fates = Counter(item.fate for item in report.passed)
    said = [f"{wording.counted(report.files, 'file')} scanned"]
    said += [f"origin of the findings: {_listed(labels)}"] if labels else []
    said += [f"let pass: {_listed(fates)}"] if fates else []
    said += [f"{len(report.unreadable)} not analysed"] if report.unreadable else []
    return "; ".join(said) + "."


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{number} {name}" for name, number in sorted(counts.items()))


def _highest(report: Report) -> list[str]:
    kept = report.kept
    top = wording.by_rank(kept)[:_TOP]
    heading = f"The {len(top)} of the highest rank, of {len(kept)}:" if len(kept) > len(top) else "By rank:"
    return [heading, "\n".join(_table(top, report.settings))]


def _table(items: Sequence[Weighed], settings: Settings) -> list[str]:
    rows = ["| rank | level | rule | place | what | origin |", "|--:|---|---|---|---|---|"]
    for item in items:
        place = _cell(code(str(item.finding.location)))
        what, origin = (
            _cell(wording.message_markdown(item)),
            _cell(escaped(wording.origin_of(item, settings))),
        )
        rows.append(f"| {item.rank:g} | {item.level.value} | {item.card.id} | {place} | {what} | {origin} |")
    return rows


def _cell(markdown: str) -> str:
    """A bar ends a cell even inside a code span; one that is escaped already is not escaped again."""
    return markdown.replace("\\|", "|").replace("|", "\\|")


def _missing(report: Report) -> list[str]:
    said = [(item.path, wording.of_unreadable(item)) for item in report.unreadable]
    lines = [f"- {code(path)}: {escaped(text[:_LONG])}" for path, text in said]
    lines += [f"- {escaped(wording.of_notice(notice)[:_LONG])}" for notice in report.notices]
    more = [f"- and {len(lines) - _MISSING} more"] if len(lines) > _MISSING else []
    return ["Not analysed, or to be known:", "\n".join(lines[:_MISSING] + more)]
