"""The ten highest findings of repositories, with weights and without, to judge side by side.

    python benchmarks/top_ten.py REPOSITORY…

scans each, and prints JSON lines: every finding that is among the first ten by rank with the default weights
or with none (its rule's own rank), once, with its place in either order. Equal ranks stand in the order of
places, so that no order but the weights' own takes part.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HOUSE = Path(__file__).resolve().parent.parent
FIRST = 10
ASSAY = "import sys; sys.argv[0] = 'assay'; from scanner.cli import main; main()"


def findings_of(repository: Path) -> list[dict[str, Any]]:
    command = [sys.executable, "-c", ASSAY, "scan", "--no-cache", "--fail-on", "never", "--format", "json"]
    out = subprocess.run(
        [*command, str(repository)],
        cwd=repository,
        env={"PYTHONPATH": str(HOUSE), "PATH": "/usr/local/bin:/usr/bin:/bin"},
        capture_output=True,
        check=False,
    ).stdout
    found: list[dict[str, Any]] = json.loads(out)["findings"]
    return found


def places(findings: list[dict[str, Any]], rank: str) -> dict[str, int]:
    """Fingerprint → place from 1, highest rank first."""
    ordered = sorted(findings, key=lambda one: (-one[rank], one["path"], one["line"], one["rule"]))
    return {one["fingerprint"]: place for place, one in enumerate(ordered, 1)}


def draw(repository: Path) -> Iterator[dict[str, Any]]:
    findings = findings_of(repository)
    head = subprocess.run(
        ["git", "-C", str(repository), "rev-parse", "HEAD"], capture_output=True, check=True, text=True
    ).stdout.strip()
    weighed, bare = places(findings, "rank"), places(findings, "base_rank")
    for one in findings:
        by_weights, by_rule = weighed[one["fingerprint"]], bare[one["fingerprint"]]
        if min(by_weights, by_rule) <= FIRST:
            kept = {key: one[key] for key in ("rule", "path", "line", "message", "weighing")}
            placed = {"place_default": by_weights, "place_none": by_rule}
            ranks = {"rank_default": one["rank"], "rank_none": one["base_rank"]}
            yield {"repository": repository.name, "commit": head[:12], **kept, **ranks, **placed}


def main() -> None:
    for name in sys.argv[1:]:
        for row in draw(Path(name).resolve()):
            print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
