"""Which regular expressions take exponential time."""

from __future__ import annotations

import re

import pytest

from scanner.regexes import ambiguity

EXPONENTIAL = [
    r"(a+)+$",
    r"^(a|a?b|ab)*$",
    r"^([a-zA-Z0-9_.-]+)+@",
    r"((\r\n|\r|\n)+)+ *$",
    r"(?:.*,)*[ \t]*([^ \t]+)[ \t]+realm=",
    r"(\w+\s*)+:",
    r"(?:a*)*b",
    r"^(\d{1,3})+$",
    r"(x+x+)+y",
    r"'(?:[^'\\]|\\.|\\')*'",
    r"^(?:\+|00)?\d{1,3}(?:[ -]?\d{2,4})+$",
    r"^(?:[é-ü]+|[à-ö])+$",
    r"(?i)^(?:[a-z]+[A-Z]*)+\d",
]
HARMLESS = [
    r"(a+)+",  # every prefix matches: nothing ever fails
    r"(a+)*",
    r"^(\w+\s+)+\w*$",
    r"(\d{3})+$",
    r"^[a-z]+(-[a-z]+)*$",
    r"'(?:[^'\\]|\\.)*'",
    r"^(?:[a-zA-Z0-9-]+\.)+[a-z]{2,}$",
    r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$",
    r"^(a|b)*$",
    r"^(\w|\d)+$",  # the parser makes one set of both
    r"(\w+,)*$",
    r"\[([^\]]+)\]\(([^)\s]+(?:\([^)]*\)[^)\s]*)*)\)",  # what the loop reads ends the match as well
    r"\b\w+(?:['’-]\w+)*\b",  # no character of a word
    r"^(?:[一-龥]+[ぁ-ん])+$",
    r"\s+$",  # slow, and only with the square of the text
]
BEYOND = [r"(?:(?!x).)+$", r"(?:(a)\1)+$", r"((?:a+\b)+)+$", "(" * 300 + ")" * 300, "a(", "(a+" * 2000]


@pytest.mark.parametrize("pattern", EXPONENTIAL)
def test_names_a_text_that_the_expression_does_not_match(pattern: str) -> None:
    found = ambiguity(pattern)
    assert found is not None
    assert found.pump
    text = found.start + found.pump * 2
    ends = [text + end for end in ("\0", "!", "a", "0", " ")]
    assert any(re.match(pattern, one) is None for one in ends)


@pytest.mark.parametrize("pattern", HARMLESS)
def test_lets_pass_what_reads_a_text_in_one_way(pattern: str) -> None:
    assert ambiguity(pattern) is None


@pytest.mark.parametrize("pattern", BEYOND)
def test_says_nothing_about_what_it_cannot_decide(pattern: str) -> None:
    assert ambiguity(pattern) is None


def test_a_whole_match_has_an_end_that_fails() -> None:
    assert ambiguity(r"(a+)+") is None
    assert ambiguity(r"(a+)+", whole=True) is not None


def test_flags_are_those_of_the_call() -> None:
    verbose = """
        ( a + ) +   # a list
        $
    """
    assert ambiguity(verbose) is None
    assert ambiguity(verbose, re.VERBOSE) is not None
