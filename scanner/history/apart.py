"""A repository of our own beside the one that is read, where no configuration of anybody takes part."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from scanner.history.git import KEPT, Git, clean_environment
from scanner.history.place import Place
from scanner.history.values import Person, path_of, person_of


class Apart(Place):
    """A way to ask git about commits alone, and what it says of them."""

    @contextmanager
    def apart(self) -> Iterator[Git]:
        """Git in a new, bare, empty repository that shares only this one's objects, for as long as the
        block runs.

        There is no way to tell git to forget what is configured, and `.gitattributes` of the working tree
        would make text binary, or have git look for the heading of every hunk by a regular expression.
        """
        import tempfile  # here: most hooks ask for no blame

        with tempfile.TemporaryDirectory(prefix="assay-") as folder:
            yield self._beside(Path(folder))

    def _beside(self, folder: Path) -> Git:
        (folder / "refs").mkdir()
        (folder / "HEAD").write_text("ref: refs/heads/none\n", encoding="ascii")
        config = "[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tobjectFormat = "
        (folder / "config").write_text(f"{config}{self._object_format}\n", encoding="ascii")
        if self.shallow_commits:
            edge = "".join(f"{oid}\n" for oid in sorted(self.shallow_commits))
            (folder / "shallow").write_text(edge, encoding="ascii")
        environment = {name: value for name, value in clean_environment().items() if not KEPT.match(name)}
        environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_ATTR_NOSYSTEM": "1"}
        environment |= {"GIT_DIR": str(folder), "GIT_OBJECT_DIRECTORY": str(self._place("objects"))}
        return Git(self._git.program, folder, environment)

    def mapped(self, rev: str, people: Iterable[Person]) -> set[Person]:
        """What the `.mailmap` of a commit calls these people; they themselves where it does not know them."""
        asked = sorted({f"{one.name} <{one.email}>" for one in people if one.email and "\n" not in one.name})
        if not asked:
            return set()
        map_ = ["-c", f"mailmap.blob={self.resolve(rev)}:.mailmap", "-c", "mailmap.file="]
        with self.apart() as git:
            out = git.run([*map_, "check-mailmap", "--stdin"], stdin=("\n".join(asked) + "\n").encode())
        return {person_of(line) for line in out.splitlines()}

    def with_attribute(self, rev: str, *names: str) -> frozenset[str]:
        """The files of a commit for which its `.gitattributes` set one of these attributes."""
        tree = self.resolve(rev)
        with self.apart() as git:
            git.run(["read-tree", tree])
            files = git.run(["ls-files", "-z", "--cached"])
            out = git.run(["check-attr", "--cached", "-z", "--stdin", *names], stdin=files)
        words = iter(out.split(b"\0"))
        rows = zip(words, words, words, strict=False)
        return frozenset(path_of(path) for path, _, value in rows if value in (b"set", b"true"))
