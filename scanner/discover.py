"""Which files there are to look at, in one steady order.

In a git work tree: what git tracks, and what it neither tracks nor ignores. Elsewhere: every file below
the root, hidden folders, environments and caches left out. Links are not followed, so that no path
leaves the root.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from scanner.finding import Notice, Reason, Unreadable
from scanner.frozen import frozen
from scanner.settings import Settings, UsageError, matches

SKIPPED_FOLDERS = frozenset(
    [
        ".git",
        ".hg",
        ".svn",
        ".venv",
        "venv",
        ".tox",
        ".nox",
        "node_modules",
        "__pycache__",
        ".mypy_cache",
        ".ruff_cache",
        ".pytest_cache",
        ".assay_cache",
        ".eggs",
        "site-packages",
    ]
)
_BY_SUFFIX = {
    ".py": "python",
    ".pyi": "python",
    ".ipynb": "notebook",
    ".js": "javascript",
    ".jsx": "javascript",
    ".mjs": "javascript",
    ".cjs": "javascript",
    ".ts": "typescript",
    ".tsx": "typescript",
    ".go": "go",
    ".java": "java",
    ".rb": "ruby",
    ".php": "php",
    ".rs": "rust",
    ".c": "c",
    ".cc": "cpp",
    ".cpp": "cpp",
    ".cs": "csharp",
    ".kt": "kotlin",
    ".scala": "scala",
    ".swift": "swift",
    ".tf": "terraform",
    ".sql": "sql",
    ".rules": "rules",
    ".sh": "shell",
    ".bash": "shell",
    ".yml": "yaml",
    ".yaml": "yaml",
    ".toml": "toml",
    ".json": "json",
    ".md": "markdown",
}
_BY_NAME = {
    "Dockerfile": "dockerfile",
    "Makefile": "makefile",
    "pyproject.toml": "manifest",
    "Pipfile": "manifest",
    "setup.cfg": "manifest",
    "environment.yml": "manifest",
    "environment.yaml": "manifest",
    "tox.ini": "ini",
    ".coveragerc": "ini",
    "pytest.ini": "ini",
    ".pytest.ini": "ini",
    "Pipfile.lock": "json",
    "poetry.lock": "lock",
    "uv.lock": "lock",
    "pdm.lock": "lock",
    "pylock.toml": "lock",
}


@frozen
class File:
    """One file to look at, with its bytes: read once, for every engine and for the cache's key."""

    path: str
    language: str
    data: bytes


@frozen
class Wanted:
    """What the rules of a run can read: some languages whole, of others only certain paths. A repository
    may hold thousands of JSON files, and a rule asks for two of them."""

    languages: frozenset[str]
    paths: tuple[tuple[str, str], ...] = ()  # language, glob

    def covers(self, path: str, language: str) -> bool:
        """Does some rule read this file?"""
        if language in self.languages:
            return True
        return any(language == of and matches(path, glob) for of, glob in self.paths)


NOTHING = Wanted(frozenset())


@frozen
class Discovered:
    """The files of a run, what could not be opened, and what the reader must know."""

    files: tuple[File, ...]
    unreadable: tuple[Unreadable, ...] = ()
    notices: tuple[Notice, ...] = ()
    generated: tuple[str, ...] = ()  # folders that a generator of clients has left its mark in


def language_of(path: str) -> str:
    """The language of a file by its name; "" where the name does not tell."""
    name = path.rpartition("/")[2]
    if name in _BY_NAME:
        return _BY_NAME[name]
    if name.endswith((".txt", ".in")) and ("requirements" in name or path.endswith(f"requirements/{name}")):
        return "manifest"
    if name.startswith("constraints") and name.endswith(".txt"):
        return "manifest"
    if name.startswith("Dockerfile."):
        return "dockerfile"
    if name.startswith("pylock.") and name.endswith(".toml"):
        return "lock"
    return _BY_SUFFIX.get(PurePosixPath(name).suffix.lower(), "")


def discover(settings: Settings, tracked: Iterable[str] | None, wanted: Wanted) -> Discovered:
    """Read the files that some rule asks for.

    Args:
        settings: root, paths, excludes, the largest size.
        tracked: root-relative paths from git, or None outside a repository.
        wanted: what the rules of this run can read.

    Raises:
        UsageError: a path that was asked for does not exist, or lies outside the root.
    """
    root = settings.root
    asked = [relative(root, path) for path in settings.paths]
    unreadable: list[Unreadable] = []
    paths = sorted(set(tracked if tracked is not None else walk(root, unreadable)))
    if asked and "" not in asked:
        named = set(asked)
        below = tuple(f"{path}/" for path in asked)
        paths = [path for path in paths if path in named or path.startswith(below)]
        # A file that was named is looked at even where git ignores it.
        paths = sorted({*paths, *(path for path in asked if (root / path).is_file())})
    files: list[File] = []
    inside = _Inside(root)
    for path in paths:
        if settings.excludes(path) or not inside(path):
            continue
        got = _read(root, path, wanted, settings.max_bytes, named=path in asked)
        if isinstance(got, File):
            files.append(got)
        elif got is not None:
            unreadable.append(got)
    return Discovered(tuple(files), tuple(unreadable), generated=_generated(paths))


def _generated(paths: Iterable[str]) -> tuple[str, ...]:
    """The folders below the root that OpenAPI Generator writes anew each time."""
    marked = {path.partition("/.openapi-generator/")[0] for path in paths if "/.openapi-generator/" in path}
    return tuple(sorted(marked))


def from_bytes(settings: Settings, contents: dict[str, bytes], wanted: Wanted) -> Discovered:
    """The same for contents that do not come from the disk: the index of git, or standard input."""
    files: list[File] = []
    unreadable: list[Unreadable] = []
    for path, data in sorted(contents.items()):
        if settings.excludes(path):
            continue
        language = language_of(path) or _by_shebang(data[:80])
        if wanted.covers(path, language):
            if len(data) > settings.max_bytes:
                unreadable.append(too_large(path, settings.max_bytes, len(data)))
            else:
                files.append(File(path, language, data))
    return Discovered(tuple(files), tuple(unreadable))


def relative(root: Path, path: str) -> str:
    """A path of the command line, relative to the root; "" for the root itself."""
    absolute = Path(os.path.abspath(path))
    if not absolute.exists():
        raise UsageError(f"{path}: no such file or folder")
    try:
        relative = absolute.relative_to(root).as_posix()
    except ValueError:
        try:
            relative = absolute.resolve().relative_to(root.resolve()).as_posix()
        except ValueError:
            raise UsageError(f"{path}: lies outside the root of this scan, {root}") from None
    return "" if relative == "." else relative


class _Inside:
    """Does a path lie in the tree, every folder of it a real one? The index of a repository that came as
    an archive may say anything: `../secret.py`, or a file below what is a link in the work tree."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._known = {"": True}

    def __call__(self, path: str) -> bool:
        return self._folder(path.rpartition("/")[0]) and not path.startswith("/")

    def _folder(self, folder: str) -> bool:
        parts = folder.split("/")
        for end in range(1, len(parts) + 1):
            part = "/".join(parts[:end])
            if part not in self._known:
                self._known[part] = self._real(part, parts[end - 1])
            if not self._known[part]:
                return False
        return True

    def _real(self, part: str, name: str) -> bool:
        return name not in ("", ".", "..") and not os.path.islink(self._root / part)


def walk(root: Path, unreadable: list[Unreadable]) -> Iterator[str]:
    """Every file below the root. No recursion: folders may be nested deeper than a stack."""
    todo = [""]
    while todo:
        folder = todo.pop()
        try:
            with os.scandir(root / folder) as entries:
                found = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
        except OSError as error:
            detail = f"{error.strerror}; check its permissions, or exclude it"
            unreadable.append(Unreadable(folder or ".", Reason.MISSING, detail))
            continue
        for name, is_folder in found:
            path = f"{folder}/{name}" if folder else name
            if not is_folder:
                yield path
            elif name not in SKIPPED_FOLDERS and not name.endswith(".egg-info"):
                todo.append(path)


def _read(root: Path, path: str, wanted: Wanted, limit: int, *, named: bool) -> File | Unreadable | None:
    language = language_of(path)
    if not language:
        if "." in path.rpartition("/")[2] and not named:
            return None  # an extension that none of our languages has
    elif not wanted.covers(path, language):
        return None
    try:
        descriptor = os.open(
            root / path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        )
    except FileNotFoundError:
        return None  # tracked, and deleted in the work tree
    except (OSError, ValueError) as error:
        if _is_special(root / path):
            return None  # a link's target is looked at where it stands; a folder here is a submodule
        return Unreadable(path, Reason.MISSING, f"{getattr(error, 'strerror', error)}; check its permissions")
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        return None  # pipes, devices, folders: a submodule is one
    with os.fdopen(descriptor, "rb") as stream:
        if not language:
            language = _by_shebang(stream.read(80))
            if not wanted.covers(path, language):
                return None
            stream.seek(0)
        if status.st_size > limit:
            return too_large(path, limit, status.st_size)
        return File(path, language, stream.read())


def _is_special(path: Path) -> bool:
    """Is it a link, a folder, a socket …: anything but a file?"""
    try:
        return not stat.S_ISREG(os.lstat(path).st_mode)
    except (OSError, ValueError):
        return False


def too_large(path: str, limit: int, size: int = 0) -> Unreadable:
    """A file that is left alone for its size."""
    said = f"{size:,} bytes, the limit is {limit:,}" if size else f"the limit is {limit:,} bytes"
    return Unreadable(path, Reason.TOO_LARGE, f"{said}; raise `max-bytes` or exclude it")


def _by_shebang(head: bytes) -> str:
    first = head.split(b"\n", 1)[0]
    if not first.startswith(b"#!"):
        return ""
    if b"python" in first:
        return "python"
    return "shell" if first.rstrip().endswith((b"sh", b"bash")) else ""


def expected_unreadable(settings: Settings, item: Unreadable) -> bool:
    """Did the configuration say that this file cannot be read?"""
    return any(matches(item.path, pattern) for pattern in settings.expect_unreadable)
