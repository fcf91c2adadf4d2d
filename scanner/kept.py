"""What is kept of our own files, beside the key of the user's cache: reading and importing all of them costs
more than a hook may. Only ever faster; without that folder everything is made anew."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import Any


def kept(kind: str, of: Iterable[str], make: Callable[[], list[Any]]) -> list[Any]:
    """What `make` gives, as JSON, by the names and digests in `of`."""
    digest = hashlib.sha256("\0".join(of).encode("utf-8", "surrogatepass")).hexdigest()
    base = os.environ.get("XDG_STATE_HOME") or os.path.join(os.path.expanduser("~"), ".local", "state")
    file = Path(base, "assay", f"{kind}-{digest[:32]}.json")
    try:
        rows: list[Any] = json.loads(file.read_bytes())
    except (OSError, ValueError):
        rows = make()
        _keep(file, json.dumps(rows))
    return rows


def _keep(file: Path, text: str) -> None:
    if not file.parent.is_dir():
        return  # nothing of ours is kept for this user; it is made with the key of the cache
    try:
        part = file.with_name(f"{file.name}.{os.getpid()}")
        part.write_text(text, encoding="ascii")
        part.replace(file)
    except OSError:
        return  # it is only faster


def digests(folder: Path, suffixes: Collection[str]) -> dict[str, str]:
    """The files below a folder of ours that end so, each with a digest of its content, sorted by name.

    Contents are taken for the same while names, sizes and times are, as Python does for what it compiled
    of them. Files of others are never judged by their times.
    """
    listed = sorted(_listed(str(folder), "", tuple(suffixes)))

    def made() -> list[list[str]]:
        return [[name, hashlib.sha256((folder / name).read_bytes()).hexdigest()] for name, _ in listed]

    known = [str(folder), *(f"{name} {state}" for name, state in listed)]
    return dict(kept("code", known, made))


def _listed(folder: str, below: str, suffixes: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Name from the top, size and time of change."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(suffixes):
                status = entry.stat()
                yield below + entry.name, f"{status.st_size} {status.st_mtime_ns}"
            elif entry.is_dir():
                yield from _listed(entry.path, f"{below}{entry.name}/", suffixes)
