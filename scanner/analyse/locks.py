"""What a lock file holds: uv.lock, poetry.lock, pdm.lock, pylock.toml, Pipfile.lock, package-lock.json.

Locks are large, and written by tools, line by line in one steady layout. They are read as lines: a TOML
parser takes twenty times as long, on every cold scan. Where a line has another shape, the parser is asked
whether the file is TOML at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from scanner import toml
from scanner.analyse.manifests import normalised
from scanner.facts import Package
from scanner.finding import Notice
from scanner.lazily import regex
from scanner.source import Source

Read = tuple[tuple[Package, ...], tuple[Notice, ...]]

# Tables whose lists name what a package needs: of an own package all of its groups, of another the extras
# that somebody asks for. poetry's `package.extras` lists those that nobody does.
_NEEDS = frozenset({"package.optional-dependencies", "package.dev-dependencies"})
_REQUIRED = regex(r"""^\s+(?:\{ ?name = )?["']([A-Za-z0-9][\w.-]*)""")
_INLINE = regex(r"""(?:\{ ?name = |[\[,]\s*)["']([A-Za-z0-9][\w.-]*)""")
_SIZE = regex(r"\bsize = (\d+)")
_KEY = regex(r"""["']?([\w.-]+)["']? = (\S.*)$""")
_HEADER = regex(r"""(?:\[[^\[\]]+\]|\[\[[^\[\]]+\]\])\s*(?:#.*)?$""")
_CLOSED = frozenset({"]", "]]", "}]"})
_ITEM = regex(r"""\s+["{\[\]}'\w]""")


def collect(source: Source) -> Read:
    """The packages of a lock, and a notice where it is malformed. Other files have none."""
    name = source.path.rpartition("/")[2]
    if source.language == "lock":
        return _toml_lock(source)
    if name == "Pipfile.lock":
        return tuple(_pipfile_lock(source.document)), ()
    if name == "package-lock.json":
        return tuple(_package_lock(source.document)), ()
    return (), ()


class _Entry:
    """A package while its lines are read."""

    def __init__(self) -> None:
        self.name = ""
        self.requires: set[str] = set()
        self.wheels: list[int] = []
        self.sdist = 0
        self.own = False


def _toml_lock(source: Source) -> Read:
    entries: list[_Entry] = []
    odd = _read_lines(source.text, entries)
    if odd:
        try:
            toml.loads(source.text)
        except (ValueError, RecursionError) as error:
            said = " ".join(str(error).split())[:150]
            found = re.search(r"at line (\d+)", said)
            return (), (
                Notice(f"not a lock that can be read: {said}", source.path, int(found[1]) if found else odd),
            )
    return _merged(entries), ()


def _merged(entries: list[_Entry]) -> tuple[Package, ...]:
    """One package a name: a lock may hold several versions of one, or an entry for each of its extras."""
    found: dict[str, Package] = {}
    for entry in entries:
        if not entry.name:
            continue
        name = normalised(entry.name)
        before = found.get(name, Package(name, (), 0, False))
        needs = {*before.requires, *(normalised(one) for one in entry.requires)} - {name}
        size = min(entry.wheels, default=0) or entry.sdist
        found[name] = Package(name, tuple(sorted(needs)), max(size, before.size), before.own or entry.own)
    return tuple(found[name] for name in sorted(found))


def _read_lines(text: str, entries: list[_Entry]) -> int:
    """Fill `entries`; returns the first line whose shape no lock has, or 0."""
    entry = _Entry()
    table = open_list = ""
    opened = 0
    for number, line in enumerate(text.split("\n"), 1):
        first = line[:1]
        if not first or first == "#" or line == "\r":
            continue
        if open_list:
            if line.rstrip() in _CLOSED:
                open_list = ""
            elif first != "]" and not _ITEM.match(line):
                return number
            elif open_list == "needs":
                found = _REQUIRED.match(line)
                if found:
                    entry.requires.add(found[1])
            elif open_list == "wheels" and "size = " in line:
                entry.wheels.extend(int(size) for size in _SIZE.findall(line))
        elif first == "[":
            if not _HEADER.match(line):
                return number
            table = line.strip().strip("[]")
            if line.startswith("[[package"):
                entry, table = _Entry(), "package"
                entries.append(entry)
        else:
            found = _KEY.match(line)
            if found is None:
                return number
            open_list = _key(entry, table, found[1], found[2])
            opened = number
    return opened if open_list else 0


def _key(entry: _Entry, table: str, key: str, value: str) -> str:
    """Take in one `key = value`; returns what the list that it opens holds, "" where it opens none."""
    needs = table in _NEEDS or (table == "package" and key == "dependencies")
    if table == "package.dependencies":
        entry.requires.add(key)
    elif needs:
        entry.requires.update(_INLINE.findall(value))
    elif table == "package" and key == "name":
        entry.name = value.strip().strip("\"'")
    elif table == "package" and key == "source":
        entry.own = value.startswith(("{ virtual", "{ editable", "{ directory", "{virtual", "{editable"))
    elif table == "package" and key == "sdist":
        entry.sdist = int(next(iter(_SIZE.findall(value)), 0))
    elif table == "package" and key == "wheels":
        entry.wheels.extend(int(size) for size in _SIZE.findall(value))
    if not value.rstrip().endswith(("[", "[{")):
        return ""
    return "needs" if needs else "wheels" if key in {"wheels", "files"} else "other"


def _pipfile_lock(document: Any) -> Iterator[Package]:
    """Names alone: Pipfile.lock does not say who needs whom."""
    if not isinstance(document, dict):
        return
    sections = (document.get("default"), document.get("develop"))
    names = {normalised(name) for section in sections if isinstance(section, dict) for name in section}
    for name in sorted(names):
        yield Package(name, (), 0, False)


def _package_lock(document: Any) -> Iterator[Package]:
    """npm's, of version 2 and later: `node_modules/a/node_modules/b` is a `b` of its own."""
    packages = document.get("packages") if isinstance(document, dict) else None
    found: dict[str, set[str]] = {}
    for path, body in packages.items() if isinstance(packages, dict) else ():
        name = str(path).rpartition("node_modules/")[2]
        if not name or not isinstance(body, dict):
            continue
        needs = body.get("dependencies")
        found.setdefault(name, set()).update(needs if isinstance(needs, dict) else ())
    for name in sorted(found):
        yield Package(name, tuple(sorted(found[name])), 0, False)
