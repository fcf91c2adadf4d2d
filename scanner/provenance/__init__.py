"""Whose line it is, on what evidence, and who reviewed it.

`attribute` answers for findings, `blame_lines` for a file. One evidence format a file: `identity` (author
and committer), `trailers` (the message), `git_ai` and `agent_trace` (line-level records), `review`; `blame`
says which commit to ask, `labels` what the evidence comes to.
"""

from __future__ import annotations

from scanner.provenance.attribution import Attribution, LineProvenance, attribute, blame_lines
from scanner.provenance.record import Attributed, Evidence, Label, Provenance, Review, Tier

__all__ = [
    "Attributed",
    "Attribution",
    "Evidence",
    "Label",
    "LineProvenance",
    "Provenance",
    "Review",
    "Tier",
    "attribute",
    "blame_lines",
]
