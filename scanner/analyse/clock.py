"""The last resort against code that keeps a rule busy for ever: a clock that only aborts.

What protects a run counts bytes, values and steps, so that its result never hangs on the machine. This
counts seconds of processor time, far more than any real file takes, so that a run ends; what it ends is
named, makes the run incomplete, and is never kept.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

PER_FILE = 120.0  # seconds of processor time
PER_RULE = 600.0  # of a rule that looks at the whole repository


class TookTooLong(BaseException):
    """The clock rang. No `except Exception` of a rule may swallow it."""


@contextlib.contextmanager
def aborting(seconds: float) -> Iterator[None]:
    """Raise `TookTooLong` in the block after so many seconds; where there is no such clock, never."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGVTALRM, _ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _ring(signum: int, frame: FrameType | None) -> None:
    raise TookTooLong
