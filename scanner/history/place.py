"""Where a repository lies, and which commits its names stand for."""

from __future__ import annotations

import functools
import os
from pathlib import Path

from scanner.history.git import Git, GitError, one_line
from scanner.history.values import OID, https, path_of

_EMPTY_TREE = {
    "sha1": "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "sha256": "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}


class Place:
    """A repository with a working tree: its folders, its configuration, the commits that names stand for."""

    def __init__(self, git: Git, git_dir: Path, shallow: bool, object_format: str) -> None:
        self._git = git
        self._git_dir = git_dir
        self._object_format = object_format
        self.root = git.root
        self.shallow = shallow

    @functools.cached_property
    def head(self) -> str:
        """The full id of HEAD's commit; empty while there are no commits yet."""
        code, out, err = self._git.ask(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"])
        if code == 0:
            return out.decode("ascii").strip()
        if err.strip():
            raise GitError(f"HEAD cannot be read: {one_line(err)}")
        return ""

    @functools.cached_property
    def shallow_commits(self) -> frozenset[str]:
        """The commits whose parents a shallow clone left out."""
        if not self.shallow:
            return frozenset()
        try:
            text = self._place("shallow").read_text("ascii", "replace")
        except OSError as error:
            raise GitError(f"the list of shallow commits cannot be read: {error.strerror}") from error
        return frozenset(text.split())

    def branch(self) -> str:
        """The branch that HEAD is on; empty where it is detached."""
        code, out, _ = self._git.ask(["symbolic-ref", "--quiet", "--short", "HEAD"])
        return path_of(out.strip()) if code == 0 else ""

    def remote_url(self) -> str:
        """Where the repository is published, as `https://host/owner/name`; empty if nowhere or unclear.

        Credentials, ports and a final `.git` are left out. `origin` goes before other remotes.
        """
        remotes = dict(self._config(r"^remote\..*\.url$"))
        best = remotes.get("remote.origin.url") or next(iter(remotes.values()), "")
        return https(best)

    def _config(self, pattern: str) -> list[tuple[str, str]]:
        """Configured keys that match, with their values, the first value of each key first."""
        out = self._git.run(["config", "-z", "--get-regexp", pattern], ok=(0, 1))
        pairs = (entry.partition(b"\n") for entry in out.split(b"\0") if entry)
        return [(path_of(key), path_of(value)) for key, _, value in reversed(list(pairs))]

    def setting(self, key: str) -> tuple[str, ...]:
        """All values of one configuration key that holds paths, `~` expanded."""
        out = self._git.run(["config", "-z", "--type=path", "--get-all", key], ok=(0, 1))
        return tuple(path_of(value) for value in out.split(b"\0") if value)

    @property
    def _head_tree(self) -> str:
        return self.head or _EMPTY_TREE[self._object_format]

    def _place(self, name: str) -> Path:
        """Where git keeps one of its own files; in linked worktrees these are spread over two folders."""
        listed = self._git.run(["rev-parse", "--git-path", name])
        return self.root / path_of(listed).rstrip("\n")

    def resolve(self, ref: str) -> str:
        """The id of the commit that `ref` names.

        Raises:
            GitError: there is none of that name; the text says how to fetch it.
        """
        if OID.match(ref):
            return ref
        command = ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}"]
        code, out, _ = self._git.ask(command)
        if code != 0 or ref.startswith("-") or not ref:
            raise GitError(f"`{ref}` names no commit here; fetch it first, for example `git fetch origin`")
        return out.decode("ascii").strip().splitlines()[-1]

    def merge_base(self, ref: str) -> str:
        """The id of the commit where HEAD and `ref` part.

        Raises:
            GitError: `ref` names no commit, or the two share none; the text names the remedy.
        """
        return self.common_ancestor(ref, "HEAD")

    def common_ancestor(self, ref: str, other: str) -> str:
        """The id of the commit where two commits part; errors as `merge_base`."""
        code, out, err = self._git.ask(["merge-base", self.resolve(ref), self.resolve(other)])
        if code == 0:
            return out.decode("ascii").split()[0]
        if code != 1:
            raise GitError(f"git merge-base failed with code {code}: {one_line(err)}")
        cause = "; this clone is shallow: run `git fetch --deepen=200`" if self.shallow else ""
        raise GitError(f"{other} and `{ref}` have no common ancestor here{cause}")

    def is_ancestor(self, old: str, new: str) -> bool:
        """Does the commit `new` reach the commit `old`? No, where either of them is not here."""
        return self._git.ask(["merge-base", "--is-ancestor", old, new])[0] == 0

    # Files

    def path_of_file(self, name: str) -> str:
        """The path in this repository of a file that is named from the current folder; empty outside."""
        try:
            return Path(os.path.realpath(name)).relative_to(self._real_root).as_posix()
        except ValueError:
            return ""

    def read(self, path: str) -> bytes | None:
        """The bytes of a file in the working tree; None unless it is a regular file that can be read."""
        file = self.root / path
        try:
            # Neither the file nor a folder above it may be a link that leads elsewhere.
            if not file.is_file() or os.path.realpath(file) != os.path.join(self._real_root, path):
                return None
            return file.read_bytes()
        except (OSError, ValueError):
            return None

    def read_own(self, name: str, limit: int) -> bytes | None:
        """The bytes of a file that some tool keeps in the `.git` folder; None unless it is a regular file
        there that can be read and is no larger than `limit`."""
        file = self._git_dir / name
        try:
            real = os.path.realpath(self._git_dir)
            if not file.is_file() or os.path.realpath(file) != os.path.join(real, name):
                return None
            return file.read_bytes() if file.stat().st_size <= limit else None
        except (OSError, ValueError):
            return None

    @functools.cached_property
    def _real_root(self) -> str:
        return os.path.realpath(self.root)
