"""What a run looks at: staged content, a diff, standard input, and what a hook is given."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from conftest import Run, git

Assay = Callable[..., Run]
Project = Callable[..., Path]

ONLY = ("--select", "fallback-secret", "--jobs", "1")
OLD = "import os\n\nKEY = os.getenv('JWT_KEY', 'secret')\n"
NEW = "SECRET = os.getenv('APP_SECRET', 'secret')\n"


def _places(run: Run) -> list[str]:
    return [line.split("  ")[0] for line in run.out.splitlines() if "error fallback-secret" in line]


def _write(root: Path, path: str, text: str, *, stage: bool = False) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")
    if stage:
        git(root, "add", path)


@pytest.fixture
def shop(project: Project) -> Path:
    """A repository with one commit; what is in it is old."""
    return project({"old.py": OLD, "pkg/old.py": OLD}, commit="Start")


# Staged


def test_what_is_staged_counts_not_what_lies_on_the_disk(assay: Assay, shop: Path) -> None:
    _write(shop, "old.py", OLD + NEW, stage=True)
    _write(shop, "old.py", OLD)
    assert _places(assay("scan", *ONLY, "--staged", cwd=shop)) == ["old.py:4:10"]
    _write(shop, "old.py", OLD, stage=True)
    _write(shop, "old.py", OLD + NEW)
    run = assay("scan", *ONLY, "--staged", cwd=shop)
    assert (run.code, run.out, run.err) == (0, "", "nothing is staged\nno findings in 0 files\n")


def test_staged_takes_paths(assay: Assay, shop: Path) -> None:
    _write(shop, "new.py", OLD, stage=True)
    _write(shop, "pkg/new.py", OLD, stage=True)
    assert _places(assay("scan", *ONLY, "--staged", "pkg", cwd=shop)) == ["pkg/new.py:3:7"]
    assert _places(assay("scan", *ONLY, "--staged", "new.py", cwd=shop)) == ["new.py:3:7"]


def test_the_cache_lends_the_facts_of_files_that_are_not_staged(assay: Assay, project: Project) -> None:
    root = project({"pkg/__init__.py": "", "pkg/env.py": "from os import getenv as lookup\n"}, commit="Start")
    _write(root, "pkg/use.py", "from pkg.env import getenv\nK = getenv('JWT_KEY', 's')\n", stage=True)
    _write(root, "pkg/env.py", "from os import getenv\n")
    git(root, "add", "pkg/env.py")
    git(root, "commit", "-q", "-m", "Pass getenv on", "pkg/env.py")
    assert _places(assay("scan", *ONLY, "--staged", cwd=root)) == []  # nobody has looked at pkg/env.py yet
    assert _places(assay("scan", *ONLY, cwd=root)) == ["pkg/use.py:2:5"]
    assert _places(assay("scan", *ONLY, "--staged", cwd=root)) == ["pkg/use.py:2:5"]


# The hook


def test_a_hook_speaks_of_the_lines_that_the_commit_changes(assay: Assay, shop: Path) -> None:
    _write(shop, "a b/new.py", OLD, stage=True)
    _write(shop, "old.py", OLD + NEW, stage=True)
    run = assay("scan", *ONLY, "--hook", "a b/new.py", "old.py", cwd=shop)
    assert (run.code, _places(run)) == (1, ["a b/new.py:3:7", "old.py:4:10"])


def test_a_hook_that_is_given_a_part_speaks_of_that_part(assay: Assay, shop: Path) -> None:
    _write(shop, "new.py", OLD, stage=True)
    _write(shop, "pkg/new.py", OLD, stage=True)
    assert _places(assay("scan", *ONLY, "--hook", "new.py", cwd=shop)) == ["new.py:3:7"]


def test_a_hook_is_silent_when_clean(assay: Assay, shop: Path) -> None:
    _write(shop, "new.py", "x = 1\n", stage=True)
    assert assay("scan", *ONLY, "--hook", "new.py", cwd=shop) == Run(0, "", "")
    git(shop, "commit", "-q", "-m", "More")
    assert assay("scan", *ONLY, "--hook", "new.py", cwd=shop) == Run(0, "", "")
    assert assay("scan", *ONLY, "--hook", cwd=shop) == Run(0, "", "")


@pytest.mark.parametrize("stage", [False, True])
def test_a_hook_scans_what_it_is_given_where_that_is_not_staged(
    assay: Assay, shop: Path, stage: bool
) -> None:
    """`pre-commit run --all-files`, `--files` and `--from-ref`."""
    if stage:
        _write(shop, "new.py", OLD, stage=True)
    given = ("old.py", "pkg/old.py", *(("new.py",) if stage else ()))
    assert len(_places(assay("scan", *ONLY, "--hook", *given, cwd=shop))) == len(given)


def test_a_hook_obeys_the_excludes(assay: Assay, shop: Path) -> None:
    _write(shop, "assay.toml", 'exclude = ["pkg/"]\n')
    assert assay("scan", *ONLY, "--hook", "pkg/old.py", cwd=shop) == Run(0, "", "")
    _write(shop, "pkg/new.py", OLD, stage=True)
    assert assay("scan", *ONLY, "--hook", "pkg/new.py", cwd=shop) == Run(0, "", "")


def test_a_hook_says_what_it_could_not_read(assay: Assay, shop: Path) -> None:
    _write(shop, "new.py", "def f(:\n", stage=True)
    run = assay("scan", *ONLY, "--hook", "new.py", cwd=shop)
    assert run.code == 3
    assert run.err.startswith("new.py:1: not analysed: syntax error: ")


# A diff


def test_a_diff_without_a_name_starts_where_the_branch_did(assay: Assay, shop: Path) -> None:
    git(shop, "checkout", "-q", "-b", "feature")
    _write(shop, "old.py", OLD + NEW, stage=True)
    git(shop, "commit", "-q", "-m", "More")
    _write(shop, "loose.py", OLD)
    run = assay("scan", *ONLY, "--diff", cwd=shop)
    assert _places(run) == ["loose.py:3:7", "old.py:4:10"]
    assert _places(assay("scan", *ONLY, "--diff", "HEAD", cwd=shop)) == ["loose.py:3:7"]


def test_a_diff_with_nothing_to_start_from_asks_for_a_name(assay: Assay, shop: Path) -> None:
    git(shop, "branch", "-m", "trunk")
    run = assay("scan", *ONLY, "--diff", cwd=shop)
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith(
        "assay: --diff: this branch has no upstream, and there is none of origin/HEAD, "
    )
    assert assay("scan", *ONLY, "--diff", "nowhere", cwd=shop).err == (
        "assay: --diff: `nowhere` names no commit here; fetch it first, for example `git fetch origin`\n"
    )


# Standard input


def test_standard_input_is_scanned_under_the_name_it_is_given(
    assay: Assay, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(OLD.encode())))
    run = assay("scan", *ONLY, "-", "--stdin-filename", "sub/new.py", cwd=shop / "pkg")
    assert (run.code, _places(run)) == (1, ["pkg/sub/new.py:3:7"])


def test_standard_input_goes_alone(assay: Assay, shop: Path) -> None:
    for arguments in (("-", "old.py"), ("-", "--staged"), ("-", "--diff")):
        run = assay("scan", *ONLY, *arguments, cwd=shop)
        assert run.code == 2
        assert "`-` reads one file from standard input" in run.err


# What a change rule is handed

CART = "def total(prices):\n    return sum(prices)\n"
TEST = "from cart import total\n\n\ndef test_total():\n    assert total([1, 2]) == 3\n"
OTHER = "\n\ndef test_nothing():\n    prices = []\n    assert total(prices) == 0\n"
JUDGES = ("--select", "removed-test", "--preview", "--jobs", "1")


def _said(run: Run) -> list[str]:
    return [" ".join(line.split()) for line in run.out.splitlines() if "removed-test" in line]


@pytest.mark.parametrize("mode", [("--staged",), ("--diff", "HEAD")])
def test_a_change_rule_sees_what_is_deleted(assay: Assay, project: Project, mode: tuple[str, ...]) -> None:
    root = project({"cart.py": CART, "test_cart.py": TEST}, commit="Start")
    _write(root, "cart.py", CART.replace("sum", "max"), stage=True)
    git(root, "rm", "-q", "test_cart.py")
    (said,) = _said(assay("scan", *JUDGES, *mode, cwd=root))
    assert said.startswith("cart.py:1:1 ")


def test_a_change_rule_knows_a_renamed_file_by_its_old_name(assay: Assay, project: Project) -> None:
    more = "".join(TEST.partition("\n\n")[2].replace("total()", f"total_{n}()") for n in range(5))
    root = project({"cart.py": CART, "test_cart.py": TEST + more + OTHER}, commit="Start")
    _write(root, "cart.py", CART.replace("sum", "max"), stage=True)
    git(root, "mv", "test_cart.py", "test_total.py")
    assert _said(assay("scan", *JUDGES, "--staged", cwd=root)) == []
    _write(root, "test_total.py", TEST + more, stage=True)
    (said,) = _said(assay("scan", *JUDGES, "--staged", cwd=root))
    assert said.startswith("test_total.py:")


def test_a_file_that_only_the_working_tree_lacks_is_deleted_too(assay: Assay, project: Project) -> None:
    root = project({"cart.py": CART, "test_cart.py": TEST}, commit="Start")
    _write(root, "cart.py", CART.replace("sum", "max"))
    (root / "test_cart.py").unlink()
    (said,) = _said(assay("scan", *JUDGES, "--diff", "HEAD", cwd=root))
    assert said.startswith("cart.py:1:1 ")
