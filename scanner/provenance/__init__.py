"""Whose line it is, on what evidence, and who reviewed it.

`attribute` answers for findings, `blame_lines` for a file. One evidence format a file: `identity` (author
and committer), `trailers` (the message), `pulls` (the branch behind a squash), `git_ai`, `agent_trace` and
`whogitit` (line-level records), `entire` (files of a commit), `sessions` (lines not committed yet), and of
reviews `review`, `gerrit`, `git_appraise`, `slsa`. `blame` says which commit to ask, `records` gathers what
is known of it, `labels` what the evidence comes to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scanner.provenance.record import Attributed, Evidence, Label, Provenance, Review, Tier

if TYPE_CHECKING:
    from scanner.provenance.attribution import Attribution, attribute
    from scanner.provenance.committed import LineProvenance, blame_files, blame_lines

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
    "blame_files",
    "blame_lines",
]

_OF_COMMITTED = ("LineProvenance", "blame_files", "blame_lines")


def __getattr__(name: str) -> Any:
    """What reads histories is imported when it is asked for: a hook without findings never asks."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name in _OF_COMMITTED:
        from scanner.provenance import committed

        return getattr(committed, name)
    from scanner.provenance import attribution

    return getattr(attribution, name)
