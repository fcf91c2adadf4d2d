"""Small git repositories, built by a script: real git, fixed people, fixed clock, no user configuration."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

ADA = "Ada Lovelace <ada@example.org>"
GRACE = "Grace Hopper <grace@example.org>"
GITHUB = "GitHub <noreply@github.com>"
CLAUDE = "Co-Authored-By: Claude Opus 4.6 <noreply@anthropic.com>"


class Repository:
    """A repository in a folder; every commit is a minute after the one before."""

    def __init__(self, root: Path, *options: str) -> None:
        self.root = root
        self._clock = 1_700_000_000
        root.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main", *options)

    def git(self, *arguments: str, stdin: str | None = None, **environment: str) -> str:
        """What a git command prints, without the last line end; it must succeed."""
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.root,
            env={**_environment(), **environment},
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.rstrip("\n")

    def write(self, path: str, content: str | bytes) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(self, message: str = "Work", *, author: str = ADA, committer: str = "", **files: str) -> str:
        """Stage everything and commit it, even if nothing changed; the new commit's id.

        `files` are contents by name: `a_py="..."` writes `a.py`.
        """
        for name, content in files.items():
            self.write(re.sub(r"_(\w+)$", r".\1", name), content)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-F", "-", stdin=message, **self.people(author, committer))
        return self.git("rev-parse", "HEAD")

    def merge(self, branch: str, message: str, *, author: str = ADA, committer: str = "") -> str:
        self.git("merge", "-q", "--no-ff", "-m", message, branch, **self.people(author, committer))
        return self.git("rev-parse", "HEAD")

    def people(self, author: str, committer: str = "") -> dict[str, str]:
        self._clock += 60
        found = {}
        for role, person in (("AUTHOR", author), ("COMMITTER", committer or author)):
            name, _, email = person.partition("<")
            found[f"GIT_{role}_NAME"] = name.strip()
            found[f"GIT_{role}_EMAIL"] = email.rstrip(">")
            found[f"GIT_{role}_DATE"] = f"{self._clock} +0000"
        return found

    def note(self, ref: str, commit: str, body: str) -> None:
        blob = self.git("hash-object", "-w", "--stdin", stdin=body)
        self.git("notes", f"--ref={ref}", "add", "-f", "-C", blob, commit, **self.people(ADA))


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {**kept, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"}
