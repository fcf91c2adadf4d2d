"""Where a document says what it says: the parsers of JSON and TOML tell values, not places.

Each finder maps the way to a value (names of keys, numbers of list items) to the region of its line.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable
from typing import Any

from scanner.facts import Place
from scanner.lazily import regex
from scanner.source import Keys, offset_table, place_at

_JSON = regex(
    r'"(?:[^"\\]|\\.)*"?|//[^\n]*|/\*(?:[^*]|\*(?!/))*(?:\*/)?|[{}\[\],:]|[^\s{}\[\],:"/]+', re.DOTALL
)


def without_comments(text: str) -> str:
    """JSON with its comments and trailing commas turned into blanks, every offset kept."""

    def blank(found: re.Match[str]) -> str:
        token = found.group()
        return re.sub(r"[^\n]", " ", token) if token.startswith(("//", "/*")) else token

    plain = _JSON.sub(blank, text)
    tokens = list(_JSON.finditer(plain))
    commas = [
        one.start()
        for one, after in itertools.pairwise(tokens)
        if one.group() == "," and after.group() in "}]"
    ]
    characters = list(plain)
    for offset in commas:
        characters[offset] = " "
    return "".join(characters)


def _of_json(text: str) -> dict[Keys, Place]:
    """One pass over the tokens; `way` holds the key or the index of each open object or list."""
    table = offset_table(text)
    found: dict[Keys, Place] = {}
    way: list[str | int] = []
    kinds: list[str] = []
    key_start: int | None = None
    tokens = [token for token in _JSON.finditer(text) if not token.group().startswith(("//", "/*"))]
    for number, token in enumerate(tokens):
        word = token.group()
        if word in "{[":
            if way and kinds[-1] == "[":
                found[tuple(way)] = place_at(table, token.start(), token.end())
            kinds.append(word)
            way.append("" if word == "{" else 0)
        elif word in "}]":
            if kinds:
                kinds.pop()
                way.pop()
        elif word == ",":
            if way and isinstance(way[-1], int):
                way[-1] += 1
            key_start = None
        elif word == ":":
            continue
        elif kinds and kinds[-1] == "{" and number + 1 < len(tokens) and tokens[number + 1].group() == ":":
            way[-1] = _unquoted(word)
            key_start = token.start()
            found[tuple(way)] = place_at(table, token.start(), token.end())
        elif way:
            start = key_start if kinds[-1] == "{" and key_start is not None else token.start()
            found[tuple(way)] = place_at(table, start, token.end())
    return found


def _unquoted(word: str) -> str:
    try:
        value = json.loads(word)
    except ValueError:
        return word.strip('"')
    return value if isinstance(value, str) else word


def _of_yaml(text: str) -> dict[Keys, Place]:
    """From the marks of the composed nodes: a key with a plain value from key to value, else the key."""
    import yaml

    found: dict[Keys, Place] = {}
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    roots = list(yaml.compose_all(text, Loader=loader))
    pending: list[tuple[Keys, Any]] = (
        [((), root) for root in roots]
        if len(roots) == 1
        else [((number,), root) for number, root in enumerate(roots)]
    )
    seen: set[int] = set()
    while pending:
        keys, node = pending.pop()
        if id(node) in seen:
            continue  # an alias
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                way = (*keys, str(key.value))
                end = value.end_mark if isinstance(value, yaml.ScalarNode) else key.end_mark
                found[way] = _between(key.start_mark, end)
                pending.append((way, value))
        elif isinstance(node, yaml.SequenceNode):
            for number, value in enumerate(node.value):
                way = (*keys, number)
                found[way] = _between(value.start_mark, value.end_mark)
                pending.append((way, value))
    return found


def _between(start: Any, end: Any) -> Place:
    return Place(start.line + 1, start.column + 1, end.line + 1, end.column + 1)


_TABLE = regex(r"^\s*(\[\[?)([^\]]+)\]\]?\s*(?:#.*)?$")
_PAIR = regex(r"^\s*((?:[\w-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*(?:[\w-]+|\"[^\"]*\"|'[^']*'))*)\s*=")
_PART = regex(r"\"([^\"]*)\"|'([^']*)'|([\w-]+)")


def _of_toml(text: str) -> dict[Keys, Place]:
    """Line by line: table headers and the keys below them, as far as a line shows them."""
    found: dict[Keys, Place] = {}
    counts: dict[Keys, int] = {}
    table: Keys = ()
    for number, line in enumerate(text.split("\n"), 1):
        whole = Place(number, len(line) - len(line.lstrip()) + 1, number, len(line.rstrip()) + 1)
        header = _TABLE.match(line)
        pair = _PAIR.match(line)
        if header is not None:
            table = _parts(header[2])
            if header[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
                table = (*table, counts[table])
            found.setdefault(table, whole)
        elif pair is not None:
            found.setdefault((*table, *_parts(pair[1])), whole)
    return found


def _parts(dotted: str) -> Keys:
    return tuple(part[0] or part[1] or part[2] for part in _PART.findall(dotted))


FINDERS: dict[str, Callable[[str], dict[Keys, Place]]] = {
    "json": _of_json,
    "yaml": _of_yaml,
    "toml": _of_toml,
}
