"""assay verify."""

from __future__ import annotations

import os
import sys
from collections import Counter
from dataclasses import replace
from typing import Any

import click

from scanner import report as reports
from scanner.cli.scan import _colored, _progress, _write, settings_of
from scanner.cli.table import as_json, columns
from scanner.proof import Proof, Trace, Verdict
from scanner.report.hostile import safe
from scanner.settings import UsageError
from scanner.weigh import Report

_FORMAT = click.Choice(list(reports.FORMATS))


@click.command("verify")
@click.argument("names", nargs=-1, metavar="[PATHS|TESTS]...")
@click.option("--all", "whole", is_flag=True, help="Every test, not only those that a rule flags.")
@click.option("--trace", is_flag=True, help="Alter nothing; count the oracles that each test executes.")
@click.option(
    "--python",
    metavar="PATH",
    default="",
    help="The project's interpreter. [default: the active environment's, .venv, else `python`]",
)
@click.option(
    "--command",
    "command_",
    metavar="TEXT",
    default="",
    help="What runs the tests, in the end through pytest. [default: PYTHON -m pytest]",
)
@click.option(
    "--timeout",
    type=click.FloatRange(0.1, 3600),
    default=20.0,
    show_default=True,
    metavar="SECONDS",
    help="How long one run of one test may take.",
)
@click.option("--network", is_flag=True, help="Let the tests reach other machines.")
@click.option("--select", multiple=True, metavar="RULE", help="Only what these rules flag. [default: tests]")
@click.option(
    "-f", "--format", "format_", type=_FORMAT, default="text", show_default=True, help="What to print."
)
@click.option("-o", "--output", "outputs", multiple=True, metavar="FORMAT=FILE", help="Also write a report.")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "note", "never"]),
    help="The lowest level that makes the exit code 1. [default: error]",
)
@click.option("--provenance", type=click.Choice(["none", "findings"]), help="As for `assay scan`.")
@click.option("--jobs", type=click.IntRange(min=0), help="Processes; 0 means as many as there are cores.")
@click.option("--no-cache", is_flag=True, help="Forget what the last run proved.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True)
@click.pass_context
def command(ctx: click.Context, /, names: tuple[str, ...], **options: Any) -> None:
    """Run tests with the code under test altered, and see whether they notice.

    This is the only command that runs the project's code. It runs in a copy, with limits of time and of
    processes, and without a network. TESTS are pytest's: tests/test_a.py::TestB::test_c.

    A finding whose test an alteration kills by an assertion is cleared; one whose test survives them all is
    proved, and ranks higher.

    Exit code: as for `assay scan`; 3 also where the tests could not be run.
    """
    from scanner.verify import Request, verify

    settings = settings_of(names, options)
    request = Request(
        names,
        options["whole"],
        options["trace"],
        options["python"],
        options["command_"],
        options["timeout"],
        options["network"],
    )
    with _progress(quiet=False) as say:
        found = verify(settings, request, lambda text: _announce(text), say)
    for target in options["outputs"]:
        _write(target, found.report)
    if options["trace"]:
        click.echo(_traces(found.traces, options["format_"]), nl=False)
        click.echo(_closing_of_traces(found.traces, found.report), nl=False, err=True)
        ctx.exit(3 if replace(found.report, kept=()).exit_code == 3 else 0)
    if options["format_"] != "text":
        click.echo(reports.render(found.report, options["format_"]), nl=False)
    else:
        _print(found.report, color=_colored(options["color"]))
    ctx.exit(found.report.exit_code)


def _announce(text: str) -> None:
    wipe = "\r\x1b[K" if sys.stderr.isatty() and os.environ.get("TERM") != "dumb" else ""
    click.echo(f"{wipe}{safe(text)}", err=True)


def _print(report: Report, *, color: bool) -> None:
    from scanner.report import text

    body = text.render(report, color=color)
    shown = {(item.proof.path, item.proof.test) for item in report.kept if item.proof is not None}
    rest = [one for one in report.proofs if (one.path, one.test) not in shown]
    table = columns(("test", "proof"), [(_name(one), one.words) for one in rest]) if rest else ""
    click.echo("\n".join(part for part in (body, table) if part), nl=False, color=True)
    click.echo(text.closing(report), nl=False, err=True)
    click.echo(_counts(report.proofs), err=True)


def _name(one: Proof | Trace) -> str:
    return "::".join([one.path, *one.test.split(".")])


def _counts(proofs: tuple[Proof, ...]) -> str:
    counts = Counter(one.verdict for one in proofs)
    said = [f"{counts[verdict]} {words}" for verdict, words in _COUNTED if counts[verdict]]
    tests = f"{len(proofs)} test{'s' if len(proofs) != 1 else ''}"
    return f"{tests}: {', '.join(said)}" if said else "no test was run"


_COUNTED = (
    (Verdict.SURVIVED, "survived every alteration"),
    (Verdict.CRASHES, "notice crashes only"),
    (Verdict.KILLED, "killed by an assertion"),
    (Verdict.UNKNOWN, "unknown"),
)


# Oracles that ran


def _traces(traces: tuple[Trace, ...], format_: str) -> str:
    if format_ == "text":
        rows = [(_name(one), one.status, f"{one.judged:,}", ", ".join(one.rules)) for one in traces]
        return columns(("test", "status", "oracles", "rules"), rows) if rows else ""
    if format_ != "json":
        raise UsageError("--trace prints text or json")
    return as_json(
        "tests",
        [
            {
                "path": one.path,
                "test": one.test,
                "status": one.status,
                "oracles": dict(one.oracles),
                "judged": one.judged,
                "rules": list(one.rules),
            }
            for one in traces
        ],
    )


def _closing_of_traces(traces: tuple[Trace, ...], report: Report) -> str:
    from scanner.report import wording

    passed = [one for one in traces if one.status == "passed"]
    without = [one for one in passed if not one.judged]
    flagged = [one for one in without if one.rules]
    lines = [wording.of_notice(notice) for notice in report.notices]
    lines.append(
        f"{len(traces):,} tests, {len(passed):,} passed; in {len(without):,} of these no oracle ran, and the "
        f"rules flag {len(flagged):,} of them"
    )
    return "".join(f"{line}\n" for line in lines)
