"""SARIF objects to JSON: every class of the object model, and the traps of its own encoder."""

import inspect
import json
import re
from typing import Any

import attr
import pytest
import sarif_om

from scanner.report import document
from scanner.report.sarif_encoder import plain

CLASSES = [value for _, value in inspect.getmembers(sarif_om, inspect.isclass) if attr.has(value)]


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_class_says_what_it_holds_under_the_names_of_the_schema(kind: Any) -> None:
    held = {field.name: f"value of {field.name}" for field in attr.fields(kind)}
    said = plain(kind(**held))
    expected = {_camel_case(name): value for name, value in held.items()}
    if kind is sarif_om.SarifLog:
        expected["$schema"] = expected.pop("schemaUri")
    if kind is sarif_om.Suppression:
        expected["status"] = expected.pop("state")
    assert said == expected


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_what_is_absent_is_not_said(kind: Any) -> None:
    required = {field.name: "x" for field in attr.fields(kind) if field.default is attr.NOTHING}
    said = plain(kind(**required))
    assert set(said) - {"level", "kind"} == {_camel_case(name) for name in required} - {"kind", "level"}


def _camel_case(name: str) -> str:
    return re.sub(r"_(\w)", lambda found: found.group(1).upper(), name)


def test_a_level_is_said_even_where_it_is_the_default() -> None:
    result = sarif_om.Result(message=sarif_om.Message(text="x"), level="warning", kind="fail", rank=50.0)
    assert plain(result) == {"kind": "fail", "level": "warning", "rank": 50.0, "message": {"text": "x"}}
    assert plain(sarif_om.ReportingConfiguration(level="warning")) == {"level": "warning"}


def test_a_suppression_has_a_status() -> None:
    said = plain(sarif_om.Suppression(kind="inSource", state="accepted"))
    assert said == {"kind": "inSource", "status": "accepted"}


def test_lists_and_dicts_are_walked() -> None:
    message = sarif_om.Message(text="x")
    assert plain({"a": [message, (message,)], "b": None}) == {
        "a": [{"text": "x"}, [{"text": "x"}]],
        "b": None,
    }


def test_json_is_ascii_and_half_characters_are_replaced() -> None:
    text = document.dumps({"é": "\U0001f600 \ud800 \x7f \\ud800 \u2028"}, {})
    assert text.isascii()
    assert json.loads(text) == {"é": "\U0001f600 \ufffd \x7f \\ud800 \u2028"}


def test_what_the_shape_names_is_broken_into_lines() -> None:
    value = {"a": [{"b": [1, 2]}, {"b": []}], "c": [], "d": iter([3]), "e": iter([])}
    shown = document.dumps(value, {"a": {}, "c": {}, "d": {}, "e": {}})
    assert shown == '{\n"a": [\n{"b": [1, 2]},\n{"b": []}\n],\n"c": [],\n"d": [\n3\n],\n"e": []\n}\n'
