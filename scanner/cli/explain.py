"""assay explain."""

from __future__ import annotations

import difflib
from typing import Any

import click

from scanner import catalogue, pages
from scanner.catalogue import Catalogue
from scanner.cli.table import as_object, columns, format_option
from scanner.history import GitError, History
from scanner.lazily import regex
from scanner.postmortem import PostMortem, look_back
from scanner.report.hostile import safe
from scanner.settings import UsageError
from scanner.weigh import studies

_STUDY = regex(r"E\d{2,3}\Z")
_DAY = regex(r"\d{4}-\d{2}-\d{2}\Z")
_MOST_ROWS = 20


@click.command("explain")
@click.argument("rule", required=False, default="")
@click.option("--rules", "rule_paths", multiple=True, metavar="PATH", help="Also semgrep rules of your own.")
@click.option("--paths", multiple=True, metavar="GLOB", help="Look back at these files instead.")
@click.option("--since", default="", metavar="REF|DAY", help="With --paths: only lines that came later.")
@format_option
def command(rule: str, rule_paths: tuple[str, ...], paths: tuple[str, ...], since: str, format_: str) -> None:
    """Say what RULE means, why agents do it, what to do instead, and how often it was right so far.

    This is the rule's page, as Markdown; of a study that a weighing cites, as E24, it is a line. With
    --paths instead of a rule, look back at files after something went wrong: how many of their lines agents
    wrote, which commits brought them, and what the ledger says was found in them, or let pass, at the time.
    """
    if bool(rule) == bool(paths):
        raise UsageError("name a rule, or files to look back at with --paths")
    if paths:
        _look_back(paths, since, format_)
        return
    if since or format_ != "text":
        raise UsageError("--since and --format go with --paths")
    if _STUDY.match(rule):
        click.echo(_study(rule))
        return
    known = catalogue.load(rule_paths)
    card = known.named(rule)
    if card is None:
        raise UsageError(_unknown(rule, known))
    written = catalogue.rules_root() / pages.path_of(card)
    text = written.read_text(encoding="utf-8") if written.is_file() else pages.page(card)
    shown = text.removeprefix(pages.NOTICE).lstrip("\n")
    click.echo("\n".join(safe(line) for line in shown.split("\n")), nl=False)


def _study(name: str) -> str:
    known = studies()
    if name not in known:
        raise UsageError(f"no study is called {name}; a weighing cites those that there are")
    return known[name]


def _unknown(rule: str, known: Catalogue) -> str:
    names = [name for card in known.cards for name in (card.id, *card.aliases)]
    near = difflib.get_close_matches(rule, names, n=1)
    hint = f"did you mean `{near[0]}`?" if near else "`assay rules` lists them"
    return f"no rule is called `{rule}`; {hint}"


# Looking back


def _look_back(paths: tuple[str, ...], since: str, format_: str) -> None:
    from scanner.cli.provenance import opened

    _, history = opened()
    try:
        start = _start(history, since)
        found = look_back(history, paths, start)
    except GitError as error:
        raise UsageError(str(error)) from error
    if not found.files:
        raise UsageError(f"--paths {', '.join(paths)}: no tracked text file matches")
    if format_ == "json":
        click.echo(as_object(_document(found, start)), nl=False)
        return
    click.echo(_screen(found), nl=False)
    click.echo(_closing(found, start), err=True)


def _start(history: History, since: str) -> str:
    if not _DAY.match(since):
        return history.resolve(since) if since else ""
    # Before the first commit lies nothing: then all of it is younger.
    return history.last_before(since)


def _screen(found: PostMortem) -> str:
    total = sum(found.labels.values()) or 1
    labels = sorted(found.labels.items(), key=lambda item: (-item[1], item[0]))
    shares = [(label, f"{lines:,}", f"{100 * lines / total:.1f} %") for label, lines in labels]
    parts = [columns(("label", "lines", "of all"), shares)]
    rows = [
        (one.commit[:10], one.day, f"{one.lines:,}", one.label, one.agent, one.review, one.subject)
        for one in found.introduced[:_MOST_ROWS]
    ]
    parts.append(columns(("commit", "day", "lines", "label", "agent", "review", ""), rows))
    said = [
        (str(entry.number), entry.recorded, "passed" if entry.passed else "failed", *_of_finding(finding))
        for entry in found.known
        for finding in entry.findings or [{}]
    ]
    if said:
        header = ("entry", "recorded", "gate", "finding", "at", "then", "")
        parts.append(columns(header, said[-_MOST_ROWS:]))
    return "\n".join(parts)


def _of_finding(finding: Any) -> tuple[str, ...]:
    if not finding:
        return "(none)", "", "", ""
    return finding["rule"], f"{finding['path']}:{finding['line']}", finding["fate"], finding["reason"]


def _closing(found: PostMortem, start: str) -> str:
    total = sum(found.labels.values())
    by_ai = found.labels.get("ai", 0) + found.labels.get("mixed", 0)
    share = f"{100 * by_ai / total:.1f} %" if total else "none"
    since = f" since {start[:10]}" if start else ""
    said = [f"{total:,} lines in {found.files} files{since}; {share} of them by agents"]
    if not found.known:
        said.append("the ledger has no entry about these files")
    if found.left_out:
        said.append(f"{found.left_out} more files match and were left out")
    return "\n".join(said)


def _document(found: PostMortem, start: str) -> dict[str, Any]:
    return {
        "since": start,
        "files": found.files,
        "left_out": found.left_out,
        "labels": {label: {"lines": lines} for label, lines in found.labels.items()},
        "commits": [
            {
                "commit": one.commit,
                "day": one.day,
                "subject": one.subject,
                "label": one.label,
                "agent": one.agent,
                "review": one.review,
                "lines": one.lines,
            }
            for one in found.introduced
        ],
        "ledger": [
            {
                "entry": one.number,
                "recorded": one.recorded,
                "head": one.head,
                "passed": one.passed,
                "findings": [dict(finding) for finding in one.findings],
            }
            for one in found.known
        ],
    }
