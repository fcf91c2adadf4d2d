"""assay config."""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from scanner.cli.scan import root_of
from scanner.cli.table import as_json, columns, format_option
from scanner.settings import Critical, Waiver, described


@click.group("config")
def command() -> None:
    """Look at the settings that a scan here would use."""


@command.command("show")
@click.argument("path", type=click.Path(), default=".")
@click.option("--config", type=click.Path(path_type=Path), help="Read settings from here.")
@click.option("--isolated", is_flag=True, help="Read no settings file.")
@format_option
def show(path: str, config: Path | None, isolated: bool, format_: str) -> None:
    """Print every key of [tool.assay], its value, and where that comes from.

    A flag of `assay scan` beats the environment (ASSAY_FAIL_ON=warning), which beats the settings file
    (assay.toml, else [tool.assay] in pyproject.toml, at the top of the repository around PATH).
    """
    root = root_of((path,))
    rows = [(key, _plain(value), origin) for key, value, origin in described(root, config, isolated=isolated)]
    if format_ == "json":
        found = [{"key": key, "value": value, "origin": origin} for key, value, origin in rows]
        click.echo(as_json("settings", found, root=str(root)), nl=False)
        return
    cells = [(key, json.dumps(value, ensure_ascii=False), origin) for key, value, origin in rows]
    click.echo(columns(("key", "value", "from"), cells), nl=False)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, (Waiver, Critical)):
        return _plain(dataclasses.asdict(value))
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, (datetime.date, datetime.time)) else value
