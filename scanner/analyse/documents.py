"""Files that are not Python: parsed where a rule needs their structure, never grepped.

`Source.document` of a JSON, TOML or YAML file is its value; a YAML or JSON key's place is found by
`Source.place_of`. What does not parse is named with its line.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Iterable
from typing import Any

from scanner import toml
from scanner.analyse import installs, locks, manifests, places
from scanner.facts import Facts
from scanner.finding import Notice, Reason, Unreadable
from scanner.lazily import regex
from scanner.source import Source


def read(path: str, language: str, data: bytes, *, parsed: bool = True) -> Source | Unreadable:
    """Decode one file, and parse it where some rule asks for its structure: what is malformed, and of no
    interest to anybody, is no news."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        detail = (
            f"byte 0x{data[error.start]:02x} at offset {error.start} is not UTF-8; save the file as UTF-8"
        )
        return Unreadable(path, Reason.ENCODING, detail, data[: error.start].count(b"\n") + 1)
    source = Source(path, data, text, language)
    parse = _parser(path, language) if parsed else None
    if parse is None:
        return source
    source.locate = places.FINDERS.get(language)
    try:
        source.document = parse(text)
    except RecursionError:
        return Unreadable(path, Reason.TOO_DEEP, f"its {language} is nested too deeply")
    except Exception as error:  # noqa: BLE001 - three parsers, a dozen exception classes, one meaning
        return Unreadable(path, Reason.FORMAT, f"not valid {language}: {_one_line(error)}", _line(error))
    return source


_DEEP = 200  # levels; the native YAML composer kills the process some way above
_LARGE = 1_000_000  # values, aliases written out
_MAX_DIGITS = 4_000
_OPENERS = regex(r"[\[{]")
_LEADING = regex(r"^[ \t?-]*", re.MULTILINE)


def _yaml(text: str) -> Any:
    """
    Raises:
        RecursionError: nested too deeply.
        ValueError: not YAML, or it refers to itself, or its aliases stand for too much.
    """
    import yaml

    if _may_be_deep(text):
        _check_depth(yaml.parse(text, Loader=_yaml_loader()))
    loader = _yaml_loader()(text)
    documents = []
    try:
        while loader.check_node():
            node = loader.get_node()
            if "&" in text and "*" in text:
                _size(node, {})  # before it is built: `<<: [*a, *a]` is written out while it is
            documents.append(loader.construct_document(node))
    finally:
        loader.dispose()
    return documents[0] if len(documents) == 1 else documents


@functools.lru_cache(maxsize=1)
def _yaml_loader() -> Any:
    import yaml

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        """Safe, and with numbers of a sane length: `1:1:1…` is a number to base 60, and its value takes
        the square of its length to compute."""

        def construct_number(self, node: Any) -> Any:
            short = node.tag.rpartition(":")[2]
            value = str(self.construct_scalar(node))
            if len(value) > _MAX_DIGITS:
                return value
            return getattr(self, f"construct_yaml_{short}")(node)

    for short in ("int", "float"):
        Loader.add_constructor(f"tag:yaml.org,2002:{short}", Loader.construct_number)
    return Loader


def _may_be_deep(text: str) -> bool:
    """A cheap upper bound on the depth of a YAML text: brackets opened, and the longest start of a line."""
    openers = sum(1 for _ in _OPENERS.finditer(text))
    return openers + max(len(found[0]) for found in _LEADING.finditer(text)) > _DEEP


def _check_depth(events: Iterable[Any]) -> None:
    depth = 0
    for event in events:
        name = type(event).__name__
        depth += name.endswith("StartEvent") - name.endswith("EndEvent")
        if depth > _DEEP:
            raise RecursionError


def _size(node: Any, known: dict[int, int]) -> int:
    """How many values a node holds where each alias is written out.

    Raises:
        ValueError: too many, or without end.
    """
    if not isinstance(node.value, list):
        return 1
    if id(node) not in known:
        known[id(node)] = 0  # under way: who meets it now is inside of it
        inner = (part for child in node.value for part in (child if isinstance(child, tuple) else (child,)))
        known[id(node)] = 1 + sum(_size(part, known) for part in inner)
    size = known[id(node)]
    if size == 0:
        raise ValueError("an alias refers to what it is in")
    if size > _LARGE:
        raise ValueError("its aliases stand for too many values")
    return size


def _toml(text: str) -> Any:
    """
    Raises:
        RecursionError: nested too deeply; the parser's time is quadratic in the parts of a key.
        ValueError: not TOML.
    """
    for line in text.split("\n"):
        if len(line) > _DEEP and line.partition("=")[0].count(".") > _DEEP:
            raise RecursionError
    return toml.loads(text)


def _json(text: str) -> Any:
    """JSON as editors write it: comments and trailing commas are let pass."""
    try:
        return json.loads(text)
    except ValueError:
        return json.loads(places.without_comments(text))


_PARSERS: dict[str, Callable[[str], Any]] = {"json": _json, "toml": _toml, "yaml": _yaml}


def _parser(path: str, language: str) -> Callable[[str], Any] | None:
    """By language; manifests come in several, which their names tell."""
    if language != "manifest":
        return _PARSERS.get(language)
    if path.endswith((".toml", "Pipfile")):
        return _PARSERS["toml"]
    return _PARSERS["yaml"] if path.endswith((".yml", ".yaml")) else None


def _one_line(error: Exception) -> str:
    problem = getattr(error, "problem", None)
    return " ".join(str(problem or error).split())[:200]


def _line(error: Exception) -> int:
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        return int(mark.line) + 1
    return int(getattr(error, "lineno", 0) or 0)


def collect(source: Source) -> tuple[Facts, tuple[Notice, ...]]:
    """The facts of a file that is not Python, and what could not be made out in it."""
    declared = manifests.collect(source)
    packages, said = locks.collect(source)
    gathered = Facts(
        source.path,
        source.role,
        requires=declared.requires,
        pytest=_pytest(source),
        packages=packages,
        mentions=(*declared.mentions, *installs.collect(source)),
    )
    return gathered, (*declared.notices, *said)


_PYTEST_KEYS = (
    *("addopts", "asyncio_mode", "norecursedirs", "python_classes", "python_files", "python_functions"),
    "testpaths",
)
_PYTEST_SECTIONS = {
    "setup.cfg": "tool:pytest",
    "tox.ini": "pytest",
    "pytest.ini": "pytest",
    ".pytest.ini": "pytest",
}


def _pytest(source: Source) -> tuple[tuple[str, str], ...]:
    """What the file tells pytest; lists become words."""
    name = source.path.rpartition("/")[2]
    if name == "pyproject.toml":
        section: Any = source.document
        for key in ("tool", "pytest", "ini_options"):
            section = section.get(key) if isinstance(section, dict) else None
    elif name in _PYTEST_SECTIONS and _PYTEST_SECTIONS[name] in source.text:
        section = _ini_section(source.text, _PYTEST_SECTIONS[name])
    else:
        return ()
    if not isinstance(section, dict):
        return ()
    known = ((key, section[key]) for key in _PYTEST_KEYS if key in section)
    return tuple(
        (key, " ".join(map(str, value)) if isinstance(value, list) else str(value)) for key, value in known
    )


def _ini_section(text: str, name: str) -> dict[str, str]:
    import configparser

    parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
    try:
        parser.read_string(text)
    except configparser.Error:
        return {}  # pytest would stop here; which tests it would run is not known
    return dict(parser[name]) if parser.has_section(name) else {}
