"""git's exact blame, where nobody's configuration takes part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from scanner.history.apart import Apart
from scanner.hunks import Range


class Blame(Protocol):
    """`git blame --incremental` of a file as of the commit `rev`; with `since`, no further back."""

    def __call__(self, path: str, rev: str, since: str = "", ranges: Sequence[Range] = ()) -> bytes: ...


class Blaming(Apart):
    """A way to blame files."""

    @contextmanager
    def blaming(self, ignore: Sequence[str] = ()) -> Iterator[Blame]:
        """A way to blame files, for as long as the block runs; `ignore` are full ids of commits that it
        looks through.

        Apart, because a configured `blame.ignoreRevsFile` that is missing, or has one bad line, ends every
        blame.
        """
        with self.apart() as git:
            options: list[str] = []
            if ignore:
                file = git.root / "ignore-revs"
                file.write_text("".join(f"{revision}\n" for revision in ignore), encoding="ascii")
                options = ["--ignore-revs-file", str(file)]

            def blame(path: str, rev: str, since: str = "", ranges: Sequence[Range] = ()) -> bytes:
                # Always with a revision: without one git would read the working tree, through filters.
                command = ["blame", "--incremental", "--no-textconv", "--root", *options]
                command += [f"-L{start},{end}" for start, end in ranges]
                return git.run([*command, f"{since}..{rev}" if since else rev, "--", path])

            yield blame
