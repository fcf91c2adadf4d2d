"""GitHub's fingerprint of a line: its own vectors, and a slow reading of its definition."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.report.line_hash import line_hashes

GREETING = (
    "e9496ae3ebfced30 fb7c023a8b9ccb3f ce8ba1a563dcdaca e20e36e16fcb0cc8 b3edc88f2938467e c8e28b0b4002a3a0"
)
PROGRAM = (
    "e54938cc54b302f1 bb609acbe9138d60 1131fd5871777f34 5c482a0f8b35ea28 54517377da7028d2 2c644846cb18d53e"
)
LAST = "c129715d7a2bc9a3"


@pytest.mark.parametrize(
    ("text", "hashes"),
    [
        ("", LAST),
        (" hello; \t\nworld!!!\r\r\r  \t\tGreetings\r End\r", f"{GREETING} {LAST}"),
        (" hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n", f"{GREETING} {LAST}"),
        (" hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n", f"{GREETING} {LAST}"),
        ("x = 2\nx = 1\nprint(x)\nx = 3\nprint(x)\nx = 4\nprint(x)\n", f"{PROGRAM} f1b89f20de0d133 {LAST}"),
    ],
    ids=["empty", "CR", "CRLF", "mixed", "program"],
)
def test_vectors_of_github(text: str, hashes: str) -> None:
    found = line_hashes(text, set(range(1, 20)))
    assert list(found.values()) == [f"{value}:1" for value in hashes.split()]


def test_equal_lines_are_told_apart_by_their_number() -> None:
    found = line_hashes("Lorem ipsum dolor sit amet.\n" * 10, set(range(1, 12)))
    assert list(found.values()) == [
        *(f"a7f2ff13bc495cf2:{number}" for number in range(1, 7)),
        *(
            "a7f2ff1481e87703:1",
            "a9cf91f7bbf1862b:1",
            "55ec222b86bcae53:1",
            "cc97dc7b1d7d8f7b:1",
            f"{LAST}:1",
        ),
    ]


def test_blanks_and_tabs_do_not_count() -> None:
    assert line_hashes("a b\tc\n", {1}) == line_hashes("abc\n", {1})


def test_a_form_feed_and_a_line_separator_end_no_line() -> None:
    assert set(line_hashes("a\x0cb\u2028c\x0bd\x85e\n", range(1, 9))) == {1, 2}


def test_lines_past_the_end_have_none() -> None:
    assert set(line_hashes("one\ntwo", {1, 2, 3, 99})) == {1, 2}


@given(st.text(alphabet="ab0U \t\r\n\x0c\u2028é\U0001f600\ufeff\0", max_size=260), st.integers(1, 12))
def test_it_is_what_github_defines(text: str, line: int) -> None:
    defined = _as_defined(text)
    wanted = {line, line + 3}
    assert line_hashes(text, wanted) == {number: defined[number] for number in wanted if number in defined}


def _as_defined(text: str) -> dict[int, str]:
    """The definition of `src/fingerprints.ts`, one window after another, as slowly as it reads."""
    raw = text.encode("utf-16-le")
    units = [raw[index] | raw[index + 1] << 8 for index in range(0, len(raw), 2)]
    kept: list[int] = []
    starts: list[int] = []
    fresh, after_return = True, False
    for unit in [*units, 0xFFFF]:
        if unit in (0x20, 0x09) or (after_return and unit == 0x0A):
            after_return = False
            continue
        after_return = unit == 0x0D
        unit = 0x0A if after_return else unit
        if fresh:
            starts.append(len(kept))
        kept.append(unit)
        fresh = unit == 0x0A
    seen: dict[int, int] = {}
    found = {}
    for line, start in enumerate(starts, 1):
        window = (kept[start:] + [0] * 100)[:100]
        value = sum(unit * 37 ** (99 - index) for index, unit in enumerate(window)) % 2**64
        seen[value] = seen.get(value, 0) + 1
        found[line] = f"{value:x}:{seen[value]}"
    return found
