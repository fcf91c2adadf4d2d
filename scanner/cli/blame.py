"""assay blame."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Any

import click

from scanner.cli.scan import root_of
from scanner.cli.table import as_json, columns, format_option
from scanner.history import History
from scanner.lazily import regex
from scanner.provenance import LineProvenance, blame_lines
from scanner.provenance.record import Provenance
from scanner.report.hostile import safe
from scanner.report.json_ import evidence
from scanner.settings import UsageError

_LINE_END = regex(r"\r\n|\r|\n")


@click.command("blame")
@click.argument("file", type=click.Path())
@format_option
def command(file: str, format_: str) -> None:
    """Say of each line of FILE who or what wrote it, on what evidence, and who reviewed it.

    `no-evidence` is not `human`: silence proves nothing. `unknown` means that the history could not be
    read, and says why.
    """
    absolute = Path(os.path.abspath(file))
    try:
        content = absolute.read_bytes()
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}") from error
    root = root_of((file,))
    path = absolute.relative_to(root).as_posix()
    lines = blame_lines(path, History.open(root), content)
    if format_ == "json":
        click.echo(as_json("lines", [_row(line) for line in lines], path=path), nl=False)
        return
    texts = _LINE_END.split(content.decode("utf-8", "replace"))
    header = ("line", "label", "agent", "model", "evidence", "review", "")
    click.echo(columns(header, [_cells(line, texts[line.line - 1]) for line in lines]), nl=False)
    click.echo(_closing(lines), err=True)


def _cells(line: LineProvenance, text: str) -> tuple[str, ...]:
    found = line.provenance
    evidence = ", ".join(dict.fromkeys(one.kind for one in found.evidence))
    where = " ".join(part for part in (found.commit[:10], evidence) if part)
    review = " by ".join(
        [found.review.tier.value, *([", ".join(found.review.by)] if found.review.by else [])]
    )
    return (
        str(line.line),
        found.label.value,
        found.agent,
        found.model,
        where,
        review,
        text.expandtabs(4),
    )


def _closing(lines: tuple[LineProvenance, ...]) -> str:
    counts = Counter(line.provenance.label.value for line in lines)
    said = ", ".join(f"{count} {label}" for label, count in sorted(counts.items(), key=lambda item: -item[1]))
    reasons = Counter(line.provenance.reason for line in lines if line.provenance.reason)
    because = [f"{count} of them: {safe(reason)}" for reason, count in sorted(reasons.items())]
    return "\n".join([f"{len(lines)} lines: {said or 'nothing'}", *because])


def _row(line: LineProvenance) -> dict[str, Any]:
    found: Provenance = line.provenance
    return {
        "line": line.line,
        "label": found.label.value,
        "confidence": found.confidence,
        "agent": found.agent,
        "model": found.model,
        "commit": found.commit,
        "evidence": [evidence(one) for one in found.evidence],
        "review": {
            "tier": found.review.tier.value,
            "by": list(found.review.by),
            "evidence": found.review.evidence,
            "signed": found.review.signed,
        },
        "unattended": found.unattended,
        "reason": found.reason,
    }
