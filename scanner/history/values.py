"""What the history is made of, and how git's own texts are read into it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from scanner.frozen import frozen
from scanner.hunks import Ranges
from scanner.lazily import regex

OID = regex(r"(?:[0-9a-f]{64}|[0-9a-f]{40})\Z")
_HUNK = regex(rb"@@ -\d{1,9}(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@")
_ESCAPES = {b"a": 7, b"b": 8, b"t": 9, b"n": 10, b"v": 11, b"f": 12, b"r": 13}


@frozen
class NoHistory:
    """There is no history to read. `reason` says why, `remedy` what to do; either may be shown as it is."""

    reason: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.reason}; {self.remedy}" if self.remedy else self.reason


class Moves(NamedTuple):
    """New name → old name of renamed files, and the files that are gone."""

    renamed: Mapping[str, str]
    deleted: tuple[str, ...]


class StagedFile(NamedTuple):
    """One file that the index adds, changes, renames or deletes against HEAD. The blobs are ids, and empty
    where the file is not there, or is no regular one; `old_path` is its name in HEAD."""

    path: str
    blob: str
    old_path: str
    old_blob: str
    gone: bool


@frozen
class Person:
    """A name and an e-mail as the commit object has them: `.mailmap` can turn bots into people."""

    name: str
    email: str


@frozen
class Commit:
    """One commit object. `message` is the whole of it: subject, body, trailers."""

    id: str
    parents: tuple[str, ...]
    author: Person
    committer: Person
    message: str
    time: int = 0  # when it was committed, in seconds since 1970

    @property
    def subject(self) -> str:
        return self.message.lstrip("\n").partition("\n")[0][:1000].strip()

    @property
    def body(self) -> str:
        return self.message.lstrip("\n").partition("\n")[2]


@frozen
class Node:
    """A commit as the graph sees it: enough to know who belongs to which merge, and by whom."""

    id: str
    parents: tuple[str, ...]
    author: Person


# Reading what git says


def path_of(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def index_entry(entry: bytes) -> tuple[str, str, str, str]:
    meta, _, name = entry.partition(b"\t")
    if not name:
        return "", "", "", ""
    mode, oid, stage = meta.decode("ascii").split(" ")
    return mode, oid, stage, path_of(name)


def staged_entries(out: bytes) -> Iterator[StagedFile]:
    """The records of `diff-index --raw -z`."""
    words = iter(out.split(b"\0"))
    for record in words:
        if not record:
            return
        old_mode, mode, old_blob, blob, status = record.decode("ascii").lstrip(":").split(" ")
        old_path = path_of(next(words))
        yield StagedFile(
            path_of(next(words)) if status.startswith("R") else old_path,
            blob if mode.startswith("100") else "",
            old_path,
            old_blob if old_mode.startswith("100") else "",
            status == "D",
        )


def commit_of(oid: str, raw: bytes) -> Commit:
    head, _, message = raw.partition(b"\n\n")
    parents: list[str] = []
    people = {"author": Person("", ""), "committer": Person("", "")}
    encoding, time = "utf-8", 0
    for line in head.split(b"\n"):
        # Signatures and merged tags go over several lines, each further one behind a space.
        key, _, value = line.partition(b" ")
        if key == b"parent":
            parents.append(value.decode("ascii", "replace"))
        elif key in (b"author", b"committer"):
            people[key.decode()] = person_of(value)
            time = _time(value)  # the committer stands after the author
        elif key == b"encoding":
            encoding = value.decode("ascii", "replace")
    text = _decode(message, encoding)
    return Commit(oid, tuple(parents), people["author"], people["committer"], text, time)


def _time(value: bytes) -> int:
    digits = value.rpartition(b">")[2].split()[:1]
    return int(digits[0]) if digits and digits[0].isdigit() and len(digits[0]) < 12 else 0


def person_of(value: bytes) -> Person:
    """`Name <email>`, and whatever follows."""
    name, _, rest = value.decode("utf-8", "replace").partition("<")
    return Person(name.strip(), rest.partition(">")[0].strip())


def _decode(raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding, "replace")
    except (LookupError, ValueError):
        return raw.decode("utf-8", "replace")


def parse_patch(patch: bytes) -> tuple[dict[str, Ranges], dict[str, str]]:
    changed: dict[str, Ranges] = {}
    renamed: dict[str, str] = {}
    lines = patch.split(b"\n")
    path: str | None = None
    old = ""
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        if line.startswith(b"diff --git "):
            path = None
        elif line.startswith(b"rename from "):
            old = unquote(path_of(line[12:]))
        elif line.startswith(b"rename to "):
            path = unquote(path_of(line[10:]))
            renamed[path] = old
            changed.setdefault(path, ())
        elif line.startswith(b"+++ "):
            name = unquote(path_of(line[4:]).rstrip("\t"))
            path = name[2:] if name.startswith("b/") else None
            if path is not None:
                changed.setdefault(path, ())
        elif match := _HUNK.match(line):
            removed, start, added = (int(group) if group else 1 for group in match.groups())
            if path is not None and added:
                changed[path] = (*changed[path], (start, start + added - 1))
            # Skip the hunk by its own count: its lines may look like headers.
            at += removed + added
    return changed, renamed


def unquote(name: str) -> str:
    """A path as git prints it: in double quotes with C escapes where it holds unusual characters."""
    if len(name) < 2 or not (name.startswith('"') and name.endswith('"')):
        return name
    raw = re.sub(
        rb"\\([0-7]{3}|.)",
        lambda m: bytes([int(m[1], 8) & 255 if len(m[1]) == 3 else _ESCAPES.get(m[1], m[1][0])]),
        name[1:-1].encode("utf-8", "surrogateescape"),
    )
    return path_of(raw)


def https(url: str) -> str:
    short = re.match(r"(?:[^@/:\s]+@)?([^/:\s]+):(?!/)(\S+)\Z", url)
    if short and len(short[1]) > 1:  # one letter is a drive, not a host
        host, path = short[1], short[2]
    else:
        try:
            parts = urlsplit(url)
            host, path = parts.hostname or "", parts.path
        except ValueError:
            return ""
        if parts.scheme not in {"http", "https", "ssh", "git", "git+ssh"}:
            return ""
    path = path.strip("/").removesuffix(".git")
    return f"https://{host.lower()}/{path}" if host and path else ""
