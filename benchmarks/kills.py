"""Kills scans at random moments: `python benchmarks/kills.py TREE [ROUNDS] [SEED]`.

Each round starts one scan of a git tree, or two side by side, and kills one of them with SIGKILL, its
workers too, somewhere between its start and its end. The scan after it has to give the bytes that a scan
without any kill gives. Ends with the first that does not.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

SCAN = [sys.executable, "-I", "-c", "from scanner.cli import run; run()", "scan", "--no-semgrep"]
FLAGS = ["--fail-on", "never", "--format", "sarif", "--jobs", "2", "--provenance", "none"]


def start(tree: Path) -> subprocess.Popen[bytes]:
    """A scan in a process group of its own."""
    return subprocess.Popen(
        [*SCAN, *FLAGS],
        cwd=tree,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def result(tree: Path) -> bytes:
    """What a scan prints that nobody disturbs."""
    return start(tree).communicate()[0]


def main() -> None:
    tree = Path(sys.argv[1]).resolve()
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 50
    draw = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    cache = tree / ".assay_cache"
    shutil.rmtree(cache, ignore_errors=True)
    before = time.perf_counter()
    expected = result(tree)
    whole = time.perf_counter() - before
    killed = 0
    for number in range(rounds):
        if draw.random() < 0.7:
            shutil.rmtree(cache, ignore_errors=True)
        beside = start(tree) if draw.random() < 0.5 else None
        victim = start(tree)
        time.sleep(draw.random() * whole)
        if victim.poll() is None:
            os.killpg(victim.pid, signal.SIGKILL)
            killed += 1
        victim.communicate()
        if beside is not None and beside.communicate()[0] != expected:
            raise SystemExit(f"round {number}: the scan beside a killed one gave other bytes")
        if result(tree) != expected:
            raise SystemExit(f"round {number}: the scan after a kill gave other bytes")
    print(f"{rounds} rounds, {killed} scans killed midway: the same {len(expected)} bytes each time")


if __name__ == "__main__":
    main()
