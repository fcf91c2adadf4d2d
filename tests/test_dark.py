"""`assay provenance` and `assay dark`: exact counts on three small commits."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Run
from inline_snapshot import snapshot
from repositories import ADA, CLAUDE, GRACE, Repository

Assay = Callable[..., Run]
CONFIG = '[tool.assay]\ncritical-paths = ["app/pay.py"]\n'


@pytest.fixture
def three(tmp_path: Path) -> Repository:
    """A human's commit, an agent's, and an agent's that somebody reviewed."""
    repository = Repository(tmp_path)
    repository.write("pyproject.toml", CONFIG)
    repository.write("app/pay.py", "one\ntwo\nthree\n")
    repository.commit("Start")
    repository.write("app/pay.py", "one\ntwo\nthree\nfour\nfive\n")
    repository.write("lib/new.py", "a\nb\nc\nd\n")
    repository.commit(f"More\n\n{CLAUDE}")
    repository.write("lib/seen.py", "x\ny\n")
    repository.commit(f"Seen\n\n{CLAUDE}\nReviewed-by: {GRACE}", author=ADA)
    return repository


def test_provenance_counts_lines(assay: Assay, three: Repository) -> None:
    run = assay("provenance", "--no-cache", cwd=three.root)
    assert run.code == 0
    assert run.out == snapshot("""\
label        lines  of all
ai           8      61.5 %
no-evidence  5      38.5 %

agent        lines  of all
Claude Code  8      61.5 %

model            lines  of all
claude-opus-4-6  8      61.5 %

review of agents' lines  lines  of all
none                     6      46.2 %
named                    2      15.4 %

surest evidence  lines  of all
trailer          8      61.5 %
(none)           5      38.5 %

folder  ai  no-evidence
lib     6   0
app     2   3
.       0   2
""")
    assert run.err == snapshot("13 lines in 4 files at be33f4a52c, 61.5 % with evidence\n")


def test_provenance_as_data(assay: Assay, three: Repository) -> None:
    told = json.loads(assay("provenance", "--no-cache", "-f", "json", cwd=three.root).out)
    assert told["schema"] == 1
    assert told["labels"] == {
        "ai": {"lines": 8, "share": 0.6154},
        "no-evidence": {"lines": 5, "share": 0.3846},
    }
    assert told["review"] == {"none": {"lines": 6, "share": 0.4615}, "named": {"lines": 2, "share": 0.1538}}
    assert told["directories"] == {
        ".": {"no-evidence": 2},
        "app": {"ai": 2, "no-evidence": 3},
        "lib": {"ai": 6},
    }


def test_provenance_of_a_range(assay: Assay, three: Repository) -> None:
    told = json.loads(assay("provenance", "HEAD~1..HEAD", "-f", "json", cwd=three.root).out)
    assert told["labels"] == {"ai": {"lines": 2, "share": 1.0}}


@pytest.mark.parametrize("range_", ["HEAD", "..HEAD", "nowhere..HEAD"])
def test_what_is_no_range_is_named(range_: str, assay: Assay, three: Repository) -> None:
    run = assay("provenance", range_, cwd=three.root)
    assert (run.code, run.out) == (2, "")


def test_what_is_dark(assay: Assay, three: Repository) -> None:
    run = assay("dark", "--no-cache", cwd=three.root)
    assert run.code == 0
    assert run.out == snapshot("""\
folder  lines  by agents  dark  index   no test  no human  critical
app     5      2          2     40.0 %  2                  critical
lib     6      6          4     66.7 %  4        4

file        lines  by agents  dark  index    no test  no human  critical
app/pay.py  5      2          2     40.0 %   2                  critical
lib/new.py  4      4          4     100.0 %  4        4

committed in  lines  by agents  dark  index
2023-11       13     8          6     46.2 %
""")
    assert run.err == snapshot("""\
dark-code index 46.2 %: 6 of 13 lines, 8 of them by agents
6 dark lines are reached by no test, and 4 are in files that no human ever edited
on critical paths 40.0 %: 2 of 5
""")


def test_what_is_dark_as_data(assay: Assay, three: Repository) -> None:
    told = json.loads(assay("dark", "--no-cache", "-f", "json", cwd=three.root).out)
    assert [(one["path"], one["dark"], one["only_agents"]) for one in told["files"]] == [
        ("app/pay.py", 2, False),
        ("lib/new.py", 4, True),
    ]
    assert told["total"]["index"] == 0.4615


REACHED = {
    "pkg/__init__.py": "from pkg.base import ready\n",
    "pkg/base.py": "from . import deep\nready = deep.x\n",
    "pkg/deep.py": "x = 1\n",
    "pkg/alone.py": "y = 2\n",
    "pkg/friend.py": "import pkg.alone\n",
    "tests/test_pkg.py": "import pkg\n",
    "notes.txt": "one\n",
}


def test_which_dark_lines_no_test_reaches_and_no_human_edited(assay: Assay, tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    repository.write("pyproject.toml", "[tool.assay]\nsemgrep = false\n")
    repository.write("pkg/deep.py", "")
    repository.commit("A human's start")
    for path, text in REACHED.items():
        repository.write(path, text)
    repository.commit(f"All of it\n\n{CLAUDE}")
    told = json.loads(assay("dark", "--no-cache", "-f", "json", cwd=tmp_path).out)
    untested = {one["path"]: one["dark_and_reached_by_no_test"] for one in told["files"]}
    assert {path for path, lines in untested.items() if lines} == {"pkg/alone.py", "pkg/friend.py"}
    unedited = {one["path"] for one in told["files"] if one["dark_and_never_edited_by_a_human"]}
    assert unedited == REACHED.keys() - {"pkg/deep.py"}
    # Of the files of one line, those come first that no test runs.
    order = ["pkg/base.py", "pkg/alone.py", "pkg/friend.py", "notes.txt", "pkg/__init__.py"]
    assert [one["path"] for one in told["files"]][:5] == order
    assert told["total"]["dark_and_reached_by_no_test"] == 2
    plain = json.loads(assay("dark", "--no-cache", "--no-tests", "-f", "json", cwd=tmp_path).out)
    assert plain["total"]["dark_and_reached_by_no_test"] == 0


def test_without_a_history(assay: Assay, tmp_path: Path) -> None:
    for command in ("provenance", "dark"):
        run = assay(command, cwd=tmp_path)
        assert (run.code, run.out) == (2, "")
        assert "not a git repository" in run.err


def test_before_the_first_commit(assay: Assay, tmp_path: Path) -> None:
    run = assay("provenance", cwd=Repository(tmp_path).root)
    assert (run.code, run.err) == (2, "assay: there is no commit yet; nothing is on record\n")


def test_what_the_attributes_call_generated_is_left_out(assay: Assay, three: Repository) -> None:
    """A machine wrote it, or somebody else: it is no agent's, and nobody's to review here."""
    three.write(".gitattributes", "lib/* linguist-vendored\nlib/seen.py -linguist-vendored\n")
    three.commit("Vendored")
    run = assay("provenance", "--no-cache", "-f", "json", cwd=three.root)
    told = json.loads(run.out)
    assert told["generated_or_vendored"] == {"files": 1, "lines": 4}
    assert told["labels"]["ai"]["lines"] == 4
    seen = assay("provenance", "--no-cache", cwd=three.root).err
    assert "left out are 4 lines in 1 files that .gitattributes call generated or vendored" in seen
    dark = json.loads(assay("dark", "--no-cache", "--no-tests", "-f", "json", cwd=three.root).out)
    assert dark["total"]["dark"] == 2
