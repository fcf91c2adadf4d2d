"""Allow comments: `# assay: allow[rule-id, other-rule] reason`.

At the end of a line it covers the statement that the line belongs to, up to the start of its block; on a
line of its own, the next statement.
"""

from __future__ import annotations

import ast
import re
import sys
from bisect import bisect_right

from scanner.finding import Allow
from scanner.lazily import regex
from scanner.source import Source

_FRAME = {"notebook": ' \t"'}
_MARK = "assay:"
_NEAR = 1_000  # statements within one header (lambdas have none): more is no code that anybody wrote
# Bounded: what starts again and again in one long line must not be read to its end each time.
_ALLOW = regex(
    r"(?:#|//|--)\s{0,20}assay:\s{0,20}allow(?:\[(?P<rules>[^\]\n]{0,1000})\])?[ \t]{0,20}(?P<reason>[^\n]*)"
)


def of_python(source: Source) -> tuple[Allow, ...]:
    """The allow comments of a Python file."""
    if _MARK not in source.text:
        return ()
    found = []
    statements: list[tuple[int, int]] = []
    for comment in source.comments:
        match = _ALLOW.match(comment.text)
        if match is None:
            continue
        # In a notebook every line of code stands behind a quote.
        alone = not source.lines[comment.line - 1][: comment.column - 1].strip(_FRAME.get(source.language))
        statements = statements or _statements(source.tree)
        covers = _statement(statements, comment.line + 1 if alone else comment.line, alone=alone)
        found.append(_allow(source.path, comment.line, comment.column, covers, match))
    return tuple(found)


def of_text(source: Source) -> tuple[Allow, ...]:
    """The allow comments of a file whose language has hash, slash or dash comments; in a page of text they
    are examples."""
    if _MARK not in source.text or source.language == "markdown":
        return ()
    found = []
    for number, line in enumerate(source.lines, 1):
        match = _ALLOW.search(line)
        if match is not None:
            alone = not line[: match.start()].strip()
            where = number + 1 if alone else number
            found.append(_allow(source.path, number, match.start() + 1, (where, where), match))
    return tuple(found)


def _allow(path: str, line: int, column: int, covers: tuple[int, int], match: re.Match[str]) -> Allow:
    rules = tuple(part.strip() for part in (match["rules"] or "").split(",") if part.strip())
    return Allow(
        path, line, covers, rules, match["reason"].strip(), column, column + match.end() - match.start()
    )


def _statements(tree: ast.Module) -> list[tuple[int, int]]:
    """First and last line of every statement's header, in order."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, (ast.stmt, ast.ExceptHandler)):
            start = min([node.lineno, *(item.lineno for item in getattr(node, "decorator_list", []))])
            found.append((start, _header_end(node)))
    return sorted(found)


def _statement(statements: list[tuple[int, int]], line: int, *, alone: bool) -> tuple[int, int]:
    """The lines of the statement header at `line`, or of the first one after it."""
    after = bisect_right(statements, (line, sys.maxsize))
    # The innermost header that reaches the line starts last; of an outer one, the body stands between.
    for start, end in reversed(statements[max(0, after - _NEAR) : after]):
        if end >= line:
            return (start, end)
    if alone and after < len(statements):
        return _statement(statements, statements[after][0], alone=False)
    return (line, line)


def _header_end(node: ast.stmt | ast.ExceptHandler) -> int:
    body = getattr(node, "body", None)
    if isinstance(body, list) and body:
        return max(int(node.lineno), int(body[0].lineno) - 1)
    return int(node.end_lineno or node.lineno)
