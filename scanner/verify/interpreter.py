"""The project's own interpreter: where it is, and what it brings."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from scanner.frozen import frozen
from scanner.settings import UsageError
from scanner.verify.sandbox import Sandbox

_SECONDS = 60
_OLDEST = (3, 8)
# Asked of the interpreter itself. An installation in place names folders of the project on its path, or in
# a table of its own.
_QUESTION = """
import importlib.util as util, json, sys
sys.path = [entry for entry in sys.path if entry]
names = ["pytest", "xdist", "pytest_cov", "pytest_randomly", "pytest_benchmark"]
tables = [getattr(sys.modules.get(getattr(one, "__module__", "")), "MAPPING", {}) for one in sys.meta_path]
print(json.dumps({
    "version": sys.version_info[:3],
    "has": [name for name in names if util.find_spec(name)],
    "path": sys.path,
    "mapped": [place for table in tables if isinstance(table, dict) for place in table.values()],
}))
"""
_QUIET = {
    "xdist": "-n0",
    "pytest_cov": "--no-cov",
    "pytest_randomly": "--randomly-seed=1",
    "pytest_benchmark": "--benchmark-disable",
}


@frozen
class Interpreter:
    """An interpreter that answered."""

    path: str
    version: tuple[int, ...]
    has: tuple[str, ...]
    inside: tuple[str, ...]  # folders of the project on its import path, relative to the root
    in_tmp: bool = False  # does it, or what it imports, lie below /tmp?

    @property
    def has_pytest(self) -> bool:
        return "pytest" in self.has

    @property
    def options(self) -> list[str]:
        """What keeps plugins from getting in the way: of one process, in the order that we ask for."""
        return [_QUIET[name] for name in self.has if name in _QUIET]


def ask(root: Path, given: str, box: Sandbox, environ: Mapping[str, str]) -> Interpreter:
    """Find the interpreter and ask it.

    Raises:
        UsageError: there is none, it does not run, or it is too old.
    """
    path = _named(given) if given else _usual(root, environ)
    try:
        done = subprocess.run(
            [path, "-c", _QUESTION],
            cwd=root,  # entries of the import path may be relative
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            preexec_fn=partial(box.enter, box.scratch),
        )
        told = json.loads(done.stdout.decode("utf-8", "replace").strip().rpartition("\n")[2])
        version = tuple(told["version"])
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"--python: {path} does not answer like a Python; name another one") from error
    if version < _OLDEST:
        raise UsageError(f"--python: {path} is older than Python {'.'.join(map(str, _OLDEST))}")
    places = [*told["path"], *(os.path.dirname(place) for place in told["mapped"])]
    in_tmp = any(Path(place).is_relative_to("/tmp") for place in (path, *told["path"]))
    return Interpreter(path, version, tuple(told["has"]), _inside(root, places), in_tmp)


def _inside(root: Path, places: list[str]) -> tuple[str, ...]:
    """The folders among `places` that lie in the project, its environment left out; relative, each once."""
    real = os.path.realpath(root)
    found: dict[str, None] = {}
    for place in places:
        inner = os.path.relpath(os.path.realpath(os.path.join(root, place)), real)
        parts = inner.split(os.sep)
        of_environment = "site-packages" in parts or any(part.startswith("python3") for part in parts)
        if parts[0] != os.pardir and not of_environment and os.path.isdir(os.path.join(root, place)):
            found["" if inner == os.curdir else inner] = None
    return tuple(found)


def _named(given: str) -> str:
    path = shutil.which(given) or given
    if not os.path.isfile(path):
        raise UsageError(f"--python {given}: no such program")
    return os.path.abspath(path)


def _usual(root: Path, environ: Mapping[str, str]) -> str:
    """The active environment's, that of the project's folder, else the one on the PATH."""
    active = environ.get("VIRTUAL_ENV")
    folders = [Path(active)] if active else []
    for folder in (*folders, root / ".venv", root / "venv"):
        program = folder / "bin" / "python"
        if program.exists():
            return str(program)
    places = os.pathsep.join(
        part for part in environ.get("PATH", "").split(os.pathsep) if os.path.isabs(part)
    )
    for name in ("python", "python3"):
        found = shutil.which(name, path=places)
        if found:
            return found
    raise UsageError("no `python` is on the PATH; name the project's interpreter with --python")
