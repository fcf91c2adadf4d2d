"""`assay explain --paths`: what a post-mortem asks of the history and the ledger."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Run
from inline_snapshot import snapshot
from repositories import CLAUDE, GRACE, Repository

Assay = Callable[..., Run]
SECRET = "import os\n\n\ndef key():\n    return os.getenv('SIGNING_SECRET', 'change-me')\n"
SETTINGS = """[tool.assay]
semgrep = false
[[tool.assay.allow]]
rule = "fallback-secret"
path = "app/old.py"
reason = "goes away in May"
owner = "@pay"
expires = "2100-01-01"
"""


@pytest.fixture
def incident(assay: Assay, tmp_path: Path) -> Repository:
    """A start by a human, an agent's change that the gate saw fail, and a later one that nobody recorded."""
    repository = Repository(tmp_path)
    for key, value in (("user.name", "Ada"), ("user.email", "ada@example.org")):
        repository.git("config", key, value)
    repository.write("pyproject.toml", SETTINGS)
    repository.write("app/sign.py", "# signs\n")
    repository.commit("Start")
    repository.git("checkout", "-q", "-b", "topic")
    repository.write("app/sign.py", "# signs\n" + SECRET)
    repository.write("app/old.py", SECRET)
    repository.commit(f"Sign, as ada@example.org asked\n\n{CLAUDE}")
    run = assay("ledger", "record", "main", "--no-cache", "--at", "2026-03-01T12:00:00Z", cwd=tmp_path)
    assert run.code == 0, run.err
    repository.write("app/sign.py", "# signs\n" + SECRET + "# later\n")
    repository.commit(f"Say so\n\nReviewed-by: {GRACE}")
    return repository


def test_a_look_back(assay: Assay, incident: Repository) -> None:
    run = assay("explain", "--paths", "app/**", cwd=incident.root)
    assert run.code == 0
    assert run.out == snapshot("""\
label        lines  of all
ai           10     83.3 %
no-evidence  2      16.7 %

commit      day         lines  label        agent        review
40b1ed5d35  2023-11-14  10     ai           Claude Code  none    Sign, as (e-mail) asked
36112eb069  2023-11-14  1      no-evidence               none    Start
4f6b8805f3  2023-11-14  1      no-evidence               named   Say so

entry  recorded              gate    finding          at             then
1      2026-03-01T12:00:00Z  failed  fallback-secret  app/sign.py:6  kept
1      2026-03-01T12:00:00Z  failed  fallback-secret  app/old.py:5   allowed  goes away in May
""")
    assert run.err == snapshot("12 lines in 2 files; 83.3 % of them by agents\n")


def test_only_what_came_later(assay: Assay, incident: Repository) -> None:
    run = assay("explain", "--paths", "app/sign.py", "--since", "HEAD~1", "-f", "json", cwd=incident.root)
    told = json.loads(run.out)
    assert told["labels"] == {"no-evidence": {"lines": 1}}
    assert [(one["subject"], one["review"], one["lines"]) for one in told["commits"]] == [
        ("Say so", "named", 1)
    ]
    days = json.loads(
        assay("explain", "--paths", "app/**", "--since", "2000-01-01", "-f", "json", cwd=incident.root).out
    )
    assert sum(row["lines"] for row in days["labels"].values()) == 12


def test_nobody_is_named(assay: Assay, incident: Repository) -> None:
    run = assay("explain", "--paths", "app/**", "-f", "json", cwd=incident.root)
    for name in ("Ada", "Grace", "@example.org"):
        assert name not in run.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "name a rule, or files to look back at"),
        (("fallback-secret", "--paths", "app/**"), "name a rule, or files to look back at"),
        (("fallback-secret", "--since", "HEAD"), "--since and --format go with --paths"),
        (("--paths", "nowhere/**"), "no tracked text file matches"),
        (("--paths", "app/**", "--since", "nowhere"), "names no commit here"),
    ],
)
def test_what_cannot_be_asked(
    assay: Assay, incident: Repository, arguments: tuple[str, ...], said: str
) -> None:
    run = assay("explain", *arguments, cwd=incident.root)
    assert (run.code, run.out) == (2, "")
    assert said in run.err


def test_a_forged_ledger_breaks_nothing(assay: Assay, incident: Repository) -> None:
    blob = incident.git("hash-object", "-w", "--stdin", stdin='{"predicate": {"files": 1, "findings": 2}}')
    tree = incident.git("mktree", stdin=f"100644 blob {blob}\t00000001.json\n")
    commit = incident.git("commit-tree", tree, "-m", "x", **incident.people("A <a@b>"))
    incident.git("update-ref", "refs/assay/ledger", commit)
    run = assay("explain", "--paths", "app/**", cwd=incident.root)
    assert run.code == 0
    assert "the ledger has no entry about these files" in run.err


def test_a_study_that_a_weighing_cites(assay: Assay, tmp_path: Path) -> None:
    assert assay("explain", "E24", cwd=tmp_path).out.startswith("MSR 2026")
    assert "no study is called E999" in assay("explain", "E999", cwd=tmp_path).err
