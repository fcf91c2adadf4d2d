"""Names that are two sides of one thing: `get_size` and `set_size`, `place_left` and `place_right`.

What stands behind such names is alike by nature, and reads better written out than with a parameter.
"""

from __future__ import annotations

from scanner.lazily import regex

_SIDES = """
accept reject|activate deactivate|add remove|all any|and or|approve reject|archive unarchive|before after
directed undirected|enable disable|encode decode|first last|follow unfollow|forward backward|get set
grant revoke|horizontal vertical|in out|input output|left right|load dump|lock unlock|min max|next prev
next previous|open close|pause resume|positive negative|prefix suffix|push pop|read write|request response
row col|row column|rows cols|rows columns|sin cos|source target|start stop|success failure|top bottom
up down|upper lower|width height
"""
_PAIRS = frozenset(frozenset(pair.split()) for pair in _SIDES.strip().replace("\n", "|").split("|"))
_WORD = regex(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def are_two_sides(one: str, other: str) -> bool:
    """Do two names differ only in words that are opposites?"""
    left, right = ([word.lower() for word in _WORD.findall(name)] for name in (one, other))
    differing = [frozenset(pair) for pair in zip(left, right, strict=False) if pair[0] != pair[1]]
    return len(left) == len(right) and bool(differing) and all(pair in _PAIRS for pair in differing)
