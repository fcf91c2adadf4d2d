"""Refs: what points where, notes, and the one ref that is ours to write."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping

from scanner.history.git import GitError, find_program
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

    def add_files(
        self, ref: str, files: Mapping[str, bytes], message: str, *, joined: str = "", sign: bool = False
    ) -> str:
        """Add files to the tree of `ref`, a ref of our own, in a commit of its own; that commit's id.
        `joined` is a commit that becomes its second parent; `sign` asks for the user's own signature.

        Raises:
            GitError: one of the files is there, somebody else moved the ref meanwhile, the user has no
                name, or no key to sign with.
        """
        if not ref.startswith("refs/assay/"):
            raise GitError(f"{ref} is not ours to write")
        code, out, _ = self._git.ask(["rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}"])
        tip = out.decode("ascii").strip() if code == 0 else ""
        listed = self._git.run(["ls-tree", "-z", tip]) if tip else b""
        present = {entry.partition(b"\t")[2] for entry in listed.split(b"\0")}
        for name, content in files.items():
            if name.encode() in present:
                raise GitError(f"{ref} has {name} already")
            listed += f"100644 blob {self._kept(content)}\t{name}\0".encode()
        tree = self._git.run(["mktree", "-z"], stdin=listed).decode("ascii").strip()
        parents = [word for parent in (tip, joined) if parent for word in ("-p", parent)]
        keys, flag = self._signing() if sign else ([], [])
        made = self._git.run([*keys, "commit-tree", tree, *parents, *flag, "-m", message])
        commit = made.decode("ascii").strip()
        self.move(ref, commit, tip or "0" * len(commit))
        return commit

    def move(self, ref: str, commit: str, before: str) -> None:
        """Let `ref`, a ref of our own, point at `commit`, if it still points at `before`."""
        if not ref.startswith("refs/assay/"):
            raise GitError(f"{ref} is not ours to write")
        self._git.run(["update-ref", "--no-deref", ref, commit, before])

    def _kept(self, content: bytes) -> str:
        made = self._git.run(["hash-object", "-w", "--stdin", "--no-filters"], stdin=content)
        return made.decode("ascii").strip()

    # Signatures, with the user's own programs and keys: what the repository configures takes no part

    def _signing(self) -> tuple[list[str], list[str]]:
        key, how = self._own("user.signingKey"), self._own("gpg.format") or "openpgp"
        if not key or how not in _SIGNERS:
            raise GitError("there is no key to sign with; set user.signingKey in your own git configuration")
        settings = [f"gpg.format={how}", *_programs(self._own)]
        return [word for pair in settings for word in ("-c", pair)], [f"-S{key}"]

    def _own(self, key: str) -> str:
        """One value of the user's own configuration, never of the repository's."""
        code, out, _ = self._git.ask(["config", "--global", "--includes", "--type=path", "--get", key])
        return path_of(out).strip() if code == 0 else ""

    def bad_signature(self, commit: str, signers: str) -> str:
        """Why the signature of a commit does not hold; empty where it does. `signers` is a file of those
        who may sign with SSH keys (ssh-keygen, "ALLOWED SIGNERS"); other keys are looked up in the user's
        own keyring."""
        settings = [f"gpg.ssh.allowedSignersFile={signers}", *_programs(self._own)]
        words = [word for pair in settings for word in ("-c", pair)]
        code, _, err = self._git.ask([*words, "verify-commit", commit])
        if code == 0:
            return ""
        said = " ".join(err.decode("utf-8", "replace").split())
        return said[:200] or "is not signed"


# What git calls for each kind of signature, and the key that names another program.
_SIGNERS = {
    "openpgp": ("gpg.program", "gpg"),
    "ssh": ("gpg.ssh.program", "ssh-keygen"),
    "x509": ("gpg.x509.program", "gpgsm"),
}


def _programs(own: Callable[[str], str]) -> list[str]:
    """The programs for signatures, each by its whole path, so that no folder brings one along."""
    found = []
    for key, usual in _SIGNERS.values():
        program = own(key) or find_program(usual) or "false"
        found.append(f"{key}={program}")
    return [*found, "gpg.ssh.defaultKeyCommand="]
