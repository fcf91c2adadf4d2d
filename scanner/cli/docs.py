"""assay docs: for those who work on assay itself. Writes what would otherwise be written twice."""

from __future__ import annotations

import json
import re
from pathlib import Path

import click

from scanner import catalogue, pages
from scanner.lazily import regex
from scanner.rule import Card
from scanner.settings import UsageError
from scanner.weigh import studies

_HELP = regex(r"(<!-- help: assay(?P<name>[\w -]*) -->\n).*?(<!-- end of help -->)", re.DOTALL)


@click.command("docs")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 and name what is stale.")
@click.pass_context
def command(ctx: click.Context, /, check: bool) -> None:
    """Write the rule pages, their index, and the --help blocks of README.md, in a checkout."""
    root = catalogue.rules_root().parent
    if not (root / "pyproject.toml").is_file():
        raise UsageError("`assay docs` works in a checkout of assay, not from an installed package")
    found = stale(root)
    for path, text in found.items():
        click.echo(f"{path}: {'stale; run `assay docs`' if check else 'written' if text else 'removed'}")
        if not check:
            _put(root / path, text)
    ctx.exit(int(check and bool(found)))


def stale(root: Path) -> dict[str, str]:
    """Every generated file of a checkout that is not as it should be → its text, "" for one too many."""
    wanted = _generated(root)
    found = {path: text for path, text in wanted.items() if _read(root / path) != text}
    orphans = sorted(path.relative_to(root).as_posix() for path in (root / "rules").rglob("*.md"))
    return {**found, **{path: "" for path in orphans if path not in wanted}}


def _generated(root: Path) -> dict[str, str]:
    judged = pages.judged_by_rule(_judged(root))
    cards = catalogue.load().cards
    cited = studies()
    materials = [(card, _material(root, card, judged.get(card.id, pages.Judged()), cited)) for card in cards]
    texts = {f"rules/{pages.path_of(card)}": pages.page(card, material) for card, material in materials}
    texts["rules/README.md"] = pages.index(materials)
    texts["README.md"] = with_help(_read(root / "README.md"))
    return texts


def _material(root: Path, card: Card, judged: pages.Judged, cited: dict[str, str]) -> pages.Material:
    rule = root / "rules" / card.origin
    background = pages.background(_read(rule)) if rule.suffix == ".py" else ""
    files = _fixture(root / "fixtures" / Path(card.origin).with_suffix(""))
    bad, good = (pages.example(files, card.id, kind) for kind in ("ruleid", "ok"))
    unknown = [name for name in card.evidence if name not in cited]
    if unknown:
        raise UsageError(f"{rule}: scanner/evidence.toml does not say what {', '.join(unknown)} is")
    return pages.Material(background, bad, good, judged, tuple(cited[name] for name in card.evidence))


def _fixture(base: Path) -> dict[str, str]:
    """The files of a fixture that are text, by the names that they are shown under."""
    if not base.is_dir():
        return {path.name: _read(path) for path in sorted(base.parent.glob(f"{base.name}.*"))}
    top = base / "after" if (base / "after").is_dir() else base
    paths = (path for path in sorted(top.rglob("*")) if path.is_file())
    return {path.relative_to(top).as_posix(): _read(path) for path in paths}


def _judged(root: Path) -> list[dict[str, object]]:
    lines = _read(root / "benchmarks" / "judged.jsonl").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def with_help(text: str) -> str:
    """A Markdown text with each of its blocks between `<!-- help: assay … -->` and `<!-- end of help -->`
    filled with what that command prints."""
    return _HELP.sub(lambda found: f"{found[1]}{_block(found['name'].split())}{found[3]}", text)


def _block(words: list[str]) -> str:
    name = " ".join(["assay", *words])
    return f"```console\n$ {name} --help\n{_help(words)}\n```\n"


def _help(words: list[str]) -> str:
    from scanner.cli import cli

    target: click.Command = cli
    context = click.Context(cli, info_name="assay", terminal_width=90, **cli.context_settings)
    for word in words:
        inner = target.get_command(context, word) if isinstance(target, click.Group) else None
        if inner is None:
            raise UsageError(f"README.md: there is no command `{' '.join(['assay', *words])}`")
        target = inner
        context = click.Context(target, info_name=word, parent=context, terminal_width=90)
    return target.get_help(context)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (FileNotFoundError, UnicodeDecodeError):
        return ""


def _put(path: Path, text: str) -> None:
    if not text:
        path.unlink()
        return
    path.write_text(text, encoding="utf-8", newline="\n")
