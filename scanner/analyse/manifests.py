"""Declared dependencies, read from the project's own manifests; nothing is run, installed or asked.

pyproject.toml (PEP 621 and 735, poetry, pdm, hatch, uv), requirements files, setup.cfg, setup.py as far as
its lists are literal, Pipfile, environment.yml. A file that includes others (`-r`, `-c`) is read for its own
lines only: what it includes is a manifest of its own, so that a circle does no harm. The Python that a
project asks for is kept as a requirement called `python`.
"""

from __future__ import annotations

import ast
import configparser
import re
from collections.abc import Iterator
from typing import Any

from scanner.facts import Place, Requirement
from scanner.finding import Notice
from scanner.source import Source, offset_table, place_at

Read = tuple[tuple[Requirement, ...], tuple[Notice, ...]]
_Declared = tuple[str, str]  # group, and the requirement as written


def collect(source: Source) -> Read:
    """The requirements of a manifest, and a notice for each entry that cannot be read. Other files have
    none."""
    name = source.path.rpartition("/")[2]
    reader = _READERS.get(name)
    if reader is None and name.endswith((".txt", ".in")) and source.language == "manifest":
        reader = _requirements_file
    if reader is None:
        return (), ()
    try:
        declared = list(reader(source))
    except (configparser.Error, AttributeError, TypeError, ValueError) as error:
        text = f"its dependencies cannot be read: {' '.join(str(error).split())[:150]}"
        return (), (Notice(text, source.path),)
    return _located(source, declared)


def _located(source: Source, declared: list[_Declared]) -> Read:
    table = offset_table(source.text)
    found: list[Requirement] = []
    said: list[Notice] = []
    for group, text in declared:
        place = _place(source, table, text)
        parsed = parse(text)
        if parsed is None:
            said.append(Notice(f"not a requirement that can be read: `{text[:80]}`", source.path, place.line))
        elif parsed[0]:
            found.append(Requirement(*parsed, group, place))
    return tuple(found), tuple(said)


def _place(source: Source, table: list[int], text: str) -> Place:
    """Where a requirement is written; the first line where it is put together from several values."""
    start = source.text.find(text)
    if start < 0:
        name = re.split(r"[^\w.-]", text, maxsplit=1)[0]
        found = re.search(rf"(?m)^\s*[\"']?{re.escape(name)}\b", source.text)
        if found is None:
            return Place(1, 1, 1, 1)
        return place_at(table, found.start(), found.end())
    return place_at(table, start, start + len(text))


_NAMED = re.compile(r"[\w.-]+\s*(?:\[[^\]]*\]\s*)?@")
_ADDRESS = re.compile(r"\w[\w+]*://|git\+|file:|[./]")
_EGG = re.compile(r"[#&]egg=([\w.-]+)")
_NAME = re.compile(r"([A-Za-z0-9][\w.-]*?)\s*(?:\[[^\]]*\]\s*)?([<>=!~^@(;,*\d].*)?$", re.DOTALL)


def parse(text: str) -> tuple[str, str] | None:
    """Normalised name and specifier of one requirement; ("", "") for a path or an address that tells no
    name; None where it cannot be read."""
    text = text.strip()
    egg = _EGG.search(text)
    if egg:
        return normalised(egg[1]), ""
    if not _NAMED.match(text) and (_ADDRESS.match(text) or text.endswith((".whl", ".tar.gz", ".zip"))):
        return "", ""
    found = _NAME.match(text)
    if found is None:
        return None
    specifier = (found[2] or "").partition(";")[0].strip()
    return normalised(found[1]), specifier


def normalised(name: str) -> str:
    """PEP 503: `Foo.Bar_baz` → `foo-bar-baz`."""
    return re.sub(r"[-_.]+", "-", name).lower()


# ------------------------------------------------------------------------------------------- the formats


def _pyproject(source: Source) -> Iterator[_Declared]:
    document = source.document
    project = _table(document, "project")
    if isinstance(project.get("requires-python"), str):
        yield "", f"python {project['requires-python']}"
    yield from _strings("", project.get("dependencies"))
    for extra, items in _table(project, "optional-dependencies").items():
        yield from _strings(extra, items)
    for group, items in _table(document, "dependency-groups").items():
        yield from _strings(group, items)
    yield from _strings("build", _table(document, "build-system").get("requires"))
    tool = _table(document, "tool")
    yield from _poetry(_table(tool, "poetry"))
    for group, items in _table(tool, "pdm", "dev-dependencies").items():
        yield from _strings(group, items)
    yield from _strings("dev", _table(tool, "uv").get("dev-dependencies"))
    for env, table in _table(tool, "hatch", "envs").items():
        if isinstance(table, dict):
            yield from _strings(env, table.get("dependencies"))
            yield from _strings(env, table.get("extra-dependencies"))


def _poetry(poetry: dict[str, Any]) -> Iterator[_Declared]:
    yield from _versions("", poetry.get("dependencies"))
    yield from _versions("dev", poetry.get("dev-dependencies"))
    for group, table in _table(poetry, "group").items():
        if isinstance(table, dict):
            yield from _versions(group, table.get("dependencies"))


def _pipfile(source: Source) -> Iterator[_Declared]:
    yield from _versions("", source.document.get("packages"))
    yield from _versions("dev", source.document.get("dev-packages"))
    version = _table(source.document, "requires").get("python_version")
    if isinstance(version, str):
        yield "", f"python >={version}"


def _versions(group: str, table: Any) -> Iterator[_Declared]:
    """A table of name → version, as poetry and Pipfile write them."""
    for name, value in (table if isinstance(table, dict) else {}).items():
        optional = isinstance(value, dict) and value.get("optional") is True
        version = value.get("version", "") if isinstance(value, dict) else value
        written = version if isinstance(version, str) and version != "*" else ""
        yield ("optional" if optional and not group else group), f"{name} {written}".strip()


def _table(document: Any, *keys: str) -> dict[str, Any]:
    for key in keys:
        document = document.get(key) if isinstance(document, dict) else None
    return document if isinstance(document, dict) else {}


def _strings(group: str, items: Any) -> Iterator[_Declared]:
    for item in items if isinstance(items, list) else []:
        if isinstance(item, str):
            yield group, item


def _requirements_file(source: Source) -> Iterator[_Declared]:
    name = source.path.rpartition("/")[2]
    if name.startswith("constraints"):
        return  # it says which version, not what is needed
    group = "dev" if re.search(r"dev|test|lint|docs?|ci|build", name) else ""
    text = re.sub(r"\\\r?\n", " ", source.text)
    for line in text.splitlines():
        line = re.sub(r"(^|\s)#.*$", "", line).strip()
        if line.startswith(("-e ", "--editable ")):
            line = line.partition(" ")[2].strip()
        if line and not line.startswith("-"):
            yield group, re.split(r"\s--?\w", line, maxsplit=1)[0].strip()


def _setup_cfg(source: Source) -> Iterator[_Declared]:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(source.text)
    if parser.has_section("options"):
        yield from _lines("", parser.get("options", "install_requires", fallback=""))
        python = parser.get("options", "python_requires", fallback="")
        if python:
            yield "", f"python {python.strip()}"
    if parser.has_section("options.extras_require"):
        for extra, value in parser.items("options.extras_require"):
            yield from _lines(extra, value)


def _lines(group: str, text: str) -> Iterator[_Declared]:
    for line in text.splitlines():
        if line.strip() and not line.strip().startswith(("#", "file:")):
            yield group, line.strip()


def _conda(source: Source) -> Iterator[_Declared]:
    for item in _table(source.document).get("dependencies") or []:
        if isinstance(item, str):
            name, _, version = item.rpartition("::")[2].partition("=")
            yield "", f"{name.strip()} {'==' + version if name.strip() == 'python' else ''}".strip()
        elif isinstance(item, dict):
            yield from _strings("", item.get("pip"))


def _setup_py(source: Source) -> Iterator[_Declared]:
    """The literal lists that are handed to `setup()`, also through a name bound once."""
    lists = {
        target.id: node.value
        for node in source.tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for call in ast.walk(source.tree):
        if (
            not isinstance(call, ast.Call)
            or getattr(call.func, "attr", getattr(call.func, "id", "")) != "setup"
        ):
            continue
        for keyword in call.keywords:
            value = lists.get(getattr(keyword.value, "id", ""), keyword.value)
            if keyword.arg == "install_requires":
                yield from _literals("", value)
            elif keyword.arg == "extras_require" and isinstance(value, ast.Dict):
                for key, items in zip(value.keys, value.values, strict=True):
                    yield from _literals(str(getattr(key, "value", "extra")), items)
            elif keyword.arg == "python_requires" and isinstance(value, ast.Constant):
                yield "", f"python {value.value!s}"


def _literals(group: str, node: ast.expr) -> Iterator[_Declared]:
    for item in getattr(node, "elts", []):
        if isinstance(item, ast.Constant) and isinstance(item.value, str):
            yield group, item.value


_READERS = {
    "pyproject.toml": _pyproject,
    "Pipfile": _pipfile,
    "setup.cfg": _setup_cfg,
    "setup.py": _setup_py,
    "environment.yml": _conda,
    "environment.yaml": _conda,
}
