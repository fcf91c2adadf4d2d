"""The place of a value in a document, by the way to it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.analyse import documents
from scanner.facts import Place
from scanner.source import Keys, Source

JSON = (
    '{\n  // a remark\n  "allow": [\n    "Read",\n    "Bash"\n  ],\n'
    '  "env": {"A": "x", "B": [1, {"C": true}]},\n}\n'
)
YAML = "jobs:\n  build:\n    steps:\n      - uses: a\n      - run: make\n"
TOML = 'model = "x"\n[[servers]]\nname = "a"\n[[servers]]\nname = "b"\n[tool."x.y"]\nkey = 1\n'


def _read(language: str, text: str) -> Source:
    source = documents.read(f"f.{language}", language, text.encode())
    assert isinstance(source, Source)
    return source


@pytest.mark.parametrize(
    ("language", "text", "keys", "line"),
    [
        ("json", JSON, ("allow", 1), 5),
        ("json", JSON, ("env", "B", 1, "C"), 7),
        ("json", JSON, ("env", "nowhere"), 7),
        ("json", JSON, ("nowhere",), 1),
        ("yaml", YAML, ("jobs", "build", "steps", 1, "run"), 5),
        ("toml", TOML, ("servers", 1, "name"), 5),
        ("toml", TOML, ("tool", "x.y", "key"), 7),
    ],
)
def test_line_of_a_value(language: str, text: str, keys: Keys, line: int) -> None:
    assert _read(language, text).place_of(keys).line == line


def test_a_key_and_its_plain_value_are_one_region() -> None:
    assert _read("json", '{"a": {"b": true}}').place_of(("a", "b")) == Place(1, 8, 1, 17)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


def _leaves(keys: Keys, value: object) -> list[tuple[Keys, object]]:
    if isinstance(value, dict):
        return [leaf for key, item in value.items() for leaf in _leaves((*keys, key), item)]
    if isinstance(value, list):
        return [leaf for number, item in enumerate(value) for leaf in _leaves((*keys, number), item)]
    return [(keys, value)] if keys else []


@given(VALUES)
def test_every_leaf_ends_where_its_text_does(value: object) -> None:
    text = json.dumps(value, indent=1)
    source = _read("json", text)
    lines = text.split("\n")
    for keys, leaf in _leaves((), value):
        place = source.place_of(keys)
        assert lines[place.end_line - 1][: place.end_column - 1].endswith(json.dumps(leaf))
