"""assay scan."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from scanner import report as reports
from scanner.profile import UNASKED, Measured
from scanner.settings import JUDGING, Settings, UsageError, load
from scanner.weigh import Report

_FORMAT = click.Choice(list(reports.FORMATS))


@click.command("scan")
@click.argument("paths", nargs=-1, type=click.Path())
@click.option("--staged", is_flag=True, help="Only what is staged, and only lines that the commit changes.")
@click.option(
    "--diff",
    metavar="[REF]",
    is_flag=False,
    flag_value="",
    help="Only lines that changed since the merge base with REF (or with what the branch came from).",
)
@click.option(
    "--hook",
    is_flag=True,
    help="For pre-commit: --staged, quiet when clean; scans the given files where nothing is staged.",
)
@click.option(
    "--stdin-filename",
    metavar="PATH",
    default="stdin.py",
    show_default=True,
    help="The name of what `-` reads.",
)
@click.option(
    "-f", "--format", "format_", type=_FORMAT, default="text", show_default=True, help="What to print."
)
@click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    metavar="FORMAT=FILE",
    help="Also write a report to a file; repeatable.",
)
@click.option(
    "--select",
    multiple=True,
    metavar="RULE",
    help="Only these rules or families; repeatable, or with commas.",
)
@click.option("--ignore", multiple=True, metavar="RULE", help="Leave these rules or families out.")
@click.option("--preview", is_flag=True, help="Also run the rules that are still on trial.")
@click.option(
    "--rules",
    "rule_paths",
    multiple=True,
    metavar="PATH",
    help="Semgrep rules of your own: a file or a folder.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "note", "never"]),
    help="The lowest level that makes the exit code 1. [default: error]",
)
@click.option("--min-rank", type=click.FloatRange(0, 100), help="Leave out what ranks lower.")
@click.option("--weights", metavar="none|default|FILE", help="How provenance moves ranks. [default: default]")
@click.option(
    "--provenance",
    type=click.Choice(["none", "findings"]),
    help="Attribute the lines of findings, or nothing. [default: findings]",
)
@click.option(
    "--baseline", metavar="FILE", help="Leave out what this file knows; `assay baseline write` makes one."
)
@click.option(
    "--gate", is_flag=True, help="With --diff: also say whether the change may pass; see `assay gate`."
)
@click.option("--reviews", metavar="FILE", help="For --gate: reviews that a platform exported.")
@click.option("--config", type=click.Path(path_type=Path), help="Read settings from here.")
@click.option("--isolated", is_flag=True, help="Read no settings file.")
@click.option(
    "--jobs", type=click.IntRange(min=0), help="Processes; 0 means as many as there are cores. [default: 0]"
)
@click.option("--no-semgrep", is_flag=True, help="Leave out the rules that semgrep runs.")
@click.option(
    "--online", is_flag=True, help="Also ask the package indexes of your pip and uv for names nobody knows."
)
@click.option("--no-cache", is_flag=True, help="Neither read nor write .assay_cache.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True)
@click.option(
    "--profile", is_flag=True, help="Say on standard error what the run costs, by step and by rule."
)
@click.option("-q", "--quiet", is_flag=True, help="Print findings and errors only.")
@click.pass_context
def command(ctx: click.Context, /, paths: tuple[str, ...], **options: Any) -> None:
    """Scan PATHS (the whole repository without any; `-` for standard input).

    Exit code: 0 clean or below --fail-on, 1 findings, 2 usage or configuration, 3 something could not be
    analysed.
    """
    from scanner.scan import scan

    settings = settings_of(paths, options)
    if options["gate"]:
        settings = _by_the_base(settings)
    stdin = sys.stdin.buffer.read() if settings.mode == "stdin" else b""
    profile = Measured() if options["profile"] else UNASKED
    with _progress(quiet=options["quiet"] or settings.hook) as say:
        report = scan(settings, stdin, say, profile)
    profile.step("report")
    for target in options["outputs"]:
        _write(target, report)
    try:
        _print(report, options)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has seen enough; the interpreter must not complain when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if isinstance(profile, Measured):
        click.echo(profile.render(), nl=False, err=True)
    ctx.exit(_gated(report, settings, options["reviews"]) if options["gate"] else report.exit_code)


def _by_the_base(settings: Settings) -> Settings:
    """The settings of a gated run: what the change could loosen is taken from where it started."""
    from scanner.cli.gate import settings_of_base
    from scanner.cli.provenance import opened

    if settings.mode != "diff":
        raise UsageError("--gate judges a change; name its base with --diff REF")
    start, judging = settings_of_base(opened()[1], settings.diff_base)
    loose = {key.replace("-", "_"): getattr(judging, key.replace("-", "_")) for key in JUDGING}
    return replace(settings, **loose, diff_base=start)


def _gated(report: Report, settings: Settings, reviews: str | None) -> int:
    from scanner.cli.gate import exit_code, screen, verdict_of
    from scanner.cli.provenance import opened

    verdict = verdict_of(opened()[1], settings.diff_base, settings, report, reviews, "")
    click.echo(screen(verdict), nl=False, err=True)
    return exit_code(report, verdict)


@contextlib.contextmanager
def _progress(*, quiet: bool) -> Iterator[Callable[[str], None]]:
    """Says on a terminal's standard error which step is under way, on one line that it wipes in the end."""
    if quiet or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield lambda text: None
        return
    try:
        yield lambda text: click.echo(f"\r\x1b[K{text} …", nl=False, err=True)
    finally:
        click.echo("\r\x1b[K", nl=False, err=True)


def settings_of(paths: tuple[str, ...], options: dict[str, Any]) -> Settings:
    """Settings of a run: the repository's file, the environment, then flags."""
    root = root_of(paths)
    base = load(root, options.get("config"), isolated=bool(options.get("isolated")))
    flags: dict[str, Any] = {
        "select": _names(options.get("select")),
        "ignore": _names(options.get("ignore")),
        "rule_paths": options.get("rule_paths") or None,
        "fail_on": options.get("fail_on"),
        "min_rank": options.get("min_rank"),
        "weights": options.get("weights"),
        "provenance": options.get("provenance"),
        "baseline": options.get("baseline"),
        "jobs": options.get("jobs"),
        "preview": options.get("preview") or None,
        "semgrep": False if options.get("no_semgrep") else None,
        "online": options.get("online") or None,
        "cache": False if options.get("no_cache") else None,
        "hook": options.get("hook") or None,
    }
    changes = {key: value for key, value in flags.items() if value is not None and value != ()}
    return replace(base, **{"paths": paths, **_mode(paths, options), **changes})


def _mode(paths: tuple[str, ...], options: dict[str, Any]) -> dict[str, Any]:
    diff = options.get("diff") is not None
    chosen = [name for name, given in (("staged", options.get("staged")), ("diff", diff)) if given]
    if len(chosen) > 1:
        raise UsageError("--staged and --diff exclude each other")
    if "-" in paths:
        if len(paths) > 1 or chosen:
            raise UsageError("`-` reads one file from standard input, and goes with no other path or mode")
        return {"mode": "stdin", "stdin_filename": options.get("stdin_filename") or "stdin.py", "paths": ()}
    if diff:
        return {"mode": "diff", "diff_base": options["diff"]}
    if options.get("staged") or options.get("hook"):
        return {"mode": "staged"}
    return {"mode": "tree"}


def _names(values: Any) -> tuple[str, ...]:
    return tuple(part.strip() for value in values or () for part in value.split(",") if part.strip())


def root_of(paths: tuple[str, ...]) -> Path:
    """The top of the git work tree around the first path; else the folder itself."""
    first = Path(os.path.abspath(paths[0] if paths and paths[0] != "-" else "."))
    start = first if first.is_dir() else first.parent
    for folder in (start, *start.parents):
        if (folder / ".git").exists():
            return folder
    return start


def _write(target: str, report: Report) -> None:
    name, _, path = target.partition("=")
    if name not in reports.FORMATS or not path:
        raise UsageError(
            f"--output {target}: write FORMAT=FILE, with FORMAT one of {', '.join(reports.FORMATS)}"
        )
    write_text(path, reports.render(report, name), f"--output {target}")


def write_text(path: str, text: str, flag: str) -> None:
    """Write a file whole or not at all; what goes wrong is a UsageError that names the flag.

    A device or a pipe (`/dev/null`, `/dev/stderr`) is written into: replacing one would break the machine.
    """
    file = Path(path)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if path.startswith("/dev/") or (file.exists() and not file.is_file()):
            file.write_text(text, encoding="utf-8", newline="\n")
        else:
            _write_whole(file, text)
    except OSError as error:
        raise UsageError(f"{flag}: {path}: {error.strerror}") from error


def _write_whole(file: Path, text: str) -> None:
    """Beside the file first, under a name that nobody can have made a link of, then in its place."""
    part = file.with_name(f"{file.name}.{os.getpid()}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        part.replace(file)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def _print(report: Report, options: dict[str, Any]) -> None:
    if options["format_"] != "text":
        click.echo(reports.render(report, options["format_"]), nl=False)
        return
    from scanner.report import text

    quiet = options["quiet"] or report.settings.hook
    body = text.render(report, color=_colored(options["color"]))
    if body:
        click.echo(body, nl=False, color=True)
    closing = text.closing(report)
    if closing and not (quiet and not report.kept and report.exit_code != 3):
        click.echo(closing, nl=False, err=True)


def _colored(choice: str) -> bool:
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
