r"""CODEOWNERS as GitHub and as GitLab read it: who should review a path. It never says that somebody did.

On GitHub the last line that matches a path decides; one without owners makes the path nobody's. Patterns
are those of gitignore, without `!`, `[ ]` and an escaped `#`, which GitHub skips, and so do we.
Source: docs.github.com, "About code owners".

On GitLab a heading (`[Name]`, `^[Optional]`, `[Name][2] @default`) begins a section; in each, the last line
that matches decides, and all sections apply. A heading's owners are those of its lines that have none,
`!` takes paths out of its section for good, and a pattern without a slash in front may begin anywhere.
Source: docs.gitlab.com, "Code Owners" and "Code Owners syntax and error handling".
"""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Iterator

from scanner.frozen import frozen
from scanner.lazily import regex
from scanner.settings import glob

# Where each platform looks, in this order; the first that exists is the one.
_OF_GITHUB = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
_OF_GITLAB = ("CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
PLACES = (*_OF_GITHUB, ".gitlab/CODEOWNERS")
_LARGEST = 3_000_000
_MOST_WILD = 6  # a stranger may have written a pattern to keep us busy
_UNSUPPORTED = regex(r"[\[\]!]|\\#")
_HEADING = regex(
    r"(?P<optional>\^)?\[(?P<name>[^\]\n]{1,200})\](?:\[(?P<count>\d{0,3})\])?(?P<owners>\s.*)?\Z"
)


@frozen
class Rule:
    """One line: a pattern and its owners, as written, and what its section asks for."""

    pattern: str
    owners: tuple[str, ...]
    section: str = ""
    approvals: int = 1
    optional: bool = False
    excludes: bool = False


@frozen
class Owners:
    """A whole file, as one of the two platforms reads it."""

    rules: tuple[Rule, ...] = ()
    gitlab: bool = False

    def of(self, path: str) -> tuple[Rule, ...]:
        """The rules that decide about a path: one of each section that names an owner for it."""
        decided: dict[str, Rule] = {}
        excluded: set[str] = set()
        for rule in self.rules:
            if not _compiled(rule.pattern, self.gitlab).match(path):
                continue
            if rule.excludes:
                excluded.add(rule.section)
            else:
                decided[rule.section] = rule
        return tuple(rule for name, rule in decided.items() if rule.owners and name not in excluded)


def place_of(places: Collection[str], top: Collection[str]) -> tuple[str, bool]:
    """Of the places that exist, the one that counts, and whether GitLab reads it; empty where there is
    none. `top` are the names at the top of the tree: they tell the platform where both would look."""
    gitlab = bool({".gitlab", ".gitlab-ci.yml"} & set(top)) and ".github" not in top
    order = (*_OF_GITLAB, *_OF_GITHUB) if gitlab else (*_OF_GITHUB, *_OF_GITLAB)
    place = next((one for one in order if one in places), "")
    return place, place.startswith(".gitlab/") or (gitlab and not place.startswith(".github/"))


def parse(text: str, *, gitlab: bool = False) -> Owners:
    """The lines that the platform reads; what it would skip is skipped."""
    if len(text) > _LARGEST:
        return Owners(gitlab=gitlab)
    return Owners(tuple(_sections(text) if gitlab else _rules(text)), gitlab)


def _rules(text: str) -> Iterator[Rule]:
    for line in text.splitlines():
        words = _words(line)
        if not words or _UNSUPPORTED.search(words[0]) or _is_wild(words[0]):
            continue
        yield Rule(words[0].replace("\\ ", " "), tuple(words[1:]))


def _sections(text: str) -> Iterator[Rule]:
    names: dict[str, str] = {}
    heading = Rule("", ())
    for line in text.splitlines():
        if match := _HEADING.match(line.strip()):
            # The same name again, in whatever case, goes on with the same section.
            name = names.setdefault(match["name"].strip().lower(), match["name"].strip())
            count = max(int(match["count"] or 1), 1)
            owners = tuple(_words(match["owners"] or ""))
            heading = Rule("", owners, name, count, bool(match["optional"]))
            continue
        words = _words(line)
        if not words or _is_wild(words[0]):
            continue
        excludes = words[0].startswith("!")
        pattern = words[0].removeprefix("!").replace("\\ ", " ")
        pattern = pattern.replace("\\#", "#", 1) if pattern.startswith("\\#") else pattern
        yield Rule(
            pattern,
            tuple(words[1:]) or heading.owners,
            heading.section,
            heading.approvals,
            heading.optional,
            excludes,
        )


def _words(line: str) -> list[str]:
    """The words of a line, up to a comment; escaped blanks hold a word together."""
    words: list[str] = []
    for word in re.split(r"(?<!\\)\s+", line.strip()):
        if not word or word.startswith("#"):
            break
        words.append(word)
    return words


def _is_wild(pattern: str) -> bool:
    return len(re.findall(r"\*+|\?|\[", pattern)) > _MOST_WILD


@functools.lru_cache(maxsize=4096)
def _compiled(pattern: str, gitlab: bool) -> re.Pattern[str]:
    return _of_gitlab(pattern) if gitlab else _of_github(pattern)


def _of_github(pattern: str) -> re.Pattern[str]:
    body = pattern.strip("/")
    anchored = "/" in pattern[:-1]  # a slash anywhere but at the end ties the pattern to the root
    # `docs/*` is the files of that folder only; `docs/` and `docs` are everything below.
    end = "/.+" if pattern.endswith("/") else "" if body.endswith("/*") else "(?:/.*)?"
    return glob(body if anchored else _anywhere(body), f"{end}\\Z")


def _of_gitlab(pattern: str) -> re.Pattern[str]:
    """Ruby's `File.fnmatch` on the whole path, as GitLab calls it: a folder is meant only with its slash."""
    if pattern == "*":
        return re.compile(r"(?s:.+)\Z")
    body = pattern.strip("/")
    end = "/.+" if pattern.endswith("/") else ""
    return glob(body if pattern.startswith("/") else _anywhere(body), f"{end}\\Z", _with_sets)


def _anywhere(body: str) -> str:
    return f"**/{body.removeprefix('**/')}"


def _with_sets(text: str) -> str:
    parts = re.split(r"(\[!?[\w.-]+\])", text)
    return "".join(_set(part) or re.escape(part) for part in parts)


def _set(part: str) -> str:
    """`[a-z]` as a pattern; empty for anything else, and for a range that runs backwards."""
    match = re.fullmatch(r"\[(!?)([\w.-]+)\]", part)
    if match is None or "--" in match[2]:
        return ""
    text = f"[{'^/' if match[1] else ''}{match[2]}]"
    try:
        re.compile(text)
    except re.error:
        return ""
    return text
