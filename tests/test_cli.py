"""The command, end to end: what a person sees on a small project, whole screens at a time."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Run, git
from inline_snapshot import snapshot

import scanner
from scanner.catalogue import rules_root

Assay = Callable[..., Run]
Project = Callable[..., Path]

SHOP = {
    "shop/keys.py": (
        "import os\n\n\ndef signing_key():\n    return os.getenv('SIGNING_SECRET', 'change-me')\n"
    ),
    "shop/prices.py": "def total(prices):\n    return sum(prices)\n",
    "shop/store.py": "from os import environ\n\nPASSWORD = environ.get('DB_PASSWORD', 'Xk9-stock')\n",
}
# New rules must not change these screens.
ONLY = ("--select", "fallback-secret", "--no-cache", "--jobs", "1")
BY_AGENT = "Add prices\n\nCo-Authored-By: Claude <noreply@anthropic.com>"


def test_a_small_project(assay: Assay, project: Project) -> None:
    run = assay("scan", *ONLY, "--provenance", "none", cwd=project(SHOP))
    assert run.code == 1
    assert run.out == snapshot("""\
shop/keys.py  1 error

shop/keys.py:5:12  error fallback-secret  rank 75
  `SIGNING_SECRET` falls back to a secret that is written in the code
  5 |     return os.getenv('SIGNING_SECRET', '*********')
    |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  why: The example in every tutorial has a default, so that the first run works without any set-up.
  instead: Read it without a default (`os.environ['SIGNING_SECRET']`), and refuse to start where it is missing.

shop/store.py  1 error

shop/store.py:3:12  error fallback-secret  rank 75
  `DB_PASSWORD` falls back to a secret that is written in the code
  3 | PASSWORD = environ.get('DB_PASSWORD', '*********')
    |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  instead: Read it without a default (`os.environ['DB_PASSWORD']`), and refuse to start where it is missing.
""")
    assert run.err == snapshot("2 errors in 3 files\n")


def test_a_small_project_that_an_agent_wrote(assay: Assay, project: Project) -> None:
    run = assay("scan", *ONLY, cwd=project(SHOP, commit=BY_AGENT))
    assert run.code == 1
    assert run.out == snapshot("""\
shop/keys.py  1 error

shop/keys.py:5:12  error fallback-secret  rank 82.9
  `SIGNING_SECRET` falls back to a secret that is written in the code
  5 |     return os.getenv('SIGNING_SECRET', '*********')
    |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  why: The example in every tutorial has a default, so that the first run works without any set-up.
  instead: Read it without a default (`os.environ['SIGNING_SECRET']`), and refuse to start where it is missing.
  origin: ai, Claude Code, commit 6130f083f0, by trailer (p 0.8); no review on record
  rank: 75:25 × 1.309 security, ai (E04, E19, E20; against it E06, E57) × 1.234 unreviewed (E49) = 1.62 → rank 82.9

shop/store.py  1 error

shop/store.py:3:12  error fallback-secret  rank 82.9
  `DB_PASSWORD` falls back to a secret that is written in the code
  3 | PASSWORD = environ.get('DB_PASSWORD', '*********')
    |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  instead: Read it without a default (`os.environ['DB_PASSWORD']`), and refuse to start where it is missing.
  origin: ai, Claude Code, commit 6130f083f0, by trailer (p 0.8); no review on record
  rank: 75:25 × 1.309 security, ai (E04, E19, E20; against it E06, E57) × 1.234 unreviewed (E49) = 1.62 → rank 82.9
""")


def test_nothing_found(assay: Assay, project: Project) -> None:
    run = assay("scan", *ONLY, cwd=project({"app.py": "print('hello')\n"}))
    assert (run.code, run.out, run.err) == (0, "", "no findings in 1 file\n")


def test_an_allow_comment_is_counted(assay: Assay, project: Project) -> None:
    allow = "  # assay: allow[fallback-secret] the key of the demo shop\n"
    text = SHOP["shop/store.py"].rstrip("\n") + allow
    run = assay("scan", *ONLY, cwd=project({"shop/store.py": text}))
    assert (run.code, run.out, run.err) == (0, "", "no findings in 1 file, 1 allowed\n")


# Exit codes: 2 beats 3 beats 1


def test_a_file_that_does_not_parse_makes_the_run_incomplete(assay: Assay, project: Project) -> None:
    run = assay("scan", *ONLY, cwd=project({**SHOP, "shop/broken.py": "def f(:\n"}))
    assert run.code == 3
    assert run.err.startswith("shop/broken.py:1: ")
    assert "syntax error" in run.err
    assert "1 not analysed" in run.err


def test_an_expected_one_does_not(assay: Assay, project: Project) -> None:
    root = project({"broken.py": "def f(:\n", "assay.toml": 'expect-unreadable = ["broken.py"]\n'})
    assert assay("scan", *ONLY, cwd=root).code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["scan", "nowhere"], "assay: nowhere: no such file or folder\n"),
        (
            ["scan", "--select", "nonsense"],
            "assay: no rule and no family is called `nonsense`; `assay rules` lists them\n",
        ),
        (["scan", "--staged", "--diff", "main"], "assay: --staged and --diff exclude each other\n"),
        (
            ["explain", "falback-secret"],
            "assay: no rule is called `falback-secret`; did you mean `fallback-secret`?\n",
        ),
        (["blame", "shop"], "assay: shop: Is a directory\n"),
        (["blame", "nowhere.py"], "assay: nowhere.py: No such file or directory\n"),
    ],
)
def test_a_usage_error_is_one_line(assay: Assay, project: Project, arguments: list[str], said: str) -> None:
    run = assay(*arguments, cwd=project(SHOP))
    assert (run.code, run.out, run.err) == (2, "", said)


def test_fail_on_never_is_never(assay: Assay, project: Project) -> None:
    run = assay("scan", *ONLY, "--fail-on", "never", cwd=project(SHOP))
    assert run.code == 0
    assert "fallback-secret" in run.out


# Only what changed


def test_a_diff_shows_changed_lines_only(assay: Assay, project: Project) -> None:
    root = project(SHOP, commit="Everything")
    (root / "shop/new.py").write_text("import os\n\nKEY = os.getenv('JWT_KEY', 'x')\n", encoding="utf-8")
    run = assay("scan", *ONLY, "--diff", "main", "--format", "json", cwd=root)
    assert [one["path"] for one in _found(run)] == ["shop/new.py"]


def test_what_is_staged_is_scanned_as_it_is_staged(assay: Assay, project: Project) -> None:
    root = project(SHOP, commit="Everything")
    new = root / "shop/new.py"
    new.write_text("import os\n\nKEY = os.getenv('JWT_KEY', 'x')\n", encoding="utf-8")
    git(root, "add", "-A")
    new.write_text("KEY = None\n", encoding="utf-8")
    run = assay("scan", *ONLY, "--staged", "--format", "json", cwd=root)
    assert [one["path"] for one in _found(run)] == ["shop/new.py"]


def _found(run: Run) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(run.out)["findings"]
    return found


# Baselines


def test_a_baseline_hides_what_it_knows_and_nothing_else(assay: Assay, project: Project) -> None:
    root = project(SHOP)
    wrote = assay("baseline", "write", "--select", "fallback-secret", cwd=root)
    assert wrote.code == 0
    assert wrote.err.endswith("wrote 2 fingerprints to assay-baseline.json\n")
    assert (root / "assay-baseline.json").read_text(encoding="utf-8") == snapshot("""\
{
  "schema": 1,
  "findings": [
    {
      "fingerprint": "e5eb367289ff854e7dc440d83d2cfc5d",
      "rule": "fallback-secret",
      "path": "shop/keys.py",
      "message": "`SIGNING_SECRET` falls back to a secret that is written in the code"
    },
    {
      "fingerprint": "d6de63ea0a388c5ff35eb6677b98374a",
      "rule": "fallback-secret",
      "path": "shop/store.py",
      "message": "`DB_PASSWORD` falls back to a secret that is written in the code"
    }
  ]
}
""")
    (root / "shop/new.py").write_text("import os\n\nKEY = os.getenv('JWT_KEY', 'x')\n", encoding="utf-8")
    run = assay("scan", *ONLY, "--baseline", "assay-baseline.json", cwd=root)
    assert run.code == 1
    assert "shop/new.py:3" in run.out
    assert run.err == "1 error in 4 files, 2 known\n"


def test_code_that_moves_stays_known(assay: Assay, project: Project) -> None:
    root = project(SHOP)
    assay("baseline", "write", "--select", "fallback-secret", cwd=root)
    keys = root / "shop/keys.py"
    keys.write_text('"""Keys."""\n\n\n' + keys.read_text(encoding="utf-8"), encoding="utf-8")
    assert assay("scan", *ONLY, "--baseline", "assay-baseline.json", cwd=root).code == 0


def test_a_file_that_is_no_baseline_is_refused(assay: Assay, project: Project) -> None:
    root = project({**SHOP, "list.json": "[]"})
    run = assay("scan", "--baseline", "list.json", cwd=root)
    assert (run.code, run.err) == (
        2,
        "assay: --baseline list.json: not a baseline; write one with `assay baseline write`\n",
    )


# The other commands


def test_rules_lists_a_family(assay: Assay, tmp_path: Path) -> None:
    run = assay("rules", "--family", "security", "--format", "json", cwd=tmp_path)
    document = json.loads(run.out)
    assert document["schema"] == 1
    assert {rule["family"] for rule in document["rules"]} == {"security"}
    assert "fallback-secret" in {rule["id"] for rule in document["rules"]}
    table = assay("rules", "--family", "security", cwd=tmp_path).out.splitlines()
    assert table[0].split() == "rule family severity confidence level what is wrong".split()
    assert len(table) == 1 + len(document["rules"])


def test_explain_prints_the_page(assay: Assay, tmp_path: Path) -> None:
    run = assay("explain", "fallback-secret", cwd=tmp_path)
    assert run.code == 0
    page = rules_root() / "security" / "fallback_secret.md"
    assert run.out.strip() == page.read_text(encoding="utf-8").partition("\n\n")[2].strip()
    assert "## How often it is right" in run.out


def test_config_show_says_where_values_come_from(
    assay: Assay, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = project({"pyproject.toml": '[tool.assay]\nexclude = ["vendor/"]\n'})
    monkeypatch.setenv("ASSAY_JOBS", "2")
    out = assay("config", "show", cwd=root).out.replace(str(root), "ROOT")
    assert out == snapshot("""\
key                value        from
select             []           default
ignore             []           default
preview            false        default
exclude            ["vendor/"]  ROOT/pyproject.toml
expect-unreadable  []           default
critical-paths     []           default
allow              []           default
weights            "default"    default
provenance         "findings"   default
code-claims        false        default
semgrep            true         default
cache              true         default
jobs               2            environment
fail-on            "error"      default
min-rank           0.0          default
max-bytes          5000000      default
critical           []           default
gate               {}           default
""")


def test_blame_names_the_agent_of_each_line(assay: Assay, project: Project) -> None:
    root = project(SHOP, commit=BY_AGENT)
    (root / "shop/prices.py").write_text(SHOP["shop/prices.py"] + "\n\nFREE = 0\n", encoding="utf-8")
    run = assay("blame", "shop/prices.py", cwd=root)
    assert run.out == snapshot("""\
line  label        agent        model  evidence            review
1     ai           Claude Code         6130f083f0 trailer  none     def total(prices):
2     ai           Claude Code         6130f083f0 trailer  none         return sum(prices)
3     no-evidence                                          pending
4     no-evidence                                          pending
5     no-evidence                                          pending  FREE = 0
""")
    assert run.err == snapshot("""\
5 lines: 3 no-evidence, 2 ai
3 of them: not committed yet
""")
    document = json.loads(assay("blame", "shop/prices.py", "--format", "json", cwd=root).out)
    assert (document["schema"], document["path"]) == (1, "shop/prices.py")
    assert [line["label"] for line in document["lines"]] == ["ai", "ai", *["no-evidence"] * 3]


def test_blame_does_not_send_what_it_reads_to_the_terminal(assay: Assay, project: Project) -> None:
    hostile = "\x1b]0;owned\x07\u202e"
    root = project({"app.py": f"# {hostile}\n"}, commit=f"Add {hostile}\n\nCo-Authored-By: {hostile} <a@b.c>")
    run = assay("blame", "app.py", cwd=root)
    assert run.code == 0
    assert not set("\x1b\x07\u202e") & set(run.out + run.err)


def test_new_refuses_what_is_taken(assay: Assay, tmp_path: Path) -> None:
    run = assay("new", "fallback-secret", "--topic", "security", cwd=tmp_path)
    assert (run.code, run.err) == (2, "assay: rules/security/fallback_secret.py is there already\n")


def test_version(assay: Assay, tmp_path: Path) -> None:
    assert assay("--version", cwd=tmp_path).out == f"assay {scanner.__version__}\n"


def test_a_device_or_a_pipe_is_written_into_and_not_replaced(
    assay: Assay, project: Project, tmp_path: Path
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    run = assay("scan", *ONLY, "--provenance", "none", "--output", f"json={pipe}", cwd=project(SHOP))
    said = os.read(reader, 1)
    os.close(reader)
    assert (run.code, said, pipe.is_fifo()) == (1, b"{", True)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_profile_names_steps_and_rules_and_leaves_the_report_alone(
    assay: Assay, project: Project, jobs: str
) -> None:
    secret = 'import os\nKEY = os.getenv("JWT_SECRET", "change-me")\n'
    root = project({"one.py": secret, "two.py": secret})
    plain = assay("scan", "-q", "--no-cache", "--no-semgrep", "--jobs", jobs, ".", cwd=root)

    run = assay("scan", "-q", "--no-cache", "--no-semgrep", "--jobs", jobs, "--profile", ".", cwd=root)

    assert (run.code, run.out) == (plain.code, plain.out)
    _, _, said = run.err.partition("CPU seconds by step")
    steps, rules = (part.splitlines()[1:] for part in said.split("CPU seconds by rule"))
    names = [line.split()[0] for line in steps]
    assert names == ["start", "discover", "analyse", "relate", "attribute", "weigh", "report", "all"]
    assert all(float(line.split()[-1]) >= 0 for line in (*steps, *rules))
    assert sum(int(line.split()[0]) if " more " in line else 1 for line in rules) > 20
