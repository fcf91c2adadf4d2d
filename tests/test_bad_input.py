"""Bad input, end to end: each kind is named with its place, the rest is scanned, and the exit code tells."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Run, git

import scanner.scan

Assay = Callable[..., Run]
Project = Callable[..., Path]

GOOD = {"good.py": "import os\n\nKEY = os.getenv('JWT_KEY', 'secret')\n"}
ONLY = ("--select", "fallback-secret", "--no-cache", "--jobs", "1")
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 7\n"


def _notebook(*lines: str) -> str:
    return json.dumps({"cells": [{"cell_type": "code", "source": list(lines)}], "metadata": {}}, indent=1)


def _goes_on(run: Run) -> bool:
    return "good.py:3:7  error fallback-secret" in run.out


# Files that cannot be analysed: exit code 3, the others are scanned.

UNREADABLE = [
    pytest.param(
        "bad.py", b"def f(:\n    pass\n", "bad.py:1: not analysed: syntax error: ", id="a syntax error"
    ),
    pytest.param(
        "bad.py", b"x = 1\nprint 'x'\n", "bad.py:2: not analysed: Python 2 code: ", id="Python 2's print"
    ),
    pytest.param(
        "bad.py",
        b"try:\n    f()\nexcept E, e:\n    g()\n",
        "bad.py:3: not analysed: Python 2 code: ",
        id="Python 2's except",
    ),
    pytest.param(
        "bad.py",
        b"x = 1\ny = '\xff'\n",
        "bad.py:2: not analysed: not decodable: byte 0xff at offset 11 is not utf-8",
        id="invalid UTF-8",
    ),
    pytest.param(
        "bad.py",
        b"# coding: klingon\n",
        "bad.py:1: not analysed: not decodable: unknown encoding",
        id="an unknown encoding",
    ),
    pytest.param(
        "bad.py",
        b"x = 1\ny = '\0'\n",
        "bad.py:2: not analysed: syntax error: holds NUL bytes",
        id="a NUL byte",
    ),
    pytest.param(
        "bad.py",
        POINTER.encode(),
        "bad.py:1: not analysed: a Git LFS pointer, its content is not here: run `git lfs pull`",
        id="an LFS pointer",
    ),
    pytest.param(
        "bad.py",
        b"x = 1\n" * 3_500_000,
        "bad.py: not analysed: too large: 21,000,000 bytes, the limit is 5,000,000",
        id="a large generated file",
    ),
    pytest.param(
        "bad.py",
        b"x = " + b"(" * 100_000 + b")" * 100_000,
        "bad.py:1: not analysed: nested too deeply: ",
        id="deep brackets",
    ),
    pytest.param(
        "bad.py",
        b"x = " + b"[" * 100_000 + b"]" * 100_000,
        "bad.py:1: not analysed: nested too deeply: ",
        id="deep lists",
    ),
    pytest.param(
        "bad.py",
        b"x = " + b"-" * 100_000 + b"1",
        "bad.py: not analysed: nested too deeply: ",
        id="a row of signs",
    ),
    pytest.param(
        "bad.py",
        b"if a: pass\n" + b"elif a: pass\n" * 100_000,
        "bad.py: not analysed: nested too deeply: ",
        id="a row of elif",
    ),
    pytest.param(
        "bad.py",
        b"".join(b" " * i + b"if a:\n" for i in range(150)),
        "bad.py:101: not analysed: nested too deeply: ",
        id="deep blocks",
    ),
    pytest.param(
        "bad.py", b"lazy import a\nx = " + b"-" * 200_000 + b"1", "bad.py:", id="what kills a native parser"
    ),
    pytest.param(
        "bad.ipynb",
        b'{"cells": [\n',
        "bad.ipynb:2: not analysed: malformed: not a notebook: ",
        id="a cut notebook",
    ),
    pytest.param(
        "bad.ipynb",
        _notebook("x = 1\n", "y = (").encode(),
        "bad.ipynb:7: not analysed: syntax error: cell 1: ",
        id="a broken cell",
    ),
    pytest.param(
        "bad.ipynb", POINTER.encode(), "bad.ipynb:1: not analysed: a Git LFS pointer", id="a notebook in LFS"
    ),
]


@pytest.mark.parametrize(("name", "data", "said"), UNREADABLE)
def test_what_cannot_be_read_is_named_and_the_rest_goes_on(
    assay: Assay, project: Project, name: str, data: bytes, said: str
) -> None:
    root = project(GOOD)
    (root / name).write_bytes(data)
    run = assay("scan", *ONLY, cwd=root)
    assert said in run.err
    assert (run.code, _goes_on(run)) == (3, True)
    assert run.err.endswith("1 error in 2 files, 1 not analysed\n") or "too large" in said


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_so_do_several_processes(assay: Assay, project: Project, jobs: str) -> None:
    root = project({**GOOD, "bad.py": "def f(:\n", "deep.py": "x = " + "-" * 100_000 + "1"})
    run = assay("scan", *ONLY, "--jobs", jobs, cwd=root)
    assert (run.code, _goes_on(run)) == (3, True)
    assert "bad.py:1: not analysed: syntax error" in run.err
    assert "deep.py: not analysed: nested too deeply" in run.err


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_named(assay: Assay, project: Project) -> None:
    root = project({**GOOD, "bad.py": "x = 1\n"})
    (root / "bad.py").chmod(0)
    run = assay("scan", *ONLY, cwd=root)
    assert "bad.py: not analysed: cannot be opened: Permission denied; check its permissions" in run.err
    assert (run.code, _goes_on(run)) == (3, True)


# Unusual, and yet readable: as if nothing were.

READABLE = [
    pytest.param(b"\xef\xbb\xbfimport os\n\nKEY = os.getenv('JWT_KEY', 's')\n", (3, 7), id="a BOM"),
    pytest.param(b"import os\r\n\r\nKEY = os.getenv('JWT_KEY', 's')\r\n", (3, 7), id="CRLF"),
    pytest.param(b"import os\r\rKEY = os.getenv('JWT_KEY', 's')\r", (3, 7), id="CR"),
    pytest.param(b"import os\n\x0c\nKEY = os.getenv('JWT_KEY', 's')\n", (3, 7), id="form feeds"),
    pytest.param(b"# coding: latin-1\nimport os\n\xe9 = os.getenv('JWT_KEY', 's')\n", (3, 5), id="Latin-1"),
    pytest.param("import os\n𝒳é = os.getenv('JWT_KEY', 's')\n".encode(), (2, 6), id="wide characters"),
    pytest.param(b"import os\nKEY = os.getenv('JWT_KEY', 's')", (2, 7), id="no last line end"),
    pytest.param(
        b"import os\ndef f[T](x: T): return os.getenv('JWT_KEY', 's')\n", (2, 24), id="newer grammar"
    ),
    pytest.param(b"import os\nx = '\\d'; KEY = os.getenv('JWT_KEY', 's')\n", (2, 17), id="an invalid escape"),
]


@pytest.mark.parametrize(("data", "place"), READABLE)
def test_what_is_unusual_is_read(assay: Assay, tmp_path: Path, data: bytes, place: tuple[int, int]) -> None:
    (tmp_path / "odd.py").write_bytes(data)
    run = assay("scan", *ONLY, cwd=tmp_path)
    assert f"odd.py:{place[0]}:{place[1]}  error fallback-secret" in run.out
    assert run.code == 1


def test_a_notebook_is_read_and_names_its_cell(assay: Assay, tmp_path: Path) -> None:
    text = _notebook("%matplotlib inline\n", "def test_x():\n", "    assert True")
    (tmp_path / "test_shop.ipynb").write_text(text, encoding="utf-8")
    run = assay("scan", "--select", "asserting-a-constant", "--no-cache", cwd=tmp_path)
    line = 1 + text[: text.index("assert True")].count("\n")
    column = text.splitlines()[line - 1].index("assert") + 1
    assert f"test_shop.ipynb:{line}:{column}  " in run.out
    assert "cell: 1" in run.out


def test_many_files_of_newer_grammar_are_one_notice(assay: Assay, project: Project) -> None:
    root = project({f"m{number}.py": "lazy import os\n" for number in range(5)})
    run = assay("scan", *ONLY, cwd=root)
    assert run.err == (
        "m0.py: its grammar needs Python 3.15; read through a rewrite of the newer syntax"
        " (so for 4 more files)\nno findings in 5 files\n"
    )
    assert run.code == 0


# What was asked for is not there, or is not what it should be.


def test_a_missing_path_is_a_usage_error(assay: Assay, project: Project) -> None:
    run = assay("scan", *ONLY, "good.py", "gone.py", cwd=project(GOOD))
    assert (run.code, run.out, run.err) == (2, "", "assay: gone.py: no such file or folder\n")


def test_a_path_outside_is_a_usage_error(
    assay: Assay, project: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("other")
    run = assay("scan", *ONLY, ".", str(other), cwd=project(GOOD))
    assert run.code == 2
    assert f"{other}: lies outside the root of this scan" in run.err


def test_an_empty_folder_is_clean_and_said(assay: Assay, tmp_path: Path) -> None:
    run = assay("scan", *ONLY, cwd=tmp_path)
    assert (run.code, run.out) == (0, "")
    assert run.err == "nothing to scan: no Python file was found\nno findings in 0 files\n"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("assay.toml", "select = [\n", "not valid TOML"),
        ("assay.toml", "selct = []\n", "unknown key `selct` in [tool.assay]; did you mean `select`?"),
        ("pyproject.toml", "[tool.assay]\njobs = 'two'\n", "`jobs` must be a whole number, not 'two'"),
        (
            "assay.toml",
            "[[allow]]\nrule = 'a'\nreason = 'b'\nexpires = 'soon'\n",
            "`expires` must be a date like 2030-01-31, not 'soon'",
        ),
        ("assay.toml", "select = ['no-such-rule']\n", "no rule and no family is called `no-such-rule`"),
    ],
)
def test_a_broken_config_is_a_usage_error(
    assay: Assay, project: Project, name: str, text: str, said: str
) -> None:
    run = assay("scan", cwd=project({**GOOD, name: text}))
    assert run.code == 2
    assert said in run.err
    assert name in run.err or "no rule" in said
    assert run.err.count("\n") == 1


def test_symlinks_are_not_followed(assay: Assay, project: Project) -> None:
    root = project({**GOOD, "pkg/a.py": "x = 1\n"})
    (root / "pkg/loop").symlink_to(root / "pkg", target_is_directory=True)
    (root / "pkg/self.py").symlink_to("self.py")
    (root / "pkg/gone.py").symlink_to("nowhere.py")
    (root / "pkg/twin.py").symlink_to("../good.py")
    run = assay("scan", *ONLY, cwd=root)
    assert run.out.count("fallback-secret") == 1
    assert (run.code, run.err) == (1, "1 error in 2 files\n")


def test_a_pipe_is_not_opened(assay: Assay, project: Project) -> None:
    root = project(GOOD)
    os.mkfifo(root / "pipe.py")
    run = assay("scan", *ONLY, cwd=root)
    assert (run.code, run.err) == (1, "1 error in 1 file\n")


# Repositories in unusual states.


def test_without_commits_files_are_scanned(assay: Assay, project: Project) -> None:
    root = project(GOOD)
    git(root, "init", "-q", "-b", "main")
    for arguments in ((), ("--diff",)):
        run = assay("scan", *ONLY, *arguments, cwd=root)
        assert run.code == (2 if arguments else 1)
    git(root, "add", "-A")
    run = assay("scan", *ONLY, "--staged", cwd=root)
    assert (run.code, _goes_on(run)) == (1, True)


def test_a_detached_head_is_scanned(assay: Assay, project: Project) -> None:
    root = project(GOOD, commit="Start")
    git(root, "checkout", "-q", "--detach")
    run = assay("scan", *ONLY, cwd=root)
    assert (run.code, _goes_on(run), run.err) == (1, True, "1 error in 1 file\n")


def test_a_bare_repository_says_what_it_lacks(assay: Assay, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--bare")
    run = assay("scan", *ONLY, cwd=tmp_path)
    assert run.code == 0
    assert run.err.startswith(
        "no history is read: a bare repository has no files to scan; scan a clone with a working tree\n"
    )


def test_a_worktree_is_a_root(
    assay: Assay, project: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = project(GOOD, commit="Start")
    other = tmp_path_factory.mktemp("other") / "tree"
    git(root, "worktree", "add", "-q", str(other))
    run = assay("scan", *ONLY, cwd=other)
    assert (run.code, _goes_on(run)) == (1, True)


def test_a_submodule_is_its_own_repository(
    assay: Assay, project: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    inner = tmp_path_factory.mktemp("inner")
    (inner / "inner.py").write_text(GOOD["good.py"], encoding="utf-8")
    git(inner, "init", "-q", "-b", "main")
    git(inner, "add", "-A")
    git(inner, "commit", "-q", "-m", "Start")
    root = project(GOOD, commit="Start")
    git(root, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner), "sub")
    above = assay("scan", *ONLY, cwd=root)
    assert (above.code, _goes_on(above), "inner.py" in above.out) == (1, True, False)
    within = assay("scan", *ONLY, cwd=root / "sub")
    assert "inner.py:3:7" in within.out


def test_sparse_and_partial_clones_fetch_nothing(
    assay: Assay, project: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = project({**GOOD, "left/out.py": "x = 1\n"}, commit="Start")
    git(root, "config", "uploadpack.allowFilter", "true")
    clone = tmp_path_factory.mktemp("clones") / "clone"
    git(root, "clone", "-q", "--filter=blob:none", "--sparse", f"file://{root}", str(clone))
    missing = _missing_objects(clone)
    run = assay("scan", *ONLY, cwd=clone)
    assert (run.code, _goes_on(run), run.err) == (1, True, "1 error in 1 file\n")
    assert (missing, _missing_objects(clone)) == (missing, missing)
    assert missing


def _missing_objects(root: Path) -> str:
    command = ["git", "-C", str(root), "rev-list", "--objects", "--all", "--missing=print"]
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return "\n".join(sorted(line for line in listed.splitlines() if line.startswith("?")))


@pytest.mark.parametrize("mode", [(), ("--staged",), ("--diff", "HEAD")])
def test_a_sha256_repository_is_scanned(assay: Assay, project: Project, mode: tuple[str, ...]) -> None:
    root = project({"a.py": "x = 1\n"})
    git(root, "init", "-q", "-b", "main", "--object-format=sha256")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "Start")
    project(GOOD)
    git(root, "add", "-A")
    run = assay("scan", *ONLY, *mode, cwd=root)
    assert (run.code, _goes_on(run)) == (1, True)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
def test_a_repository_of_another_user_says_the_remedy(assay: Assay, project: Project) -> None:
    root = project(GOOD, commit="Start")
    os.chown(root, 12345, 12345)
    os.chown(root / ".git", 12345, 12345)
    run = assay("scan", *ONLY, cwd=root)
    assert "because another user owns it; run `git config --global --add safe.directory" in run.err
    assert (run.code, _goes_on(run)) == (1, True)


def test_a_broken_index_does_not_end_the_scan(assay: Assay, project: Project) -> None:
    root = project(GOOD, commit="Start")
    (root / ".git/index").write_bytes(b"not an index")
    run = assay("scan", *ONLY, "--provenance", "none", cwd=root)
    assert "git's list of files could not be read: " in run.err
    assert (run.code, _goes_on(run)) == (1, True)
    assert assay("scan", *ONLY, "--staged", cwd=root).code == 2


def test_a_mode_that_needs_a_repository_says_so(assay: Assay, project: Project) -> None:
    root = project(GOOD)
    for mode in ("--staged", "--diff"):
        run = assay("scan", *ONLY, mode, cwd=root)
        assert run.code == 2
        reason = "not a git repository; run `git init`, or scan a clone"
        assert run.err == f"assay: {mode} needs a git repository: {reason}\n"


# Manners.


def test_an_interrupt_is_130(assay: Assay, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(scanner.scan, "scan", interrupted)
    run = assay("scan", cwd=project(GOOD))
    assert (run.code, run.out) == (130, "")
    assert "Traceback" not in run.err


def test_a_broken_pipe_is_quiet(project: Project) -> None:
    root = project({**GOOD, **{f"m{number}.py": GOOD["good.py"] for number in range(50)}})
    reading, writing = os.pipe()
    os.close(reading)
    ours = str(Path(__file__).parent.parent)
    program = f"import sys; sys.path.insert(0, {ours!r}); from scanner.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, "scan", *ONLY, "--fail-on", "never"],
        cwd=root,
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)
    assert b"Traceback" not in done.stderr
    assert done.returncode == 0
