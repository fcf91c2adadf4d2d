"""What an agent says after it edited a file, as a record of Agent Trace.

Read are the events of Claude Code's `PostToolUse` hook (Edit, MultiEdit, Write; docs.anthropic.com, "Hooks
reference") and of Cursor's `afterFileEdit` (cursor.com/docs, "Hooks"). Kept are path, lines, agent, model
and session; what was asked and what was written stay where they are. Written from those pages: no recorded
event of either was met.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scanner.frozen import frozen
from scanner.hunks import Range, Ranges, lines_of, ranges_of

# The reference writer's: its revision is the commit before the one that will hold the lines.
_VERSION = "1.0"
_MOST_EDITS = 1000
_CLAUDE_TOOLS = frozenset(["Edit", "MultiEdit", "Write"])


@frozen
class Edit:
    """One edit of one file, as the event tells it: the texts that it put in, or the lines."""

    path: str
    texts: tuple[str, ...] = ()
    ranges: Ranges = ()
    whole: bool = False
    session: str = ""
    model: str = ""


def of_claude(event: Mapping[str, Any]) -> Edit | None:
    """The edit of a `PostToolUse` event; None where the tool edited nothing.

    Raises:
        ValueError: it is not such an event.
    """
    if event.get("tool_name") not in _CLAUDE_TOOLS:
        return None
    given, answer = _table(event, "tool_input"), event.get("tool_response")
    edits = given.get("edits")
    parts: list[Any] = edits[:_MOST_EDITS] if isinstance(edits, list) else [given]
    texts = tuple(text for part in parts if isinstance(part, Mapping) and (text := _text(part, "new_string")))
    return Edit(
        _text(given, "file_path"),
        texts,
        ranges_of(sorted(set(_patched(answer)))),
        event["tool_name"] == "Write",
        _text(event, "session_id"),
    )


def _patched(answer: Any) -> Iterator[int]:
    """The lines that Claude Code's own patch adds."""
    hunks = answer.get("structuredPatch") if isinstance(answer, Mapping) else None
    for hunk in hunks[:_MOST_EDITS] if isinstance(hunks, list) else ():
        number, lines = hunk.get("newStart"), hunk.get("lines")
        if not isinstance(number, int) or not isinstance(lines, list):
            continue
        for line in lines:
            if str(line).startswith("+"):
                yield number
            number += not str(line).startswith(("-", "\\"))


def of_cursor(event: Mapping[str, Any]) -> Edit | None:
    """The edit of an `afterFileEdit` event; None for other events.

    Raises:
        ValueError: it is not such an event.
    """
    if event.get("hook_event_name") not in (None, "afterFileEdit"):
        return None
    edits = event.get("edits")
    if not isinstance(edits, list):
        raise ValueError("it has no list of edits")
    parts = [part for part in edits[:_MOST_EDITS] if isinstance(part, Mapping)]
    texts = tuple(text for part in parts if (text := _text(part, "new_string")))
    return Edit(
        _text(event, "file_path"), texts, session=_text(event, "conversation_id"), model=_text(event, "model")
    )


def _table(event: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = event.get(key)
    if not isinstance(value, Mapping):
        raise ValueError(f"`{key}` is not an object")
    return value


def _text(table: Mapping[str, Any], key: str) -> str:
    value = table.get(key)
    return value if isinstance(value, str) else ""


def lines_in(edit: Edit, content: bytes, before: Ranges | None) -> Ranges:
    """The lines of the file, as it is now, that the edit wrote.

    `before`: what differs from the last commit; None where the commit does not have the file. A text that
    stands in several places is looked for in all of them, and counts where the file differs.
    """
    count = len(lines_of(content))
    if edit.ranges:
        return tuple((start, min(end, count)) for start, end in edit.ranges if start <= count)
    if edit.whole:
        return ((1, count),) if before is None and count else before or ()
    found = sorted(
        {line for text in edit.texts for line in _places(content, text.encode("utf-8", "replace"))}
    )
    if before is None:
        return ranges_of(found)
    return ranges_of(line for line in found if any(start <= line <= end for start, end in before))


def _places(content: bytes, text: bytes) -> Iterator[int]:
    at = content.find(text)
    times = 0
    while at >= 0 and times < _MOST_EDITS:
        first = content.count(b"\n", 0, at) + 1
        yield from range(first, first + max(1, len(lines_of(text))))
        at, times = content.find(text, at + max(1, len(text))), times + 1


def record(
    path: str, ranges: Sequence[Range], edit: Edit, *, tool: str, revision: str, identifier: str, time: str
) -> dict[str, Any]:
    """The edit as a record of Agent Trace."""
    contributor = {"type": "ai", **({"model_id": edit.model} if edit.model else {})}
    spans = [{"start_line": start, "end_line": end} for start, end in ranges]
    return {
        "version": _VERSION,
        "id": identifier,
        "timestamp": time,
        "vcs": {"type": "git", "revision": revision},
        "tool": {"name": tool},
        "files": [{"path": path, "conversations": [{"contributor": contributor, "ranges": spans}]}],
        "metadata": {"session": edit.session},
    }
