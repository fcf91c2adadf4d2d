"""Lines that stayed, lines that are new."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scanner.hunks import added_ranges, unchanged_lines

_LINES = st.lists(st.sampled_from(["a", "b", "c", "d", ""]), max_size=12)


@given(_LINES, _LINES)
def test_unchanged_lines_are_equal_and_in_order(old: list[str], new: list[str]) -> None:
    before, after = ("".join(f"{line}\n" for line in lines).encode() for lines in (old, new))

    mapped = unchanged_lines(before, after)

    assert_sound(mapped, old, new)
    if old == new:
        assert added_ranges(before, after) == ()


def assert_sound(mapped: list[int], old: list[str], new: list[str]) -> None:
    assert len(mapped) == len(new)
    pairs = [(old[was - 1], line) for was, line in zip(mapped, new, strict=True) if was]
    assert all(left == right for left, right in pairs)
    kept = [was for was in mapped if was]
    assert kept == sorted(set(kept))


@given(_LINES, _LINES, st.integers(0, 5))
def test_large_files_are_compared_as_soundly(old: list[str], new: list[str], seed: int) -> None:
    filler = [f"line {number * (seed + 1)}" for number in range(1500)]
    before, after = [*old, *filler, *old], [*new, *filler[::-1][:3], *filler, *new]

    mapped = unchanged_lines(*("".join(f"{line}\n" for line in lines).encode() for lines in (before, after)))

    assert_sound(mapped, before, after)
    assert sum(was != 0 for was in mapped) >= len(filler)
