"""Tables, for people in columns, for programs in JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import click

from scanner.report.hostile import columns as width_of
from scanner.report.hostile import safe

SCHEMA = 1  # raise it when a key of any table is renamed, removed, or changes its meaning

format_option = click.option(
    "-f",
    "--format",
    "format_",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="What to print.",
)


def columns(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Rows in columns as wide as their widest cell, the last one as long as it likes. Cells are made
    harmless first: most of them are text of the scanned repository."""
    shown = [list(header), *([safe(cell) for cell in row] for row in rows)]
    widths = [max(map(width_of, column)) for column in zip(*shown, strict=True)]
    return "".join(f"{_line(row, widths)}\n" for row in shown)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell + " " * (width - width_of(cell)) for cell, width in zip(row, widths, strict=True))
    return "  ".join(padded).rstrip()


def as_json(name: str, rows: Sequence[dict[str, Any]], **about: Any) -> str:
    """`{"schema": 1, …, name: rows}`, in ASCII, so that no terminal is steered by it."""
    return json.dumps({"schema": SCHEMA, **about, name: list(rows)}, indent=2) + "\n"


def as_object(document: dict[str, Any]) -> str:
    """`{"schema": 1, …}` for what is no table."""
    return json.dumps({"schema": SCHEMA, **document}, indent=2) + "\n"
