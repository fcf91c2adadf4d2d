"""assay rules."""

from __future__ import annotations

from typing import Any

import click

from scanner import catalogue
from scanner.cli.table import as_json, columns, format_option
from scanner.rule import FAMILIES, Card
from scanner.weigh import level_of


@click.command("rules")
@click.option("--family", type=click.Choice(sorted(FAMILIES)), help="Only the rules of this family.")
@click.option("--rules", "rule_paths", multiple=True, metavar="PATH", help="Also semgrep rules of your own.")
@format_option
def command(family: str | None, rule_paths: tuple[str, ...], format_: str) -> None:
    """List the rules.

    The level is what a finding has before provenance moves it. A rule marked `preview` is still on trial:
    it runs with --preview, or where --select names it.
    """
    cards = [card for card in catalogue.load(rule_paths).cards if family in (None, card.family)]
    click.echo(
        as_json("rules", [_row(card) for card in cards]) if format_ == "json" else _table(cards), nl=False
    )


def _table(cards: list[Card]) -> str:
    header = ("rule", "family", "severity", "confidence", "level", "", "what is wrong")
    return columns(header, [_cells(card) for card in cards])


def _cells(card: Card) -> tuple[str, ...]:
    on_trial = "preview" if card.preview else ""
    return (
        card.id,
        card.family,
        card.severity.value,
        card.confidence.value,
        _level(card),
        on_trial,
        card.summary,
    )


def _row(card: Card) -> dict[str, Any]:
    return {
        "id": card.id,
        "family": card.family,
        "severity": card.severity.value,
        "confidence": card.confidence.value,
        "level": _level(card),
        "baseRank": card.base_rank,
        "preview": card.preview,
        "summary": card.summary,
        "languages": list(card.languages),
        "engine": card.engine,
        "cwe": list(card.cwe),
        "aliases": list(card.aliases),
        "since": card.since,
    }


def _level(card: Card) -> str:
    return level_of(card.base_rank, card.base_rank).value
