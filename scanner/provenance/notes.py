"""The notes that hang on some commits, for the readers that want one ref of them."""

from __future__ import annotations

from collections.abc import Collection

from scanner.history import History


def on_commits(
    history: History, ref: str, commits: Collection[str], *, limit: int
) -> list[tuple[str, bytes | None]]:
    """Each commit that has a note on `ref`, and the note's bytes, in the order of the ids; None for a note
    that is missing or has more than `limit` bytes.

    Raises:
        GitError: the ref could not be read.
    """
    if not commits:
        return []
    notes = history.notes(ref).get(ref, {})
    blobs = {oid: notes[oid] for oid in sorted(commits) if oid in notes}
    bodies = dict(history.blobs(blobs.values(), limit=limit))
    return [(oid, bodies[blob]) for oid, blob in blobs.items()]
