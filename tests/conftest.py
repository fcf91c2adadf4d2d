"""What the tests share: the command as a user calls it, and hypothesis without a clock or a memory."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

from scanner.cli import main

settings.register_profile("steady", derandomize=True, deadline=None, database=None)
settings.load_profile("steady")


_KEPT = {"PATH", "HOME", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "LD_LIBRARY_PATH", "VIRTUAL_ENV"}


@dataclass(frozen=True)
class Run:
    """What a call of the command gave."""

    code: int
    out: str
    err: str


@pytest.fixture
def assay(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Run]:
    """Call `assay` with arguments, in a folder; nothing of the caller's environment reaches it."""
    for name in list(os.environ):
        # An agent that runs these tests says so in the environment, and assay listens to that.
        if name not in _KEPT:
            monkeypatch.delenv(name)

    def call(*arguments: str, cwd: Path) -> Run:
        monkeypatch.chdir(cwd)
        monkeypatch.setattr(sys, "argv", ["assay", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Run(int(str(ended.value.code)), said.out, said.err)

    return call


@pytest.fixture
def project(tmp_path: Path) -> Callable[..., Path]:
    """Lay out files below a new folder; with `commit`, as one commit of a git repository."""

    def make(files: Mapping[str, str], commit: str = "") -> Path:
        for path, text in files.items():
            target = tmp_path / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        if commit:
            git(tmp_path, "init", "-q", "-b", "main")
            git(tmp_path, "add", "-A")
            git(tmp_path, "commit", "-q", "-m", commit)
        return tmp_path

    return make


def git(root: Path, *arguments: str) -> None:
    """Run git as one fixed person at one fixed time, so that commits have the same names everywhere."""
    who = {"NAME": "Ada Example", "EMAIL": "ada@example.com", "DATE": "2026-01-02T03:04:05+00:00"}
    people = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in who.items()}
    plain = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    alone = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    subprocess.run(
        ["git", "-C", str(root), *arguments],
        check=True,
        capture_output=True,
        env={**plain, **people, **alone},
    )
