"""The values of provenance: what was observed, what follows for a line, who reviewed it.

Every record that these are read from is text that anybody can forge. `Evidence.signed` says whether a
signature over it was checked; the weighing never lets an unsigned record lower a rank.
"""

from __future__ import annotations

from dataclasses import field
from enum import Enum

from scanner.finding import Finding
from scanner.frozen import frozen


class Label(str, Enum):
    """Who or what wrote a line. Silence proves nothing, so `NO_EVIDENCE` is never `HUMAN`."""

    AI = "ai"
    MIXED = "mixed"
    HUMAN = "human"
    BOT = "bot"
    NO_EVIDENCE = "no-evidence"
    UNKNOWN = "unknown"


class Tier(str, Enum):
    """How strong the record of a human review is, strongest first.

    ATTESTED: a verified statement or a platform's own record. NAMED: a reviewer named in a trailer who is
    neither the author nor an agent. MERGED: merged by a human other than every author of the branch.
    REQUESTED: it went through a pull or merge request, no more. NONE: looked for, not found. UNKNOWN:
    could not be looked for. PENDING: the change is not committed or merged yet.
    """

    ATTESTED = "attested"
    NAMED = "named"
    MERGED = "merged"
    REQUESTED = "requested"
    NONE = "none"
    UNKNOWN = "unknown"
    PENDING = "pending"


@frozen
class Evidence:
    """One observed signal of origin.

    `kind` is one of a short list: line-note, agent-trace, checkpoint, session, author, committer, trailer,
    footer, subject, branch, pull-request, environment, code-claim. `where` names the record (a commit, a
    ref, a file) without quoting its body. `proves` is the label that it speaks for.
    """

    kind: str
    where: str
    proves: Label
    confidence: float
    agent: str = ""
    model: str = ""
    signed: bool = False


@frozen
class Review:
    """The strongest review on record for the commit that a line came from."""

    tier: Tier = Tier.UNKNOWN
    by: tuple[str, ...] = ()
    evidence: str = ""
    signed: bool = False


@frozen
class Provenance:
    """Whose line it is, on what evidence, and who reviewed it."""

    label: Label = Label.UNKNOWN
    confidence: float = 0.0
    agent: str = ""
    model: str = ""
    commit: str = ""
    evidence: tuple[Evidence, ...] = ()
    review: Review = field(default_factory=Review)
    unattended: bool = False
    reason: str = ""
    time: int = 0  # when the commit was made, in seconds since 1970


@frozen
class Attributed:
    """A finding and the provenance of its lines."""

    finding: Finding
    provenance: Provenance
