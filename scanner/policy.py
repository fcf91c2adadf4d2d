"""The policy of a gate, as data: `[tool.assay.gate]` and `[[tool.assay.critical]]`.

Three lists say where agents' lines may pass by themselves, where they need a review (everywhere else), and
where they never pass. How many reviews, and whose, follows from tier, blast radius and who wrote the change.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import field, fields
from typing import Any

from scanner.frozen import frozen
from scanner.settings import Critical, Settings, UsageError, matches


@frozen
class GateWaiver:
    """One `[[tool.assay.gate.waive]]`: paths that need no review until a day, for a reason that an owner
    stands for."""

    paths: tuple[str, ...]
    reason: str
    owner: str
    expires: datetime.date

    def holds(self, path: str, today: datetime.date) -> bool:
        return today <= self.expires and any(matches(path, pattern) for pattern in self.paths)


@frozen
class Policy:
    """What a change must have to pass.

    `approvals` is how many reviews a change needs by the tier of the most critical path that it touches,
    tier 1 first; the last figure holds for all other paths. From `blast` on, one more. `senior_tier`: a
    change to paths of that tier or a lower one needs a senior among them, as does one by a newcomer.
    """

    autonomous: tuple[str, ...] = ()
    needs_review: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    approvals: tuple[int, ...] = (2, 1, 1)
    blast: int = 20
    senior_tier: int = 1
    seniors: tuple[str, ...] = ()
    newcomers: tuple[str, ...] = ()
    teams: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    owners: bool = False
    trust_silence: bool = False
    trust_trailers: bool = False
    profile: str = "default"
    until: datetime.date | None = None
    waive: tuple[GateWaiver, ...] = ()
    critical: tuple[Critical, ...] = ()

    def critical_of(self, path: str) -> Critical | None:
        """The strictest entry that covers a path. One that has expired still holds: it is named, not
        dropped."""
        found = [one for one in self.critical if any(matches(path, pattern) for pattern in one.paths)]
        return min(found, key=lambda one: one.tier, default=None)

    def tier_of(self, path: str) -> int:
        """1 is the most critical; 0 stands for a path that is on no list."""
        found = self.critical_of(path)
        return found.tier if found else 0

    def is_reset(self, today: datetime.date) -> bool:
        return self.profile == "reset" and (self.until is None or today <= self.until)

    def list_of(self, path: str, today: datetime.date) -> str:
        """`never`, `needs-review` or `autonomous`. The strictest list that names a path wins; during a
        reset, and on critical paths, nothing is autonomous."""
        if _any(path, self.never):
            return "never"
        if _any(path, self.needs_review) or self.critical_of(path) or self.is_reset(today):
            return "needs-review"
        return "autonomous" if _any(path, self.autonomous) else "needs-review"

    def needed(self, tier: int, blast: int, today: datetime.date) -> int:
        """How many approvals a change needs."""
        figures = self.approvals or (1,)
        count = figures[min(tier, len(figures)) - 1] if tier else figures[-1]
        count += blast >= self.blast
        return max(count, 2) if self.is_reset(today) else count

    def members(self, names: Sequence[str]) -> frozenset[str]:
        """The people behind names and `@teams`, folded."""
        found: set[str] = set()
        for name in names:
            bare = name.removeprefix("@")
            found.update(map(folded, self.teams.get(bare, (bare,))))
        return frozenset(found)


def folded(name: str) -> str:
    """A name as names are compared: without case, and blanks alike."""
    return " ".join(name.casefold().removeprefix("@").split())


def _any(path: str, patterns: Sequence[str]) -> bool:
    return any(matches(path, pattern) for pattern in patterns)


def policy_of(settings: Settings, where: str = "[tool.assay.gate]") -> Policy:
    """The policy that the settings hold.

    Raises:
        UsageError: an unknown key, or a value that cannot be.
    """
    table = dict(settings.gate)
    known = {one.name.replace("_", "-") for one in fields(Policy)} - {"critical", "trust-silence"}
    known |= {"no-evidence"}
    for key in table:
        if key not in known:
            import difflib

            near = difflib.get_close_matches(key, known, n=1)
            hint = f"did you mean `{near[0]}`?" if near else f"known keys: {', '.join(sorted(known))}"
            raise UsageError(f"{where}: unknown key `{key}`; {hint}")
    values: dict[str, Any] = {
        key.replace("-", "_"): _value(key, value, where) for key, value in table.items()
    }
    silence = values.pop("no_evidence", "ai")
    return Policy(**values, trust_silence=silence == "trust", critical=settings.critical)


_LISTS = frozenset(["autonomous", "needs-review", "never", "seniors", "newcomers"])
_FLAGS = frozenset(["owners", "trust-trailers"])
_NUMBERS = frozenset(["blast", "senior-tier"])
_CHOICES = {"no-evidence": ("ai", "trust"), "profile": ("default", "reset")}


def _value(key: str, value: Any, where: str) -> Any:
    if key in _LISTS:
        return _strings(key, value, where)
    if key == "approvals":
        whole = isinstance(value, list) and all(type(one) is int and 0 <= one <= 9 for one in value)
        return tuple(value) if whole and value else _refuse(key, "a list of numbers, tier 1 first", where)
    if key in _FLAGS:
        return value if isinstance(value, bool) else _refuse(key, "true or false", where)
    if key in _NUMBERS:
        return value if type(value) is int and value >= 0 else _refuse(key, "a whole number", where)
    if key in _CHOICES:
        return value if value in _CHOICES[key] else _refuse(key, " or ".join(_CHOICES[key]), where)
    if key == "until":
        return _day(key, value, where)
    if key == "teams":
        if not isinstance(value, dict):
            _refuse(key, "a table of lists", where)
        return {name: _strings(f"teams.{name}", names, where) for name, names in value.items()}
    if not isinstance(value, list):
        _refuse(key, "a list of tables", where)
    return tuple(_waiver(entry, where) for entry in value)


def _strings(key: str, value: Any, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        _refuse(key, "a list of strings", where)
    return tuple(value)


def _day(key: str, value: Any, where: str) -> datetime.date:
    try:
        return value if isinstance(value, datetime.date) else datetime.date.fromisoformat(value)
    except (ValueError, TypeError):
        raise UsageError(f"{where}: `{key}` must be a date, as 2026-12-31") from None


def _waiver(entry: Any, where: str) -> GateWaiver:
    wanted = {"paths", "reason", "owner", "expires"}
    if not isinstance(entry, dict) or set(entry) != wanted:
        raise UsageError(f"{where}: each `waive` needs {', '.join(sorted(wanted))}, and nothing else")
    return GateWaiver(
        _strings("waive.paths", entry["paths"], where),
        str(entry["reason"]),
        str(entry["owner"]),
        _day("waive.expires", entry["expires"], where),
    )


def _refuse(key: str, what: str, where: str) -> Any:
    raise UsageError(f"{where}: `{key}` must be {what}")
