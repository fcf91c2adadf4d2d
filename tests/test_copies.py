"""A scan for copies alone collects fewer facts, and finds the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from fixture_trees import FIXTURES, lay_out

from scanner.finding import Finding
from scanner.scan import scan
from scanner.settings import Settings


@pytest.mark.parametrize("rule", ["copied-helper", "slight-copy"])
def test_copies_alone_are_those_of_a_scan_for_more(rule: str, tmp_path: Path) -> None:
    lay_out(FIXTURES / "duplication" / rule.replace("-", "_"), tmp_path)
    alone = _found(tmp_path, rule)
    assert alone
    assert alone == [one for one in _found(tmp_path, rule, "parallel-version") if one.rule == rule]


def test_facts_of_a_scan_for_copies_serve_no_other(tmp_path: Path) -> None:
    lay_out(FIXTURES / "duplication" / "repeated_block", tmp_path)
    fresh = _found(tmp_path, "repeated-block")
    _found(tmp_path, "copied-helper", cache=True)
    assert fresh
    assert _found(tmp_path, "repeated-block", cache=True) == fresh


def _found(root: Path, *rules: str, cache: bool = False) -> list[Finding]:
    settings = Settings(root=root, select=rules, preview=True, provenance="none", semgrep=False, cache=cache)
    return [item.finding for item in scan(settings).kept]
