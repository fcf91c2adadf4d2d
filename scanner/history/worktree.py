"""The files on disk and in the index, and which of their lines are new."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping

from scanner.history.objects import ARGUMENT_PATHS, Objects
from scanner.history.values import Moves, StagedFile, index_entry, parse_patch, path_of, staged_entries
from scanner.hunks import Ranges, added_ranges, lines_of
from scanner.lazily import regex

_FILTER_KEY = regex(r"filter\.(.+)\.[^.]+\Z", re.DOTALL)


class Worktree(Objects):
    """What is tracked, staged, and changed."""

    # Files

    def tracked_files(self) -> list[str]:
        """Tracked files and untracked ones that no ignore file covers, sorted.

        Deleted files and submodules are still in it, since only the caller looks at the disk.
        """
        out = self._git.run(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        # An untracked repository inside this one is listed as a folder; it is not ours.
        return sorted({path_of(name) for name in out.split(b"\0") if name and not name.endswith(b"/")})

    def untracked_files(self) -> list[str]:
        """Files that git does not know and no ignore file covers, sorted."""
        out = self._git.run(["ls-files", "-z", "--others", "--exclude-standard"])
        return sorted(path_of(name) for name in out.split(b"\0") if name and not name.endswith(b"/"))

    def ignored_files(self) -> list[str]:
        """Files that an ignore file covers and git does not track, sorted."""
        out = self._git.run(["ls-files", "-z", "--others", "--ignored", "--exclude-standard"])
        return sorted(path_of(name) for name in out.split(b"\0") if name and not name.endswith(b"/"))

    def staged(self) -> tuple[StagedFile, ...]:
        """What the index changes against HEAD, with the blobs of both sides, in the order of paths."""
        command = ["diff-index", "--cached", "--raw", "-z", "-M", "--no-abbrev", "--ignore-submodules=all"]
        found = staged_entries(self._git.run([*command, self._head_tree]))
        return tuple(sorted(found, key=lambda entry: entry.path))

    def staged_blobs(self, paths: Iterable[str], *, limit: int = 0) -> dict[str, bytes]:
        """The index's content of those `paths` that are regular files in it, without conflicts, and no
        larger than `limit` bytes, if there is one."""
        wanted = set(paths)
        few = sorted(wanted) if len(wanted) <= ARGUMENT_PATHS else []
        out = self._git.run(["ls-files", "-z", "--stage", "--", *few])
        oids: dict[str, str] = {}
        for entry in out.split(b"\0"):
            mode, oid, stage, path = index_entry(entry)
            if path in wanted and stage == "0" and mode.startswith("100"):
                oids[path] = oid
        return self._contents(oids, limit)

    def tracked_blobs(self) -> dict[str, str]:
        """Path → blob id of every regular file in the index, without conflicts. Reads no file."""
        entries = map(index_entry, self._git.run(["ls-files", "-z", "--stage"]).split(b"\0"))
        return {path: oid for mode, oid, stage, path in entries if stage == "0" and mode.startswith("100")}

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
        return parse_patch(self._git.run(command))

    def unclean(self) -> list[str]:
        """Tracked files of HEAD that are not on disk as they were committed, sorted."""
        command = ["diff-index", "--cached", "-z", "--name-only", "--no-renames", "--ignore-submodules=all"]
        staged = [path_of(name) for name in self._git.run([*command, self._head_tree]).split(b"\0") if name]
        dirty = self._dirty_files()
        before = self._contents(self._tree_entries(self._head_tree, dirty))
        return sorted({*staged, *(path for path in dirty if self.read(path) != before.get(path))})

    def renamed(self) -> dict[str, str]:
        """New name → name in HEAD, of files that the index has renamed."""
        return dict(self.moves(self.head, staged=True).renamed) if self.head else {}

    def moves(self, tree: str, *, staged: bool) -> Moves:
        """What the index, or the working tree, has renamed and deleted since `tree`."""
        command = ["diff-index", "--cached", "-M", "-z", "--name-status", "--diff-filter=RD", tree]
        words = iter([path_of(word) for word in self._git.run(command).split(b"\0") if word])
        renamed: dict[str, str] = {}
        deleted: list[str] = []
        for status in words:
            old = next(words)
            if status.startswith("R"):
                renamed[next(words)] = old
            else:
                deleted.append(old)
        if not staged:
            deleted += [path for path in self._dirty_files() if self.read(path) is None]
        return Moves(renamed, tuple(sorted(deleted)))

    def _dirty_files(self) -> list[str]:
        command = ["diff-files", "-z", "--name-only", "--ignore-submodules=all"]
        out = self._git.run([*self._without_filters, *command])
        return sorted({path_of(name) for name in out.split(b"\0") if name})

    @functools.cached_property
    def _without_filters(self) -> tuple[str, ...]:
        # An index entry as young as the index itself makes git compare contents, through `filter.*.clean`.
        keys = [key for key, _ in self._config(r"^filter\..*\.(clean|smudge|process|required)$")]
        drivers = sorted({match[1] for key in keys if (match := _FILTER_KEY.match(key))})
        off = ("clean=", "smudge=", "process=", "required=false")
        return tuple(w for name in drivers for end in off for w in ("-c", f"filter.{name}.{end}"))
