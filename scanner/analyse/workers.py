"""Several processes over many files. The parent works too; only texts and rows cross the pipe.

Forked where that is safe (Linux, one thread), in this process elsewhere or where the work is small.
A worker that dies loses one file's result, which is said, and its other files are done here.
"""

from __future__ import annotations

import contextlib
import faulthandler
import gc
import os
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Any

if sys.platform != "win32":
    import resource

_MOST = 64  # processes, whoever asks for more
_SMALL = 1_500_000  # bytes of source below which a second process costs more than it gives


def run(items: Sequence[Any], weights: Sequence[int], work: Callable[[Any], str], jobs: int) -> list[str]:
    """`work` over all items, in their order. `work` returns ASCII text, and never raises."""
    count = min(jobs or os.cpu_count() or 1, _MOST)
    if count < 2 or len(items) < 2 or sum(weights) < (_SMALL if jobs == 0 else 0) or not may_fork():
        return _quietly(items, work)
    parts = shards(weights, min(count, len(items)))
    children = [_fork(items, shard, work) for shard in parts[1:]]
    # A pipe holds a few results only: who is not read from, waits.
    readers = [_Reader(stream) for _, stream in children]
    results: dict[int, str] = dict(zip(parts[0], _quietly([items[i] for i in parts[0]], work), strict=True))
    for (process, _), reader, shard in zip(children, readers, parts[1:], strict=True):
        reader.join()
        os.waitpid(process, 0)
        results.update(_received(reader.data, shard))
    for missing in sorted(set(range(len(items))) - set(results)):
        results[missing] = _alone(items[missing], work)
    return [results[position] for position in range(len(items))]


class _Reader(threading.Thread):
    """Takes in what a child writes, while the parent works."""

    def __init__(self, stream: int) -> None:
        super().__init__(daemon=True)
        self._stream = stream
        self.data = b""
        self.start()

    def run(self) -> None:
        with os.fdopen(self._stream, "rb") as pipe:
            self.data = pipe.read()


def may_fork() -> bool:
    """Is it safe to fork here?"""
    return sys.platform.startswith("linux") and threading.active_count() == 1


def _quietly(items: Sequence[Any], work: Callable[[Any], str]) -> list[str]:
    """Trees are freed by reference counts; the cycle collector would only walk them again and again."""
    was = gc.isenabled()
    gc.disable()
    try:
        return [work(item) for item in items]
    finally:
        if was:
            gc.enable()


def shards(weights: Sequence[int], count: int) -> list[list[int]]:
    """Positions in `count` shards of about equal weight, the same for the same weights."""
    made: list[list[int]] = [[] for _ in range(count)]
    loads = [0] * count
    for position in sorted(range(len(weights)), key=lambda i: (-weights[i], i)):
        lightest = loads.index(min(loads))
        made[lightest].append(position)
        loads[lightest] += weights[position] + 200
    return made


def _fork(items: Sequence[Any], shard: list[int], work: Callable[[Any], str]) -> tuple[int, int]:
    reading, writing = os.pipe()
    process = os.fork()
    if process:
        os.close(writing)
        return process, reading
    status = 1
    try:
        os.close(reading)
        gc.disable()
        with os.fdopen(writing, "wb") as pipe:
            for position in shard:
                result = work(items[position]).encode("ascii")
                pipe.write(b"%d %d\n" % (position, len(result)) + result)
                pipe.flush()
        status = 0
    finally:
        os._exit(status)


def _received(data: bytes, shard: list[int]) -> dict[int, str]:
    """Whole results only: the last one of a killed worker may be cut."""
    results: dict[int, str] = {}
    known = set(shard)
    start = 0
    while (line := data.find(b"\n", start)) > 0:
        position, size = map(int, data[start:line].split())
        result = data[line + 1 : line + 1 + size]
        if len(result) == size and position in known:
            results[position] = result.decode("ascii")
        start = line + 1 + size
    return results


def _alone(item: Any, work: Callable[[Any], str]) -> str:
    """One item in a process of its own, since the one before died near it; "" if it dies again."""
    process, stream = _fork([item], [0], work)
    with os.fdopen(stream, "rb") as pipe:
        data = pipe.read()
    os.waitpid(process, 0)
    return _received(data, [0]).get(0, "")


def survives(work: Callable[[], object], seconds: int) -> bool:
    """Does `work` come back in a forked process, within so many seconds of processor time? For native
    code that hostile input can crash, or keep busy for ever; what it returns or raises does not matter."""
    process = os.fork()
    if process:
        return os.waitpid(process, 0)[1] == 0
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        faulthandler.disable()  # its last words are for nobody
        with contextlib.suppress(Exception):
            work()
        os._exit(0)
    finally:
        os._exit(1)
