"""assay hook."""

from __future__ import annotations

import json
import os
import stat
import sys
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import click

from scanner.cli.scan import root_of
from scanner.finding import Level
from scanner.history import GitError, History
from scanner.hunks import Ranges, added_ranges
from scanner.provenance import agent_trace, edits
from scanner.report.hostile import safe
from scanner.settings import UsageError, load
from scanner.weigh import Weighed

_READERS: Mapping[str, tuple[str, Callable[[Mapping[str, Any]], edits.Edit | None]]] = {
    "claude": ("claude-code", edits.of_claude),
    "cursor": ("cursor", edits.of_cursor),
}
_LARGEST = 20_000_000
# To Claude Code, 2 says "look at this before you go on", and 1 that the hook itself failed.
_FAILED, _LOOK = 1, 2


@click.command("hook")
@click.argument("agent", type=click.Choice(sorted(_READERS)))
@click.option("--no-scan", is_flag=True, help="Only record; do not scan what was edited.")
@click.pass_context
def command(ctx: click.Context, agent: str, no_scan: bool) -> None:
    """Record the edit that AGENT's hook describes on standard input, and scan the lines it wrote.

    For Claude Code: `assay hook claude` as a PostToolUse hook on Edit|MultiEdit|Write. For Cursor:
    `assay hook cursor` as an afterFileEdit hook. The record goes to .agent-trace/traces.jsonl; prompts and
    texts do not. Exit code: 0, 2 with findings on standard error (which Claude Code hands to the agent),
    1 where the hook itself failed.
    """
    try:
        ctx.exit(_hook(agent, sys.stdin.buffer.read(_LARGEST + 1), scan_too=not no_scan))
    except (ValueError, RecursionError, OSError, GitError, UsageError) as error:
        click.echo(f"assay hook: {safe(str(error))}", err=True)
        ctx.exit(_FAILED)


def _hook(agent: str, raw: bytes, *, scan_too: bool) -> int:
    if len(raw) > _LARGEST:
        raise ValueError("the event is too large")
    event = json.loads(raw)
    if not isinstance(event, dict):
        raise ValueError("the event is not an object")
    tool, reader = _READERS[agent]
    edit = reader(event)
    if edit is None or not edit.path:
        return 0
    file = Path(os.path.abspath(edit.path))
    root = root_of((str(file),))
    if not file.is_relative_to(root) or file.is_symlink() or not file.is_file():
        return 0
    path, content = file.relative_to(root).as_posix(), file.read_bytes()
    ranges = _record(root, path, content, edit, tool)
    return _scan(root, path, ranges) if ranges and scan_too and agent == "claude" else 0


def _record(root: Path, path: str, content: bytes, edit: edits.Edit, tool: str) -> Ranges:
    """Add the edit to the store, and give back its lines; outside a repository nothing is kept."""
    history = History.open(root)
    if not isinstance(history, History):
        return edits.lines_in(edit, content, None)
    old = history.file_at(history.head, path) if history.head else None
    ranges = edits.lines_in(edit, content, None if old is None else added_ranges(old, content))
    if ranges and history.head:
        entry = edits.record(
            path,
            ranges,
            edit,
            tool=tool,
            revision=history.head,
            identifier=str(uuid.uuid4()),
            time=datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        )
        _append(root / agent_trace.FILE, json.dumps(entry, separators=(",", ":")) + "\n")
    return ranges


def _append(file: Path, line: str) -> None:
    """Add a line to a store in the repository, never through a link that leads out of it."""
    file.parent.mkdir(exist_ok=True)
    if file.parent.is_symlink():
        raise OSError(f"{file.parent.name} is a link; nothing was recorded")
    flags = (
        os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    )
    descriptor = os.open(file, flags, 0o644)
    with os.fdopen(descriptor, "ab") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(f"{file.name} is not a regular file; nothing was recorded")
        stream.write(line.encode("ascii"))


def _scan(root: Path, path: str, ranges: Ranges) -> int:
    """The findings in the lines just written, for the agent to read."""
    from scanner.report.wording import instead, message
    from scanner.scan import scan

    settings = load(root)
    asked = replace(settings, paths=(str(root / path),), provenance="none", semgrep=False, jobs=1)
    found = [
        item
        for item in scan(asked).kept
        if item.level.value != "note"
        and item.finding.location.path == path
        and any(
            start <= item.finding.location.end_line and item.finding.location.line <= end
            for start, end in ranges
        )
    ]
    for item in found:
        place = f"{safe(path)}:{item.finding.location.line}"
        click.echo(f"{place}: {item.card.id}: {message(item)}. Instead: {instead(item)}", err=True)
    return _LOOK if found else 0


def _is_told(item: Weighed, path: str, ranges: Ranges) -> bool:
    """Does a finding lie in the lines just written, and is it worth an interruption?"""
    place = item.finding.location
    if item.level is Level.NOTE or place.path != path:
        return False
    return any(start <= place.end_line and place.line <= end for start, end in ranges)
