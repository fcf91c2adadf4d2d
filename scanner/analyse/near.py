"""Which files a few others lean on: what a hook can afford to know of the rest of the repository."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from scanner.facts import Facts

_LIMIT = 60  # files; a hook has a tenth of a second, and each one's facts cost about half a millisecond


def near(own: Mapping[str, Facts], others: Iterable[str]) -> list[str]:
    """Of `others`, the modules that `own` files import, and the conftest files above them; then their
    neighbours, nearest first, as far as the limit goes."""
    tracked = [path for path in others if path.endswith(".py")]
    by_name: dict[str, list[str]] = {}
    for path in tracked:
        by_name.setdefault(_last(path), []).append(path)
    chosen: dict[str, None] = {}
    for facts in own.values():
        for item in facts.imports:
            for path in _modules(item.target.split("."), by_name):
                chosen.setdefault(path)
    folders = {path.rpartition("/")[0] for path in own}
    for path in by_name.get("conftest", []):
        above = path.rpartition("/")[0]
        if any(folder == above or folder.startswith(f"{above}/") or not above for folder in folders):
            chosen.setdefault(path)
    for path in tracked:
        if path.rpartition("/")[0] in folders:
            chosen.setdefault(path)
    return list(chosen)[:_LIMIT]


def _last(path: str) -> str:
    """The last word of the module's dotted name."""
    stem = path.removesuffix(".py").removesuffix("/__init__")
    return stem.rpartition("/")[2]


def _modules(parts: list[str], by_name: Mapping[str, list[str]]) -> list[str]:
    """The files of the longest prefix of a dotted name that names a module of the repository."""
    for end in range(len(parts), 0, -1):
        tail = "/".join(parts[:end])
        found = [
            path
            for path in by_name.get(parts[end - 1], [])
            if f"/{path.removesuffix('.py').removesuffix('/__init__')}".endswith(f"/{tail}")
        ]
        if found:
            return found
    return []
