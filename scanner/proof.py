"""What running a test with the code under test altered has shown. Frozen values, no imports of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import Enum

from scanner.frozen import frozen


class Verdict(str, Enum):
    """How much a test notices."""

    SURVIVED = "survived"  # it passes whatever the code under test does
    CRASHES = "notices crashes only"
    KILLED = "killed by an assertion"  # one of its assertions noticed: it does test something
    UNKNOWN = "unknown"


@frozen
class Alteration:
    """One function of the code under test, made to do something else, and what the test said to it."""

    function: str  # path:qualified name
    how: str  # a key of `_DONE`
    outcome: str  # passed | assertion | crash | unreached
    error: str = ""
    where: str = ""  # path:line of the project that noticed


@frozen
class Proof:
    """The verdict over one test. `reason` is a sentence where it is unknown."""

    path: str
    test: str  # qualified within the file, as facts have it
    verdict: Verdict
    reason: str = ""
    alterations: tuple[Alteration, ...] = ()

    @property
    def words(self) -> str:
        """The verdict as a person reads it."""
        if self.verdict is Verdict.UNKNOWN:
            return f"unknown: {self.reason}"
        if self.verdict is Verdict.KILLED:
            last = self.alterations[-1]
            place = f", at {last.where}" if last.where else ""
            return f"killed by an assertion: it noticed that `{last.function}` {_DONE[last.how]}{place}"
        count = sum(1 for one in self.alterations if one.outcome in ("passed", "crash"))
        many = f"{count} alteration{'s' if count != 1 else ''}"
        return f"survived {many}" if self.verdict is Verdict.SURVIVED else f"notices crashes only, of {many}"


_DONE = {
    "alter": "gave another result",
    "alter texts": "gave other texts",
    "alter numbers": "gave other numbers",
    "alter flags": "gave the opposite",
    "alter nothings": "gave something in place of nothing",
    "error": "raised another error",
    "calm": "raised no error",
    "drop": "gave no items",
    "drop within": "gave items without their own",
    "effect": "left other values behind",
    "effect texts": "left other texts behind",
    "effect numbers": "left other numbers behind",
    "effect flags": "left the opposite behind",
    "input": "was given other arguments",
    "input texts": "was given other texts",
    "input numbers": "was given other numbers",
    "input flags": "was given the opposite",
    "empty": "did nothing",
    "raise": "crashed",
}


@frozen
class Trace:
    """The oracles that one test really executed, by phase and kind (`call:assert`)."""

    path: str
    test: str
    status: str
    oracles: Mapping[str, int] = field(default_factory=dict)
    rules: tuple[str, ...] = ()  # what the static rules say of it

    @property
    def judged(self) -> int:
        """How often an oracle ran that could judge what the test did: those of the set-up come before."""
        return sum(count for kind, count in self.oracles.items() if not kind.startswith("setup:"))
