"""Where an attack takes place: a repository, a home, and a place outside that nobody may touch."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from repositories import Repository

VICTIM = 'import os\n\nKEY = os.getenv("JWT_SECRET", "change-me")\n'
SECRET = "hunter2-outside-of-the-tree"


@dataclass(frozen=True)
class World:
    """`marker` is the file whose existence proves that something of the repository ran."""

    root: Path
    repository: Repository
    home: Path
    outside: Path
    marker: Path

    @property
    def tree(self) -> Path:
        return self.repository.root

    @property
    def touch(self) -> str:
        """A shell command that proves that it ran; it then behaves like `cat`."""
        return f"sh -c 'touch {self.marker}; cat'"

    def program(self, path: Path) -> Path:
        """An executable that proves that it ran."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\ntouch {self.marker}\ncat\n")
        path.chmod(0o755)
        return path

    def python(self, path: str) -> None:
        """A module of the tree that proves that it was imported or run."""
        self.repository.write(path, f"open({str(self.marker)!r}, 'w').close()\n")

    def config(self, key: str, value: str) -> None:
        self.repository.git("config", key, value)


@dataclass(frozen=True)
class Attack:
    """One hostile repository: what it does, how it is scanned, and how the scan has to end."""

    name: str
    build: Callable[[World], None]
    code: int = 1
    said: str = ""  # on standard error
    arguments: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    victim: bool = True  # is the finding of the honest file still reported?


ATTACKS: list[Attack] = []


def attack(
    code: int = 1,
    said: str = "",
    arguments: tuple[str, ...] = (),
    environment: tuple[tuple[str, str], ...] = (),
    victim: bool = True,
) -> Callable[[Callable[[World], None]], Callable[[World], None]]:
    """Register a builder; its name is the attack's."""

    def register(build: Callable[[World], None]) -> Callable[[World], None]:
        ATTACKS.append(Attack(build.__name__, build, code, said, arguments, environment, victim))
        return build

    return register


def new_world(root: Path) -> World:
    """An honest repository with one finding, a home, and a file outside that holds a secret."""
    world = World(root, Repository(root / "tree"), root / "home", root / "outside", root / "marker")
    for folder in (world.home, world.outside, root / "temporary", root / "out"):
        folder.mkdir()
    (world.outside / "secret.py").write_text(f'import os\nKEY = os.getenv("API_SECRET", "{SECRET}")\n')
    world.repository.write("shop/keys.py", VICTIM)
    world.repository.commit("Add the shop")
    return world


def contents(folder: Path) -> dict[str, str]:
    """Every file below a folder, with a digest of what it is; nothing is followed or opened that blocks."""
    found: dict[str, str] = {}
    todo = [os.fsencode(folder)]
    while todo:
        at = todo.pop()
        try:
            entries = list(os.scandir(at))
        except OSError:  # a path longer than any
            continue
        for entry in entries:
            name = os.fsdecode(entry.path)
            try:
                status = entry.stat(follow_symlinks=False)
            except OSError:
                continue
            mode = status.st_mode
            if stat.S_ISDIR(mode):
                todo.append(entry.path)
                found[name] = "folder"
            elif stat.S_ISLNK(mode):
                found[name] = f"link to {os.fsdecode(os.readlink(entry.path))}"
            elif stat.S_ISREG(mode) and status.st_size < 1_000_000_000:
                with open(entry.path, "rb") as stream:
                    found[name] = hashlib.sha256(stream.read()).hexdigest()
            else:
                found[name] = f"mode {mode:o}, {status.st_size} bytes"
    return found
