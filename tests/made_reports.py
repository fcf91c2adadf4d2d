"""Reports for the tests of the outputs: findings of made-up rules in made-up files, weighed for real."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from scanner.catalogue import Catalogue
from scanner.finding import (
    Allow,
    Confidence,
    Edit,
    Finding,
    Fix,
    Location,
    Notice,
    Related,
    Severity,
    Unreadable,
)
from scanner.provenance.record import Attributed, Evidence, Label, Provenance, Review, Tier
from scanner.rule import Card
from scanner.settings import Settings
from scanner.weigh import Report, weigh

COPIED = Card(
    id="copied-helper",
    summary="A helper that is there already is written again.",
    message="`{copy}` does what {original} does",
    why="What is outside the context window is written anew.",
    instead="Call `{original}`.",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    family="duplication",
    engine="repository",
    origin="duplication/copied_helper.py",
    evidence=("E24",),
)
SHELL = Card(
    id="shell-from-input",
    summary="A command is put together from input.",
    message="input reaches the shell through `{callee}`",
    why="The shortest example on the web does it.",
    instead="Pass a list, without a shell.",
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    family="security",
    engine="file",
    origin="security/shell_from_input.py",
    cwe=(78,),
    security_severity="9.8",
)
ON_TRIAL = Card(
    id="on-trial",
    summary="A rule on trial.",
    message="odd",
    why="",
    instead="",
    severity=Severity.LOW,
    confidence=Confidence.LOW,
    family="comments",
    engine="file",
    origin="comments/on_trial.py",
    preview=True,
)
CARDS = (COPIED, ON_TRIAL, SHELL)

AI = Provenance(
    Label.AI,
    0.93,
    "claude-code",
    "claude-x",
    "a" * 40,
    (Evidence("trailer", "a" * 40, Label.AI, 0.93, "claude-code", "claude-x"),),
    Review(Tier.NONE),
)
TEXTS = {
    "app/run.py": "import os\n\n\ndef run(name):\n\treturn os.system('ls ' + name)  # é\n",
    "app/text.py": "def slug(text):\n    return text.lower()\n\n\ndef slugify(text):\n    return text\n",
}
SHELL_FINDING = Finding(
    "shell-from-input",
    Location("app/run.py", 5, 9, 5, 32),
    "run",
    (("callee", "os.system"),),
    flow=(
        Related(Location("app/run.py", 4, 9, 4, 13), "input"),
        Related(Location("app/run.py", 5, 27, 5, 31), "the command"),
    ),
    fix=Fix("Pass a list", (Edit(Location("app/run.py", 5, 19, 5, 31), "['ls', name]"),)),
)
COPIED_FINDING = Finding(
    "copied-helper",
    Location("app/text.py", 5, 1, 5, 12),
    "slugify",
    (("copy", "slugify"), ("original", "app.text.slug")),
    (("similarity", "100 %"),),
    (Related(Location("app/text.py", 1, 1, 1, 9), "the helper to call"),),
)


def report(
    findings: Sequence[Finding | Attributed] = (),
    texts: Mapping[str, str] = TEXTS,
    *,
    cards: Sequence[Card] = CARDS,
    settings: Settings | None = None,
    unreadable: Sequence[Unreadable] = (),
    notices: Sequence[Notice] = (),
    allows: Sequence[Allow] = (),
    version: Mapping[str, str] | None = None,
    marked: frozenset[str] = frozenset(),
    incomplete: bool = False,
) -> Report:
    """What a run that found this would give."""
    chosen = settings or Settings()
    attributed = [one if isinstance(one, Attributed) else Attributed(one, Provenance()) for one in findings]
    weighed = weigh(attributed, Catalogue(tuple(cards)), chosen, allows)
    return Report(
        tuple(item for item in weighed if item.fate == "kept"),
        tuple(item for item in weighed if item.fate != "kept"),
        tuple(unreadable),
        tuple(notices),
        tuple(cards),
        chosen,
        len(texts),
        texts,
        version or {},
        incomplete,
        marked,
    )


def odd(path: str, line: int, column: int, end_line: int, end_column: int) -> Finding:
    """A finding of which only the place matters."""
    return Finding("on-trial", Location(path, line, column, end_line, end_column))


def named(finding: Finding, path: str) -> Finding:
    """The same finding in another file."""
    return replace(finding, location=replace(finding.location, path=path))
