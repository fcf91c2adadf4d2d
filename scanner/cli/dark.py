"""assay dark."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click

from scanner.cli.provenance import opened, whole
from scanner.cli.table import as_object, columns, format_option
from scanner.dark import Darkness, Place, darkness
from scanner.settings import Settings


@click.command("dark")
@click.option("--depth", type=click.IntRange(1), default=1, show_default=True, help="How deep folders go.")
@click.option("--top", type=click.IntRange(0), default=10, show_default=True, help="How many rows to show.")
@click.option("--no-tests", is_flag=True, help="Do not look which files tests reach.")
@click.option("--no-cache", is_flag=True, help="Neither read nor write .assay_cache.")
@format_option
def command(depth: int, top: int, no_tests: bool, no_cache: bool, format_: str) -> None:
    """Show the dark code: lines with evidence of an agent and no record of a human review.

    A request that was merged without a named reviewer is no review. Critical paths come first, then dark
    lines; those that no test reaches (Python: no test imports the file, nor what imports it) and those in
    files that no human ever edited count double.
    """
    settings, history = opened()
    settings = replace(settings, cache=settings.cache and not no_cache)
    counted = whole(history, settings, not no_cache)
    found = darkness(counted, settings, depth, {} if no_tests else _reached(settings))
    if format_ == "json":
        click.echo(as_object(_document(found, counted.revision)), nl=False)
        return
    click.echo(_screen(found, top), nl=False)
    click.echo(_closing(found), err=True)


def _reached(settings: Settings) -> dict[str, bool]:
    from scanner.relate.reach import reached_by_tests
    from scanner.scan import survey

    repository = survey(settings)
    reached = reached_by_tests(repository)
    return {path: path in reached for path in repository.files if path.endswith((".py", ".pyi"))}


def _screen(found: Darkness, top: int) -> str:
    header = ("lines", "by agents", "dark", "index", "no test", "no human", "critical")
    parts = []
    for name, places in (("folder", found.folders), ("file", found.files)):
        rows = [(place.path, *_cells(place)) for place in places if place.dark][:top]
        if rows:
            parts.append(columns((name, *header), rows))
    months = [(place.path or "unknown", *_cells(place)[:4]) for place in found.months if place.by_ai]
    if months:
        parts.append(columns(("committed in", *header[:4]), months[-top:] if top else months))
    return "\n".join(parts)


def _cells(place: Place) -> tuple[str, ...]:
    return (
        f"{place.lines:,}",
        f"{place.by_ai:,}",
        f"{place.dark:,}",
        f"{100 * place.index:.1f} %",
        f"{place.untested:,}" if place.untested else "",
        f"{place.unedited:,}" if place.unedited else "",
        "critical" if place.critical else "",
    )


def _closing(found: Darkness) -> str:
    whole_, critical = found.whole, found.critical
    said = [
        f"dark-code index {100 * whole_.index:.1f} %: {whole_.dark:,} of {whole_.lines:,} lines, "
        f"{whole_.by_ai:,} of them by agents"
    ]
    if whole_.untested or whole_.unedited:
        said.append(
            f"{whole_.untested:,} dark lines are reached by no test, and {whole_.unedited:,} are in files "
            "that no human ever edited"
        )
    if critical.lines:
        said.append(
            f"on critical paths {100 * critical.index:.1f} %: {critical.dark:,} of {critical.lines:,}"
        )
    return "\n".join(said)


def _document(found: Darkness, revision: str) -> dict[str, Any]:
    return {
        "revision": revision,
        "total": _row(found.whole),
        "critical": _row(found.critical),
        "folders": [{"path": place.path, **_row(place)} for place in found.folders],
        "files": [{"path": place.path, **_row(place)} for place in found.files],
        "months": [{"month": place.path, **_row(place)} for place in found.months],
    }


def _row(place: Place) -> dict[str, Any]:
    return {
        "lines": place.lines,
        "by_ai": place.by_ai,
        "dark": place.dark,
        "index": round(place.index, 4),
        "on_critical_path": place.critical,
        "only_agents": place.solely,
        "dark_and_reached_by_no_test": place.untested,
        "dark_and_never_edited_by_a_human": place.unedited,
    }
