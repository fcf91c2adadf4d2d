"""GitHub's fingerprint of a line, `primaryLocationLineHash`.

GitHub closes and reopens alerts by it, and where a file brings its own, keeps that one: so ours must be
theirs to the last bit. The algorithm is the one of `src/fingerprints.ts` in github/codeql-action.
"""

from __future__ import annotations

import sys
from array import array
from collections import Counter
from collections.abc import Collection
from itertools import accumulate

_BASE = 37
_WINDOW = 100
_MASK = (1 << 64) - 1
_LEAVING = pow(_BASE, _WINDOW, 1 << 64)
_END = "\uffff"
_NATIVE = "utf-16-le" if sys.byteorder == "little" else "utf-16-be"


def line_hashes(text: str, wanted: Collection[int]) -> dict[int, str]:
    """`hash:occurrence` of the wanted lines, as far as the text has them.

    The text with its byte order mark, if it has one, bad bytes as U+FFFD. Blanks and tabs do not count,
    every line end is one LF; a line's hash covers the next 100 UTF-16 units, h = Σ c·37^(99-i) mod 2^64.
    """
    last = max(wanted, default=0)
    kept = text.replace("\r\n", "\n").replace("\r", "\n").replace(" ", "").replace("\t", "") + _END
    units = array("H", kept.encode(_NATIVE, "surrogatepass"))
    starts = [0]
    starts += [index for index, unit in enumerate(units, 1) if unit == 10]
    del starts[last:]
    if not starts:
        return {}
    units.extend([0] * _WINDOW)
    del units[starts[-1] + _WINDOW :]
    # The hash of everything up to each unit; a window is the difference of two of them.
    upto = list(accumulate(units, lambda total, unit: (total * _BASE + unit) & _MASK, initial=0))
    seen: Counter[int] = Counter()
    found: dict[int, str] = {}
    for line, start in enumerate(starts, 1):
        value = (upto[start + _WINDOW] - upto[start] * _LEAVING) & _MASK
        seen[value] += 1
        if line in wanted:
            found[line] = f"{value:x}:{seen[value]}"
    return found
