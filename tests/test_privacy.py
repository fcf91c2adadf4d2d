"""No person is ranked, no address and no prompt leaves: over every command, in every format."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Run
from repositories import CLAUDE, Repository

Assay = Callable[..., Run]
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PROMPT = "the secret wish of a person"
_SECRET = "import os\n\n\ndef key_{}():\n    return os.getenv('SIGNING_SECRET', 'change-me')\n"
_NOTE = {
    "prompts": {
        "0123456789abcdef": {
            "agent_id": {"tool": "claude", "id": "x", "model": "opus"},
            "human_author": "Author Nine <nine@people.example>",
            "messages": [{"text": _PROMPT}],
        }
    }
}
_NUMBERS = ("One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve")


@pytest.fixture(params=[3, 12], ids=["three-authors", "twelve-authors"])
def team(request: pytest.FixtureRequest, tmp_path: Path) -> Repository:
    """A repository of several people and an agent, with reviews, notes and prompts on record."""
    repository = Repository(tmp_path / "team")
    for key, value in (("user.name", "Author Zero"), ("user.email", "zero@people.example")):
        repository.git("config", key, value)
    repository.write("pyproject.toml", "[tool.assay]\nsemgrep = false\n")
    repository.commit("Start", author="Author Zero <zero@people.example>")
    repository.git("checkout", "-q", "-b", "topic")
    for number in _NUMBERS[: request.param]:
        low = number.lower()
        repository.write(f"app/{low}.py", _SECRET.format(low))
        trailers = f"{CLAUDE}\nReviewed-by: Reviewer {number} <review-{low}@people.example>"
        author = f"Author {number} <{low}@people.example>"
        commit = repository.commit(f"Ask {low}@people.example\n\n{trailers}", author=author)
        body = f"app/{low}.py\n  0123456789abcdef 1-5\n---\n{json.dumps(_NOTE)}"
        repository.note("ai", commit, body)
    told = {"content": "x", "line_number": 1, "source": {"type": "AI"}}
    note = {
        "version": 2,
        "session": {"model": {"id": "opus"}},
        "prompts": [{"text": _PROMPT}],
        "files": [told],
    }
    repository.note("whogitit", repository.git("rev-parse", "HEAD"), json.dumps(note))
    repository.write(".whogitit-pending.json", json.dumps({"prompt": _PROMPT, "file_histories": {}}))
    return repository


_SAYING = [
    ("provenance", "--no-cache"),
    ("provenance", "main..HEAD"),
    ("dark", "--no-cache"),
    ("explain", "--paths", "app/**"),
    ("blame", "app/one.py"),
    ("gate", "main", "--no-cache"),
    ("scan", "--no-cache"),
    ("scan", "--no-cache", "--diff", "main"),
]


@pytest.mark.parametrize("asked", _SAYING, ids=" ".join)
@pytest.mark.parametrize("format_", ["text", "json"])
def test_no_address_and_no_prompt_leaves(
    assay: Assay, team: Repository, asked: tuple[str, ...], format_: str
) -> None:
    run = assay(*asked, "-f", format_, cwd=team.root)
    assert run.code in (0, 1), run.err
    assert _ADDRESS.findall(run.out + run.err) == []
    assert _PROMPT not in run.out + run.err


@pytest.mark.parametrize("format_", ["sarif", "markdown", "github"])
def test_no_address_is_in_a_report_for_others(assay: Assay, team: Repository, format_: str) -> None:
    run = assay("scan", "--no-cache", "-f", format_, cwd=team.root)
    assert run.code == 1
    assert "people.example" not in run.out
    assert _PROMPT not in run.out


@pytest.mark.parametrize("asked", [one for one in _SAYING if one[0] in ("provenance", "dark", "explain")])
@pytest.mark.parametrize("format_", ["text", "json"])
def test_no_aggregate_has_a_row_of_a_person(
    assay: Assay, team: Repository, asked: tuple[str, ...], format_: str
) -> None:
    """Not below ten authors, and not above either."""
    run = assay(*asked, "-f", format_, cwd=team.root)
    assert re.findall(r"(?:Author|Reviewer) \w+", run.out + run.err) == []


def test_the_record_of_a_review_holds_no_address(assay: Assay, team: Repository) -> None:
    assert assay("ledger", "record", "main", "--no-cache", cwd=team.root).code == 0
    assert "people.example" not in assay("ledger", "export", cwd=team.root).out
