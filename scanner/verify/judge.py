"""What the plugin tells of a test → a verdict."""

from __future__ import annotations

from typing import Any

from scanner.proof import Alteration, Proof, Trace, Verdict

_FEW = 3


def judged(row: dict[str, Any], timeout: float) -> Proof:
    """The verdict over one test."""
    path, test = row["path"], row["test"]
    reason = _not_run(row, timeout)
    if reason:
        return Proof(path, test, Verdict.UNKNOWN, reason)
    alterations = tuple(_alteration(run) for run in row["runs"])
    verdict, reason = _verdict(alterations, row["plain"]["functions"])
    return Proof(path, test, verdict, reason, alterations)


def unknown(path: str, test: str, reason: str) -> Proof:
    """The verdict over a test that could not be tried."""
    return Proof(path, test, Verdict.UNKNOWN, reason)


def _verdict(alterations: tuple[Alteration, ...], functions: int) -> tuple[Verdict, str]:
    outcomes = {one.outcome for one in alterations}
    if "assertion" in outcomes:
        return Verdict.KILLED, ""
    if "crash" in outcomes:
        return Verdict.CRASHES, ""
    if "passed" in outcomes:
        return Verdict.SURVIVED, ""
    if not functions:
        return Verdict.UNKNOWN, "it calls no function of the code under test in its own process"
    return Verdict.UNKNOWN, "none of the functions that it calls could be altered"


def _alteration(run: dict[str, Any]) -> Alteration:
    return Alteration(run["function"], run["how"], _outcome(run), run.get("error", ""), run.get("where", ""))


def _outcome(run: dict[str, Any]) -> str:
    """A run that hangs, or takes its process with it, would be noticed like a crash."""
    status = run.get("status", "")
    if status == "hung" or status.startswith("died"):
        return "crash"
    if not run.get("hits"):
        return "unreached"
    if status == "failed":
        return "assertion" if run["by_assertion"] else "crash"
    return "passed"


def _not_run(row: dict[str, Any], timeout: float) -> str:
    """Why nothing is known of a test; "" where something is."""
    if "missing" in row:
        if row["missing"] == "deselected":
            return "the project's own settings leave it out"
        if row["missing"]:
            return f"its file does not import: {row['missing']}"
        return "pytest does not collect it"
    plain = row["plain"]
    said = f": {plain['error']}" if plain.get("error") else ""
    if row.get("deleted"):
        named = ", ".join(row["deleted"][:_FEW])
        more = len(row["deleted"]) - _FEW
        rest = f" and {more} more" if more > 0 else ""
        return f"it deletes files of the project ({named}{rest}), which were put back"
    return _REASONS.get(plain["status"], "").format(said=said, timeout=timeout) or _ended(plain["status"])


_REASONS = {
    "failed": "it does not pass as it is{said}",
    "skipped": "it is skipped{said}",
    "xfailed": "it is expected to fail",
    "hung": "it did not end within {timeout:g} s",
    "nothing": "pytest ran nothing of it",
}


def _ended(status: str) -> str:
    kind, _, how = status.partition(": ")
    return f"it took its process with it ({how})" if kind == "died" else ""


def traced(path: str, test: str, rows: list[dict[str, Any]], rules: tuple[str, ...]) -> Trace:
    """What the runs of one test executed, all its parameters together."""
    counts: dict[str, int] = {}
    for row in rows:
        for kind, count in row.get("oracles", {}).items():
            counts[kind] = counts.get(kind, 0) + count
    statuses = [row.get("status") or "not run" for row in rows] or ["not run"]
    status = next((one for one in statuses if one != "passed"), "passed")
    return Trace(path, test, status, dict(sorted(counts.items())), rules)
