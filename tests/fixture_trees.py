"""Fixtures as trees to scan: what is marked in them, and how they are laid out.

A fixture is `fixtures/<topic>/<rule>.<suffix>`, one file, or `fixtures/<topic>/<rule>/`, a small
repository; with folders `before` and `after` in it, a change. A file's first line may say where it
stands: `# path: tests/test_x.py`. Marks stand above the line that they speak of:

    # ruleid: copied-helper → pkg.text.slugify     the rule must speak here (and name this)
    # ok: copied-helper                            it must not
    # todoruleid: copied-helper                    it should, and does not yet
    # todook: copied-helper                        it should not, and still does

Where no comment can stand (JSON), an `expected.txt` in the folder lists `path:line → text`.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "fixtures"
_MARK = re.compile(
    r"(?:#|//|--|<!--)\s*(ruleid|ok|todoruleid|todook):\s*([\w-]+)(?:\s*→\s*(.*?))?\s*(?:-->)?\s*$"
)
_PATH = re.compile(r"(?:#|//|--)\s*path:\s*(\S+)")


@dataclass(frozen=True)
class Mark:
    """One expectation: at `path`, on `line`, `rule` speaks (or not), and its text holds `text`."""

    kind: str
    rule: str
    path: str
    line: int
    text: str = ""


def fixture_of(origin: str) -> Path | None:
    """The fixture of a rule file: the file or folder of the same name under fixtures/."""
    base = FIXTURES / Path(origin).with_suffix("")
    if base.is_dir():
        return base
    found = [path for path in sorted(base.parent.glob(f"{base.name}.*")) if ".fixed" not in path.suffixes]
    return found[0] if found else None


def lay_out(fixture: Path, root: Path) -> tuple[Mark, ...]:
    """Copy a fixture below `root` as the tree that it stands for; returns what is marked."""
    if fixture.is_dir():
        source = fixture / "after" if (fixture / "after").is_dir() else fixture
        shutil.copytree(source, root, dirs_exist_ok=True, ignore=shutil.ignore_patterns("expected.txt"))
        return tuple(
            mark for path in sorted(source.rglob("*")) if path.is_file() for mark in _marks(path, source)
        )
    text = fixture.read_text(encoding="utf-8")
    named = _PATH.match(text)
    target = root / (named[1] if named else fixture.name)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    return _marks(target, root)


def _marks(path: Path, root: Path) -> tuple[Mark, ...]:
    if path.name == "expected.txt":
        return tuple(
            _expected(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()
        )
    lines = path.read_text(encoding="utf-8").splitlines()
    relative = path.relative_to(root).as_posix()
    found = []
    for number, line in enumerate(lines, 1):
        mark = _MARK.search(line)
        if mark is None:
            continue
        target = number + 1
        while target <= len(lines) and _MARK.search(lines[target - 1]):
            target += 1
        found.append(Mark(mark[1], mark[2], relative, target, (mark[3] or "").strip()))
    return tuple(found)


def _expected(line: str) -> Mark:
    place, _, text = line.partition("→")
    rule, where = place.split(maxsplit=1) if " " in place.strip() else ("", place)
    path, _, number = where.strip().rpartition(":")
    return Mark("ruleid", rule, path, int(number), text.strip())
