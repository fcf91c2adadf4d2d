"""A configuration file that is made to hurt its parser is named, and hurts nothing."""

from __future__ import annotations

import pytest

from scanner.analyse import documents
from scanner.finding import Reason, Unreadable
from scanner.source import Source

MANY = 100_000
NINE = ", ".join(["*b{}"] * 9)
BOMB = "b0: &b0 [x]\n" + "".join(
    f"b{level}: &b{level} [{NINE.replace('{}', str(level - 1))}]\n" for level in range(1, 13)
)


@pytest.mark.parametrize(
    ("language", "text", "reason"),
    [
        ("yaml", "[" * MANY, Reason.TOO_DEEP),
        ("yaml", "{a: " * MANY, Reason.TOO_DEEP),
        ("yaml", "- " * MANY + "a", Reason.TOO_DEEP),
        ("yaml", "".join(" " * level + "a:\n" for level in range(1_000)), Reason.TOO_DEEP),
        ("yaml", "a: &a [*a]", Reason.FORMAT),
        ("yaml", BOMB, Reason.FORMAT),
        ("json", "[" * MANY, Reason.TOO_DEEP),
        ("toml", "a = " + "[" * MANY, Reason.TOO_DEEP),
        ("toml", ".".join("a" * MANY) + " = 1", Reason.TOO_DEEP),
    ],
)
def test_a_hostile_document_is_named(language: str, text: str, reason: Reason) -> None:
    found = documents.read("a", language, text.encode())
    assert isinstance(found, Unreadable)
    assert found.reason is reason


@pytest.mark.parametrize(
    "text",
    ["a: &a [1, 2]\nb: [*a, *a]\n", "a: [" + "{b: 1}, " * 5_000 + "]", " " * 300 + "a: 1", "- - - a\n" * 900],
)
def test_a_large_or_odd_one_is_read(text: str) -> None:
    assert isinstance(documents.read("a", "yaml", text.encode()), Source)
