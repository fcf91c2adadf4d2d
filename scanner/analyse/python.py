"""A Python file: bytes → text → tree. What the grammar of the running interpreter does not know gets a second
chance as a rewrite of its newer syntax; see `lowering`."""

from __future__ import annotations

import ast
import re
import tokenize
import warnings
from io import BytesIO
from typing import TYPE_CHECKING

from scanner.finding import Reason, Unreadable
from scanner.lazily import regex
from scanner.source import Source

if TYPE_CHECKING:
    from scanner.analyse.lowering import Lowered

_COOKIE = regex(rb"coding[:=]")
_DEEP = "the parser gave up; split its longest expression, or exclude the file"
_DEEP_SAID = ("too many nested parentheses", "too many levels of indentation", "too many statically nested")


def read(path: str, data: bytes) -> Source | Unreadable:
    """Parse one Python file; see `Unreadable.reason` for what can go wrong."""
    try:
        text = decode(data)
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        return Unreadable(path, Reason.ENCODING, _encoding_error(error), _line_of(error, data))
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        return Unreadable(path, Reason.SYNTAX, "holds NUL bytes; is it a binary file?", line)
    try:
        tree = parse(text)
    except SyntaxError as error:
        return _unparsed(path, data, text, error)
    except (RecursionError, MemoryError):
        return Unreadable(path, Reason.TOO_DEEP, _DEEP)
    return Source(path, data, text, "python", tree)


def decode(data: bytes) -> str:
    """The text of a Python file: BOM and coding cookie honoured, UTF-8 otherwise; the BOM is dropped."""
    if data.startswith(b"\xef\xbb\xbf") or _COOKIE.search(data[:400]):
        encoding, _ = tokenize.detect_encoding(BytesIO(data).readline)
        return data.decode(encoding).removeprefix("\ufeff")
    return data.decode("utf-8")


def parse(text: str) -> ast.Module:
    """The tree. Warnings about the scanned code (invalid escapes and the like) are not ours to print.

    Raises:
        SyntaxError, RecursionError, MemoryError.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text)
        except ValueError as error:  # 3.10 and 3.11 on source with a NUL, or surrogates
            raise SyntaxError(str(error)) from error


def _encoding_error(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        byte = error.object[error.start]
        return f"byte 0x{byte:02x} at offset {error.start} is not {error.encoding}; save the file as UTF-8"
    return f"{error}; name a known encoding in the coding cookie"


def _line_of(error: Exception, data: bytes) -> int:
    return data[: error.start].count(b"\n") + 1 if isinstance(error, UnicodeDecodeError) else 1


def _unparsed(path: str, data: bytes, text: str, error: SyntaxError) -> Source | Unreadable:
    """The second chance of a file whose grammar is newer than ours; else the reason why it is broken."""
    if (error.msg or "").startswith(_DEEP_SAID):
        return Unreadable(path, Reason.TOO_DEEP, _DEEP, error.lineno or 1)
    try:
        lowered = _lowered(text)
    except RecursionError:
        return Unreadable(path, Reason.TOO_DEEP, _DEEP, error.lineno or 1)
    if lowered is not None and lowered.tree is not None:
        source = Source(path, data, text, "python", lowered.tree)
        source.lowered_text = lowered.text
        source.lowered_lines = lowered.lines
        source.needs = lowered.needs
        return source
    if lowered is not None:
        detail = f"install assay under Python {lowered.needs} or newer"
        return Unreadable(path, Reason.NEWER, detail, lowered.line)
    line = error.lineno or 1
    if _looks_like_python_2(text, error):
        return Unreadable(path, Reason.PYTHON_2, f"{error.msg}; it is not Python 3", line)
    return Unreadable(path, Reason.SYNTAX, error.msg or "invalid syntax", line)


# Where none of this occurs, no newer grammar explains the error: literals with fields, type parameters and
# aliases, groups of exceptions and bare tuples of them, stars in new places, lazy imports.
_NEWER = regex(
    r"""\b(?:[ft]r?|r[ft])["']|\b(?:def|class)\s+\w+\s*\[|\btype\s+\w|\bexcept\s*\*|\bexcept\b[^(:\n]*,"""
    r"""|[\[({,:]\s*\*|\blazy\s+(?:from|import)\b""",
    re.IGNORECASE,
)


def _lowered(text: str) -> Lowered | None:
    """The file through a rewrite of its newer syntax, if it holds any."""
    if not _NEWER.search(text):
        return None
    from scanner.analyse import lowering  # costs libcst's start-up: only where it may help

    return lowering.lower(text)


_PYTHON_2 = re.compile(
    r"^[ \t]*print\s+[^(=\s.,\[]|^[ \t]*except\s+[\w.]+\s*,\s*\w+\s*:"
    r"|^[ \t]*raise\s+[\w.]+\s*,|^[ \t]*exec\s+['\"\w]|<>|\b0[0-7]+\b|\bur['\"]",
    re.MULTILINE,
)


def _looks_like_python_2(text: str, error: SyntaxError) -> bool:
    if "parenthes" in (error.msg or "") and ("print" in error.msg or "exec" in error.msg):
        return True
    lines = text.splitlines()
    near = "\n".join(lines[max(0, (error.lineno or 1) - 2) : (error.lineno or 1) + 1])
    return bool(_PYTHON_2.search(near))
