"""What a repository tells pytest: which files, classes and functions are tests, and how async ones run."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping, Sequence
from dataclasses import field

from scanner.facts import Facts
from scanner.frozen import frozen
from scanner.lazily import regex

_TESTS = regex(r"(?:^|[/_-])(?:tests?|e2e|unit|integration)/")
_FILES = ("test_*.py", "*_test.py")
_UNITTEST_FILES = regex(r"(?:^|/)(?:tests?|[^/]*_tests?)[^/]*\.py$")  # of unittest, Django, trial, zope
_NEVER_ENTERED = (".*", "build", "dist", "CVS", "_darcs", "{arch}", "*.egg", "venv", "node_modules")
_PROJECTS = frozenset({"pyproject.toml", "setup.py", "setup.cfg", "requirements.txt"})


@frozen
class Runner:
    """pytest's settings, by the folder that they hold for; "" is the root."""

    settings: Mapping[str, Mapping[str, str]]
    projects: frozenset[str] = frozenset()  # the folders that hold a manifest
    _known: dict[tuple[str, str], Sequence[str]] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, files: Mapping[str, Facts]) -> Runner:
        found: dict[str, dict[str, str]] = {}
        for path, facts in files.items():
            if facts.pytest:
                found.setdefault(path.rpartition("/")[0], dict(facts.pytest))
        folders = (path.rpartition("/") for path in files)
        return cls(found, frozenset(folder for folder, _, name in folders if name in _PROJECTS))

    def _around(self, path: str) -> tuple[str, Mapping[str, str]]:
        """The settings nearest above a file, and their folder."""
        folder = path.rpartition("/")[0]
        while True:
            if folder in self.settings:
                return folder, self.settings[folder]
            if not folder:
                return "", {}
            folder = folder.rpartition("/")[0]

    def collects(self, path: str) -> bool | None:
        """Would pytest look for test functions in a file? None for a script that happens to be named like
        a test: the settings leave it out, and it is no test of a project of its own further down."""
        folder, settings = self._around(path)
        paths = settings.get("testpaths", "").split()
        inside = path[len(folder) + 1 :] if folder else path
        if (
            paths
            and not any(_is_below(inside, item.strip("./")) for item in paths)
            and not (_TESTS.search(path) and self._is_of_another_project(folder, path))
        ):
            return None
        barred = settings.get("norecursedirs", "").split() or _NEVER_ENTERED
        if any(fnmatch.fnmatchcase(part, one) for part in inside.split("/")[:-1] for one in barred):
            return None
        name = path.rpartition("/")[2]
        patterns = settings.get("python_files", "").split() or _FILES
        return any(fnmatch.fnmatch(name, pattern.rpartition("/")[2]) for pattern in patterns)

    def _is_of_another_project(self, folder: str, path: str) -> bool:
        """Does a manifest lie between the settings and a file? Then it is tested by itself."""
        around = path.rpartition("/")[0]
        while around != folder and around:
            if around in self.projects:
                return True
            around = around.rpartition("/")[0]
        return False

    def loads(self, path: str) -> bool:
        """Would unittest's discovery, or that of a runner like it, load a file?"""
        return _UNITTEST_FILES.search(path) is not None

    def is_test(self, path: str, name: str) -> bool:
        """Would pytest run a function of that name as a test, in a file that it collects?"""
        return _is_named(name, self._patterns(path, "python_functions", "test"))

    def is_suite(self, path: str, name: str) -> bool:
        """Would pytest look for tests in a class of that name?"""
        return _is_named(name, self._patterns(path, "python_classes", "Test"))

    def _patterns(self, path: str, key: str, usual: str) -> Sequence[str]:
        """The names that a setting lists; remembered, since every function of a folder is asked about."""
        folder = path.rpartition("/")[0]
        known = self._known.get((folder, key))
        if known is None:
            known = self._known[folder, key] = self.setting(path, key).split() or [usual]
        return known

    def setting(self, path: str, key: str) -> str:
        """The value of one setting that holds for a file; "" where there is none."""
        return self._around(path)[1].get(key, "")


_GLOB = frozenset("*?[")


def _is_named(name: str, patterns: Sequence[str]) -> bool:
    """pytest's own reading of its lists: each entry is a prefix, or a glob."""
    return any(
        name.startswith(one) or (not _GLOB.isdisjoint(one) and fnmatch.fnmatchcase(name, one))
        for one in patterns
    )


def _is_below(path: str, folder: str) -> bool:
    return (
        not folder or path == folder or path.startswith(f"{folder}/") or fnmatch.fnmatch(path, f"{folder}/*")
    )
