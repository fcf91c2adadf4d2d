"""Work in a forked child: what it does to this process, no other run sees."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

HUNG, DIED = "hung", "died"
_PROCESSES = 512  # beside those that run already
_BYTES = 1_000_000_000  # that a test may write into one file


def in_child(work: Callable[[Callable[[Any], None]], None], seconds: float) -> Iterator[Any]:
    """Run `work` in a child, and give the rows that it tells, as they come.

    The last row is `{"ended": ""}`, or what went wrong: no row for that many seconds (`hung`), or an end
    before the end (`died`, with the reason).
    """
    reading, writing = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # other threads of plugins: the child starts none of their work
        child = os.fork()
    if child == 0:
        _work(work, reading, writing, seconds)
    os.close(writing)
    gone = False
    try:
        for row in _rows(reading, seconds):
            yield row
            if "ended" in row:
                return
        gone = True
        yield {"ended": f"{DIED}: {_how(child)}"}
    finally:
        os.close(reading)
        _kill(child, gone)


def _rows(reading: int, seconds: float) -> Iterator[Any]:
    pending = b""
    deadline = time.monotonic() + seconds
    while True:
        ready, _, _ = select.select([reading], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            yield {"ended": HUNG}
            return
        data = os.read(reading, 65536)
        if not data:
            return
        pending += data
        *lines, pending = pending.split(b"\n")
        for line in lines:
            deadline = time.monotonic() + seconds
            yield json.loads(line)


def _work(work: Callable[[Callable[[Any], None]], None], reading: int, writing: int, seconds: float) -> None:
    code = 1
    try:
        os.close(reading)
        os.setsid()
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        _limit(seconds)

        def tell(row: Any) -> None:
            os.write(writing, json.dumps(row).encode() + b"\n")

        work(tell)
        tell({"ended": ""})
        code = 0
    finally:
        os._exit(code)


def _limit(seconds: float) -> None:
    try:
        import resource
    except ImportError:
        return
    spent = resource.getrusage(resource.RUSAGE_SELF)
    most = int(spent.ru_utime + spent.ru_stime + 4 * seconds) + 2
    limits = [(resource.RLIMIT_CPU, most), (resource.RLIMIT_FSIZE, _BYTES), (resource.RLIMIT_CORE, 0)]
    if hasattr(resource, "RLIMIT_NPROC"):
        limits.append((resource.RLIMIT_NPROC, _running() + _PROCESSES))
    for which, wanted in limits:
        _, hard = resource.getrlimit(which)
        allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(which, (allowed, hard if which == resource.RLIMIT_CPU else allowed))


def _running() -> int:
    """How many threads there are by now, all users counted."""
    try:
        with open("/proc/loadavg") as stream:
            return int(stream.read().split()[3].partition("/")[2])
    except (OSError, ValueError, IndexError):
        return 4096


def _how(child: int) -> str:
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        try:
            return signal.Signals(number).name
        except ValueError:
            return f"signal {number}"
    return f"it ended the process with code {os.WEXITSTATUS(status)}"


def _kill(child: int, gone: bool) -> None:
    """End a child, if it is not gone, and all that it left behind."""
    for end in (os.killpg,) if gone else (os.killpg, os.kill):
        with contextlib.suppress(OSError):
            end(child, signal.SIGKILL)
    if not gone:
        os.waitpid(child, 0)
    for stray in _strays():
        with contextlib.suppress(OSError):
            os.kill(stray, signal.SIGKILL)
            os.waitpid(stray, 0)


def _strays() -> list[int]:
    """What daemons of a test became ours when their parents ended."""
    try:
        with open(f"/proc/self/task/{os.getpid()}/children") as stream:
            return [int(one) for one in stream.read().split() if int(one) not in OURS]
    except (OSError, ValueError):
        return []


OURS: set[int] = set()  # children that were there before any test ran


def remember_children() -> None:
    OURS.update(_strays())
