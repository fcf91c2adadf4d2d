"""Files, notes and commits as git keeps them: by id, however many, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from scanner.history.git import GitError, one_line
from scanner.history.place import Place
from scanner.history.values import Commit, commit_of, path_of
from scanner.lazily import regex

_T = TypeVar("_T")
_BATCH_BYTES = 32_000_000
ARGUMENT_PATHS = 100
_NAMES_OBJECT = regex(rb"[0-9a-f]{40}")
_RETRIES = 50


class Objects(Place):
    """What git keeps under an id."""

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
            raise GitError(f"git cat-file failed with code {code}: {one_line(err)}")
        return out

    def commits(self, ids: Iterable[str]) -> dict[str, Commit]:
        """The commits that are there, by id, read from the raw objects."""
        return {oid: commit_of(oid, raw) for oid, raw in self.blobs(ids) if raw is not None}

    # Files of a commit

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
        few = sorted(wanted) if len(wanted) <= ARGUMENT_PATHS else []
        out = self._git.run(["ls-tree", "-z", *([] if few else ["-r"]), tree, "--", *few])
        found: dict[str, str] = {}
        for entry in out.split(b"\0"):
            meta, _, name = entry.partition(b"\t")
            mode, _, rest = meta.decode("ascii").partition(" ")
            path = path_of(name)
            if path in wanted and mode.startswith("100"):
                found[path] = rest.split(" ")[1]
        return found

    def _contents(self, oids: Mapping[str, str], limit: int = 0) -> dict[str, bytes]:
        content = dict(self.blobs(oids.values(), limit=limit))
        return {path: body for path, oid in oids.items() if (body := content.get(oid)) is not None}

    def regular_files(self, rev: str) -> list[str]:
        """The regular files of a commit, sorted as git does."""
        out = self._git.run(["ls-tree", "-r", "-z", self.resolve(rev)])
        entries = (entry.partition(b"\t") for entry in out.split(b"\0") if entry)
        return [path_of(name) for meta, _, name in entries if meta.startswith(b"100")]

    def modes(self, rev: str, paths: Iterable[str]) -> dict[str, str]:
        """Those `paths` that a commit has, each with its mode as git writes it: `100644`, `120000` …"""
        wanted = set(paths)
        few = sorted(wanted) if 0 < len(wanted) <= ARGUMENT_PATHS else []
        out = self._git.run(["ls-tree", "-r", "-z", self.resolve(rev), "--", *few])
        entries = (entry.partition(b"\t") for entry in out.split(b"\0") if entry)
        found = {path_of(name): meta.split()[0].decode("ascii") for meta, _, name in entries}
        return {path: mode for path, mode in found.items() if path in wanted}

    def top(self, rev: str) -> list[str]:
        """The names at the top of a commit's tree."""
        out = self._git.run(["ls-tree", "-z", "--name-only", self.resolve(rev)])
        return [path_of(name) for name in out.split(b"\0") if name]

    def listing(self, rev: str, paths: Sequence[str] = ()) -> dict[str, str]:
        """The files of a commit and the ids of their blobs; with `paths`, of those files and folders."""
        listed: dict[str, str] = {}
        for at in range(0, len(paths) or 1, ARGUMENT_PATHS):
            some = paths[at : at + ARGUMENT_PATHS]
            listed.update(self._listed(self.resolve(rev), some))
        return listed

    def _listed(self, tree: str, paths: Sequence[str]) -> dict[str, str]:
        out = self._git.run(["ls-tree", "-r", "-z", tree, *(["--", *paths] if paths else [])])
        entries = (entry.partition(b"\t") for entry in out.split(b"\0") if entry)
        return {path_of(name): meta.split()[2].decode("ascii") for meta, _, name in entries}


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
