"""What a command costs: CPU, wall, and the memory of all its processes together. And ours, as a command."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

_ROOT = Path(__file__).parent.parent
_PAUSE = 0.25  # seconds between two looks at the memory
_CODES = (0, 1, 3)  # clean, findings, something unreadable

# Reads the names on standard input; the least that a scanner of syntax trees can do.
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


class Cost(NamedTuple):
    """Seconds of CPU (user and system) and of the clock, and megabytes at the peak, children included."""

    cpu: float
    wall: float
    memory: float


class FailedError(Exception):
    """The command ended with a code that means neither clean nor findings."""


def ours(folder: Path, *arguments: str) -> list[str]:
    """`assay` of this checkout. What it compiles is kept in `folder`, as an installed one has it compiled."""
    code = f"import sys; sys.path.insert(0, {str(_ROOT)!r}); from scanner.cli import run; run()"
    return [sys.executable, "-I", "-X", f"pycache_prefix={folder}/compiled", "-c", code, *arguments]


def floor() -> list[str]:
    return [sys.executable, "-I", "-c", FLOOR]


def cost(
    command: Sequence[str],
    cwd: Path,
    *,
    stdin: bytes = b"",
    limit: float | None = None,
    environment: Mapping[str, str] | None = None,
    codes: Sequence[int] = _CODES,
) -> Cost | None:
    """Run a command, with its children. None where it took more than `limit` seconds.

    Raises:
        FailedError: its exit code is none of `codes`.
    """
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as said:
        given.write(stdin)
        given.seek(0)
        start = time.perf_counter()
        running = subprocess.Popen(
            command,
            cwd=cwd,
            stdin=given,
            stdout=subprocess.DEVNULL,
            stderr=said,
            env={**os.environ, **(environment or {})},
            start_new_session=True,
        )
        watch = _Watch(running.pid)
        late = threading.Event()

        def stop() -> None:
            late.set()
            os.killpg(running.pid, signal.SIGKILL)

        timer = threading.Timer(limit, stop) if limit else None
        if timer:
            timer.start()
        _, status, used = os.wait4(running.pid, 0)
        wall = time.perf_counter() - start
        if timer:
            timer.cancel()
        running.returncode = os.waitstatus_to_exitcode(status)
        peak = watch.end()
        if late.is_set():
            return None
        if running.returncode not in codes:
            said.seek(0)
            raise FailedError(
                f"{command[0]}: {running.returncode}: {said.read()[-500:].decode(errors='replace')}"
            )
    return Cost(used.ru_utime + used.ru_stime, wall, max(peak, used.ru_maxrss / 1024))


class _Watch:
    """Looks now and then at the memory of a process and its descendants. Pages that several share count
    once, by shares; only where the system does not tell, each process by itself."""

    def __init__(self, process: int) -> None:
        self._process = process
        self._peak = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def end(self) -> float:
        self._over.set()
        self._thread.join()
        return self._peak

    def _look(self) -> None:
        while not self._over.wait(_PAUSE):
            self._peak = max(self._peak, sum(map(_megabytes, _family(self._process))))


def _family(process: int) -> Iterable[int]:
    yield process
    try:
        listed = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:
        return
    for child in listed:
        yield from _family(int(child))


def _megabytes(process: int) -> float:
    try:
        text = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in text.splitlines() if line.startswith("Pss:")), 0.0)
