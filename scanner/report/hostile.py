"""Scanned text on its way to a reader: shown, never obeyed.

File names, source lines and anything quoted from them may hold escape sequences for a terminal,
characters that turn the direction of what follows, invisible ones, and commands for the log of a CI
system. All of these are spelled out. The table is our own: what counts as printable changes from one
interpreter to the next, our bytes do not.
"""

from __future__ import annotations

import re
import unicodedata

from scanner.lazily import regex

_INVISIBLE = (
    "\x00-\x1f\x7f-\x9f"  # controls, C0 and C1
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # soft hyphen, fillers, Mongolian selectors
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f"  # zero width, line ends, direction
    "\u3164\ufeff\uffa0\ufff0-\ufffb"  # fillers, byte order mark, annotations
    "\ud800-\udfff"  # half characters: undecodable bytes of a file name
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"  # formats, tags
)
# `##[`, `##vso[` and `##teamcity[` are commands to CI systems wherever they stand in a line.
_HOSTILE = regex(rf"[{_INVISIBLE}]|\#(?=\#(?:vso|teamcity)?\[)")
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_TAB = 4
_MARKUP = regex(r"([\\`*_\[\]<>#|~&!])")
_BACKTICKS = regex("`+")


def safe(text: str) -> str:
    """The text with everything that could act on its reader spelled out, on one line."""
    if "::" in text and text.lstrip().startswith("::"):
        # At the start of a line, blanks aside, a command to a CI system.
        text = text.replace(":", "\\x3a", 1)
    if text.isascii() and text.isprintable() and "##" not in text:
        return text
    return _HOSTILE.sub(_shown, text)


def _shown(found: re.Match[str]) -> str:
    character = found.group()
    code = ord(character)
    if character in _NAMED:
        return _NAMED[character]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def cells(line: str) -> list[str]:
    """Each character of a line as it is shown: a tab as blanks up to the next stop, hostile ones spelled
    out."""
    shown: list[str] = []
    column = 0
    for index, character in enumerate(line):
        hostile = _HOSTILE.match(line, index)
        blank = " " * (_TAB - column % _TAB)
        cell = blank if character == "\t" else _shown(hostile) if hostile else character
        shown.append(cell)
        column += columns(cell)
    return shown


def columns(text: str) -> int:
    """How many columns of a terminal a safe text takes: wide characters two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def escaped(text: str) -> str:
    """Safe text that Markdown shows as it is."""
    return _MARKUP.sub(r"\\\1", safe(text))


def code(text: str) -> str:
    """Safe text as a code span of Markdown, whatever backticks it holds."""
    shown = safe(text)
    fence = "`" * (1 + max((len(run) for run in _BACKTICKS.findall(shown)), default=0))
    pad = " " if shown[:1] in ("`", " ", "") or shown[-1:] in ("`", " ") else ""
    return f"{fence}{pad}{shown}{pad}{fence}"
