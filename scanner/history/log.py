"""Who follows whom, and what each commit changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scanner.history.apart import Apart
from scanner.history.git import Git, GitError
from scanner.history.objects import ARGUMENT_PATHS, Objects
from scanner.history.values import Node, Person, path_of, unquote
from scanner.lazily import regex

# Plumbing, run apart: no configuration bends it. Algorithm and rename detection are those of `git blame`.
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
    "--irreversible-delete",  # of a file that is gone, its name is enough
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
# Against several parents git leaves out, without context, which lines stand between a line that is gone and
# the next that is new; with one line of it, it tells.
_OF_MERGES = ("-U1",)
_ODD = regex(r'["\n]')
_PATHS = ("utf-8", "surrogateescape")
_FULL_ID = regex(rb"\b(?:[0-9a-f]{64}|[0-9a-f]{40})\b")


class Log(Objects, Apart):
    """The graph of commits and their patches."""

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

    def last_before(self, day: str) -> str:
        """The newest commit of HEAD's main line that was made before a day; empty where there is none."""
        asked = ["rev-list", "-1", "--first-parent", f"--before={day}T00:00:00Z", self.head]
        return self._git.run(asked).decode("ascii").strip()

    def beyond(self, tips: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """The commits that `tips` reach and HEAD does not, each with its parents. Tips that are not here
        are passed over."""
        asked = "".join(f"{tip}\n" for tip in [*tips, f"^{self.head}"]).encode("ascii")
        out = self._git.run(["rev-list", "--parents", "--ignore-missing", "--stdin"], stdin=asked)
        rows = (line.split(" ") for line in out.decode("ascii").splitlines())
        return {oid: tuple(parents) for oid, *parents in rows}

    def lineage(self, since: str = "", rev: str = "") -> list[tuple[str, ...]]:
        """The commits that `rev` (HEAD) reaches and `since` does not, each with its parents, oldest first
        and every branch in one piece."""
        start = self.resolve(rev) if rev else self.head
        if not start:
            return []
        command = ["rev-list", "--topo-order", "--reverse", "--parents", start]
        out = self._git.run([*command, *([f"^{self.resolve(since)}"] if since else [])])
        return [tuple(line.split(" ")) for line in out.decode("ascii").splitlines()]

    def patches(
        self, commits: Sequence[str], *, merges: bool = False, renames: bool = True
    ) -> Iterator[tuple[bytes, tuple[str, ...]]]:
        """What each commit changed, in order: its patch, and the files that it could not be read for.

        A patch has no context; removed lines begin with `<` and added ones with `>`, so that nothing in
        them looks like a header. With `merges`, all of them are merges, and it is git's combined patch, of
        the files that differ from all parents, with context. A commit may be given as `<commit> <parent>`,
        which leaves the other parents out. Looking for renames against several parents costs more than all
        the rest of it.
        """
        options = (*(_OF_MERGES if merges else ()), *(() if renames else ("--no-renames",)))
        done = 0
        while done < len(commits):
            try:
                with self.apart() as git:
                    for patch in _patches(git, commits[done:], options):
                        done += 1
                        yield patch, ()
            except GitError:
                # A partial clone: git stops at the first object that is not here.
                if done == len(commits):
                    raise
                yield self._patch_in_parts(commits[done], options)
                done += 1

    def _patch_in_parts(self, line: str, options: Sequence[str]) -> tuple[bytes, tuple[str, ...]]:
        """The same for one commit where some object of it is missing: of the files that are whole. Of
        renames, those are known that changed nothing."""
        moved = self._moved_whole(line)
        oids = self._oids_by_path(line)
        for path in {*moved, *moved.values()}:
            oids.pop(path, None)
        sizes = self._sizes(sorted({oid for found in oids.values() for oid in found}))
        lost = {path for path, found in oids.items() if not sizes.keys() >= found}
        parts = [
            b"\ndiff --git a/%s b/%s\nrename from %s\nrename to %s" % (old, new, old, new)
            for new, old in ((new.encode(*_PATHS), old.encode(*_PATHS)) for new, old in moved.items())
        ]
        whole = sorted(oids.keys() - lost)
        words = [*options, "--no-renames", *line.split()]
        for at in range(0, len(whole), ARGUMENT_PATHS):
            self._add_parts(words, whole[at : at + ARGUMENT_PATHS], parts, lost)
        return b"".join(parts), tuple(sorted(lost))

    def _add_parts(
        self, words: Sequence[str], paths: Sequence[str], parts: list[bytes], lost: set[str]
    ) -> None:
        arguments = [*_PATCH, "--no-commit-id", *words, "--", *paths]
        code, part, _ = self._git.ask(arguments)
        if code == 0:
            parts.append(b"\n" + part.rstrip(b"\n"))
        elif len(paths) == 1:
            lost.update(paths)
        else:  # something else is wrong with one of them
            for path in paths:
                self._add_parts(words, [path], parts, lost)

    def _moved_whole(self, line: str) -> dict[str, str]:
        """New name → old name, told by the ids alone."""
        arguments = ["diff-tree", "-r", "-z", "-M100%", "--diff-filter=R", "--name-status", "--no-commit-id"]
        words = self._git.run([*arguments, *line.split()]).split(b"\0")
        names = map(path_of, words)
        found = {new: old for _, old, new in zip(names, names, names, strict=False)}
        return {new: old for new, old in found.items() if not _ODD.search(f"{old}{new}")}

    def _oids_by_path(self, line: str) -> dict[str, set[str]]:
        """The blobs on either side of each file that a commit changed."""
        arguments = ["diff-tree", "-r", "-c", "-z", "--root", "--raw", "--no-abbrev", "--no-renames"]
        out = self._git.run([*arguments, "--no-commit-id", *line.split()])
        words = iter(out.split(b"\0"))
        return {
            path_of(next(words)): {oid.decode("ascii") for oid in _FULL_ID.findall(word) if oid.strip(b"0")}
            for word in words
            if word.startswith(b":")
        }

    def with_new_files(self, merges: Sequence[str]) -> frozenset[str]:
        """The merges that have a file which differs from every parent's, and which some parent lacks: only
        in those can a rename hide."""
        asked = "".join(f"{oid}\n" for oid in merges).encode("ascii")
        arguments = ["diff-tree", "-r", "-c", "-z", "--raw", "--no-renames", "--always", "--stdin"]
        words = iter(self._git.run(arguments, stdin=asked).split(b"\0") if merges else ())
        found: set[str] = set()
        merge = ""
        for word in words:
            if not word.startswith(b"::"):
                merge = word.decode("ascii")
                continue
            next(words)  # the name of the file
            if b"A" in word.rpartition(b" ")[2]:
                found.add(merge)
        return frozenset(found)

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
                found[path_of(next(words))] = not word.endswith(b"D")
                continue
            if found is not None:
                yield found
            found = {}

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
            path = unquote(path_of(names[len(names) // 2 + 1 :])).removeprefix("b/")
            added = [line[1:] for line in section.split(b"\n") if line.startswith(b">")]
            found[path] = b"\n".join(added)
        return found


def _patches(git: Git, commits: Sequence[str], options: Sequence[str]) -> Iterator[bytes]:
    asked = "".join(f"{line}\n" for line in commits).encode("ascii")
    stream = git.stream([*_PATCH, *options, "--stdin"], asked)
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
