"""The command line: flags → settings → scan → report. The only place that prints or exits.

Each command is one file, imported when it is called: a hook pays for what it uses.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import sys

import click

import scanner

_COMMANDS = {
    "scan": ("scanner.cli.scan", "Scan a tree, a diff or what is staged."),
    "rules": ("scanner.cli.rules", "List the rules."),
    "explain": ("scanner.cli.explain", "Say what a rule means, or look back at files after an incident."),
    "routes": ("scanner.cli.routes", "Show the routes of a web application, and what guards each."),
    "verify": ("scanner.cli.verify", "Prove what the rules say of tests, by running them. Runs your code."),
    "blame": ("scanner.cli.blame", "Say of each line of a file who or what wrote it, and who reviewed it."),
    "provenance": ("scanner.cli.provenance", "Count lines by who or what wrote them, on what evidence."),
    "dark": ("scanner.cli.dark", "Show agents' lines that nobody is on record to have reviewed."),
    "gate": ("scanner.cli.gate", "Say whether a change may pass, by the policy of its base."),
    "ledger": ("scanner.cli.ledger", "Keep and check the record of reviews."),
    "hook": ("scanner.cli.hook", "Record what an agent edits, and scan it at once."),
    "baseline": ("scanner.cli.baseline", "Write down what is known, so that a scan shows only what is new."),
    "config": ("scanner.cli.config", "Show the settings that a scan here would use."),
    "new": ("scanner.cli.new", "Write the skeleton of a rule and its fixture."),
}
# For those who work on assay itself: they run, and are not listed.
_HIDDEN = {"docs": "scanner.cli.docs"}


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        module = _HIDDEN.get(name) or _COMMANDS.get(name, ("", ""))[0]
        if not module:
            return None
        command: click.Command = importlib.import_module(module).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(scanner.__version__, prog_name="assay", message="%(prog)s %(version)s")
def cli() -> None:
    """Scan the code that AI agents write: what is wrong, who wrote it, who reviewed it."""


def main() -> None:
    """The entry point: turns what went wrong into one line and an exit code."""
    # One run, then the process ends: the cycle collector would walk a growing heap and find nothing.
    gc.disable()
    _forget_the_folder()
    try:
        _refuse_files_named_like_options(sys.argv[1:])
        code = cli.main(standalone_mode=False)
    except (click.exceptions.Abort, KeyboardInterrupt):
        code = 130
    except BrokenPipeError:
        # Whoever read our output has seen enough; the interpreter must not complain when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception as error:  # noqa: BLE001 - a bug of ours must not end with the exit code of a finding
        code = _failed(error)
    sys.exit(code if isinstance(code, int) else 0)


def run() -> None:
    """The `assay` command: `main`, and out. What a run leaves on the heap goes with the process; taking it
    apart object by object, as the interpreter does at its end, costs a large scan a tenth of its time."""
    try:
        main()
    except SystemExit as done:
        with contextlib.suppress(OSError):  # whoever read our output may be gone
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(done.code if isinstance(done.code, int) else 0)


def _failed(error: Exception) -> int:
    """Say what went wrong. Imported here: a run that goes well pays for none of it."""
    from scanner.catalogue import RuleError
    from scanner.report.hostile import safe
    from scanner.settings import UsageError

    if isinstance(error, click.ClickException):
        click.echo(f"assay: {safe(error.format_message())}", err=True)
        return 2
    if isinstance(error, (UsageError, RuleError)):
        click.echo(f"assay: {safe(str(error))}", err=True)
        return 2
    import traceback

    lines = [safe(line) for line in "".join(traceback.format_exception(error)).splitlines()]
    click.echo("\n".join(["assay: this is a bug of ours, please report it:", *lines]), err=True)
    return 3


def _forget_the_folder() -> None:
    """Import nothing from the current folder: it is the scanned one. Python looks there when PYTHONPATH
    has an empty entry, or when it is started with `-c`."""
    here = os.path.realpath(os.curdir)
    ours = os.path.realpath(os.path.dirname(os.path.dirname(scanner.__file__)))
    sys.path[:] = [entry for entry in sys.path if os.path.realpath(entry) != here or here == ours]


def _refuse_files_named_like_options(arguments: list[str]) -> None:
    """A hook is handed file names of the repository: `--isolated`, or `--config=evil.toml`, would be read
    as options of ours."""
    if "--hook" not in arguments or "--" in arguments:
        return
    for name in arguments:
        if name.startswith("-") and os.path.lexists(name):
            raise click.UsageError(f"a file is named like an option: {name}; rename it, or exclude it")
