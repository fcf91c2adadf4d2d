"""Gerrit's review notes: who voted for a change.

Format: gerrit.googlesource.com/plugins/reviewnotes, on `refs/notes/review`: one `Label+N: Name <e-mail>` a
line, then who submitted it and where it was reviewed. Only `Code-Review+2` is an approval. The server
writes them, but nobody signs them. No repository with such notes was met; the format is the plugin's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from scanner.finding import Notice
from scanner.history import GitError, History
from scanner.lazily import regex
from scanner.provenance import notes, trailers
from scanner.provenance.record import Tier
from scanner.provenance.review import Claim, Claims

_REF = "refs/notes/review"
_LARGEST = 1_000_000
_APPROVED = regex(r"^Code-Review\+2:[ \t]*(?P<who>\S.*)$", re.MULTILINE)
_LINE = regex(r"^(?:[\w-]+[+-]\d|Submitted-(?:by|at)|Reviewed-on|Project|Branch):", re.MULTILINE)


def read(history: History, commits: Iterable[str]) -> Claims:
    """The votes for `commits`."""
    try:
        noted = notes.on_commits(history, _REF, set(commits), limit=_LARGEST)
    except GitError as error:
        return Claims(notices=(Notice(f"{_REF} could not be read: {error}"),))
    found: dict[str, tuple[Claim, ...]] = {}
    notices = []
    for commit, body in noted:
        where = f"{_REF} on {commit[:12]}"
        text = trailers.readable((body or b"").decode("utf-8", "replace"))
        if not _LINE.search(text):
            notices.append(Notice(f"{where} is no review of Gerrit and was left out"))
            continue
        people = tuple(trailers.person(match["who"]) for match in _APPROVED.finditer(text))
        found[commit] = (Claim(Tier.ATTESTED, people, where) if people else Claim(Tier.REQUESTED, (), where),)
    return Claims(found, tuple(notices))
