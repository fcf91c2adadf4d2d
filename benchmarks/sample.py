"""Draw findings to judge: `python benchmarks/sample.py SEED N REPORT.json…` prints JSON lines.

The draw is fixed by the seed and by the reports' order; no rule takes more than a fifth of it.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from pathlib import Path


def draw(findings: list[dict[str, object]], seed: int, count: int) -> list[dict[str, object]]:
    """`count` findings in a random order, at most a fifth of them from one rule."""
    shuffled = list(findings)
    random.Random(seed).shuffle(shuffled)
    taken: Counter[object] = Counter()
    chosen: list[dict[str, object]] = []
    for finding in shuffled:
        if len(chosen) < count and taken[finding["rule"]] < count // 5:
            taken[finding["rule"]] += 1
            chosen.append(finding)
    return chosen


def main() -> None:
    seed, count, *reports = sys.argv[1:]
    findings: list[dict[str, object]] = []
    for report in reports:
        document = json.loads(Path(report).read_text(encoding="utf-8"))
        findings += [{"repository": Path(report).stem, **finding} for finding in document["findings"]]
    for finding in draw(findings, int(seed), int(count)):
        print(json.dumps(finding))


if __name__ == "__main__":
    main()
