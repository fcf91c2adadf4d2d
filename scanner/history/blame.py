"""git's exact blame, where nobody's configuration takes part."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from scanner.history.git import KEPT, Git, clean_environment
from scanner.history.place import Place
from scanner.hunks import Range


class Blame(Protocol):
    """`git blame --incremental` of a file as of the commit `rev`; with `since`, no further back."""

    def __call__(self, path: str, rev: str, since: str = "", ranges: Sequence[Range] = ()) -> bytes: ...


class Blaming(Place):
    """A way to blame files."""

    @contextmanager
    def blaming(self, ignore: Sequence[str] = ()) -> Iterator[Blame]:
        """A way to blame files, for as long as the block runs; `ignore` are full ids of commits that it
        looks through.

        It runs in an empty repository beside this one that shares only its objects, because there is no
        way to tell git to forget a configured `blame.ignoreRevsFile`, and one that is missing, or has one
        bad line, ends every blame. So here nobody's configuration takes part at all.
        """
        import tempfile

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

    def _apart(self, folder: Path) -> Git:
        """Git in a new, bare, empty repository that reads this one's objects."""
        (folder / "refs").mkdir()
        (folder / "HEAD").write_text("ref: refs/heads/none\n", encoding="ascii")
        config = "[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tobjectFormat = "
        (folder / "config").write_text(f"{config}{self._object_format}\n", encoding="ascii")
        if self.shallow_commits:
            edge = "".join(f"{oid}\n" for oid in sorted(self.shallow_commits))
            (folder / "shallow").write_text(edge, encoding="ascii")
        environment = {name: value for name, value in clean_environment().items() if not KEPT.match(name)}
        environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_DIR": str(folder)}
        environment["GIT_OBJECT_DIRECTORY"] = str(self._place("objects"))
        return Git(self._git.program, folder, environment)
