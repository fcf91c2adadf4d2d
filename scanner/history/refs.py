"""Refs: what points where, notes, and the one ref that is ours to write."""

from __future__ import annotations

import functools

from scanner.history.git import GitError
from scanner.history.place import Place
from scanner.history.values import OID, path_of


class Refs(Place):
    """The refs of a repository."""

    def refs(self, *patterns: str) -> str:
        """The refs that match, with what they point at: a text that changes whenever one of them does."""
        return path_of(self._git.run(["for-each-ref", "--format=%(objectname) %(refname)", *patterns]))

    def notes(self, *patterns: str) -> dict[str, dict[str, str]]:
        """For each notes ref that matches a pattern: annotated object id → id of the note's blob.

        A pattern is a full ref, or a prefix that ends in a slash. The fan-out of a notes tree is mixed in
        practice, so the parts of the path are joined, whatever their number.
        """
        refs: dict[str, dict[str, str]] = {}
        for ref, tip in self._noted.items():
            if not any(ref == one or (one.endswith("/") and ref.startswith(one)) for one in patterns):
                continue
            out = self._git.run(["ls-tree", "-r", "-z", tip])
            entries = (entry.partition(b"\t") for entry in out.split(b"\0") if entry)
            pairs = ((path_of(name).replace("/", ""), meta.split()[2].decode()) for meta, _, name in entries)
            refs[ref] = {oid: blob for oid, blob in pairs if OID.match(oid)}
        return refs

    @functools.cached_property
    def _noted(self) -> dict[str, str]:
        """All refs of notes and their tips: every reader of notes asks, and most find nothing."""
        pairs = (line.split(" ", 1) for line in self.refs("refs/notes/").splitlines())
        return {ref: tip for tip, ref in pairs}

    # The one thing that is written: a ref of our own, never the user's branches, index or files

    def add_file(self, ref: str, name: str, content: bytes, message: str) -> str:
        """Add a file to the tree of `ref`, a ref of our own, in a commit of its own; that commit's id.

        Raises:
            GitError: the file is there, somebody else moved the ref meanwhile, or the user has no name.
        """
        if not ref.startswith("refs/assay/"):
            raise GitError(f"{ref} is not ours to write")
        code, out, _ = self._git.ask(["rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}"])
        tip = out.decode("ascii").strip() if code == 0 else ""
        listed = self._git.run(["ls-tree", "-z", tip]) if tip else b""
        if name.encode() in {entry.partition(b"\t")[2] for entry in listed.split(b"\0")}:
            raise GitError(f"{ref} has {name} already")
        blob = (
            self._git.run(["hash-object", "-w", "--stdin", "--no-filters"], stdin=content)
            .decode("ascii")
            .strip()
        )
        tree = self._git.run(["mktree", "-z"], stdin=listed + f"100644 blob {blob}\t{name}\0".encode())
        parent = ["-p", tip] if tip else []
        made = self._git.run(["commit-tree", tree.decode("ascii").strip(), *parent, "-m", message])
        commit = made.decode("ascii").strip()
        self._git.run(["update-ref", "--no-deref", ref, commit, tip or "0" * len(commit)])
        return commit
