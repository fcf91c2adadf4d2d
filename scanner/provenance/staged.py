"""Lines that are about to be committed: no blame, no history, only what is known of this moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from scanner.finding import Notice
from scanner.history import History
from scanner.hunks import Ranges
from scanner.provenance import agent_trace, identity, sessions
from scanner.provenance.labels import gathered, uncommitted
from scanner.provenance.record import Provenance


def look(
    history: History,
    lines: Mapping[str, set[int]],
    environment: Mapping[str, str],
    changed: Mapping[str, Ranges] | None,
) -> tuple[Callable[[str, int], Provenance], tuple[Notice, ...]]:
    """How to answer for the lines in question, and what could not be read.

    `changed` are the staged lines, by path; None where nobody has looked yet.
    """
    surroundings = identity.of_environment(environment)
    traces = agent_trace.read(history, ())
    noted = sessions.read(history)
    notices = (*traces.notices, *noted.notices)
    if not surroundings and not traces.by_file and not noted.of_path:
        nothing = uncommitted(())
        return (lambda path, number: nothing), notices
    head = history.head
    touched = history.changed_lines(None, staged=True) if changed is None else changed
    noted_paths = noted.of_path.keys() & lines.keys()
    blobs = history.staged_blobs(noted_paths) if noted_paths else {}
    of_sessions = {path: noted.evidence(path, content) for path, content in blobs.items()}
    untouched = replace(uncommitted(()), reason="this change does not touch the line")

    def lookup(path: str, number: int) -> Provenance:
        if not any(start <= number <= end for start, end in touched.get(path, ())):
            return untouched
        noted_here = of_sessions.get(path, {}).get(number, ())
        return uncommitted(gathered(*surroundings, traces.evidence("", head, path, number), *noted_here))

    return lookup, notices
