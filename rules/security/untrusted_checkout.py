"""A workflow with the repository's secrets runs the code of a stranger's pull request.

`pull_request_target` gives the workflow a token that can write, since it is meant to run the base's code;
here the pull request's code is fetched, and then built or tested.
"""

import re
from collections.abc import Iterator
from typing import Any

from scanner import shapes
from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_file

POWERFUL = frozenset(["pull_request_target", "issue_comment", "workflow_run"])
STRANGERS = regex(
    r"github\.event\.pull_request\.head\.(?:ref|sha)|github\.head_ref|refs/pull/|github\.event\.workflow_run\.head_"
)
RUNS = regex(
    r"\b(?:npm|yarn|pnpm|pip|poetry|uv|make|pytest|tox|nox|cargo|go|gradlew?|mvn|bundle|composer|docker|"
    r"python3?|node|bash|sh|hatch|pre-commit|invoke|task|just)\b|\./"
)
# A condition that lets only people of the house start it.
HOUSE = regex(
    r"head\.repo\.(?:full_name|fork)|author_association|actor|permission|login\s*==|labels?\b", re.I
)


class UntrustedCheckout(FileRule):
    message = "this workflow, which has the repository's secrets, runs the code of a stranger's pull request"
    why = "`pull_request` has no secrets for forks, and changing the trigger makes them appear."
    instead = (
        "Build and test in `pull_request`; what needs secrets belongs into a workflow that runs none of it."
    )
    severity, confidence, family = Severity.CRITICAL, Confidence.HIGH, "security"
    cwe = (829, 94)
    evidence = ("P",)
    security_severity = "9.3"
    languages = ("yaml",)
    paths = shapes.WORKFLOWS
    roles = ("live",)
    preview = True

    @on_file
    def check(self, source: Source) -> Iterator[Finding]:
        document = source.document
        if not isinstance(document, dict) or "checkout" not in source.text:
            return
        started = shapes.triggers(document)
        jobs = document.get("jobs")
        for name, job in jobs.items() if started & POWERFUL and isinstance(jobs, dict) else ():
            if not isinstance(job, dict) or _has_nothing_to_lose(document, job):
                continue
            number = _checkout(job)
            if number is not None:
                place = source.place_of(("jobs", str(name), "steps", number, "uses"))
                yield self.at(source, place, symbol=f"jobs.{name}")


def _has_nothing_to_lose(document: dict[Any, Any], job: dict[str, Any]) -> bool:
    """May it only read, and does it name no secret?"""
    permissions = job.get("permissions", document.get("permissions"))
    rights = list(permissions.values()) if isinstance(permissions, dict) else [permissions]
    return set(map(str, rights)) <= {"read", "none", "read-all"} and "secrets." not in str(job)


def _checkout(job: dict[str, Any]) -> int | None:
    """The number of the step that fetches a stranger's code which a later step runs."""
    if HOUSE.search(str(job.get("if", ""))) or job.get("environment"):
        return None
    steps = job.get("steps")
    fetched: int | None = None
    for number, step in enumerate(steps if isinstance(steps, list) else ()):
        if not isinstance(step, dict) or HOUSE.search(str(step.get("if", ""))):
            continue
        if "actions/checkout" in str(step.get("uses")):
            given = step.get("with")
            ref = str(given.get("ref", "")) if isinstance(given, dict) else ""
            if STRANGERS.search(ref):
                fetched = number
        elif fetched is not None and _runs_it(step):
            return fetched
    return None


def _runs_it(step: dict[str, Any]) -> bool:
    return str(step.get("uses", "")).startswith("./") or bool(RUNS.search(str(step.get("run", ""))))
