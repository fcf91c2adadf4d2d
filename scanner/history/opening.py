"""Opening a repository, or saying why it cannot be."""

from __future__ import annotations

import os
import re
from pathlib import Path

from scanner.history.blame import Blaming
from scanner.history.git import Git, GitError, clean_environment, find_program, one_line
from scanner.history.log import Log
from scanner.history.refs import Refs
from scanner.history.values import NoHistory
from scanner.history.worktree import Worktree

NOT_A_REPOSITORY = "not a git repository"


class History(Worktree, Log, Blaming, Refs):
    """A git repository with a working tree, opened for reading.

    Paths in and out are POSIX, relative to `root`, with undecodable bytes as surrogates. Every method
    raises `GitError` where git fails; none of them writes.
    """

    @staticmethod
    def open(root: Path | str) -> History | NoHistory:
        """The history that the folder `root` lies in, or why there is none."""
        folder = Path(os.path.abspath(root))
        program = find_program("git")
        if program is None:
            return NoHistory("git is not installed", "install git, or put it on the PATH")
        if not folder.is_dir():
            return NoHistory(f"{folder} is not a folder")
        found = _discover(Git(program, folder, clean_environment()))
        if isinstance(found, History) or not os.environ.get("GIT_DIR"):
            return found
        # A repository whose `.git` lives elsewhere is known only by the variables of its hook.
        elsewhere = _discover(Git(program, folder, clean_environment(("GIT_DIR", "GIT_WORK_TREE"))))
        if isinstance(elsewhere, History) and folder.is_relative_to(elsewhere.root):
            return elsewhere
        return found


def _discover(git: Git) -> History | NoHistory:
    questions = ["--is-bare-repository", "--is-inside-work-tree", "--is-shallow-repository"]
    questions += ["--show-object-format", "--absolute-git-dir", "--show-toplevel"]
    try:
        code, out, err = git.ask(["rev-parse", *questions])
    except GitError as error:
        return NoHistory(str(error))
    answers = out.decode("utf-8", "surrogateescape").split("\n", 5)
    if answers[0] == "true":
        return NoHistory("a bare repository has no files to scan", "scan a clone with a working tree")
    if len(answers) > 1 and answers[1] == "false":
        return NoHistory("this folder lies inside a .git folder", "scan the working tree instead")
    if code != 0:
        return _refusal(git.root, err)
    git_dir, top = Path(answers[4]), Path(answers[5].rstrip("\n"))
    if not git.root.is_relative_to(top) and not Path(os.path.realpath(git.root)).is_relative_to(top):
        return NoHistory(f"the repository's `core.worktree` points elsewhere, to {top}")
    environment = {**git.environment, **_index_file(git_dir, top)}
    return History(Git(git.program, top, environment), git_dir, answers[2] == "true", answers[3])


def _refusal(folder: Path, err: bytes) -> NoHistory:
    said = err.decode("utf-8", "replace")
    if "dubious ownership" in said or "unsafe repository" in said:
        named = re.search(r"repository(?: at)? \(?'([^'\n]+)'", said)
        place = named[1] if named else str(folder)
        return NoHistory(
            f"git refuses to read {place}, because another user owns it",
            f"run `git config --global --add safe.directory {place}`",
        )
    if "not a git repository" in said.lower():
        return NoHistory(NOT_A_REPOSITORY, "run `git init`, or scan a clone")
    return NoHistory(f"git cannot read this repository: {one_line(err)}")


def _index_file(git_dir: Path, top: Path) -> dict[str, str]:
    """The index of a partial commit (`git commit FILE`), which git names to its hooks.

    It holds only for the repository that the hook runs in, so for no other one that is scanned from there.
    """
    named = os.environ.get("GIT_INDEX_FILE")
    if not named or not Path.cwd().is_relative_to(top):
        return {}
    other = os.environ.get("GIT_DIR")
    if other and os.path.realpath(other) != os.path.realpath(git_dir):
        return {}
    return {"GIT_INDEX_FILE": os.path.abspath(named)}
