"""A rule's test is its fixture: it must speak exactly where it is marked."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from fixture_trees import Mark, fixture_of, lay_out

from scanner import catalogue
from scanner.rule import Card
from scanner.scan import scan
from scanner.settings import Settings
from scanner.weigh import Report, Weighed

CARDS = catalogue.load().cards
NATIVE = [card for card in CARDS if card.engine in {"file", "repository"} and "index" not in card.needs]
CHANGE = [card for card in CARDS if card.engine == "change"]
ALLOW = [card for card in CARDS if card.engine == "allow"]
SEMGREP = [card for card in CARDS if card.engine == "semgrep"]


def _by_id(cards: list[Card]) -> list[object]:
    return [pytest.param(card, id=card.id) for card in cards]


@pytest.mark.parametrize("card", _by_id(NATIVE))
def test_speaks_exactly_where_it_is_marked(card: Card, tmp_path: Path) -> None:
    marks = lay_out(_fixture(card), tmp_path)
    report = scan(_settings(tmp_path, card.id))
    _check(card, marks, report, report.kept)


@pytest.mark.parametrize("card", _by_id(ALLOW))
def test_speaks_of_exactly_the_allow_comments_that_are_marked(card: Card, tmp_path: Path) -> None:
    marks = lay_out(_fixture(card), tmp_path)
    # A comment can be needed or not only where the rule that it names takes part.
    report = scan(_settings(tmp_path, card.id, "asserting-a-constant"))
    _check(card, marks, report, [item for item in report.kept if item.card.id == card.id])


@pytest.mark.parametrize("card", _by_id(CHANGE))
def test_speaks_exactly_where_the_change_is_marked(card: Card, tmp_path: Path) -> None:
    before = _fixture(card) / "before"
    lay_out(before, tmp_path)
    _git(tmp_path, "init", "-q", "-b", "main")
    _git(tmp_path, "add", "-A")
    _git(tmp_path, "commit", "-q", "-m", "before")
    for path in sorted(tmp_path.rglob("*"), reverse=True):
        if path.is_file() and ".git" not in path.relative_to(tmp_path).parts:
            path.unlink()
    marks = lay_out(_fixture(card), tmp_path)
    report = scan(_settings(tmp_path, card.id, mode="diff", diff_base="main"))
    _check(card, marks, report, report.kept)


@pytest.mark.parametrize("card", _by_id(SEMGREP))
def test_semgrep_speaks_exactly_where_it_is_marked(
    card: Card, semgrep_report: tuple[Report, dict[str, tuple[Mark, ...]]]
) -> None:
    report, marks = semgrep_report
    prefix = f"{card.id}/"
    found = [
        item
        for item in report.kept
        if item.card.id == card.id and item.finding.location.path.startswith(prefix)
    ]
    _check(card, marks[card.id], report, found, prefix)


@pytest.fixture(scope="module")
def semgrep_report(tmp_path_factory: pytest.TempPathFactory) -> tuple[Report, dict[str, tuple[Mark, ...]]]:
    """One semgrep run over the fixtures of all its rules: a start costs more than the rules do."""
    root = tmp_path_factory.mktemp("semgrep")
    marks = {card.id: lay_out(_fixture(card), root / card.id) for card in SEMGREP}
    return scan(_settings(root, *(card.id for card in SEMGREP))), marks


def _fixture(card: Card) -> Path:
    fixture = fixture_of(card.origin)
    assert fixture is not None, f"rules/{card.origin} has no fixture; write fixtures/{card.origin}"
    return fixture


def _settings(root: Path, *rules: str, mode: str = "tree", diff_base: str = "") -> Settings:
    return Settings(
        root=root,
        select=rules,
        preview=True,
        provenance="none",
        cache=False,
        jobs=1,
        mode=mode,
        diff_base=diff_base,
    )


def _check(
    card: Card,
    marks: tuple[Mark, ...],
    report: Report,
    found: list[Weighed] | tuple[Weighed, ...],
    prefix: str = "",
) -> None:
    assert [str(notice) for notice in report.notices if notice.incomplete] == []
    assert [str(item) for item in report.unreadable] == []
    ours = [mark for mark in marks if mark.rule in {card.id, ""}]
    expected = sorted((mark.path, mark.line) for mark in ours if mark.kind in {"ruleid", "todook"})
    places = sorted(
        (item.finding.location.path.removeprefix(prefix), item.finding.location.line) for item in found
    )
    assert places == expected
    assert any(mark.kind == "ruleid" for mark in ours), "the fixture has no `# ruleid:`"
    assert any(mark.kind == "ok" for mark in ours) or any(mark.rule == "" for mark in ours), "no `# ok:`"
    for mark in ours:
        if mark.text and mark.kind == "ruleid":
            here = [item for item in found if item.finding.location.line == mark.line]
            said = "\n".join(_said(item) for item in here)
            assert mark.text in said, f"line {mark.line} should name {mark.text!r}"


def _said(item: Weighed) -> str:
    pairs = [*item.finding.arguments, *item.finding.details]
    places = [f"{other.label} {other.location}" for other in item.finding.related]
    return "\n".join([item.card.text(item.finding), *(value for _, value in pairs), *places])


def _git(root: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(root), *identity, *arguments], check=True, capture_output=True)
