"""The one door to git.

A repository is data of a stranger: its `.git/config` may name programs for hooks, file-system monitors,
text conversion, filters, transports and signatures. Nothing of that runs from here: every call goes
through `History._run`, which overrides those keys, forbids every transport, and never lets git look at
the content of the working tree with filters on. Our own settings win over the repository's because `-c`
is the last word git hears. What the user's own environment and global config say about *trust*
(`safe.directory`) is kept.
"""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

from scanner.hunks import Range, Ranges, added_ranges, lines_of

_T = TypeVar("_T")
_TIME_LIMIT = 300.0
_BATCH_BYTES = 32_000_000
_PIECE = 1 << 20
_ARGUMENT_PATHS = 100
_EMPTY_TREE = {
    "sha1": "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "sha256": "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}

# Every key by which a repository can make git start a program, or that bends the output that we parse.
_HARDENED = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.pager=cat",
    "core.editor=false",
    "core.askPass=",
    "core.sshCommand=false",
    "core.gitProxy=",
    "core.alternateRefsCommand=",
    "core.quotePath=off",
    "core.attributesFile=/dev/null",
    "credential.helper=",
    "diff.external=",
    "diff.orderFile=/dev/null",
    "gpg.program=false",
    "gpg.ssh.program=false",
    "gpg.x509.program=false",
    "log.showSignature=false",
    "i18n.logOutputEncoding=UTF-8",
    "protocol.allow=never",
    "submodule.recurse=false",
    "fetch.recurseSubmodules=false",
    "uploadpack.packObjectsHook=",
    "advice.detachedHead=false",
)

# What of the caller's GIT_* survives: where the user keeps the config that says which folders to trust,
# and how far up git may look. In a hook git also names the index of a partial commit; see `_index_file`.
_KEPT = re.compile(
    r"GIT_(CONFIG_(GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY_\d+|VALUE_\d+)|CEILING_DIRECTORIES"
    r"|DISCOVERY_ACROSS_FILESYSTEM)\Z"
)
_FIXED = {
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_PAGER": "cat",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}


# Plumbing: no configuration bends it. Algorithm and rename detection are those of `git blame`.
_PATCH = (
    "diff-tree",
    "-r",
    "-p",
    "-U0",
    "-M",
    "-c",
    "--combined-all-paths",
    "--root",
    "--always",
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "--ignore-submodules=none",
    "--src-prefix=a/",
    "--dst-prefix=b/",
    "--inter-hunk-context=0",
    "--output-indicator-old=<",
    "--output-indicator-new=>",
)
_OID = re.compile(r"(?:[0-9a-f]{64}|[0-9a-f]{40})\Z")
_NAMES_OBJECT = re.compile(rb"[0-9a-f]{40}")
_FILTER_KEY = re.compile(r"filter\.(.+)\.[^.]+\Z", re.DOTALL)
_HUNK = re.compile(rb"@@ -\d{1,9}(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@")
_ESCAPES = {b"a": 7, b"b": 8, b"t": 9, b"n": 10, b"v": 11, b"f": 12, b"r": 13}
NOT_A_REPOSITORY = "not a git repository"
_RETRIES = 50


class GitError(Exception):
    """git said no. The text says what was asked and what git answered, in one line."""


@dataclass(frozen=True)
class NoHistory:
    """There is no history to read. `reason` says why, `remedy` what to do; either may be shown as it is."""

    reason: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.reason}; {self.remedy}" if self.remedy else self.reason


@dataclass(frozen=True)
class Person:
    """A name and an e-mail as the commit object has them: `.mailmap` can turn bots into people."""

    name: str
    email: str


@dataclass(frozen=True)
class Commit:
    """One commit object. `message` is the whole of it: subject, body, trailers."""

    id: str
    parents: tuple[str, ...]
    author: Person
    committer: Person
    message: str
    time: int = 0  # when it was committed, in seconds since 1970

    @property
    def subject(self) -> str:
        return self.message.lstrip("\n").partition("\n")[0][:1000].strip()

    @property
    def body(self) -> str:
        return self.message.lstrip("\n").partition("\n")[2]


@dataclass(frozen=True)
class Node:
    """A commit as the graph sees it: enough to know who belongs to which merge, and by whom."""

    id: str
    parents: tuple[str, ...]
    author: Person


class Blame(Protocol):
    """`git blame --incremental` of a file as of the commit `rev`; with `since`, no further back."""

    def __call__(self, path: str, rev: str, since: str = "", ranges: Sequence[Range] = ()) -> bytes: ...


@dataclass(frozen=True)
class _Git:
    """A git program and the environment it runs in."""

    program: str
    root: Path
    environment: Mapping[str, str] = field(repr=False)

    def run(self, arguments: Sequence[str], *, stdin: bytes = b"", ok: Sequence[int] = (0,)) -> bytes:
        """Standard output of one git command.

        Raises:
            GitError: it could not be started, ran over the time limit, or its code is not in `ok`.
        """
        code, out, err = self.ask(arguments, stdin)
        if code not in ok:
            raise GitError(f"git {arguments[0]} failed with code {code}: {_one_line(err)}")
        return out

    def ask(self, arguments: Sequence[str], stdin: bytes = b"") -> tuple[int, bytes, bytes]:
        """Code, output and errors of one git command, whatever the code."""
        settings = [word for pair in _HARDENED for word in ("-c", pair)]
        command = [self.program, "--no-pager", "--literal-pathspecs", *settings, *arguments]
        try:
            done = subprocess.run(  # a list, never a shell
                command,
                input=stdin,
                capture_output=True,
                cwd=self.root,
                env=dict(self.environment),
                timeout=_TIME_LIMIT,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise GitError(f"git {arguments[0]} took more than {_TIME_LIMIT:.0f} s") from error
        except (OSError, ValueError) as error:
            raise GitError(f"git {arguments[0]} could not be run: {error}") from error
        return done.returncode, done.stdout, done.stderr

    def stream(self, arguments: Sequence[str], stdin: bytes) -> Iterator[bytes]:
        """Standard output of one git command, piece by piece.

        Raises:
            GitError: at the end, when its code is not 0: what was given until then may be cut short.
        """
        settings = [word for pair in _HARDENED for word in ("-c", pair)]
        command = [self.program, "--no-pager", "--literal-pathspecs", *settings, *arguments]
        # Files, not pipes, on the other two ends: nobody waits for anybody.
        with tempfile.TemporaryFile() as asked, tempfile.TemporaryFile() as errors:
            asked.write(stdin)
            asked.seek(0)
            with subprocess.Popen(
                command,
                stdin=asked,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=self.root,
                env=dict(self.environment),
            ) as running:
                assert running.stdout is not None
                try:
                    while piece := running.stdout.read(_PIECE):
                        yield piece
                    code = running.wait()
                finally:
                    running.kill()  # the reader may have stopped early
            errors.seek(0)
            if code != 0:
                raise GitError(f"git {arguments[0]} failed with code {code}: {_one_line(errors.read())}")


def _one_line(err: bytes) -> str:
    lines = err.decode("utf-8", "replace").strip().splitlines()
    fatal = [line for line in lines if line.startswith(("fatal:", "error:"))]
    return (fatal or lines or ["no message"])[0].strip()


class History:
    """A git repository with a working tree, opened for reading.

    Paths in and out are POSIX, relative to `root`, with undecodable bytes as surrogates. Every method
    raises `GitError` where git fails; none of them writes.
    """

    def __init__(self, git: _Git, git_dir: Path, shallow: bool, object_format: str) -> None:
        self._git = git
        self._git_dir = git_dir
        self._object_format = object_format
        self.root = git.root
        self.shallow = shallow

    @staticmethod
    def open(root: Path | str) -> History | NoHistory:
        """The history that the folder `root` lies in, or why there is none."""
        folder = Path(os.path.abspath(root))
        program = _find_git()
        if program is None:
            return NoHistory("git is not installed", "install git, or put it on the PATH")
        if not folder.is_dir():
            return NoHistory(f"{folder} is not a folder")
        found = _discover(_Git(program, folder, _clean_environment()))
        if isinstance(found, History) or not os.environ.get("GIT_DIR"):
            return found
        # A repository whose `.git` lives elsewhere is known only by the variables of its hook.
        elsewhere = _discover(_Git(program, folder, _clean_environment(("GIT_DIR", "GIT_WORK_TREE"))))
        if isinstance(elsewhere, History) and folder.is_relative_to(elsewhere.root):
            return elsewhere
        return found

    # What there is

    @functools.cached_property
    def head(self) -> str:
        """The full id of HEAD's commit; empty while there are no commits yet."""
        code, out, err = self._git.ask(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"])
        if code == 0:
            return out.decode("ascii").strip()
        if err.strip():
            raise GitError(f"HEAD cannot be read: {_one_line(err)}")
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
        return _path(out.strip()) if code == 0 else ""

    def remote_url(self) -> str:
        """Where the repository is published, as `https://host/owner/name`; empty if nowhere or unclear.

        Credentials, ports and a final `.git` are left out. `origin` goes before other remotes.
        """
        remotes = dict(self._config(r"^remote\..*\.url$"))
        best = remotes.get("remote.origin.url") or next(iter(remotes.values()), "")
        return _https(best)

    def _config(self, pattern: str) -> list[tuple[str, str]]:
        """Configured keys that match, with their values, the first value of each key first."""
        out = self._git.run(["config", "-z", "--get-regexp", pattern], ok=(0, 1))
        pairs = (entry.partition(b"\n") for entry in out.split(b"\0") if entry)
        return [(_path(key), _path(value)) for key, _, value in reversed(list(pairs))]

    def setting(self, key: str) -> tuple[str, ...]:
        """All values of one configuration key that holds paths, `~` expanded."""
        out = self._git.run(["config", "-z", "--type=path", "--get-all", key], ok=(0, 1))
        return tuple(_path(value) for value in out.split(b"\0") if value)

    # Files

    def tracked_files(self) -> list[str]:
        """Tracked files and untracked ones that no ignore file covers, sorted.

        Deleted files and submodules are still in it, since only the caller looks at the disk.
        """
        out = self._git.run(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        # An untracked repository inside this one is listed as a folder; it is not ours.
        return sorted({_path(name) for name in out.split(b"\0") if name and not name.endswith(b"/")})

    def untracked_files(self) -> list[str]:
        """Files that git does not know and no ignore file covers, sorted."""
        out = self._git.run(["ls-files", "-z", "--others", "--exclude-standard"])
        return sorted(_path(name) for name in out.split(b"\0") if name and not name.endswith(b"/"))

    def ignored_files(self) -> list[str]:
        """Files that an ignore file covers and git does not track, sorted."""
        out = self._git.run(["ls-files", "-z", "--others", "--ignored", "--exclude-standard"])
        return sorted(_path(name) for name in out.split(b"\0") if name and not name.endswith(b"/"))

    def staged_files(self) -> list[str]:
        """Files that the index adds or changes against HEAD, sorted; deleted ones are left out."""
        command = ["diff-index", "--cached", "-z", "--name-only", "--no-renames", "--diff-filter=d"]
        out = self._git.run([*command, "--ignore-submodules=all", self._head_tree])
        return sorted(_path(name) for name in out.split(b"\0") if name)

    @property
    def _head_tree(self) -> str:
        return self.head or _EMPTY_TREE[self._object_format]

    def staged_blobs(self, paths: Iterable[str], *, limit: int = 0) -> dict[str, bytes]:
        """The index's content of those `paths` that are regular files in it, without conflicts, and no
        larger than `limit` bytes, if there is one."""
        wanted = set(paths)
        few = sorted(wanted) if len(wanted) <= _ARGUMENT_PATHS else []
        out = self._git.run(["ls-files", "-z", "--stage", "--", *few])
        oids: dict[str, str] = {}
        for entry in out.split(b"\0"):
            mode, oid, stage, path = _index_entry(entry)
            if path in wanted and stage == "0" and mode.startswith("100"):
                oids[path] = oid
        return self._contents(oids, limit)

    def tracked_blobs(self) -> dict[str, str]:
        """Path → blob id of every regular file in the index, without conflicts. Reads no file."""
        entries = map(_index_entry, self._git.run(["ls-files", "-z", "--stage"]).split(b"\0"))
        return {path: oid for mode, oid, stage, path in entries if stage == "0" and mode.startswith("100")}

    def blobs_at(self, rev: str, paths: Iterable[str], *, limit: int = 0) -> dict[str, bytes]:
        """The content of those `paths` that are regular files in the commit `rev`, and no larger than
        `limit` bytes, if there is one."""
        return self._contents(self._tree_entries(self.resolve(rev), paths), limit)

    def file_at(self, rev: str, path: str) -> bytes | None:
        """The content of one file in the commit `rev`; None where it is not a regular file there."""
        return self.blobs_at(rev, [path]).get(path)

    def _tree_entries(self, tree: str, paths: Iterable[str]) -> dict[str, str]:
        wanted = set(paths)
        if not wanted:
            return {}
        few = sorted(wanted) if len(wanted) <= _ARGUMENT_PATHS else []
        out = self._git.run(["ls-tree", "-z", *([] if few else ["-r"]), tree, "--", *few])
        found: dict[str, str] = {}
        for entry in out.split(b"\0"):
            meta, _, name = entry.partition(b"\t")
            mode, _, rest = meta.decode("ascii").partition(" ")
            path = _path(name)
            if path in wanted and mode.startswith("100"):
                found[path] = rest.split(" ")[1]
        return found

    def _contents(self, oids: Mapping[str, str], limit: int = 0) -> dict[str, bytes]:
        content = dict(self.blobs(oids.values(), limit=limit))
        return {path: body for path, oid in oids.items() if (body := content.get(oid)) is not None}

    # Objects

    def blobs(self, oids: Iterable[str], *, limit: int = 0) -> Iterator[tuple[str, bytes | None]]:
        """Objects by id, in order, each once; None for one that is missing or larger than `limit` bytes.

        Memory stays bounded: objects are asked for in groups of some tens of megabytes.
        """
        wanted = list(dict.fromkeys(oids))
        sizes = self._sizes(wanted) if limit or len(wanted) > 200 else {}
        group: list[str] = []
        total = 0
        for oid in wanted:
            size = sizes.get(oid, 0)
            if limit and size > limit:
                yield oid, None
                continue
            group.append(oid)
            total += size
            if total > _BATCH_BYTES:
                yield from self._batch(group)
                group, total = [], 0
        yield from self._batch(group)

    def _sizes(self, oids: Sequence[str]) -> dict[str, int]:
        sizes: dict[str, int] = {}
        for group in _answered(oids, self._sizes_once):
            sizes.update((oid, size) for oid, size in group if size is not None)
        return sizes

    def _sizes_once(self, oids: Sequence[str]) -> list[tuple[str, int | None]]:
        out = self._cat("--batch-check", oids)
        rows = [line.split() for line in out.decode("ascii", "replace").splitlines()]
        return [(row[0], int(row[2]) if len(row) == 3 else None) for row in rows]

    def _batch(self, oids: Sequence[str]) -> Iterator[tuple[str, bytes | None]]:
        for group in _answered(oids, self._batch_once):
            yield from group

    def _batch_once(self, oids: Sequence[str]) -> list[tuple[str, bytes | None]]:
        out = self._cat("--batch", oids)
        answers: list[tuple[str, bytes | None]] = []
        at = 0
        while at < len(out):
            end = out.find(b"\n", at)
            row = out[at:end].split()
            if len(row) != 3:  # `<id> missing`
                answers.append((row[0].decode("ascii"), None))
                at = end + 1
                continue
            start, size = end + 1, int(row[2])
            if start + size >= len(out):  # cut short: git died in the middle
                break
            answers.append((row[0].decode("ascii"), out[start : start + size]))
            at = start + size + 1
        return answers

    def _cat(self, how: str, oids: Sequence[str]) -> bytes:
        # A partial clone makes git die on the first object that it would have to fetch; what it said
        # before stands, and `_answered` asks again for the rest.
        code, out, err = self._git.ask(["cat-file", how], "".join(f"{oid}\n" for oid in oids).encode("ascii"))
        if code != 0 and not _NAMES_OBJECT.search(err):
            raise GitError(f"git cat-file failed with code {code}: {_one_line(err)}")
        return out

    def commits(self, ids: Iterable[str]) -> dict[str, Commit]:
        """The commits that are there, by id, read from the raw objects."""
        return {oid: _commit(oid, raw) for oid, raw in self.blobs(ids) if raw is not None}

    def resolve(self, ref: str) -> str:
        """The id of the commit that `ref` names.

        Raises:
            GitError: there is none of that name; the text says how to fetch it.
        """
        if _OID.match(ref):
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
            raise GitError(f"git merge-base failed with code {code}: {_one_line(err)}")
        cause = "; this clone is shallow: run `git fetch --deepen=200`" if self.shallow else ""
        raise GitError(f"{other} and `{ref}` have no common ancestor here{cause}")

    # History

    def graph(self, *, first_parent: bool = False, since: str = "") -> list[Node]:
        """All commits that HEAD reaches and `since` does not, newest first, or only its first-parent
        chain."""
        if not self.head:
            return []
        chain = ["--first-parent"] if first_parent else []
        older = [f"^{since}"] if since else []
        out = self._git.run(["rev-list", *chain, "--parents", "--format=%an%x00%ae", self.head, *older])
        lines = out.decode("utf-8", "replace").split("\n")
        nodes = []
        for head, person in zip(lines[::2], lines[1::2], strict=False):
            _, oid, *parents = head.split(" ")
            name, _, email = person.partition("\0")
            nodes.append(Node(oid, tuple(parents), Person(name, email)))
        return nodes

    def commits_since(self, base: str) -> list[str]:
        """The ids of the commits that HEAD reaches and the commit `base` does not, newest first."""
        out = self._git.run(["rev-list", self.head, f"^{self.resolve(base)}"])
        return out.decode("ascii").split()

    def lineage(self, since: str = "", rev: str = "") -> list[tuple[str, ...]]:
        """The commits that `rev` (HEAD) reaches and `since` does not, each with its parents, oldest first
        and every branch in one piece."""
        start = self.resolve(rev) if rev else self.head
        if not start:
            return []
        command = ["rev-list", "--topo-order", "--reverse", "--parents", start]
        out = self._git.run([*command, *([f"^{self.resolve(since)}"] if since else [])])
        return [tuple(line.split(" ")) for line in out.decode("ascii").splitlines()]

    def is_ancestor(self, old: str, new: str) -> bool:
        """Does the commit `new` reach the commit `old`? No, where either of them is not here."""
        return self._git.ask(["merge-base", "--is-ancestor", old, new])[0] == 0

    def patches(
        self, commits: Sequence[str], *, renames: bool = True
    ) -> Iterator[tuple[bytes, tuple[str, ...]]]:
        """What each commit changed, in order: its patch, and the files that it could not be read for.

        A patch has no context; removed lines begin with `<` and added ones with `>`, so that nothing in
        them looks like a header. Against several parents it is git's combined patch, of the files that
        differ from all of them. A commit may be given as `<commit> <parent>`, which leaves the other
        parents out. Looking for renames against several parents costs more than all the rest of it.
        """
        options = () if renames else ("--no-renames",)
        done = 0
        while done < len(commits):
            try:
                for patch in self._patches(commits[done:], options):
                    done += 1
                    yield patch, ()
            except GitError:
                # A partial clone: git stops at the first object that is not here.
                if done == len(commits):
                    raise
                yield self._patch_in_parts(commits[done])
                done += 1

    def _patches(self, commits: Sequence[str], options: Sequence[str]) -> Iterator[bytes]:
        stream = self._git.stream(
            [*_PATCH, *options, "--stdin"], "".join(f"{line}\n" for line in commits).encode("ascii")
        )
        buffer = bytearray(b"\n")
        heads = [b"\n%s\n" % line.partition(" ")[0].encode("ascii") for line in commits]
        at = 0  # the next commit whose end is looked for
        searched = 0
        for piece in stream:
            buffer += piece
            while at < len(commits):
                following = heads[at + 1] if at + 1 < len(commits) else None
                end = buffer.find(following, max(0, searched - len(heads[at]))) if following else -1
                if end < 0:
                    searched = len(buffer)
                    break
                yield bytes(buffer[len(heads[at]) - 1 : end])
                del buffer[:end]
                at, searched = at + 1, len(heads[at])
        if at < len(commits):
            yield bytes(buffer[len(heads[at]) - 1 :])

    def _patch_in_parts(self, line: str) -> tuple[bytes, tuple[str, ...]]:
        """The same for one commit, file by file, where some object of it is missing. Renames are lost."""
        out = self._git.run(
            ["diff-tree", "-r", "-z", "--root", "--name-only", "--no-commit-id", *line.split()]
        )
        parts, lost = [], []
        for name in sorted({_path(name) for name in out.split(b"\0") if name}):
            arguments = [*_PATCH, "--no-renames", "--no-commit-id", *line.split(), "--", name]
            code, part, _ = self._git.ask(arguments)
            if code == 0:
                parts.append(b"\n" + part.rstrip(b"\n"))
            else:
                lost.append(name)
        return b"".join(parts), tuple(lost)

    def differing(self, pairs: Sequence[tuple[str, str]]) -> Iterator[dict[str, bool]]:
        """For each pair of a commit and one of its parents: the files in which they differ, each with
        whether the commit has it."""
        asked = "".join(f"{commit} {parent}\n" for commit, parent in pairs).encode("ascii")
        arguments = ["diff-tree", "-r", "-z", "--root", "--raw", "--no-renames", "--always", "--stdin"]
        words = iter(self._git.run(arguments, stdin=asked).split(b"\0") if pairs else ())
        found: dict[str, bool] | None = None
        for word in words:
            if word.startswith(b":"):
                assert found is not None
                found[_path(next(words))] = not word.endswith(b"D")
                continue
            if found is not None:
                yield found
            found = {}

    def regular_files(self, rev: str) -> list[str]:
        """The regular files of a commit, sorted as git does."""
        out = self._git.run(["ls-tree", "-r", "-z", self.resolve(rev)])
        entries = (entry.partition(b"\t") for entry in out.split(b"\0") if entry)
        return [_path(name) for meta, _, name in entries if meta.startswith(b"100")]

    def listing(self, rev: str) -> dict[str, str]:
        """The files of a commit and the ids of their blobs."""
        out = self._git.run(["ls-tree", "-r", "-z", self.resolve(rev)])
        entries = (entry.partition(b"\t") for entry in out.split(b"\0") if entry)
        return {_path(name): meta.split()[2].decode("ascii") for meta, _, name in entries}

    def patch_id(self, base: str, head: str) -> str:
        """git's stable id of the change between two commits, which a rebase leaves as it is."""
        patch = self._git.run(["diff-tree", "-r", "-p", "--no-ext-diff", "--no-textconv", base, head])
        return self._git.run(["patch-id", "--stable"], stdin=patch).decode("ascii").partition(" ")[0].strip()

    def added_text(self, base: str, head: str) -> dict[str, bytes]:
        """The lines that the change between two commits adds, by file, as one text."""
        patch = self._git.run([*_PATCH, base, head])
        found: dict[str, bytes] = {}
        for section in (b"\n" + patch).split(b"\ndiff --git ")[1:]:
            names = section.partition(b"\n")[0]
            path = unquote(_path(names[len(names) // 2 + 1 :])).removeprefix("b/")
            added = [line[1:] for line in section.split(b"\n") if line.startswith(b">")]
            found[path] = b"\n".join(added)
        return found

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

    def refs(self, *patterns: str) -> str:
        """The refs that match, with what they point at: a text that changes whenever one of them does."""
        return _path(self._git.run(["for-each-ref", "--format=%(objectname) %(refname)", *patterns]))

    def notes(self, *patterns: str) -> dict[str, dict[str, str]]:
        """For each notes ref that matches a pattern: annotated object id → id of the note's blob.

        A pattern is a full ref, or a prefix that ends in a slash. The fan-out of a notes tree is mixed in
        practice, so the parts of the path are joined, whatever their number.
        """
        listed = self._git.run(["for-each-ref", "--format=%(objectname) %(refname)", *patterns])
        refs: dict[str, dict[str, str]] = {}
        for line in _path(listed).splitlines():
            tip, _, ref = line.partition(" ")
            out = self._git.run(["ls-tree", "-r", "-z", tip])
            entries = (entry.partition(b"\t") for entry in out.split(b"\0") if entry)
            pairs = ((_path(name).replace("/", ""), meta.split()[2].decode()) for meta, _, name in entries)
            refs[ref] = {oid: blob for oid, blob in pairs if _OID.match(oid)}
        return refs

    @contextmanager
    def blaming(self, ignore: Sequence[str] = ()) -> Iterator[Blame]:
        """A way to blame files, for as long as the block runs; `ignore` are full ids of commits that it
        looks through.

        It runs in an empty repository beside this one that shares only its objects, because there is no
        way to tell git to forget a configured `blame.ignoreRevsFile`, and one that is missing, or has one
        bad line, ends every blame. So here nobody's configuration takes part at all.
        """
        with tempfile.TemporaryDirectory(prefix="assay-") as folder:
            apart = self._apart(Path(folder))
            options: list[str] = []
            if ignore:
                file = Path(folder, "ignore-revs")
                file.write_text("".join(f"{revision}\n" for revision in ignore), encoding="ascii")
                options = ["--ignore-revs-file", str(file)]

            def blame(path: str, rev: str, since: str = "", ranges: Sequence[Range] = ()) -> bytes:
                # Always with a revision: without one git would read the working tree, through filters.
                command = ["blame", "--incremental", "--no-textconv", "--root", *options]
                command += [f"-L{start},{end}" for start, end in ranges]
                return apart.run([*command, f"{since}..{rev}" if since else rev, "--", path])

            yield blame

    def _apart(self, folder: Path) -> _Git:
        """Git in a new, bare, empty repository that reads this one's objects."""
        (folder / "refs").mkdir()
        (folder / "HEAD").write_text("ref: refs/heads/none\n", encoding="ascii")
        config = "[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tobjectFormat = "
        (folder / "config").write_text(f"{config}{self._object_format}\n", encoding="ascii")
        if self.shallow_commits:
            edge = "".join(f"{oid}\n" for oid in sorted(self.shallow_commits))
            (folder / "shallow").write_text(edge, encoding="ascii")
        environment = {name: value for name, value in _clean_environment().items() if not _KEPT.match(name)}
        environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_DIR": str(folder)}
        environment["GIT_OBJECT_DIRECTORY"] = str(self._place("objects"))
        return _Git(self._git.program, folder, environment)

    def _place(self, name: str) -> Path:
        """Where git keeps one of its own files; in linked worktrees these are spread over two folders."""
        listed = self._git.run(["rev-parse", "--git-path", name])
        return self.root / _path(listed).rstrip("\n")

    # Changes

    def changed_lines(self, base: str | None, staged: bool) -> dict[str, Ranges]:
        """Changed files, each with the lines that it adds or changes: inclusive, from 1, ascending.

        `staged`: the index against HEAD (against nothing, before the first commit). Otherwise the working
        tree against the merge base of HEAD and `base` (None: HEAD itself), untracked files in full. A
        renamed file has only its edited lines. A file that only lost lines is there with no range;
        deleted files are not there.
        """
        if staged:
            return self._index_changes(self._head_tree)[0]
        start = self.merge_base(base) if base is not None else self._head_tree
        changed, renamed = self._index_changes(start)
        self._overlay_worktree(changed, start, renamed)
        for path in self.untracked_files():
            content = self.read(path)
            if content is not None:
                count = len(lines_of(content))
                changed[path] = ((1, count),) if count else ()
        return dict(sorted(changed.items()))

    def _overlay_worktree(self, changed: dict[str, Ranges], start: str, renamed: Mapping[str, str]) -> None:
        # git never compares contents here: its filters are off, and what its stat cache calls dirty is
        # compared by us, against the same starting point.
        dirty = self._dirty_files()
        before = self._contents(self._tree_entries(start, [renamed.get(path, path) for path in dirty]))
        for path in dirty:
            content = self.read(path)
            if content is None:
                changed.pop(path, None)
                continue
            old = before.get(renamed.get(path, path))
            if old is None:
                count = len(lines_of(content))
                changed[path] = ((1, count),) if count else ()
            elif (ranges := added_ranges(old, content)) or old != content:
                changed[path] = ranges
            else:
                changed.pop(path, None)

    def _index_changes(self, tree: str) -> tuple[dict[str, Ranges], dict[str, str]]:
        """Changed lines of the index against a tree, and new name → old name of renamed files."""
        command = ["diff-index", "--cached", "-p", "-U0", "-M", "--no-color", "--no-ext-diff"]
        command += [
            "--no-textconv",
            "--src-prefix=a/",
            "--dst-prefix=b/",
            "--inter-hunk-context=0",
            "--no-relative",
        ]
        command += ["--ignore-submodules=all", tree]
        return _parse_patch(self._git.run(command))

    def renamed(self) -> dict[str, str]:
        """New name → name in HEAD, of files that the index has renamed."""
        if not self.head:
            return {}
        command = ["diff-index", "--cached", "-M", "-z", "--name-status", "--diff-filter=R", self.head]
        words = [_path(word) for word in self._git.run(command).split(b"\0")]
        return {new: old for old, new in zip(words[1::3], words[2::3], strict=False)}

    def _dirty_files(self) -> list[str]:
        command = ["diff-files", "-z", "--name-only", "--ignore-submodules=all"]
        out = self._git.run([*self._without_filters, *command])
        return sorted({_path(name) for name in out.split(b"\0") if name})

    @functools.cached_property
    def _without_filters(self) -> tuple[str, ...]:
        # An index entry as young as the index itself makes git compare contents, through `filter.*.clean`.
        keys = [key for key, _ in self._config(r"^filter\..*\.(clean|smudge|process|required)$")]
        drivers = sorted({match[1] for key in keys if (match := _FILTER_KEY.match(key))})
        off = ("clean=", "smudge=", "process=", "required=false")
        return tuple(w for name in drivers for end in off for w in ("-c", f"filter.{name}.{end}"))

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

    @functools.cached_property
    def _real_root(self) -> str:
        return os.path.realpath(self.root)


# Opening


def _find_git() -> str | None:
    # A relative entry of the PATH would let the scanned folder bring its own `git`.
    entries = [entry for entry in os.environ.get("PATH", "").split(os.pathsep) if os.path.isabs(entry)]
    return shutil.which("git", path=os.pathsep.join(entries)) if entries else None


def _clean_environment(keep: Sequence[str] = ()) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or _KEPT.match(name) or name in keep
    }
    return {**kept, **_FIXED}


def _discover(git: _Git) -> History | NoHistory:
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
    return History(_Git(git.program, top, environment), git_dir, answers[2] == "true", answers[3])


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
    return NoHistory(f"git cannot read this repository: {_one_line(err)}")


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


# Reading what git says


def _path(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _index_entry(entry: bytes) -> tuple[str, str, str, str]:
    meta, _, name = entry.partition(b"\t")
    if not name:
        return "", "", "", ""
    mode, oid, stage = meta.decode("ascii").split(" ")
    return mode, oid, stage, _path(name)


def _answered(
    oids: Sequence[str], ask: Callable[[Sequence[str]], list[tuple[str, _T]]]
) -> Iterator[list[tuple[str, _T]]]:
    """Ask for all, and again for what was not answered, leaving out each time the one that git died on."""
    rest = list(oids)
    for _ in range(_RETRIES):
        if not rest:
            return
        answers = ask(rest)
        yield answers
        rest = rest[len(answers) + 1 :]
    if rest:
        raise GitError("this clone lacks too many objects; complete it with `git fetch --refetch`")


def _commit(oid: str, raw: bytes) -> Commit:
    head, _, message = raw.partition(b"\n\n")
    parents: list[str] = []
    people = {"author": Person("", ""), "committer": Person("", "")}
    encoding, time = "utf-8", 0
    for line in head.split(b"\n"):
        # Signatures and merged tags go over several lines, each further one behind a space.
        key, _, value = line.partition(b" ")
        if key == b"parent":
            parents.append(value.decode("ascii", "replace"))
        elif key in (b"author", b"committer"):
            people[key.decode()] = _person(value)
            time = _time(value)  # the committer stands after the author
        elif key == b"encoding":
            encoding = value.decode("ascii", "replace")
    text = _decode(message, encoding)
    return Commit(oid, tuple(parents), people["author"], people["committer"], text, time)


def _time(value: bytes) -> int:
    digits = value.rpartition(b">")[2].split()[:1]
    return int(digits[0]) if digits and digits[0].isdigit() and len(digits[0]) < 12 else 0


def _person(value: bytes) -> Person:
    name, _, rest = value.decode("utf-8", "replace").partition("<")
    return Person(name.strip(), rest.partition(">")[0].strip())


def _decode(raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding, "replace")
    except (LookupError, ValueError):
        return raw.decode("utf-8", "replace")


def _parse_patch(patch: bytes) -> tuple[dict[str, Ranges], dict[str, str]]:
    changed: dict[str, Ranges] = {}
    renamed: dict[str, str] = {}
    lines = patch.split(b"\n")
    path: str | None = None
    old = ""
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        if line.startswith(b"diff --git "):
            path = None
        elif line.startswith(b"rename from "):
            old = unquote(_path(line[12:]))
        elif line.startswith(b"rename to "):
            path = unquote(_path(line[10:]))
            renamed[path] = old
            changed.setdefault(path, ())
        elif line.startswith(b"+++ "):
            name = unquote(_path(line[4:]).rstrip("\t"))
            path = name[2:] if name.startswith("b/") else None
            if path is not None:
                changed.setdefault(path, ())
        elif match := _HUNK.match(line):
            removed, start, added = (int(group) if group else 1 for group in match.groups())
            if path is not None and added:
                changed[path] = (*changed[path], (start, start + added - 1))
            # Skip the hunk by its own count: its lines may look like headers.
            at += removed + added
    return changed, renamed


def unquote(name: str) -> str:
    """A path as git prints it: in double quotes with C escapes where it holds unusual characters."""
    if len(name) < 2 or not (name.startswith('"') and name.endswith('"')):
        return name
    raw = re.sub(
        rb"\\([0-7]{3}|.)",
        lambda m: bytes([int(m[1], 8) & 255 if len(m[1]) == 3 else _ESCAPES.get(m[1], m[1][0])]),
        name[1:-1].encode("utf-8", "surrogateescape"),
    )
    return _path(raw)


def _https(url: str) -> str:
    short = re.match(r"(?:[^@/:\s]+@)?([^/:\s]+):(?!/)(\S+)\Z", url)
    if short and len(short[1]) > 1:  # one letter is a drive, not a host
        host, path = short[1], short[2]
    else:
        try:
            parts = urlsplit(url)
            host, path = parts.hostname or "", parts.path
        except ValueError:
            return ""
        if parts.scheme not in {"http", "https", "ssh", "git", "git+ssh"}:
            return ""
    path = path.strip("/").removesuffix(".git")
    return f"https://{host.lower()}/{path}" if host and path else ""
