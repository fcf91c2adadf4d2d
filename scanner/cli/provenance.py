"""assay provenance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import click

from scanner.cli.scan import root_of
from scanner.cli.table import as_object, columns, format_option
from scanner.dark import folder_of
from scanner.history import GitError, History, NoHistory
from scanner.provenance.record import Label
from scanner.provenance.tree import Group, Tally, own, tally, tally_range
from scanner.report.hostile import safe
from scanner.settings import Settings, UsageError, load

_ORDER = [label.value for label in Label]
_BY_AI = (Label.AI.value, Label.MIXED.value)
_MOST_ROWS = 15


@click.command("provenance")
@click.argument("range_", metavar="[A..B]", required=False, default="")
@click.option("--depth", type=click.IntRange(1), default=1, show_default=True, help="How deep folders go.")
@click.option("--no-cache", is_flag=True, help="Neither read nor write .assay_cache.")
@format_option
def command(range_: str, depth: int, no_cache: bool, format_: str) -> None:
    """Count the lines of the tree, or of the range A..B, by who or what wrote them, on what evidence.

    The tree is that of HEAD. Of a range, the lines count that B has and that the commits since A wrote.
    `no-evidence` is not `human`: silence proves nothing. What .gitattributes call generated or vendored is
    left out.
    """
    settings, history = opened()
    counted = _counted(history, settings, range_, not no_cache)
    files = {path: groups for path, groups in counted.files.items() if not settings.excludes(path)}
    if format_ == "json":
        click.echo(as_object(_document(counted, files, depth)), nl=False)
        return
    click.echo(_screen(files, depth), nl=False)
    click.echo(_closing(counted, files), err=True)


def opened() -> tuple[Settings, History]:
    """The settings and the history of the repository around the current folder.

    Raises:
        UsageError: there is no history, or no commit in it.
    """
    root = root_of(())
    history = History.open(root)
    if isinstance(history, NoHistory):
        raise UsageError(str(history))
    if not history.head:
        raise UsageError("there is no commit yet; nothing is on record")
    return load(root), history


def whole(history: History, settings: Settings, cached: bool) -> Tally:
    """The tally of HEAD's tree.

    Raises:
        UsageError: the history could not be read.
    """
    from scanner.analyse.cache import Cache

    try:
        with Cache(settings.root, enabled=cached and settings.cache) as cache:
            return own(history, tally(history, cache))
    except GitError as error:
        raise UsageError(f"the history could not be read: {error}") from error


def _counted(history: History, settings: Settings, range_: str, cached: bool) -> Tally:
    if not range_:
        return whole(history, settings, cached)
    base, dots, head = range_.partition("..")
    if not dots or not base:
        raise UsageError(f"{range_}: write a range as A..B, for example origin/main..HEAD")
    try:
        return own(history, tally_range(history, base, head.lstrip(".") or "HEAD"))
    except GitError as error:
        raise UsageError(str(error)) from error


_Files = Mapping[str, Mapping[Group, int]]


def _sums(files: _Files, of: Callable[[Group], str], *, by_ai: bool = False) -> dict[str, int]:
    """Lines by what `of` says of their group, the most first; with `by_ai`, only those of agents."""
    found: Counter[str] = Counter()
    for groups in files.values():
        for group, lines in groups.items():
            if not by_ai or group.label in _BY_AI:
                found[of(group)] += lines
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def _tables(files: _Files) -> dict[str, dict[str, int]]:
    labels = _sums(files, lambda group: group.label)
    return {
        "labels": {label: labels[label] for label in _ORDER if label in labels},
        "agents": _sums(files, lambda group: group.agent, by_ai=True),
        "models": _sums(files, lambda group: group.model, by_ai=True),
        "review": _sums(files, lambda group: group.tier, by_ai=True),
        "evidence": _sums(files, lambda group: group.evidence),
    }


def _folders(files: _Files, depth: int) -> dict[str, dict[str, int]]:
    found: dict[str, Counter[str]] = {}
    for path, groups in files.items():
        labels = found.setdefault(folder_of(path, depth), Counter())
        for group, lines in groups.items():
            labels[group.label] += lines
    return {
        name: {label: found[name][label] for label in _ORDER if found[name][label]} for name in sorted(found)
    }


def _document(counted: Tally, files: _Files, depth: int) -> dict[str, Any]:
    total = sum(_sums(files, lambda _: "").values())
    tables = {
        name: {key or "(none)": {"lines": n, "share": round(n / total, 4)} for key, n in rows.items()}
        for name, rows in _tables(files).items()
    }
    return {
        "revision": counted.revision,
        "files": len(files),
        "lines": total,
        **tables,
        "directories": _folders(files, depth),
        "generated_or_vendored": {"files": len(counted.marked), "lines": sum(counted.marked.values())},
        "uncounted": list(counted.uncounted),
        "notices": [{"text": one.text, "path": one.path} for one in counted.notices],
    }


_HEADS = {
    "labels": "label",
    "agents": "agent",
    "models": "model",
    "review": "review of agents' lines",
    "evidence": "surest evidence",
}


def _screen(files: _Files, depth: int) -> str:
    total = sum(_sums(files, lambda _: "").values())
    parts = []
    for name, rows in _tables(files).items():
        shown = list(rows.items())[:_MOST_ROWS]
        body = [(key or "(none)", f"{n:,}", f"{100 * n / total:.1f} %") for key, n in shown]
        if body:
            parts.append(columns((_HEADS[name], "lines", "of all"), body))
    folders = sorted(_folders(files, depth).items(), key=lambda item: (-sum(item[1].values()), item[0]))
    labels = [label for label in _ORDER if any(label in row for _, row in folders)]
    cells = [(name, *(f"{row.get(label, 0):,}" for label in labels)) for name, row in folders[:_MOST_ROWS]]
    if cells:
        parts.append(columns(("folder", *labels), cells))
    return "\n".join(parts)


def _closing(counted: Tally, files: _Files) -> str:
    total = sum(_sums(files, lambda _: "").values())
    silent = _sums(files, lambda group: group.label).get(Label.NO_EVIDENCE.value, 0)
    known = f", {100 * (total - silent) / total:.1f} % with evidence" if total else ""
    said = [f"{total:,} lines in {len(files):,} files at {counted.revision[:10]}{known}"]
    if counted.marked:
        lines = sum(counted.marked.values())
        said.append(
            f"left out are {lines:,} lines in {len(counted.marked):,} files that .gitattributes call "
            "generated or vendored"
        )
    if counted.uncounted:
        said.append(f"{len(counted.uncounted)} files without lines (binary) were not counted")
    texts = Counter(one.text for one in counted.notices)
    said += [
        f"notice: {safe(text)}" + (f" ({n} times)" if n > 1 else "") for text, n in sorted(texts.items())[:5]
    ]
    return "\n".join(said)
