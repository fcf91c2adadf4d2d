"""CPU ratios of one tree: `python benchmarks/ratios.py TREE [--rounds N]`, or of packages that are installed
here: `python benchmarks/ratios.py --installed [--assert]`.

Interleaved, in one run, as CPU of children (user and system), medians: a cold and a warm native scan against
`ast.parse` of the same files with the collector off, each net of what it costs to start. Of a git tree also
three staged files against `python -c "import click"`. `--assert` ends with 1 where a limit is exceeded; these
are the only timings that anything asserts.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

from measure import cost, floor, ours

NATIVE = ("scan", "--no-semgrep", "--provenance", "none", "--fail-on", "never", "-q")
COLD, WARM = "cold / ast.parse", "warm / cold"
LIMITS = {COLD: 3.0, WARM: 0.08}
_LINES = 150_000  # of installed packages, in the order of their names


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    asked.add_argument("tree", nargs="?", type=Path)
    asked.add_argument("--installed", action="store_true", help="packages of this interpreter")
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--assert", dest="strict", action="store_true", help="exit with 1 over a limit")
    options = asked.parse_args()
    if options.installed == (options.tree is not None):
        asked.error("name a TREE, or give --installed")
    with tempfile.TemporaryDirectory() as folder:
        tree = installed(Path(folder)) if options.installed else options.tree.resolve()
        ratios = measured(tree, Path(folder), options.rounds)
    over = {name: value for name, value in ratios.items() if value > LIMITS.get(name, value)}
    for name, value in over.items():
        print(f"{name} is {value:.3f}, the limit is {LIMITS[name]}", file=sys.stderr)
    return int(bool(over) and options.strict)


def installed(folder: Path) -> Path:
    """A copy of the Python files of installed packages, enough of them for a steady measure."""
    tree, lines = folder / "packages", 0
    site = Path(sysconfig.get_paths()["purelib"])
    for package in sorted(path for path in site.iterdir() if path.is_dir()):
        for file in sorted(package.rglob("*.py")):
            copy = tree / file.relative_to(site)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)
            lines += copy.read_bytes().count(b"\n")
        if lines >= _LINES:
            return tree
    raise SystemExit(f"only {lines:,} lines of Python are installed here, {_LINES:,} are wanted")


def measured(tree: Path, folder: Path, rounds: int) -> dict[str, float]:
    """Print the figures of a tree, and give its ratios."""
    is_git = (tree / ".git").exists()
    seconds: dict[str, list[float]] = {}
    names = b"\0".join(sorted(_python_files(tree)))
    cache = tree / ".assay_cache"
    environment = {"XDG_STATE_HOME": str(folder / "state")}

    def note(name: str, command: list[str], cwd: Path = tree, stdin: bytes = b"") -> None:
        spent = cost(command, cwd, stdin=stdin, environment=environment)
        assert spent is not None
        seconds.setdefault(name, []).append(spent.cpu)

    native = ours(folder, *NATIVE)
    note("first run", native)  # compiles our own code, and makes the user's key
    staged = staged_copy(tree, folder) if is_git else None
    if staged:
        note("first run", native, staged)
    for _ in range(rounds):
        note("no file parsed", floor())
        note("ast.parse", floor(), stdin=names)
        shutil.rmtree(cache, ignore_errors=True)
        note("--version", ours(folder, "--version"))
        note("cold", native)
        note("warm", native)
        if staged:
            note("import click", [sys.executable, "-I", "-c", "import click"])
            note("staged", [*native, "--staged"], staged)
    shutil.rmtree(cache, ignore_errors=True)
    median = {name: statistics.median(runs) for name, runs in seconds.items() if name != "first run"}
    least = median["ast.parse"] - median["no file parsed"]
    cold, warm = (median[name] - median["--version"] for name in ("cold", "warm"))
    ratios = {COLD: cold / least, WARM: warm / cold}
    if staged:
        ratios["three staged / import click"] = median["staged"] / median["import click"]
    shown = {
        "lines": sum((tree / os.fsdecode(name)).read_bytes().count(b"\n") for name in names.split(b"\0")),
        "cores": os.cpu_count(),
        "CPU seconds, median": {name: round(value, 3) for name, value in median.items()},
        "ratios, net of start": {name: round(value, 3) for name, value in ratios.items()},
    }
    print(json.dumps(shown, indent=2))
    return ratios


def _python_files(tree: Path) -> Iterator[bytes]:
    if (tree / ".git").exists():
        listed = subprocess.run(["git", "ls-files", "-z", "*.py"], cwd=tree, capture_output=True, check=True)
        return iter(name for name in listed.stdout.split(b"\0") if name)
    return (os.fsencode(path.relative_to(tree)) for path in tree.rglob("*.py"))


def staged_copy(tree: Path, into: Path) -> Path:
    """A clone with three changed files staged."""
    copy = into / "staged"
    subprocess.run(["git", "clone", "-q", "--local", str(tree), str(copy)], check=True)
    change(copy, 3)
    subprocess.run(["git", "add", "-u"], cwd=copy, check=True)
    return copy


def change(tree: Path, count: int) -> None:
    """Add a function to this many files, spread over the tree."""
    names = [os.fsdecode(name) for name in _python_files(tree)]
    for name in names[len(names) // 2 :: max(1, len(names) // 2 // count)][:count]:
        with (tree / name).open("a", encoding="utf-8") as stream:
            stream.write("\n\ndef added_for_the_benchmark(value):\n    return value\n")


if __name__ == "__main__":
    sys.exit(main())
