"""Where the statements of a function stand, as a short text: so that a part of it can be found again, and
shown, when the tree is gone.

Two characters a statement: how many lines below the one before, and how far indented. Statements that a copy
may have or lack (logging, nested definitions) are left out, as they are from the hashes.
"""

from __future__ import annotations

from typing import NamedTuple

from scanner.analyse.walk import Body

LEAST = 8  # statements of a function, of which a block is worth a function of its own
_ZERO = 35  # of the characters: printable, and no quote or backslash among the frequent ones
_MOST = 4_000


class Stand(NamedTuple):
    """The place of one statement: line and column, from 1."""

    line: int
    column: int


def layout(body: Body, first: int) -> str:
    """The places of the statements of a walked body; `first` is the line of its `def`."""
    noise = frozenset(body.noise)
    said = []
    line = first
    column = 0
    for cut, node in zip(body.cuts, body.stops, strict=True):
        at = getattr(node, "lineno", 0)  # what stands for a statement has none, nor has a `case`
        below, column = (at - line, node.col_offset) if at >= line else (0, column)
        if cut in noise:
            continue
        line += below
        said.append(chr(_ZERO + min(below, _MOST)) + chr(_ZERO + min(column, _MOST)))
    return "".join(said)


def stands(text: str, first: int) -> list[Stand]:
    """The inverse of `layout`."""
    found = []
    line = first
    for below, column in zip(text[::2], text[1::2], strict=True):
        line += ord(below) - _ZERO
        found.append(Stand(line, ord(column) - _ZERO + 1))
    return found
