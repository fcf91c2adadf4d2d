"""Which code of a tree is not the project's own: what its linter leaves out, what a generator wrote, and what
its `.gitattributes` call generated or vendored.

A folder that ruff is told to pass by holds samples, copies, inputs of a tool; nobody repairs their style.
What is dangerous there is dangerous all the same, so only findings about quality are let pass, and counted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from scanner.books import Books
from scanner.catalogue import Catalogue
from scanner.finding import Finding
from scanner.lazily import regex
from scanner.rule import Card
from scanner.settings import matches
from scanner.sources import Sources

_DANGERS = frozenset({"security", "infra", "agents", "llm"})
# Many a project spares its own tests the linter; they are its own all the same.
_TESTS = regex(r"(?:^|/)(?:\*|tests?|conftest|[^/]*(?:_tests?|tests?_)[^/]*)(?:\*|\.py)?$")
_MOST = 0.5  # of the files: a linter that passes by more than these tells nothing
_MOST_PATTERNS = 200  # settings are text of a stranger


def excused(
    findings: Sequence[Finding], sources: Sources, catalogue: Catalogue, books: Books
) -> tuple[Finding, ...]:
    """The findings, those about the quality of foreign code marked as let pass."""
    if not findings:
        return ()
    files = {*(file.path for file in sources.found.files), *sources.others}
    code = [path for path in files if path.endswith(".py")]
    patterns = [*books.generated(sources.found.generated), *_left_out(books.left_out(), code)]
    marked = books.marked()
    reason = "not the project's own code: generated, vendored, or left out by its linter"
    return tuple(
        replace(one, excused=one.excused or reason)
        if (one.location.path in marked or _is_below(one.location.path, patterns))
        and _is_about_quality(catalogue.card(one.rule))
        else one
        for one in findings
    )


def _is_about_quality(card: Card) -> bool:
    return card.family not in _DANGERS and not card.security_severity


def _is_below(path: str, patterns: Iterable[str]) -> bool:
    return any(matches(path, pattern) for pattern in patterns)


def _left_out(entries: Sequence[str], code: Collection[str]) -> list[str]:
    """The globs of what ruff passes by; none that names tests, or nearly everything."""
    globs = [_glob(entry) for entry in entries[:_MOST_PATTERNS]]
    return [glob for glob in globs if glob and sum(matches(path, glob) for path in code) <= _MOST * len(code)]


def _glob(entry: str) -> str:
    """An entry in our own spelling: without a slash it means a file or folder of that name anywhere."""
    path = entry.removeprefix("./").removesuffix("/**").removesuffix("/*").strip("/")
    if not path or _TESTS.search(path):
        return ""
    return path if "/" in path else f"**/{path}"
