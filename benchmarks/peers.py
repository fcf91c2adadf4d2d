"""Ours against the floor and against the peers, in one run, interleaved:
`python benchmarks/peers.py --tools FOLDER flask=PATH django=PATH large=PATH,PATH`.

Trees are copied (their Python files, as one commit); the last one, of some two million lines, is halved four
times to see how cost grows. The peers are installed into FOLDER where it does not exist yet. Writes
`benchmarks/figures.json`, and from that the tables and the plot; `--render` only does the latter.
A peer that takes more than `--limit` seconds is stopped, and not tried on larger trees. With the defaults
that is at most two hours, of which ours and the floor are about a quarter.
"""

from __future__ import annotations

import argparse
import datetime
import json
import math
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import figures
from measure import Cost, FailedError, cost, floor, ours
from ratios import NATIVE, change

_HERE = Path(__file__).parent
_MANIFEST = '[project]\nname = "tree"\nversion = "0"\n'
_PYTHON_PEERS = "ruff bandit pylint vulture deptry semgrep ai-slop-detector skylos".split()
_NODE_PEERS = ["jscpd@5.3.0"]  # later ones name a binary that npm does not hold
_DUPLICATES = ["--rcfile", os.devnull, "--disable", "all", "--enable", "duplicate-code", "--recursive", "y"]
PEERS = {
    "ruff, S": ["ruff", "check", "--isolated", "--no-cache", "--select", "S", "--exit-zero", "-q", "."],
    "bandit": ["bandit", "-q", "-r", ".", "--exit-zero"],
    "pylint, duplicate-code": ["pylint", *_DUPLICATES, "."],
    "vulture": ["vulture", "."],
    "jscpd": [*"jscpd --silent --format python --max-lines 100000 --max-size 10mb".split(), "."],
    "deptry": ["deptry", "."],
    "semgrep, our pack": [
        *"semgrep scan --metrics off --disable-version-check --quiet --config".split(),
        str(_HERE.parent / "rules"),
        ".",
    ],
    "ai-slop-detector": [*"slop-detector --project --include-tests --no-history --json".split(), "."],
    "skylos": ["skylos", ".", *"--danger --secrets --quality --json".split()],
}
_DOUBLINGS = 4
_ONCE = 30.0  # a peer that takes longer is run in the first round only
_ENDED = tuple(range(64))  # peers say by their exit code what they found


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    asked.add_argument("trees", nargs="*", metavar="NAME=PATH[,PATH]", help="smallest first")
    asked.add_argument("--tools", type=Path, help="where the peers are, or are put")
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--limit", type=float, default=600.0, help="seconds for a peer")
    asked.add_argument(
        "--render", action="store_true", help="write tables and plot of the kept figures again"
    )
    options = asked.parse_args()
    kept = _HERE / "figures.json"
    if not options.render:
        if not options.trees or not options.tools:
            asked.error("name the trees, and the folder of the tools")
        with tempfile.TemporaryDirectory() as folder:
            run = _Run(Path(folder), options.tools.resolve(), options.rounds, options.limit)
            kept.write_text(json.dumps(run.all(options.trees), indent=1) + "\n", encoding="utf-8")
    figures.write(json.loads(kept.read_text(encoding="utf-8")), _HERE)


class _Run:
    """One run: its scratch folder, and the environment in which everything is measured."""

    def __init__(self, folder: Path, tools: Path, rounds: int, limit: float) -> None:
        self.folder, self.tools, self.rounds, self.limit = folder, tools, rounds, limit
        (folder / "home").mkdir()
        path = [str(tools / "python" / "bin"), str(tools / "node" / "node_modules" / ".bin")]
        self.environment = {
            "PATH": os.pathsep.join([*path, os.environ["PATH"]]),
            "HOME": str(folder / "home"),
            "XDG_STATE_HOME": str(folder / "state"),
            "PYTHONWARNINGS": "ignore",
        }
        self.native = ours(folder, *NATIVE)
        self.late: set[str] = set()  # peers that did not finish a smaller tree

    def all(self, named: Sequence[str]) -> dict[str, Any]:
        install(self.tools)
        trees = []
        for argument in named:
            name, _, paths = argument.partition("=")
            tree = self.copied(name, [Path(path) for path in paths.split(",")])
            _say(f"{name}: {tree['lines']:,} lines in {tree['files']:,} files")
            trees.append({**tree, "costs": self.costs(self.folder / name)})
        return {
            "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
            "machine": _machine(),
            "versions": self.versions(),
            "limit": self.limit,
            "trees": trees,
            "growth": self.growth(self.folder / trees[-1]["name"]),
        }

    # Trees

    def copied(self, name: str, sources: Sequence[Path]) -> dict[str, Any]:
        """The Python files of the sources as a repository with one commit."""
        tree = self.folder / name
        for source in sources:
            for file in _python_files(source):
                copy = tree / (source.name if len(sources) > 1 else "") / file
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source / file, copy)
        (tree / "pyproject.toml").write_text(_MANIFEST, encoding="utf-8")
        (tree / ".gitignore").write_text(".assay_cache/\n", encoding="utf-8")
        _git(tree, "init", "-q", "-b", "main")
        _commit(tree)
        return {"name": name, **_size(tree)}

    # Costs

    def costs(self, tree: Path) -> dict[str, list[Cost] | None]:
        """What each command costs on a tree, run after run; None where it did not finish in time."""
        found: dict[str, list[Cost] | None] = {}
        names = b"\0".join(os.fsencode(path.relative_to(tree)) for path in sorted(tree.rglob("*.py")))
        staged, proposal = self.prepared(tree)

        def note(name: str, command: Sequence[str], cwd: Path = tree, stdin: bytes = b"") -> None:
            spent = cost(command, cwd, stdin=stdin, environment=self.environment)
            runs = found.setdefault(name, [])
            assert spent is not None
            assert runs is not None
            runs.append(spent)

        for turn in range(self.rounds):
            note("no file parsed", floor())
            note("ast.parse", floor(), stdin=names)
            shutil.rmtree(tree / ".assay_cache", ignore_errors=True)
            note("--version", ours(self.folder, "--version"))
            note("cold", self.native)
            note("warm", self.native)
            change(tree, max(1, names.count(b"\0") // 100))
            note("one percent changed", self.native)
            _git(tree, "checkout", "-q", ".")
            note("import click", [sys.executable, "-I", "-c", "import click"])
            change(staged, 3)
            _git(staged, "add", "-u")
            note("staged, new", [*self.native, "--staged"], staged)
            note("staged, known", [*self.native, "--staged"], staged)
            change(staged, 3)
            _git(staged, "add", "-u")
            note("hook, all lanes", ours(self.folder, "scan", "--hook", "--fail-on", "never"), staged)
            shutil.rmtree(proposal / ".assay_cache", ignore_errors=True)
            pull = ("scan", "--no-semgrep", "--diff", "main", "--fail-on", "never", "-q")
            note("pull request, cold", ours(self.folder, *pull), proposal)
            for peer, command in PEERS.items():
                self.peer(found, peer, command, tree, turn)
            _say(f"  round {turn + 1} of {self.rounds}")
        return found

    def peer(
        self,
        found: dict[str, list[Cost] | None],
        name: str,
        command: Sequence[str],
        tree: Path,
        turn: int,
    ) -> None:
        runs = found.get(name)
        if name in self.late or (turn and (runs is None or runs[-1].wall > _ONCE)):
            found.setdefault(name, None)
            return
        try:
            spent = cost(command, tree, limit=self.limit, environment=self.environment, codes=_ENDED)
        except (FailedError, OSError) as error:
            _say(f"  {name} failed: {error}")
            spent = None
        if spent is None:
            self.late.add(name)
            found[name] = None
        else:
            found[name] = [*(runs or []), spent]

    def prepared(self, tree: Path) -> tuple[Path, Path]:
        """Clones to stage three files in, and with a branch that changes ten; and one scan of each, so that
        our own code is compiled, the user's key is there, and the first has a cache."""
        staged, proposal = (tree.with_name(f"{tree.name}-{kind}") for kind in ("staged", "proposal"))
        for clone in (staged, proposal):
            subprocess.run(["git", "clone", "-q", "--local", str(tree), str(clone)], check=True)
        _git(proposal, "checkout", "-q", "-b", "proposal")
        change(proposal, 10)
        _commit(proposal)
        cost(self.native, staged, environment=self.environment)
        return staged, proposal

    def growth(self, tree: Path) -> list[dict[str, Any]]:
        """The floor and a cold scan of a sixteenth of the tree, an eighth, … and all of it. Folders are kept
        together, and taken in an order that hangs on nothing but their names."""
        files = sorted(
            (path.relative_to(tree) for path in tree.rglob("*.py")),
            key=lambda path: (zlib.crc32(str(path.parent).encode()), str(path)),
        )
        sizes = []
        for exponent in range(_DOUBLINGS, -1, -1):
            part = self.folder / f"part-{exponent}"
            shutil.rmtree(part, ignore_errors=True)
            wanted, taken = _size(tree)["lines"] // 2**exponent, 0
            names = []
            for file in files:
                if taken >= wanted:
                    break
                (part / file).parent.mkdir(parents=True, exist_ok=True)
                os.link(tree / file, part / file)
                taken += _lines(part / file)
                names.append(os.fsencode(file))
            runs: dict[str, list[Cost]] = {"ast.parse": [], "cold": []}
            for _ in range(self.rounds):
                shutil.rmtree(part / ".assay_cache", ignore_errors=True)
                for name, command in (("ast.parse", floor()), ("cold", self.native)):
                    stdin = b"\0".join(names) if name == "ast.parse" else b""
                    spent = cost(command, part, stdin=stdin, environment=self.environment)
                    assert spent is not None
                    runs[name].append(spent)
            sizes.append({"lines": taken, "files": len(names), "costs": runs})
            _say(f"growth: {taken:,} lines")
            shutil.rmtree(part)
        return sizes

    def versions(self) -> dict[str, str]:
        found = {"assay": _first_line(["git", "rev-parse", "--short", "HEAD"], _HERE, {})}
        for name in _PYTHON_PEERS:
            code = f"from importlib.metadata import version; print(version({name!r}))"
            found[name] = _first_line([str(self.tools / "python/bin/python"), "-c", code], _HERE, {})
        found["jscpd"] = _first_line(["jscpd", "--version"], _HERE, self.environment).rpartition(" ")[2]
        return found


def install(tools: Path) -> None:
    """The peers, in an environment of their own."""
    if tools.exists():
        return
    _say(f"installing {', '.join([*_PYTHON_PEERS, *_NODE_PEERS])}")
    subprocess.run([sys.executable, "-m", "venv", str(tools / "python")], check=True)
    subprocess.run([tools / "python/bin/python", "-m", "pip", "install", "-q", *_PYTHON_PEERS], check=True)
    (tools / "node").mkdir()
    subprocess.run(
        ["npm", "install", "--no-fund", "--no-audit", *_NODE_PEERS], cwd=tools / "node", check=True
    )


def _python_files(source: Path) -> Iterator[Path]:
    skipped = {".git", ".venv", "node_modules"}
    for path in sorted(source.rglob("*.py")):
        inner = path.relative_to(source)
        if path.is_file() and not path.is_symlink() and not skipped & set(inner.parts):
            yield inner


def _size(tree: Path) -> dict[str, int]:
    files = list(tree.rglob("*.py"))
    return {"lines": sum(map(_lines, files)), "files": len(files)}


def _lines(file: Path) -> int:
    return file.read_bytes().count(b"\n")


def _git(tree: Path, *arguments: str) -> None:
    who = ("-c", "user.name=benchmark", "-c", "user.email=benchmark@example.org")
    subprocess.run(["git", *who, *arguments], cwd=tree, check=True)


def _commit(tree: Path) -> None:
    _git(tree, "add", "-A")
    _git(tree, "commit", "-q", "-m", "Files")


def _first_line(command: Sequence[str], cwd: Path, environment: dict[str, str]) -> str:
    done = subprocess.run(
        command, cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True, check=True
    )
    return done.stdout.strip().partition("\n")[0]


def _machine() -> dict[str, str]:
    known = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    models = [line.partition(":")[2].strip() for line in known if line.startswith("model name")]
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 0
    return {
        "processor": models[0] if models else platform.processor(),
        "cores": str(os.cpu_count()),
        "memory": f"{math.ceil(pages / 2**30)} GB",
        "system": platform.system(),
        "python": platform.python_version(),
        "load": f"{os.getloadavg()[0]:.1f}",
    }


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
