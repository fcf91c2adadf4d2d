"""Vulnerable and repaired: `python benchmarks/advisories.py [NAME …]`.

`advisories/` holds pairs of small programs. Each pair has the shape of a published advisory of a Python
project, written anew: one side with its weakness, one without. All vulnerable sides are scanned in one
tree and all repaired ones in another, with the rules on trial, each side in a folder of its own.

A weakness is found where a finding carries one of the CWE numbers that the index names for it. A repaired
side is flagged by any security finding at all.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent
PAIRS = HERE / "advisories"
SCAN = "import sys; sys.path.insert(0, sys.argv.pop(1)); from scanner.cli import run; run()"
FAMILIES = {"security", "llm"}
FOUND_BAR, FLAGGED_BAR = 0.70, 0.05


def index() -> dict[str, dict[str, Any]]:
    """The pairs by name: advisory, project, weakness, the CWE numbers of a right finding."""
    pairs: dict[str, dict[str, Any]] = yaml.safe_load((PAIRS / "index.yaml").read_text(encoding="utf-8"))
    return pairs


def scan(side: str, pairs: dict[str, dict[str, Any]]) -> dict[str, dict[str, set[int]]]:
    """By pair: the security rules that speak of one of its sides, with their CWE numbers."""
    with tempfile.TemporaryDirectory() as folder:
        for name, pair in pairs.items():
            goal = Path(folder, name, pair.get("path", "app.py"))
            goal.parent.mkdir(parents=True)
            goal.write_bytes((PAIRS / name / f"{side}.py").read_bytes())
        options = ["--preview", "--no-cache", "--isolated", "--provenance", "none", "--format", "json"]
        done = subprocess.run(
            [sys.executable, "-I", "-c", SCAN, str(HERE.parent), "scan", *options, "."],
            cwd=folder,
            capture_output=True,
            check=False,
        )
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr.decode(errors="replace"))
    report = json.loads(done.stdout)
    weaknesses = {card["id"]: set(card["cwe"]) for card in report["rules"]}
    found: dict[str, dict[str, set[int]]] = defaultdict(dict)
    for finding in report["findings"]:
        if finding["family"] in FAMILIES:
            found[finding["path"].partition("/")[0]][finding["rule"]] = weaknesses[finding["rule"]]
    return found


def main() -> None:
    asked = set(sys.argv[1:])
    pairs = {name: pair for name, pair in index().items() if not asked or name in asked}
    vulnerable, repaired = scan("vulnerable", pairs), scan("repaired", pairs)
    found = flagged = 0
    for name, pair in pairs.items():
        right = sorted(rule for rule, cwe in vulnerable[name].items() if cwe & set(pair["cwe"]))
        wrong = sorted(repaired[name])
        found, flagged = found + bool(right), flagged + bool(wrong)
        verdict = f"found by {', '.join(right)}" if right else "not found"
        print(f"{name}: {verdict}" + (f"; repaired side flagged by {', '.join(wrong)}" if wrong else ""))
    total = len(pairs)
    print(f"found {found} of {total} ({found / total:.0%}, bar {FOUND_BAR:.0%})")
    print(f"repaired sides flagged {flagged} of {total} ({flagged / total:.0%}, bar {FLAGGED_BAR:.0%})")


if __name__ == "__main__":
    main()
