"""SLSA source attestations: what a platform says of how a commit came onto a branch.

Format: slsa-framework/slsa, spec v1.2, source track, as slsa-framework/source-tool stores it: one Sigstore
bundle or bare DSSE envelope a line on `refs/notes/commits`, whose payload is an in-toto statement. Only the
property of two-party review speaks of review, and it speaks of the branch's rule, not of this very line.
Signatures are not verified here (that takes the network), so nothing counts as signed. No real commit with
the property was met; statements of levels, continuity and tags were, and prove no review.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from typing import Any

from scanner.finding import Notice
from scanner.history import GitError, History
from scanner.provenance import notes
from scanner.provenance.record import Tier
from scanner.provenance.review import Claim, Claims

_REF = "refs/notes/commits"
_LARGEST = 4_000_000
_SUMMARY = "https://slsa.dev/verification_summary/v1"
_PROVENANCE = "https://github.com/slsa-framework/slsa-source-poc/source-provenance/"
_REVIEWED = frozenset(
    ["SLSA_SOURCE_TWO_PARTY_REVIEWED", "SLSA_SOURCE_SCS_TWO_PARTY_REVIEW", "REVIEW_ENFORCED"]
)


def read(history: History, commits: Iterable[str]) -> Claims:
    """The attestations of review of `commits`."""
    try:
        noted = notes.on_commits(history, _REF, set(commits), limit=_LARGEST)
    except GitError as error:
        return Claims(notices=(Notice(f"{_REF} could not be read: {error}"),))
    found: dict[str, tuple[Claim, ...]] = {}
    notices: list[Notice] = []
    for commit, raw in noted:
        body = (raw or b"").decode("utf-8", "replace")
        # Anybody writes anything on this ref; what has no envelope was not meant for us.
        if "payload" not in body:
            continue
        where = f"{_REF} on {commit[:12]}"
        names: list[str] = []
        for line in filter(str.strip, body.split("\n")):
            try:
                names += _reviews(json.loads(line), commit)
            except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
                notices.append(Notice(f"{where} has a line that is no attestation; it was left out: {error}"))
        if names:
            found[commit] = (Claim(Tier.ATTESTED, (), f"{where}, {names[0]}, signature not verified"),)
    return Claims(found, tuple(notices))


def _reviews(bundle: Any, commit: str) -> Iterator[str]:
    """The properties of review that a statement about this commit has."""
    envelope = bundle.get("dsseEnvelope") or (bundle if "payload" in bundle else None)
    if envelope is None:
        return
    statement = json.loads(base64.b64decode(envelope["payload"], validate=True))
    if all(one["digest"].get("gitCommit") != commit for one in statement["subject"]):
        return
    predicate, kind = statement["predicate"], str(statement["predicateType"])
    said: Iterable[str] = ()
    if kind == _SUMMARY and predicate.get("verificationResult") == "PASSED":
        said = predicate.get("verifiedLevels") or ()
    elif kind.startswith(_PROVENANCE):
        said = [
            *(one["name"] for one in predicate.get("controls") or ()),
            *(predicate.get("properties") or ()),
        ]
    yield from sorted(_REVIEWED & set(map(str, said)))
