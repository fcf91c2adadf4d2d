"""Copies of the repository to run in: what git tracks, what it neither tracks nor ignores, and of what it
ignores the modules that a build left among the sources."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from scanner.discover import SKIPPED_FOLDERS, walk
from scanner.finding import Unreadable
from scanner.history import GitError, History, NoHistory
from scanner.settings import UsageError

_BUILT = (".py", ".so", ".pyd", ".dylib")
_NEVER = SKIPPED_FOLDERS | {"build", "dist"}


def files_of(root: Path, history: History | NoHistory) -> list[str]:
    """What belongs into a copy, sorted; links that lead out of the tree are left out."""
    if isinstance(history, NoHistory):
        unreadable: list[Unreadable] = []
        found: Iterable[str] = walk(root, unreadable)
    else:
        try:
            found = {*history.tracked_files(), *filter(_is_built, history.ignored_files())}
        except GitError as error:
            raise UsageError(f"git cannot list the files of {root}: {error}") from error
    return sorted(path for path in found if _is_copied(root, path))


def _is_built(path: str) -> bool:
    return path.endswith(_BUILT) and not _NEVER.intersection(path.split("/"))


def _is_copied(root: Path, path: str) -> bool:
    place = root / path
    if not place.is_symlink():
        return place.is_file()
    target = os.readlink(place)
    if os.path.isabs(target):
        return False
    return Path(os.path.normpath(place.parent / target)).is_relative_to(root)


def copy(root: Path, paths: Iterable[str], target: Path) -> str:
    """Copy files below `target`; returns a digest of their names and contents."""
    digest = hashlib.sha256()
    for path in paths:
        source, there = root / path, target / path
        there.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copy2(source, there, follow_symlinks=False)
            data = os.fsencode(os.readlink(there)) if there.is_symlink() else there.read_bytes()
        except OSError as error:
            raise UsageError(f"{path} cannot be copied: {error.strerror}") from error
        name = path.encode("utf-8", "surrogateescape")
        digest.update(b"%d %d\0" % (len(name), len(data)) + name + data)
    return digest.hexdigest()
