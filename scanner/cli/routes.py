"""assay routes."""

from __future__ import annotations

from typing import Any

import click

from scanner.cli.scan import settings_of
from scanner.cli.table import as_json, columns, format_option
from scanner.relate.routes import Endpoint


@click.command("routes")
@click.argument("paths", nargs=-1, type=click.Path())
@click.option("--unguarded", is_flag=True, help="Only routes that ask nobody who they are.")
@click.option("--no-cache", is_flag=True, help="Neither read nor write .assay_cache.")
@format_option
def command(paths: tuple[str, ...], unguarded: bool, no_cache: bool, format_: str) -> None:
    """Show the routes of the web application under PATHS, and what guards each.

    Guards are decorators, dependencies, permission classes and middleware, those of routers above
    included. `in its body` is a handler that refuses by itself, with 401, 403 or a way to the sign-in;
    `not decided` marks what only a run of the application would tell.
    """
    from scanner.scan import survey

    web = survey(settings_of(paths, {"no_cache": no_cache})).web
    found = [item for item in web.endpoints if not (unguarded and _auth(item) != "no")]
    if format_ == "json":
        click.echo(as_json("routes", [_row(item) for item in found]), nl=False)
        return
    header = ("method", "path", "handler", "auth", "guards", "place")
    click.echo(columns(header, [_cells(item) for item in found]), nl=False)
    click.echo(_closing(found), err=True)


def _cells(item: Endpoint) -> tuple[str, ...]:
    return (
        "WS" if item.route.websocket else ",".join(item.route.methods),
        " ".join(item.paths) if item.mounted is not False else f"{item.paths[0]} (not mounted)",
        item.name,
        _auth(item),
        ", ".join(dict.fromkeys(name.rpartition(".")[2] for name in item.guards)),
        f"{item.facts.path}:{item.route.place.line}",
    )


def _auth(item: Endpoint) -> str:
    if item.auth:
        return "yes"
    if item.undecided:
        return "not decided"
    return "in its body" if "denies" in item.traits else "no"


def _closing(found: list[Endpoint]) -> str:
    open_ = sum(1 for item in found if _auth(item) == "no")
    undecided = sum(1 for item in found if _auth(item) == "not decided")
    return f"{len(found)} routes: {open_} without a guard, {undecided} not decided"


def _row(item: Endpoint) -> dict[str, Any]:
    return {
        "framework": item.route.framework,
        "methods": list(item.route.methods),
        "paths": list(item.paths),
        "websocket": item.route.websocket,
        "handler": item.handler,
        "parameters": list(item.parameters),
        "router": item.route.router,
        "mounted": item.mounted,
        "authenticated": None if item.undecided and not item.auth else item.auth,
        "refuses": "denies" in item.traits,
        "limited": item.limited,
        "guards": list(item.guards),
        "path": item.facts.path,
        "line": item.route.place.line,
    }
