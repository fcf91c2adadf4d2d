"""What a person sees in a terminal: whole screens, and carets that stand where they should."""
# ruff: noqa: E501 — whole screens are as wide as they are

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot
from made_reports import AI, COPIED_FINDING, SHELL_FINDING, TEXTS, named, odd, report

from scanner.finding import Allow, Finding, Location, Notice, Reason, Related, Unreadable
from scanner.provenance.record import Attributed
from scanner.report.text import closing, render


def test_a_screen() -> None:
    found = [Attributed(SHELL_FINDING, AI), COPIED_FINDING, odd("app/run.py", 1, 1, 1, 10)]
    assert render(report(found)) == snapshot("""\
app/run.py  1 error, 1 note

app/run.py:1:1  note on-trial  rank 22
  odd
  1 | import os
    | ^^^^^^^^^
  origin: unknown

app/run.py:5:9  error shell-from-input  rank 94
  input reaches the shell through `os.system`
  5 |     return os.system('ls ' + name)  # é
    |            ^^^^^^^^^^^^^^^^^^^^^^^
  step 1: app/run.py:4:9  input
  step 2: app/run.py:5:27  the command
  why: The shortest example on the web does it.
  instead: Pass a list, without a shell.
  origin: ai, claude-code (claude-x), commit aaaaaaaaaa, by trailer (p 0.93); no review on record
  rank: 90:10 × 1.367 security, ai (E04, E19, E20; against it E06, E57) × 1.276 unreviewed (E49) = 1.74 → rank 94

app/text.py  1 warning

app/text.py:5:1  warning copied-helper  rank 55
  `slugify` does what app.text.slug does
  5 | def slugify(text):
    | ^^^^^^^^^^^
  the helper to call: app/text.py:1:1
  similarity: 100 %
  why: What is outside the context window is written anew.
  instead: Call `app.text.slug`.
  origin: unknown
""")


def test_nothing_found_says_nothing() -> None:
    assert render(report()) == ""
    assert closing(report()) == "no findings in 2 files\n"


def test_a_lesson_is_taught_once() -> None:
    text = render(
        report([COPIED_FINDING, replace(COPIED_FINDING, location=Location("app/text.py", 6, 5, 6, 11))])
    )
    assert text.count("why:") == text.count("instead:") == 1


def test_colour_is_only_colour() -> None:
    found = report([SHELL_FINDING, COPIED_FINDING])
    colored = render(found, color=True)
    assert "\x1b[1;31merror\x1b[0m" in colored
    for code in ("0", "1", "2", "31", "33", "1;31", "1;33", "1;4"):
        colored = colored.replace(f"\x1b[{code}m", "")
    assert colored == render(found)


def marked(text: str, *place: int) -> list[str]:
    """The source line and its caret line, as they are shown."""
    lines = render(report([odd("a.py", *place)], {"a.py": text})).split("\n")
    return [line[2:] for line in lines if " |" in line]


@pytest.mark.parametrize(
    ("text", "place", "shown"),
    [
        ("\tx = eval(y)\n", (1, 6, 1, 13), ["1 |     x = eval(y)", "  |         ^^^^^^^"]),
        ("a\t= eval(y)\n", (1, 5, 1, 12), ["1 | a   = eval(y)", "  |       ^^^^^^^"]),
        ("x = '漢字'; y\n", (1, 11, 1, 12), ["1 | x = '漢字'; y", "  |             ^"]),
        ("x = '漢字'\n", (1, 5, 1, 9), ["1 | x = '漢字'", "  |     ^^^^^^"]),
        ("x = 'e\u0301'; y\n", (1, 11, 1, 12), ["1 | x = 'e\u0301'; y", "  |          ^"]),
        ("x = '\u202e'; y\n", (1, 10, 1, 11), ["1 | x = '\\u202e'; y", "  |               ^"]),
        ("x = 1\r\ny = 2\r\n", (2, 1, 2, 2), ["2 | y = 2", "  | ^"]),
        ("a\x0cb\nc\n", (1, 3, 1, 4), ["1 | a\\x0cb", "  |      ^"]),
        ("f(\n  1,\n)\n", (1, 1, 3, 2), ["1 | f(", "  | ^^ to line 3"]),
        ("x\n", (1, 2, 1, 2), ["1 | x", "  |  ^"]),
        ("x = 1\n", (1, 5, 1, 0), ["1 | x = 1", "  |     ^"]),
        ("# ##[add-mask]x\n", (1, 15, 1, 16), ["1 | # \\x23#[add-mask]x", "  |                  ^"]),
    ],
    ids="tab mid-tab wide wider combining bidi crlf form-feed lines point to-the-end ci-command".split(),
)
def test_the_caret_stands_under_the_region(text: str, place: tuple[int, ...], shown: list[str]) -> None:
    assert marked(text, *place) == shown


def test_of_an_endless_line_the_part_around_is_shown() -> None:
    text = "a" * 500 + "BAD" + "c" * 500
    line, caret = marked(text, 1, 501, 1, 504)
    assert line == f"1 | …{'a' * 60}BAD{'c' * 97}…"
    assert line[caret.index("^") : caret.rindex("^") + 1] == "BAD"


def test_a_place_beyond_the_file_does_not_stop_the_report() -> None:
    assert marked("x\n", 9, 1, 9, 5) == ["2 |", "  | ^"]
    assert render(report([odd("gone.py", 1, 1, 1, 2)], {})).startswith("gone.py")


HOSTILE = st.text(
    alphabet="a\x00\x07\x1b\x7f\x9b\r\n\t\u202e\u2066\u200b\u2028\ufeff\u3164\ud800é漢#[", max_size=12
)


@given(HOSTILE, HOSTILE, HOSTILE)
def test_nothing_hostile_is_sent(path: str, value: str, line: str) -> None:
    finding: Finding = replace(
        named(COPIED_FINDING, path),
        arguments=(("copy", value), ("original", value)),
        details=((value, value),),
        related=(Related(Location(path, 1), value),),
    )
    broken = Unreadable(path, Reason.SYNTAX, value, 1)
    found = report([finding], {path: f"{line}\n" * 9}, unreadable=[broken], notices=[Notice(value, path)])
    said = render(found) + closing(found)
    assert not set(said) & set("\x00\x07\x1b\x7f\x9b\r\t\u202e\u2066\u200b\u2028\ufeff\u3164\ud800")
    assert "##[" not in said


def test_the_closing_counts_everything() -> None:
    found = [odd("app/run.py", line, 1, line, 2) for line in range(1, 6)] * 3
    found += [SHELL_FINDING, replace(COPIED_FINDING, excused="# noqa"), odd("app/text.py", 6, 1, 6, 2)]
    allows = [Allow("app/text.py", 6, (6, 6), (), "")]
    broken = [
        Unreadable("bad.py", Reason.SYNTAX, "unmatched ')'", 3),
        Unreadable("x.py", Reason.LFS, "fetch it"),
    ]
    whole = report(
        found, allows=allows, unreadable=broken, notices=[Notice("cut", "x.py", 2), Notice("shallow")]
    )
    assert closing(whole) == snapshot("""\
bad.py:3: not analysed: syntax error: unmatched ')'
x.py: not analysed: a Git LFS pointer, its content is not here: fetch it
x.py:2: cut
shallow
highest ranks:
     90  shell-from-input  app/run.py:5:9
     22  on-trial  app/run.py:1:1
     22  on-trial  app/run.py:1:1
     22  on-trial  app/run.py:1:1
     22  on-trial  app/run.py:2:1
1 error, 15 notes in 2 files, 1 allowed, 1 suppressed, 2 not analysed
""")
    assert set(TEXTS) == {"app/run.py", "app/text.py"}
