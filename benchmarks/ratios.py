"""CPU ratios of one tree: `python benchmarks/ratios.py TREE [ROUNDS]`.

Interleaved, in one run, children's CPU (user and system): a cold and a warm native scan against
`ast.parse` of the same files with the collector off, and a scan of three staged files against
`python -c "import click"`. The tree is a clean git work tree; its cache folder is removed and made anew.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

FLOOR = """
import ast, gc, sys, warnings
gc.disable()
warnings.simplefilter("ignore")
for name in sys.stdin.read().split("\\0"):
    if name:
        with open(name, "rb") as stream:
            data = stream.read()
        try:
            ast.parse(data)
        except (SyntaxError, ValueError, RecursionError):
            pass
"""
SCAN = [
    sys.executable,
    "-I",
    "-c",
    "from scanner.cli import run; run()",
    "scan",
    "--no-semgrep",
    "--fail-on",
    "never",
]


def cpu(command: Sequence[str], tree: Path, stdin: bytes = b"") -> tuple[float, float]:
    """CPU and wall seconds of one child, its own children included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(
        command, cwd=tree, input=stdin, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False
    )
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 3):
        raise SystemExit(f"{command}: {done.returncode}: {done.stderr.decode(errors='replace')[-500:]}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall


def staged_copy(tree: Path, into: Path) -> Path:
    """A clone with three changed files staged."""
    copy = into / "staged"
    subprocess.run(["git", "clone", "-q", "--local", str(tree), str(copy)], check=True)
    names = subprocess.run(
        ["git", "ls-files", "*.py"], cwd=copy, capture_output=True, text=True, check=True
    ).stdout.split()
    for name in names[len(names) // 2 : len(names) // 2 + 3]:
        with (copy / name).open("a", encoding="utf-8") as stream:
            stream.write("\n\ndef added_for_the_benchmark(value):\n    return value\n")
    subprocess.run(["git", "add", "-u"], cwd=copy, check=True)
    return copy


def main() -> None:
    tree = Path(sys.argv[1]).resolve()
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    names = subprocess.run(
        ["git", "ls-files", "-z", "*.py"], cwd=tree, capture_output=True, check=True
    ).stdout
    native = [*SCAN, "--provenance", "none"]
    figures: dict[str, list[tuple[float, float]]] = {}

    def note(name: str, figure: tuple[float, float]) -> None:
        figures.setdefault(name, []).append(figure)

    with tempfile.TemporaryDirectory() as folder:
        staged = staged_copy(tree, Path(folder))
        cpu(native, staged)
        for _ in range(rounds):
            shutil.rmtree(tree / ".assay_cache", ignore_errors=True)
            note("floor", cpu([sys.executable, "-c", FLOOR], tree, names))
            note("cold, 1 job", cpu([*native, "--jobs", "1"], tree))
            shutil.rmtree(tree / ".assay_cache", ignore_errors=True)
            note("cold", cpu(native, tree))
            note("warm", cpu(native, tree))
            note("import click", cpu([sys.executable, "-c", "import click"], tree))
            note("start-up", cpu([*SCAN[:4], "--version"], tree))
            note("three staged", cpu([*native, "--staged"], staged))
        shutil.rmtree(tree / ".assay_cache", ignore_errors=True)
    median = {
        name: (statistics.median(c for c, _ in runs), statistics.median(w for _, w in runs))
        for name, runs in figures.items()
    }
    floor, click, start = (median[name][0] for name in ("floor", "import click", "start-up"))
    ratios = {
        "cold, 1 job / floor (CPU)": median["cold, 1 job"][0] / floor,
        "cold, all cores / floor (CPU)": median["cold"][0] / floor,
        "cold wall / floor wall": median["cold"][1] / median["floor"][1],
        "warm / cold, net of start-up (CPU)": (median["warm"][0] - start) / (median["cold"][0] - start),
        "three staged / import click (CPU)": median["three staged"][0] / click,
    }
    print(
        json.dumps(
            {
                "tree": tree.name,
                "cores": os.cpu_count(),
                "seconds (CPU, wall)": {name: [round(c, 3), round(w, 3)] for name, (c, w) in median.items()},
                "ratios": {name: round(value, 3) for name, value in ratios.items()},
            },
            indent=2,
        )
    )


if __name__ == "__main__":
    main()
