"""A script tears infrastructure down and answers the question itself.

`terraform destroy -auto-approve` exists for environments that nobody will miss; in a script that runs
against whatever state it finds, the question was the last stop.
"""

import re
from collections.abc import Iterator

from scanner import shapes, shell
from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_file
from scanner.shell import Command

# program -> alternatives of words that must all be there
ACTS: dict[str, tuple[tuple[str, ...], ...]] = {
    **dict.fromkeys(
        ["terraform", "tofu", "terragrunt"],
        (("destroy", "-auto-approve"), ("destroy", "--auto-approve"), ("apply", "-destroy", "-auto-approve")),
    ),
    "pulumi": (("destroy", "--yes"), ("destroy", "-y"), ("down", "--yes"), ("down", "-y")),
    "cdk": (("destroy", "--force"), ("destroy", "-f")),
    "sls": (("remove", "--force"),),
    "kubectl": (
        ("delete", "namespace"),
        ("delete", "ns"),
        ("delete", "--all"),
        ("delete", "pvc"),
        ("delete", "pv"),
    ),
    "az": (("group", "delete", "--yes"), ("group", "delete", "-y")),
    "gcloud": (
        ("projects", "delete", "--quiet"),
        ("instances", "delete", "--quiet"),
        ("clusters", "delete", "-q"),
    ),
    "aws": (
        ("cloudformation", "delete-stack"),
        ("rds", "delete-db-instance"),
        ("rds", "delete-db-cluster"),
        ("s3", "rb", "--force"),
        ("dynamodb", "delete-table"),
        ("eks", "delete-cluster"),
        ("ec2", "terminate-instances"),
    ),
    "doctl": (("delete", "--force"), ("delete", "-f")),
    "flyctl": (("destroy", "--yes"), ("destroy", "-y")),
    "fly": (("destroy", "--yes"), ("destroy", "-y")),
    "dropdb": ((),),
}
HINTS = (
    "terraform",
    "tofu",
    "terragrunt",
    "pulumi",
    "cdk",
    "kubectl",
    "az ",
    "gcloud",
    "aws ",
    "dropdb",
    "fly",
)
# What nobody will miss, and files that say what they are for: whoever runs them has decided.
PASSING = regex(
    r"\bpr-|preview|ephemeral|e2e|\btest|-test|_test|\bci-|kind|minikube|sandbox|tmp|temp|local", re.I
)
ASKS = frozenset(["read", "select", "confirm", "gum", "whiptail", "dialog"])


class AutoApprovedDestruction(FileRule):
    message = "`{act}` runs here without anybody being asked"
    why = "A prompt stops an agent's run, so the flag that answers it gets added."
    instead = "Leave the question in, or put the step behind a protected environment with a reviewer."
    severity, confidence, family = Severity.HIGH, Confidence.MEDIUM, "infra"
    cwe = (749,)
    evidence = ("E47",)
    languages = ("shell", "makefile", "yaml")
    paths = (("yaml", ".github/workflows/*"),)
    roles = ("live",)
    preview = True

    @on_file
    def check(self, source: Source) -> Iterator[Finding]:
        if not any(hint in source.text for hint in HINTS) or _is_named_so(source.path):
            return
        if source.language == "yaml" and _is_reviewed(source.document):
            return
        asked = False
        for command in shell.commands_of(source):
            asked = asked or command.name in ASKS
            act = _act_of(command)
            if act and not asked and not PASSING.search(" ".join(command.words)):
                yield self.at(source, shell.place_of(source, command), act=act)


def _act_of(command: Command) -> str:
    for needed in ACTS.get(command.name, ()):
        if all(word in command.words for word in needed) and "--dry-run" not in " ".join(command.words):
            return " ".join([command.name, *needed])
    return ""


def _is_named_so(path: str) -> bool:
    words = shapes.words(path)
    said = {
        "destroy",
        "teardown",
        "cleanup",
        "clean",
        "delete",
        "uninstall",
        "remove",
        "down",
        "reset",
        "nuke",
    }
    return bool(words & (said | {"test", "tests", "e2e", "preview", "sandbox", "dev", "local"}))


def _is_reviewed(document: object) -> bool:
    """A workflow whose jobs run in an environment, or that a person starts by hand."""
    if not isinstance(document, dict):
        return True
    triggers = document.get("on", document.get(True))  # YAML 1.1 reads the key `on` as true
    by_hand = triggers == "workflow_dispatch" or (
        isinstance(triggers, dict) and set(triggers) == {"workflow_dispatch"}
    )
    jobs = document.get("jobs")
    return by_hand or any(
        isinstance(job, dict) and "environment" in job
        for job in (jobs.values() if isinstance(jobs, dict) else ())
    )
