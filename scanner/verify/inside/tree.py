"""The project's files as a run sees them: which are tests, which are the code under test; and the copy kept
as it was."""

from __future__ import annotations

import ast
import contextlib
import os
import shutil
import sys
from typing import Any

LIVE, TEST, FOREIGN = "live", "test", ""


class Tree:
    """The copy that the tests run in.

    `origin` is the user's own tree: an installation in place may import from there in spite of all.
    """

    def __init__(self, root: str, origin: str, tests: list[str]) -> None:
        self._bases = [os.path.realpath(base) + os.sep for base in (root, origin) if base]
        self._tests = frozenset(tests)
        self._known: dict[str, tuple[str, str]] = {}
        self._oracles: dict[str, dict[int, str]] = {}

    def place(self, filename: str) -> tuple[str, str]:
        """The role of a code object's file, and its path in the project; "" for foreign code."""
        known = self._known.get(filename)
        if known is None:
            known = self._known[filename] = self._place(filename)
        return known

    def place_of(self, cls: type) -> tuple[str, str]:
        """The same for the file that a class is written in."""
        file = getattr(sys.modules.get(cls.__module__), "__file__", None)
        return self.place(file) if file else (FOREIGN, "")

    def owns(self, cls: type) -> bool:
        """Is a class written in the project, in its tests too?"""
        return bool(self.place_of(cls)[0])

    def _place(self, filename: str) -> tuple[str, str]:
        if not filename.endswith(".py"):
            return FOREIGN, ""
        real = os.path.realpath(filename)
        for base in self._bases:
            if real.startswith(base):
                path = real[len(base) :].replace(os.sep, "/")
                if "site-packages/" in path:
                    return FOREIGN, ""
                return (TEST if path in self._tests else LIVE), path
        return FOREIGN, ""

    def oracles(self, filename: str) -> dict[int, str]:
        """The lines of a test file where something decides whether it fails: line → assert | raise."""
        known = self._oracles.get(filename)
        if known is None:
            known = self._oracles[filename] = _oracle_lines(filename)
        return known


def _oracle_lines(filename: str) -> dict[int, str]:
    try:
        with open(filename, "rb") as stream:
            tree = ast.parse(stream.read())
    except (OSError, SyntaxError, ValueError):
        return {}
    found: dict[int, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert):
            for line in range(node.lineno, (node.end_lineno or node.lineno) + 1):
                found[line] = "assert"
        elif isinstance(node, ast.If) and any(map(_fails, [*node.body, *node.orelse])):
            found.setdefault(node.test.lineno, "raise")
        elif isinstance(node, ast.Try) and any(map(_fails, _branches(node))):
            found.setdefault(node.body[0].lineno, "raise")
    return found


def _branches(node: ast.Try) -> list[ast.stmt]:
    return [*node.body, *node.orelse, *(item for one in node.handlers for item in one.body)]


def _fails(statement: ast.stmt) -> bool:
    """Does a statement make the test fail: `raise`, `pytest.fail(…)`, `self.fail(…)`?"""
    if isinstance(statement, ast.Raise):
        return statement.exc is not None
    if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)):
        return False
    called = statement.value.func
    return getattr(called, "attr", getattr(called, "id", "")) in ("fail", "exit")


# Putting back


class Keeper:
    """Puts the copy back as it was, from a second one that no test knows of."""

    def __init__(self, root: str, pristine: str) -> None:
        self._root = root
        self._pristine = pristine
        self._as_it_was = _listing(root)

    def put_back(self) -> tuple[bool, list[str]]:
        """Undo what a run did to the copy: did it do anything, and which files had it deleted?"""
        now = _listing(self._root)
        if now == self._as_it_was:
            return False, []
        for path in sorted(set(now) - set(self._as_it_was), reverse=True):
            _remove(os.path.join(self._root, path))
        gone = sorted(set(self._as_it_was) - set(now))
        changed = [path for path in now if self._as_it_was.get(path, now[path]) != now[path]]
        for path in [*gone, *sorted(changed)]:
            self._restore(path)
        self._as_it_was.update(_listing(self._root))
        return True, [path for path in gone if os.path.isfile(os.path.join(self._pristine, path))]

    def _restore(self, path: str) -> None:
        source, target = os.path.join(self._pristine, path), os.path.join(self._root, path)
        if os.path.isdir(source):
            os.makedirs(target, exist_ok=True)
        elif os.path.lexists(source):
            os.makedirs(os.path.dirname(target), exist_ok=True)
            _remove(target)
            shutil.copy2(source, target, follow_symlinks=False)


_LEFT = frozenset(["__pycache__", ".pytest_cache", ".hypothesis", ".coverage"])


def _listing(root: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    todo = [""]
    while todo:
        folder = todo.pop()
        try:
            entries = list(os.scandir(os.path.join(root, folder)))
        except OSError:
            continue
        for entry in entries:
            if entry.name in _LEFT:
                continue
            path = f"{folder}/{entry.name}" if folder else entry.name
            if entry.is_dir(follow_symlinks=False):
                found[path] = "folder"
                todo.append(path)
            else:
                status = entry.stat(follow_symlinks=False)
                found[path] = (status.st_size, status.st_mtime_ns, status.st_mode)
    return found


def _remove(path: str) -> None:
    with contextlib.suppress(OSError):
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path, ignore_errors=True)
        elif os.path.lexists(path):
            os.unlink(path)
