"""Declared dependencies, read from the project's own manifests; nothing is run, installed or asked.

pyproject.toml (PEP 621 and 735, poetry, pdm, hatch, uv), requirements files, setup.cfg, setup.py as far as
its lists are literal, Pipfile, environment.yml, package.json. A file that includes others (`-r`, `-c`) is
read for its own lines only: what it includes is a manifest of its own, and `relate` follows the names. The
Python that a project asks for is kept as a requirement called `python`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from scanner.facts import Mention, Place, Requirement
from scanner.finding import Notice
from scanner.lazily import regex
from scanner.source import Source, offset_table, place_at


class Declared(NamedTuple):
    """What a manifest says, and what could not be read of it."""

    requires: tuple[Requirement, ...] = ()
    mentions: tuple[Mention, ...] = ()
    notices: tuple[Notice, ...] = ()


class _Entry(NamedTuple):
    """A requirement as written; of a mention, the kind in place of the group."""

    group: str
    text: str
    kind: str = ""


def collect(source: Source) -> Declared:
    """The requirements of a manifest, and a notice for each entry that cannot be read. Other files have
    none."""
    name = source.path.rpartition("/")[2]
    reader = _READERS.get(name)
    if reader is None and name.endswith((".txt", ".in")) and source.language == "manifest":
        reader = _requirements_file
    if reader is None:
        return Declared()
    try:
        declared = list(reader(source))
    except (AttributeError, TypeError, ValueError) as error:
        text = f"its dependencies cannot be read: {' '.join(str(error).split())[:150]}"
        return Declared(notices=(Notice(text, source.path),))
    return _located(source, declared)


def of_setup(source: Source) -> dict[str, Any]:
    """The two fields of the facts that a `setup.py` fills; nothing of another Python file."""
    if not source.path.endswith("setup.py"):
        return {}
    declared = collect(source)
    return {"requires": declared.requires, "mentions": declared.mentions}


def _located(source: Source, declared: list[_Entry]) -> Declared:
    table = offset_table(source.text)
    found: list[Requirement] = []
    mentions: list[Mention] = []
    said: list[Notice] = []
    end = 0
    for group, text, kind in declared:
        place, end = _place(source, table, text, end)
        if kind:
            mentions.append(Mention(kind, text, place))
            continue
        parsed = (text, "") if source.language == "json" else parse(text)
        if parsed is None:
            said.append(Notice(f"not a requirement that can be read: `{text[:80]}`", source.path, place.line))
        elif parsed[0]:
            marker = text.partition(";")[2].strip()
            explained = _is_explained(source, place)
            found.append(Requirement(*parsed, group, place, marker, explained, _extras(text)))
    return Declared(tuple(found), tuple(mentions), tuple(said))


_REASON = regex(
    r"transit|\bpin|secur|cve|ghsa|vuln|requir|need|\bvia\b|compat|plugin|used by|backend|driver|depend"
    r"|\bfor\b|fix|workaround|runtime|server|optional|support|https?:",
    re.IGNORECASE,
)
_HEADING = 4  # words; a comment above that has more is about the line, not about the lines that follow


def _is_explained(source: Source, place: Place) -> bool:
    """Does a comment on the line, or above it, give a reason?"""
    if place.line > len(source.lines) or place.line == place.column == place.end_column == 1:
        return False
    above = source.lines[place.line - 2].strip() if place.line > 1 else ""
    if above.startswith("#") and len(above.split()) > _HEADING + 1:
        return True
    beside = source.lines[place.line - 1].partition("#")[2]
    return len(beside.split()) > _HEADING or bool(_REASON.search(beside))


def _place(source: Source, table: list[int], text: str, after: int) -> tuple[Place, int]:
    """Where a requirement is written, and its end: looked for after the one before it, then from the start;
    the first line where it is put together from several values."""
    name = re.split(r"[^\w.@/-]", text, maxsplit=1)[0]
    for pattern in (rf"(?<![\w.-]){re.escape(text)}(?![\w-])", rf"(?m)^\s*[\"']?{re.escape(name)}\b"):
        known = re.compile(pattern)
        for start in (after, 0) if after else (0,):
            for found in known.finditer(source.text, start):
                line = source.text[source.text.rfind("\n", 0, found.start()) + 1 : found.start()]
                if "#" not in line:
                    return place_at(table, found.start(), found.end()), found.end()
    return Place(1, 1, 1, 1), after


def _extras(text: str) -> tuple[str, ...]:
    found = re.match(r"[\w.-]+\s*\[([^\]]*)\]", text)
    return tuple(sorted(normalised(one.strip()) for one in found[1].split(","))) if found else ()


_NAMED = regex(r"[\w.-]+\s*(?:\[[^\]]*\]\s*)?@")
_ADDRESS = regex(r"\w[\w+]*://|git\+|file:|[./]")
_EGG = regex(r"[#&]egg=([\w.-]+)")
_NAME = regex(r"([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\]\s*)?(?:([<>=!~^@(;,*].*)|(?<=\s)(\d.*))?$", re.DOTALL)


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
    specifier = (found[2] or found[3] or "").partition(";")[0].strip()
    return normalised(found[1]), specifier


def normalised(name: str) -> str:
    """PEP 503: `Foo.Bar_baz` → `foo-bar-baz`."""
    return re.sub(r"[-_.]+", "-", name).lower()


# ------------------------------------------------------------------------------------------- the formats


def _pyproject(source: Source) -> Iterator[_Entry]:
    document = source.document
    project = _table(document, "project")
    if isinstance(project.get("requires-python"), str):
        yield _Entry("", f"python {project['requires-python']}")
    yield from _strings("", project.get("dependencies"))
    for extra, items in _table(project, "optional-dependencies").items():
        yield from _strings(extra, items)
    for group, items in _table(document, "dependency-groups").items():
        yield from _strings(group, items)
    yield from _strings("build", _table(document, "build-system").get("requires"))
    tool = _table(document, "tool")
    yield from _hosts(_table(project, "entry-points") | _table(tool, "poetry", "plugins"))
    yield from _dynamic(project.get("dynamic"), _table(tool, "setuptools", "dynamic"))
    for hook in _table(tool, "hatch", "metadata", "hooks").values():
        if isinstance(hook, dict):
            yield from _strings("", hook.get("dependencies"))
            for extra, items in _table(hook, "optional-dependencies").items():
                yield from _strings(extra, items)
    yield from _poetry(_table(tool, "poetry"))
    yield from (_Entry("", name, "run") for name in tool)
    for group, items in _table(tool, "pdm", "dev-dependencies").items():
        yield from _strings(group, items)
    yield from _strings("dev", _table(tool, "uv").get("dev-dependencies"))
    for env, table in _table(tool, "hatch", "envs").items():
        if isinstance(table, dict):
            yield from _strings(env, table.get("dependencies"))
            yield from _strings(env, table.get("extra-dependencies"))


def _hosts(groups: Iterable[object]) -> Iterator[_Entry]:
    """The programs that the project's entry points plug into: `paste` of `paste.server_runner`. What they
    call has them."""
    for group in groups:
        host = re.split(r"[^A-Za-z_]", str(group), maxsplit=1)[0]
        if host and host not in {"console_scripts", "gui_scripts"}:
            yield _Entry("", host, "host")


def _dynamic(fields: Any, told: dict[str, Any]) -> Iterator[_Entry]:
    """Dependencies that are worked out when it is built: from files that setuptools names, or by code."""
    if not isinstance(fields, list):
        return
    if "dependencies" in fields:
        named = _files(told.get("dependencies"))
        yield from (_Entry("", path, "include") for path in named)
        if not named:
            yield _Entry("", "dependencies", "dynamic")
    if "optional-dependencies" in fields:
        extras = _table(told, "optional-dependencies").values()
        named = [path for extra in extras for path in _files(extra)]
        yield from (_Entry("", path, "include") for path in named)
        if not named:
            yield _Entry("", "optional-dependencies", "dynamic")


def _files(table: Any) -> list[str]:
    """The files that a table of setuptools names."""
    files = table.get("file", []) if isinstance(table, dict) else []
    listed = [files] if isinstance(files, str) else files if isinstance(files, list) else []
    return [one for one in listed if isinstance(one, str)]


def _poetry(poetry: dict[str, Any]) -> Iterator[_Entry]:
    yield from _versions("", poetry.get("dependencies"))
    yield from _versions("dev", poetry.get("dev-dependencies"))
    for group, table in _table(poetry, "group").items():
        if isinstance(table, dict):
            yield from _versions(group, table.get("dependencies"))


def _pipfile(source: Source) -> Iterator[_Entry]:
    yield from _versions("", source.document.get("packages"))
    yield from _versions("dev", source.document.get("dev-packages"))
    version = _table(source.document, "requires").get("python_version")
    if isinstance(version, str):
        yield _Entry("", f"python >={version}")


def _versions(group: str, table: Any) -> Iterator[_Entry]:
    """A table of name → version, as poetry and Pipfile write them."""
    for name, value in (table if isinstance(table, dict) else {}).items():
        optional = isinstance(value, dict) and value.get("optional") is True
        version = value.get("version", "") if isinstance(value, dict) else value
        written = version if isinstance(version, str) and version != "*" else ""
        yield _Entry("optional" if optional and not group else group, f"{name} {written}".strip())


def _package_json(source: Source) -> Iterator[_Entry]:
    for section, group in (("dependencies", "npm"), ("devDependencies", "npm-dev")):
        for name in _table(source.document, section):
            yield _Entry(group, name)


def _table(document: Any, *keys: str) -> dict[str, Any]:
    for key in keys:
        document = document.get(key) if isinstance(document, dict) else None
    return document if isinstance(document, dict) else {}


def _strings(group: str, items: Any) -> Iterator[_Entry]:
    for item in items if isinstance(items, list) else []:
        if isinstance(item, str):
            yield _Entry(group, item)


# What pip-compile and uv write above, or beside, the lines that they have worked out
_LOCKED = regex(r"autogenerated by|^[ \t]*#[ \t]via\b|^[ \t]*#[ \t]{2,4}via\b", re.MULTILINE)
_DEVELOPMENT = regex(r"dev|test|lint|\bci\b|build|type|bench|doc|optional|extra")
_OTHER_FILE = regex(r"(?:-r|--requirement|-c|--constraint)[ =]*(\S+)")


def _requirements_file(source: Source) -> Iterator[_Entry]:
    name = source.path.rpartition("/")[2]
    if name.startswith("constraints"):
        return  # it says which version, not what is needed
    group = "dev" if _DEVELOPMENT.search(name.lower()) else ""
    if "lock" in name or "freeze" in name or _LOCKED.search(source.text):
        group = "locked"
    text = re.sub(r"\\\r?\n", " ", source.text)
    for line in text.splitlines():
        line = re.sub(r"(^|\s)#.*$", "", line).strip()
        if line.startswith(("-e ", "--editable ")):
            line = line.partition(" ")[2].strip()
        other = _OTHER_FILE.match(line)
        if other:
            kind = "include" if line.lstrip("-")[0] == "r" else "constraint"
            yield _Entry("", other[1], kind)
        elif line and not line.startswith("-"):
            yield _Entry(group, re.split(r"\s--?\w", line, maxsplit=1)[0].strip())


def _setup_cfg(source: Source) -> Iterator[_Entry]:
    import configparser

    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(source.text)
    except configparser.Error as error:
        raise ValueError(str(error)) from error
    if parser.has_section("options"):
        yield from _lines("", parser.get("options", "install_requires", fallback=""))
        python = parser.get("options", "python_requires", fallback="")
        if python:
            yield _Entry("", f"python {python.strip()}")
    if parser.has_section("options.entry_points"):
        yield from _hosts(parser.options("options.entry_points"))
    if parser.has_section("options.extras_require"):
        for extra, value in parser.items("options.extras_require"):
            yield from _lines(extra, value)


def _lines(group: str, text: str) -> Iterator[_Entry]:
    for line in text.splitlines():
        line = line.strip()
        if line.startswith("file:"):
            for path in line.removeprefix("file:").split(","):
                yield _Entry("", path.strip(), "include")
        elif line and not line.startswith("#"):
            yield _Entry(group, line)


def _conda(source: Source) -> Iterator[_Entry]:
    for item in _table(source.document).get("dependencies") or []:
        if isinstance(item, str):
            name, _, version = item.rpartition("::")[2].partition("=")
            name = re.split(r"[<>! ]", name.strip(), maxsplit=1)[0]
            yield _Entry("", f"{name} {'==' + version if name == 'python' else ''}".strip())
        elif isinstance(item, dict):
            yield from _strings("", item.get("pip"))


def _setup_py(source: Source) -> Iterator[_Entry]:
    """The literal lists that are handed to `setup()`, also through a name bound once."""
    lists = {
        target.id: node.value
        for node in source.tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for call in source.nodes:
        if (
            not isinstance(call, ast.Call)
            or getattr(call.func, "attr", getattr(call.func, "id", "")) != "setup"
        ):
            continue
        for keyword in call.keywords:
            value = lists.get(getattr(keyword.value, "id", ""), keyword.value)
            if keyword.arg == "install_requires":
                yield from _literals("", value)
                if not isinstance(value, (ast.List, ast.Tuple)):
                    yield _Entry("", keyword.arg, "dynamic")
            elif keyword.arg == "extras_require" and isinstance(value, ast.Dict):
                for key, items in zip(value.keys, value.values, strict=True):
                    yield from _literals(str(getattr(key, "value", "extra")), items)
            elif keyword.arg == "extras_require":
                yield _Entry("", "optional-dependencies", "dynamic")
            elif keyword.arg == "entry_points" and isinstance(value, ast.Dict):
                yield from _hosts(getattr(key, "value", "") for key in value.keys)
            elif keyword.arg == "python_requires" and isinstance(value, ast.Constant):
                yield _Entry("", f"python {value.value!s}")


def _literals(group: str, node: ast.expr) -> Iterator[_Entry]:
    for item in getattr(node, "elts", []):
        if isinstance(item, ast.Constant) and isinstance(item.value, str):
            yield _Entry(group, item.value)


_READERS = {
    "pyproject.toml": _pyproject,
    "Pipfile": _pipfile,
    "setup.cfg": _setup_cfg,
    "setup.py": _setup_py,
    "environment.yml": _conda,
    "environment.yaml": _conda,
    "package.json": _package_json,
}
