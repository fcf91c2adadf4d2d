"""A repository of our own beside the one that is read, where no configuration of anybody takes part."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scanner.history.git import KEPT, Git, clean_environment
from scanner.history.place import Place


class Apart(Place):
    """A way to ask git about commits alone."""

    @contextmanager
    def apart(self) -> Iterator[Git]:
        """Git in a new, bare, empty repository that shares only this one's objects, for as long as the
        block runs.

        There is no way to tell git to forget what is configured, and `.gitattributes` of the working tree
        would make text binary, or have git look for the heading of every hunk by a regular expression.
        """
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
