"""What a rule says about a place. Frozen values, no imports of ours.

Every place counts lines and columns from 1, columns in Unicode code points, the end exclusive.
The engines convert once, here is the one convention that all later steps share.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from scanner.frozen import frozen

Arguments = tuple[tuple[str, str], ...]


class Severity(str, Enum):
    """How bad the hazard is where it is real, whoever wrote the line."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


class Confidence(str, Enum):
    """How often the rule is right where it speaks."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Level(str, Enum):
    """The SARIF level, and the word that a person sees."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, order=True)
class Location:
    """A region of one file; `path` is POSIX and relative to the root of the scan."""

    path: str
    line: int
    column: int = 1
    end_line: int = 0
    end_column: int = 0

    def __post_init__(self) -> None:
        if self.end_line == 0:
            object.__setattr__(self, "end_line", self.line)

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


@frozen
class Related:
    """Another place that the finding speaks of, with the words that name it."""

    location: Location
    label: str
    dated: bool = False  # is of interest which came first, this place or the finding's own


@frozen
class Edit:
    """Replace one region by a text; an empty text deletes."""

    location: Location
    text: str


@frozen
class Fix:
    """One coherent repair. An unsafe fix may change what the program does."""

    description: str
    edits: tuple[Edit, ...]
    safe: bool = False


@frozen
class Finding:
    """One rule, one place.

    `symbol` anchors the finding to something that survives edits elsewhere in the file: the qualified
    name of the definition around it. `arguments` fill the rule's message and take part in the
    fingerprint, so they hold nothing that changes by itself (no score, no line number). What does change
    (similarity, counts, models) goes to `details`, which reaches the markdown and the properties only.
    `excused` says that an engine's own ignore comment covers the place. `secrets` are regions whose text
    must not be shown, wherever it occurs.
    """

    rule: str
    location: Location
    symbol: str = ""
    arguments: Arguments = ()
    details: Arguments = ()
    related: tuple[Related, ...] = ()
    flow: tuple[Related, ...] = ()
    fix: Fix | None = None
    excused: str = ""
    secrets: tuple[Location, ...] = ()

    def fingerprint(self, occurrence: int = 0) -> str:
        """32 hex digits, stable while code moves around the place.

        `occurrence` tells apart findings that agree in rule, path, symbol and arguments, in order.
        """
        parts = [self.rule, self.location.path, self.symbol, str(occurrence)]
        parts += [f"{key}={value}" for key, value in self.arguments]
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]

    def argument(self, name: str) -> str:
        """The value of one message argument; empty where the finding has none of that name."""
        return dict(self.arguments).get(name, "")


@frozen
class Candidate:
    """A finding that hangs on a fact of another file.

    It stands if `symbol` (a dotted name, as written by the file's imports) turns out, over the whole
    repository, to be one of `meant`.
    """

    finding: Finding
    symbol: str
    meant: tuple[str, ...]


class Reason(str, Enum):
    """Why a file could not be analysed."""

    SYNTAX = "syntax error"
    PYTHON_2 = "Python 2 code"
    NEWER = "needs a newer Python"
    ENCODING = "not decodable"
    TOO_LARGE = "too large"
    TOO_DEEP = "nested too deeply"
    MISSING = "cannot be opened"
    FORMAT = "malformed"
    LFS = "a Git LFS pointer, its content is not here"
    CRASH = "the analysis failed"
    TOO_LONG = "took too long"


@frozen
class Unreadable:
    """A file that could not be read or parsed, with the place and what to do about it."""

    path: str
    reason: Reason
    detail: str
    line: int = 0

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.reason.value}: {self.detail}"


@frozen
class Notice:
    """Something about the run that the reader must know. `incomplete` ones make the exit code 3."""

    text: str
    path: str = ""
    line: int = 0
    incomplete: bool = False


@frozen
class Analysis:
    """What one file gives back: its own findings, and what hangs on others. `facts` travels apart."""

    path: str
    findings: tuple[Finding, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    unreadable: Unreadable | None = None
    notices: tuple[Notice, ...] = ()
    allows: tuple[Allow, ...] = field(default=())
    semgrep: tuple[str, ...] = ()  # the semgrep rules that ask for something, and find it here


@frozen
class Allow:
    """An allow comment: `# assay: allow[rule-id, other-rule] reason`. No rules means every rule."""

    path: str
    line: int
    covers: tuple[int, int]
    rules: tuple[str, ...]
    reason: str
    column: int = 1
    end_column: int = 0


def to_row(finding: Finding) -> list[Any]:
    """A finding as JSON-able lists: the form of the cache and of the pipe between processes."""
    return [
        finding.rule,
        _place(finding.location),
        finding.symbol,
        [list(pair) for pair in finding.arguments],
        [list(pair) for pair in finding.details],
        [[_place(other.location), other.label, other.dated] for other in finding.related],
        [[_place(step.location), step.label] for step in finding.flow],
        None
        if finding.fix is None
        else [
            finding.fix.description,
            [[_place(edit.location), edit.text] for edit in finding.fix.edits],
            finding.fix.safe,
        ],
        finding.excused,
        [_place(place) for place in finding.secrets],
    ]


def from_row(row: list[Any]) -> Finding:
    """The inverse of `to_row`."""
    rule, place, symbol, arguments, details, related, flow, fix, excused, secrets = row
    return Finding(
        rule,
        Location(*place),
        symbol,
        tuple((key, value) for key, value in arguments),
        tuple((key, value) for key, value in details),
        tuple(Related(Location(*where), label, dated) for where, label, dated in related),
        tuple(Related(Location(*where), label) for where, label in flow),
        None if fix is None else Fix(fix[0], tuple(Edit(Location(*p), t) for p, t in fix[1]), fix[2]),
        excused,
        tuple(Location(*where) for where in secrets),
    )


def _place(location: Location) -> list[Any]:
    return [location.path, location.line, location.column, location.end_line, location.end_column]


def arguments(values: Mapping[str, object]) -> Arguments:
    """Message arguments in a steady order."""
    return tuple(sorted((key, str(value)) for key, value in values.items()))
