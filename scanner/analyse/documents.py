"""Files that are not Python: parsed where a rule needs their structure, never grepped.

`Source.document` of a JSON, TOML or YAML file is its value; a YAML or JSON key's place is found by
`Source.place_of`. What does not parse is named with its line.
"""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable
from typing import Any

from scanner.analyse import places
from scanner.facts import Facts
from scanner.finding import Reason, Unreadable
from scanner.source import Source

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


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
    parse = _PARSERS.get(language) if parsed else None
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


_MAX_VALUES = 1_000_000  # of one YAML file, after its aliases are expanded
_MAX_DIGITS = 4_000
_MAX_DEPTH = 500


def _yaml(text: str) -> Any:
    if len(text) > _MAX_DEPTH:
        _not_too_deep(text)
    loader = _yaml_loader()(text)
    documents = []
    try:
        while loader.check_node():
            node = loader.get_node()
            if "*" in text:
                _expanded(node, {})
            documents.append(loader.construct_document(node))
    finally:
        loader.dispose()
    return documents[0] if len(documents) == 1 else documents


def _not_too_deep(text: str) -> None:
    """The native composer calls itself for each level, and dies of a hundred thousand; the native parser
    does not.

    Raises:
        RecursionError: nested too deeply.
    """
    import yaml

    depth = 0
    for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _MAX_DEPTH:
            raise RecursionError


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


def _expanded(node: Any, known: dict[int, int]) -> int:
    """How many values a node stands for, its aliases expanded.

    Raises:
        ValueError: too many, or without end.
    """
    size = known.get(id(node))
    if size is None:
        known[id(node)] = 0
        children = node.value if isinstance(node.value, list) else ()
        flat = (one for child in children for one in (child if isinstance(child, tuple) else (child,)))
        size = known[id(node)] = 1 + sum(_expanded(child, known) for child in flat)
    if not 0 < size <= _MAX_VALUES:
        raise ValueError(f"its aliases expand to more than {_MAX_VALUES:,} values")
    return size


def _json(text: str) -> Any:
    """JSON as editors write it: comments and trailing commas are let pass."""
    try:
        return json.loads(text)
    except ValueError:
        return json.loads(places.without_comments(text))


_PARSERS: dict[str, Callable[[str], Any]] = {"json": _json, "toml": tomllib.loads, "yaml": _yaml}


def _one_line(error: Exception) -> str:
    problem = getattr(error, "problem", None)
    return " ".join(str(problem or error).split())[:200]


def _line(error: Exception) -> int:
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        return int(mark.line) + 1
    return int(getattr(error, "lineno", 0) or 0)


def collect(source: Source) -> Facts:
    """The facts of a file that is not Python."""
    return Facts(source.path, source.role, pytest=_pytest(source))


_PYTEST_KEYS = ("addopts", "asyncio_mode", "python_classes", "python_files", "python_functions", "testpaths")
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
