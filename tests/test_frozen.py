"""Frozen values behave as those of `@dataclass(frozen=True)`, which is asked beside them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import FrozenInstanceError, asdict, dataclass, field, fields, replace
from typing import Any

import pytest

from scanner.frozen import frozen


def _class(decorator: Callable[[Any], Any]) -> Any:
    class Parcel:
        name: str
        weight: int = 1
        labels: tuple[str, ...] = ()
        seen: list[str] = field(default_factory=list, compare=False, repr=False)

        @property
        def heavy(self) -> bool:
            return self.weight > 10

    return decorator(Parcel)


OURS, THEIRS = _class(frozen), _class(dataclass(frozen=True))
MADE = (
    lambda kind: kind("a"),
    lambda kind: kind("a", 12, ("x",)),
    lambda kind: kind(name="a", labels=("x",)),
    lambda kind: kind("a", seen=["once"]),
    lambda kind: replace(kind("a"), weight=20),
)


@pytest.mark.parametrize("make", MADE)
def test_values_are_made_shown_and_taken_apart_alike(make: Callable[[Any], Any]) -> None:
    one, other = make(OURS), make(THEIRS)
    assert repr(one) == repr(other)
    assert (asdict(one), one.heavy) == (asdict(other), other.heavy)
    assert [item.name for item in fields(one)] == [item.name for item in fields(other)]


def test_equal_are_those_that_dataclasses_call_equal() -> None:
    for first in MADE:
        for second in MADE:
            same = first(THEIRS) == second(THEIRS)
            assert (first(OURS) == second(OURS)) is same
            assert (hash(first(OURS)) == hash(second(OURS))) is same
    assert OURS("a") != THEIRS("a")


def test_each_value_has_a_list_of_its_own() -> None:
    OURS("a").seen.append("there")
    assert OURS("b").seen == []


@pytest.mark.parametrize(
    "make",
    [lambda: OURS(), lambda: OURS("a", 1, (), [], 5), lambda: OURS("a", colour="red")],
    ids=["too few", "too many", "unknown"],
)
def test_what_cannot_be_made_is_refused(make: Callable[[], Any]) -> None:
    with pytest.raises(TypeError):
        make()


def test_nothing_can_be_changed() -> None:
    value = OURS("a")
    with pytest.raises(FrozenInstanceError):
        value.name = "b"
    with pytest.raises(FrozenInstanceError):
        del value.name
