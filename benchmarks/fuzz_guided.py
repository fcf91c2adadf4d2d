"""Broken input, led by coverage: `python benchmarks/fuzz_guided.py COUNT PARSER`, with atheris installed.

The parsers and seeds are those of `fuzz.py`. libFuzzer keeps what reaches new branches of `scanner`, and
mutates it further; an exception that the parser's callers do not expect, or five seconds on one input, ends
the run with the input that did it.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris  # pip install atheris

with atheris.instrument_imports(include=["scanner"]):
    import fuzz


def main(count: int, name: str) -> None:
    parse, seeds = fuzz.PARSERS[name]
    with tempfile.TemporaryDirectory(prefix="assay-fuzz-") as corpus:
        for number, seed in enumerate(seeds):
            Path(corpus, str(number)).write_bytes(seed)
        flags = [f"-runs={count}", "-seed=1", "-max_len=4000", "-timeout=5", "-verbosity=0"]
        atheris.Setup([sys.argv[0], *flags, corpus], parse)
        atheris.Fuzz()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
