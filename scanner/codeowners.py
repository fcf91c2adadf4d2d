"""CODEOWNERS as GitHub reads it: who should review a path. It never says that somebody did.

The last line that matches a path decides; one without owners makes the path nobody's. Patterns are those
of gitignore, without `!`, `[ ]` and an escaped `#`, which GitHub skips, and so do we.
Source: docs.github.com, "About code owners".
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# Where GitHub looks, in this order; the first that exists is the one.
PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
_LARGEST = 3_000_000
_MOST_WILD = 6  # a stranger may have written a pattern to keep us busy
_UNSUPPORTED = re.compile(r"[\[\]!]|\\#")


@dataclass(frozen=True)
class Rule:
    """One line: a pattern and its owners, as written."""

    pattern: str
    owners: tuple[str, ...]


def parse(text: str) -> tuple[Rule, ...]:
    """The lines that GitHub reads; what it would skip is skipped."""
    return tuple(_rules(text)) if len(text) <= _LARGEST else ()


def _rules(text: str) -> Iterator[Rule]:
    for line in text.splitlines():
        words = re.split(r"(?<!\\)\s+", line.strip())
        if not words[0] or words[0].startswith("#") or _UNSUPPORTED.search(words[0]):
            continue
        if len(re.findall(r"\*+|\?", words[0])) > _MOST_WILD:
            continue
        owners = []
        for word in words[1:]:
            if word.startswith("#"):
                break
            owners.append(word)
        yield Rule(words[0].replace("\\ ", " "), tuple(owners))


def owners_of(rules: Sequence[Rule], path: str) -> tuple[str, ...]:
    """The owners of a path; empty where nobody owns it."""
    for rule in reversed(rules):
        if _compiled(rule.pattern).match(path):
            return rule.owners
    return ()


@functools.lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    body = pattern.strip("/")
    anchored = "/" in pattern[:-1]  # a slash anywhere but at the end ties the pattern to the root
    start = "" if anchored and not body.startswith("**/") else "(?:.*/)?"
    text = _piece(body.removeprefix("**/"))
    # `docs/*` is the files of that folder only; `docs/` and `docs` are everything below.
    end = "/.+" if pattern.endswith("/") else "" if body.endswith("/*") else "(?:/.*)?"
    return re.compile(f"(?s:{start}{text}{end})\\Z")


def _piece(body: str) -> str:
    wild = {"/**/": "/(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return "".join(wild.get(part, re.escape(part)) for part in re.split(r"(/\*\*/|\*\*|\*|\?)", body))
