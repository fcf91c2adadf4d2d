"""assay baseline."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from scanner.cli.scan import settings_of, write_text
from scanner.weigh import Report

SCHEMA = 1


@click.group("baseline")
def command() -> None:
    """Write down what is known, so that a scan shows only what is new."""


@command.command("write")
@click.argument("paths", nargs=-1, type=click.Path())
@click.option("-o", "--output", default="assay-baseline.json", show_default=True, metavar="FILE")
@click.option("--select", multiple=True, metavar="RULE", help="Only these rules or families.")
@click.option("--ignore", multiple=True, metavar="RULE", help="Leave these rules or families out.")
@click.option("--preview", is_flag=True, help="Also run the rules that are still on trial.")
@click.option("--rules", "rule_paths", multiple=True, metavar="PATH", help="Semgrep rules of your own.")
@click.option("--config", type=click.Path(path_type=Path), help="Read settings from here.")
@click.option("--isolated", is_flag=True, help="Read no settings file.")
@click.option("--no-semgrep", is_flag=True, help="Leave out the rules that semgrep runs.")
@click.pass_context
def write(ctx: click.Context, /, paths: tuple[str, ...], output: str, **options: Any) -> None:
    """Scan PATHS (the whole repository without any), and write the fingerprint of every finding to a file.

    `assay scan --baseline FILE` then counts these as known, and shows the rest. What a comment or the
    settings allow is not written: it is let pass anyhow. Exit code: 0, or 3 where something could not be
    analysed; the file is written all the same, and lacks only what could not be seen.
    """
    from scanner.report import text
    from scanner.scan import scan

    # Ranks and histories change, and must not decide what is known.
    asked = settings_of(paths, {**options, "provenance": "none"})
    report = scan(replace(asked, baseline="", min_rank=0.0, fail_on="never"))
    write_text(output, document(report), "--output")
    click.echo(text.closing(report), nl=False, err=True)
    click.echo(f"wrote {len(report.kept)} fingerprints to {output}", err=True)
    ctx.exit(report.exit_code)


def document(report: Report) -> str:
    """The baseline of a report: fingerprints, and beside each what a person needs to recognise it."""
    found = [
        {
            "fingerprint": item.fingerprint,
            "rule": item.card.id,
            "path": item.finding.location.path,
            "message": item.card.text(item.finding),
        }
        for item in report.kept
    ]
    found.sort(key=lambda entry: (entry["path"], entry["rule"], entry["fingerprint"]))
    return json.dumps({"schema": SCHEMA, "findings": found}, indent=2) + "\n"
