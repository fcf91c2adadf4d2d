"""The catalogue: every rule has one name all the way down, a full card, a fixture and a current page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fixture_trees import FIXTURES, ROOT, fixture_of

from scanner import catalogue, owasp, pages
from scanner.catalogue import RuleError
from scanner.cli.docs import stale
from scanner.cli.new import ENGINES, skeleton
from scanner.rule import Card
from scanner.settings import Settings, UsageError

CARDS = catalogue.load().cards
EACH = [pytest.param(card, id=card.id) for card in CARDS]


@pytest.mark.parametrize("card", EACH)
def test_one_name_all_the_way_down(card: Card) -> None:
    stem = card.id.replace("-", "_")
    assert Path(card.origin).stem == stem
    assert (ROOT / "rules" / card.origin).is_file()
    fixture = fixture_of(card.origin)
    assert fixture is not None
    assert fixture.name.partition(".")[0] == stem


@pytest.mark.parametrize("card", EACH)
def test_the_card_is_complete(card: Card) -> None:
    words = (card.summary, card.message, card.why, card.instead)
    assert all(words)
    assert not any("TODO" in text for text in words)
    assert card.summary.endswith(".")
    assert card.why.endswith((".", "?"))
    assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)+", card.id)
    assert all(number > 0 for number in card.cwe)
    if card.family in {"security", "llm"}:
        assert card.cwe
        assert owasp.categories(card.cwe)
    if card.family == "security":
        assert 0 < float(card.security_severity) <= 10


def test_ids_and_aliases_are_unique() -> None:
    names = [name for card in CARDS for name in (card.id, *card.aliases)]
    assert sorted(set(names)) == sorted(names)


def test_every_fixture_belongs_to_a_rule() -> None:
    owned = {FIXTURES / Path(card.origin).with_suffix("") for card in CARDS}
    files = [path for path in FIXTURES.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    orphans = [path for path in files if not _owners(path) & owned]
    assert orphans == []


def _owners(path: Path) -> set[Path]:
    """What a fixture's file may be named after: itself without suffixes, or a folder around it."""
    stem = path.name.partition(".")[0]
    return {*([path.with_name(stem)] if stem else []), *path.parents}


def test_every_page_is_current() -> None:
    assert sorted(stale(ROOT)) == [], "run `assay docs`"


# A rule that cannot be used stops the run with its place


def test_a_broken_rule_is_named_with_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _only_rule(tmp_path, monkeypatch, "t/some_hazard.py", '"""A hazard."""\n\nraise ValueError("no")\n')
    with pytest.raises(RuleError, match=r"some_hazard\.py:3: cannot load: ValueError: no"):
        catalogue.load()


def test_a_rule_in_a_file_of_another_name_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = skeleton("some-hazard", "tests", "tests", "file")
    _only_rule(tmp_path, monkeypatch, "tests/other_hazard.py", texts["rules/tests/some_hazard.py"])
    with pytest.raises(
        RuleError, match=r"holds the rule `some-hazard`; the file must hold one, and be named alike"
    ):
        catalogue.load()


def test_a_card_that_lacks_words_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = skeleton("some-hazard", "tests", "tests", "file")["rules/tests/some_hazard.py"]
    without = "\n".join(line for line in text.splitlines() if not line.startswith("    why"))
    _only_rule(tmp_path, monkeypatch, "tests/some_hazard.py", without)
    with pytest.raises(RuleError, match=r"the rule `some-hazard` lacks why"):
        catalogue.load()


def _only_rule(root: Path, monkeypatch: pytest.MonkeyPatch, path: str, text: str) -> None:
    target = root / path
    target.parent.mkdir(parents=True)
    target.write_text(text, encoding="utf-8")
    monkeypatch.setattr(catalogue, "rules_root", lambda: root)
    monkeypatch.setattr(catalogue, "_load", catalogue._load.__wrapped__)


# Choosing


def test_a_family_is_a_choice_of_its_rules() -> None:
    chosen = catalogue.load().select(Settings(select=("tests",), preview=True))
    assert [card.id for card in chosen.cards] == [card.id for card in CARDS if card.family == "tests"]


def test_preview_rules_run_when_asked_for() -> None:
    plain = {card.id for card in catalogue.load().select(Settings()).cards}
    assert plain == {card.id for card in CARDS if not card.preview}


def test_an_unknown_rule_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="no rule and no family is called `nonsense`"):
        catalogue.load().select(Settings(select=("nonsense",)))


# `assay new`


@pytest.mark.parametrize("engine", ENGINES)
def test_a_skeleton_loads(engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = skeleton("some-hazard", "tests", "tests", engine)
    (path,) = (path for path in texts if path.startswith("rules/"))
    _only_rule(tmp_path, monkeypatch, path.removeprefix("rules/"), texts[path])
    (card,) = catalogue.load().cards
    assert (card.id, card.engine, card.family, card.preview) == ("some-hazard", engine, "tests", True)
    fixtures = [text for name, text in texts.items() if name.startswith("fixtures/tests/some_hazard")]
    assert any("# ruleid: some-hazard" in text for text in fixtures)
    assert any("# ok: some-hazard" in text for text in fixtures)


@pytest.mark.parametrize(
    "name", ["hazard", "Some-Hazard", "some_hazard", "2-hazards", "../up-there", "a-2-b"]
)
def test_a_name_that_is_no_rules_name_is_refused(name: str) -> None:
    with pytest.raises(UsageError):
        skeleton(name, "tests", "tests", "file")


# Pages


def test_a_page_shows_the_first_function_of_each_kind() -> None:
    fixture = {"some_hazard.py": FIXTURE}
    bad = pages.example(fixture, "some-hazard", "ruleid")
    good = pages.example(fixture, "some-hazard", "ok")
    assert bad is not None
    assert bad.text == "@wrapped\ndef first():\n    return wrong()"
    assert good is not None
    assert good.text == "def method(self):\n    return right()"


FIXTURE = """\
import wrapped

# ruleid: other-hazard
wrong()


@wrapped
def first():
    # ok: other-hazard
    # ruleid: some-hazard → wrong
    return wrong()


class Holder:
    def method(self):
        # ok: some-hazard
        return right()


def second():
    # ruleid: some-hazard
    return wrong()
"""


def test_an_example_shows_no_other_kind() -> None:
    text = "def upgrade():\n    # ok: some-hazard\n    add(1)\n    # ruleid: some-hazard\n    drop(1)\n"
    shown = [pages.example({"a.py": text}, "some-hazard", kind) for kind in ("ruleid", "ok")]
    assert [one and one.text for one in shown] == ["drop(1)", "add(1)"]


def test_an_example_that_is_no_python_is_a_paragraph() -> None:
    text = "name: build\n\njobs:\n  # ruleid: some-hazard\n  run: curl\n\nother: 1\n"
    found = pages.example({"ci.yml": text}, "some-hazard", "ruleid")
    assert found is not None
    assert found.text == "jobs:\n  run: curl"


def test_an_example_of_a_file_without_comments_is_what_is_around_the_place() -> None:
    files = {".mcp.json": '{\n  "a": 1,\n  "key": "x",\n  "b": 2\n}\n', "expected.txt": ".mcp.json:3 → x\n"}
    found = pages.example(files, "some-hazard", "ruleid")
    assert found is not None
    assert (found.path, found.text) == (".mcp.json", '{\n  "a": 1,\n  "key": "x",\n  "b": 2\n}')


@pytest.mark.parametrize(
    ("right", "total", "interval"),
    # By the formula of E. B. Wilson (1927) with z = 1.959964, worked out apart from the code.
    [(10, 10, (0.7225, 1.0)), (9, 10, (0.5958, 0.9821)), (0, 5, (0.0, 0.4345)), (24, 25, (0.8046, 0.9929))],
)
def test_the_interval_is_wilsons(right: int, total: int, interval: tuple[float, float]) -> None:
    assert pages.wilson(right, total) == pytest.approx(interval, abs=5e-5)


def test_precision_is_said_with_its_sample() -> None:
    rows = [{"rule": "some-hazard", "repository": name, "verdict": "useful"} for name in ("b", "a", "a")]
    rows.append({"rule": "some-hazard", "repository": "c", "verdict": "false"})
    judged = pages.judged_by_rule(rows)["some-hazard"]
    assert pages.precision(judged) == (
        "Right in 3 of 4 findings that were looked at one by one, 75% (95 % interval 30% to 95%).\n"
        "Wrong in 1, right but trivial in 0.\n"
        "From 3 repositories: a, b, c."
    )
    assert pages.precision(pages.Judged()).startswith("Not yet judged")
