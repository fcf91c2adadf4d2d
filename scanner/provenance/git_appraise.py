"""Reviews of git-appraise: a request, and comments of which one may accept it.

Format: github.com/google/git-appraise, schema/request.json and comment.json, one JSON object a line, on
`refs/notes/devtools/reviews` and `refs/notes/devtools/discuss`. A comment that answers nothing and says
`resolved: true` accepts. Both spellings `parent` and `Parent` occur in real notes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from scanner.finding import Notice
from scanner.history import GitError, History, Person
from scanner.provenance.notes import on_commits
from scanner.provenance.record import Tier
from scanner.provenance.review import Claim, Claims

_REQUESTS = "refs/notes/devtools/reviews"
_COMMENTS = "refs/notes/devtools/discuss"
_LARGEST = 8_000_000


def read(history: History, commits: Iterable[str]) -> Claims:
    """The reviews of `commits`; a review hangs on the first commit of what it is about."""
    notices: list[Notice] = []
    try:
        requests = _rows(history, _REQUESTS, set(commits), notices)
        comments = _rows(history, _COMMENTS, set(requests), notices)
    except GitError as error:
        return Claims(notices=(Notice(f"reviews of git-appraise could not be read: {error}"),))
    found = {commit: (_claim(commit, rows, comments.get(commit, [])),) for commit, rows in requests.items()}
    return Claims(found, tuple(notices))


def _rows(
    history: History, ref: str, commits: set[str], notices: list[Notice]
) -> dict[str, list[dict[str, Any]]]:
    found = {}
    for commit, body in on_commits(history, ref, commits, limit=_LARGEST):
        try:
            rows = list(_parsed(body))
        except (ValueError, RecursionError) as error:
            notices.append(
                Notice(f"{ref} on {commit[:12]} is no review of git-appraise and was left out: {error}")
            )
            continue
        if rows:
            found[commit] = rows
    return found


def _parsed(body: bytes | None) -> Iterator[dict[str, Any]]:
    if body is None:
        raise ValueError("it is missing or too large")
    for line in body.decode("utf-8", "replace").split("\n"):
        if not line.strip():
            continue
        row = json.loads(line)
        if not isinstance(row, dict):
            raise ValueError("a line is not an object")
        yield row


def _claim(commit: str, requests: list[dict[str, Any]], comments: list[dict[str, Any]]) -> Claim:
    where = f"{_COMMENTS} on {commit[:12]}"
    askers = {str(row.get("requester", "")) for row in requests}
    by = [
        str(row.get("author", ""))
        for row in comments
        if row.get("resolved") is True and not (row.get("parent") or row.get("Parent"))
    ]
    people = tuple(_person(name) for name in dict.fromkeys(by) if name and not _same(name, askers))
    return Claim(Tier.NAMED, people, where) if people else Claim(Tier.REQUESTED, (), where)


def _person(name: str) -> Person:
    return Person("", name) if "@" in name else Person(name, "")


def _same(name: str, others: set[str]) -> bool:
    """Are they one? Real notes write the same person with and without the part after the `@`."""
    return name.partition("@")[0].lower() in {one.partition("@")[0].lower() for one in others}
