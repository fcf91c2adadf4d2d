"""assay explain."""

from __future__ import annotations

import difflib

import click

from scanner import catalogue, pages
from scanner.catalogue import Catalogue
from scanner.report.hostile import safe
from scanner.settings import UsageError


@click.command("explain")
@click.argument("rule")
@click.option("--rules", "rule_paths", multiple=True, metavar="PATH", help="Also semgrep rules of your own.")
def command(rule: str, rule_paths: tuple[str, ...]) -> None:
    """Say what RULE means, why agents do it, what to do instead, and how often it was right so far.

    This is the rule's page, as Markdown.
    """
    known = catalogue.load(rule_paths)
    card = known.named(rule)
    if card is None:
        raise UsageError(_unknown(rule, known))
    written = catalogue.rules_root() / pages.path_of(card)
    text = written.read_text(encoding="utf-8") if written.is_file() else pages.page(card)
    shown = text.removeprefix(pages.NOTICE).lstrip("\n")
    click.echo("\n".join(safe(line) for line in shown.split("\n")), nl=False)


def _unknown(rule: str, known: Catalogue) -> str:
    names = [name for card in known.cards for name in (card.id, *card.aliases)]
    near = difflib.get_close_matches(rule, names, n=1)
    hint = f"did you mean `{near[0]}`?" if near else "`assay rules` lists them"
    return f"no rule is called `{rule}`; {hint}"
