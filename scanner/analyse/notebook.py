"""A Jupyter notebook: its code cells as one Python tree, every place that of the .ipynb file itself.

The tree's nodes carry lines and columns of the JSON text, so that rules, facts and reports need to know
nothing about notebooks. IPython's own lines (`%magic`, `!shell`, `name?`) are blanked.
"""

from __future__ import annotations

import ast
import io
import json
import re
import tokenize
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from json.decoder import JSONDecodeError, JSONDecoder, scanstring  # type: ignore[attr-defined]
from typing import Any

from scanner.analyse import python
from scanner.finding import Reason, Unreadable
from scanner.lazily import regex
from scanner.source import Comment, Source, offset_table

_decode = JSONDecoder().raw_decode
_SPACE = regex(r"[ \t\r\n]*")
_ESCAPED = regex(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|.", re.S)

# Lines that IPython reads before Python does, and cell magics whose cell is still Python.
_MAGIC = regex(r"[ \t]*(?:[%!?].*|[\w.]+\?\??[ \t]*)")
_ASSIGNED = regex(r"([\w.,\[\] \t]+=[ \t]*)[%!].*")
_PYTHON_CELLS = ("%%time", "%%timeit", "%%capture", "%%prun", "%%python", "%%python3")


@dataclass
class _Cell:
    """One code cell: its text, and of each character the offset in the file (and of the end)."""

    number: int
    offset: int
    text: str = ""
    offsets: list[int] = field(default_factory=list)

    @cached_property
    def lines(self) -> list[int]:
        """Where each line starts in the text; asked for when that is complete."""
        return offset_table(self.text)

    def add(self, raw: str, start: int) -> None:
        """Append a JSON string whose content `raw` starts at `start`."""
        self.text += json.loads(f'"{raw}"', strict=False)
        if "\\" not in raw:
            self.offsets.extend(range(start, start + len(raw)))
            return
        self.offsets.extend(start + found.start() for found in _ESCAPED.finditer(raw))


def read(path: str, data: bytes) -> Source | Unreadable:
    """Read one notebook. Notebooks of another language than Python have an empty tree."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return Unreadable(path, Reason.ENCODING, "not UTF-8, which every notebook is", line)
    try:
        cells = _cells(text)
    except JSONDecodeError as error:
        return Unreadable(path, Reason.FORMAT, f"not a notebook: {error.msg}", error.lineno)
    except ValueError:  # a whole number of thousands of digits
        return Unreadable(path, Reason.FORMAT, "not a notebook: it holds a number that is too long")
    except RecursionError:
        return Unreadable(path, Reason.TOO_DEEP, "its JSON is nested too deeply")
    places = _Places(text)
    tree = ast.Module([], [])
    comments: list[Comment] = []
    needs = ""
    for cell in cells:
        parsed = _parsed(cell)
        if isinstance(parsed, SyntaxError):
            line = places.at(cell, parsed.lineno or 1, 0)[0]
            return Unreadable(path, Reason.SYNTAX, f"cell {cell.number}: {parsed.msg}", line)
        body, version = parsed
        needs = max(needs, version)
        places.move(cell, body)
        tree.body.extend(body.body)
        comments.extend(_comments(cell, places))
    source = Source(path, data, text, "notebook", tree)
    source.needs = needs
    source.cells = tuple((places.line(cell.offset), cell.number) for cell in cells)
    source.comments = tuple(comments)
    return source


# ------------------------------------------------------------------------------------ the JSON, with places


def _cells(text: str) -> list[_Cell]:
    """The code cells of a notebook.

    Raises:
        JSONDecodeError: it is not JSON, or not of the shape that a notebook has.
    """
    found: list[_Cell] = []
    language = "python"
    known = False
    for key, start in _members(text, _skip(text, 0)):
        if key == "metadata":
            language = _language(_decode(text, start)[0])
        elif key == "cells":
            known = True
            found = [
                cell for number, at in enumerate(_items(text, start), 1) if (cell := _cell(text, at, number))
            ]
        elif key == "worksheets":
            raise JSONDecodeError(
                "its format is older than 4; run `jupyter nbconvert --to notebook`", text, start
            )
    if not known:
        raise JSONDecodeError("it has no `cells`", text, 0)
    return found if language.lower() in ("python", "python3", "ipython") else []


def _language(metadata: Any) -> str:
    if not isinstance(metadata, dict):
        return "python"
    for key, name in (("kernelspec", "language"), ("language_info", "name")):
        part = metadata.get(key)
        if isinstance(part, dict) and isinstance(part.get(name), str):
            return str(part[name])
    return "python"


def _cell(text: str, start: int, number: int) -> _Cell | None:
    members = dict(_members(text, start))
    if "cell_type" not in members or _decode(text, members["cell_type"])[0] != "code":
        return None
    if "source" not in members:
        raise JSONDecodeError(f"cell {number} has no `source`", text, start)
    at = members["source"]
    cell = _Cell(number, at)
    for item in _items(text, at) if text[at : at + 1] == "[" else (at,):
        if text[item : item + 1] != '"':
            raise JSONDecodeError(f"the source of cell {number} is no text", text, item)
        _, end = scanstring(text, item + 1, False)
        cell.add(text[item + 1 : end - 1], item + 1)
    return cell


def _members(text: str, start: int) -> Iterator[tuple[str, int]]:
    """The keys of the object at `start`, each with the offset of its value."""
    at = _expect(text, start, "{")
    while text[at : at + 1] != "}":
        at = _expect(text, at, '"', ahead=False)
        key, at = scanstring(text, at, False)
        at = _expect(text, _skip(text, at), ":")
        yield key, at
        at = _after(text, at, "}")


def _items(text: str, start: int) -> Iterator[int]:
    """The offsets of the items of the array at `start`."""
    at = _expect(text, start, "[")
    while text[at : at + 1] != "]":
        yield at
        at = _after(text, at, "]")


def _after(text: str, start: int, closing: str) -> int:
    """The offset behind the value at `start`, and behind its comma."""
    at = _skip(text, _decode(text, start)[1])
    return at if text[at : at + 1] == closing else _expect(text, at, ",")


def _expect(text: str, at: int, character: str, *, ahead: bool = True) -> int:
    if text[at : at + 1] != character:
        raise JSONDecodeError(f"expected `{character}`", text, at)
    return _skip(text, at + 1) if ahead else at + 1


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


# ------------------------------------------------------------------------------------------- the Python in it


def _parsed(cell: _Cell) -> tuple[ast.Module, str] | SyntaxError:
    """The tree of a cell, with the Python that it needs where that is a newer one."""
    try:
        return python.parse(cell.text), ""
    except SyntaxError:
        text = _without_magics(cell.text)
    except (RecursionError, MemoryError):
        return SyntaxError("nested too deeply")
    try:
        return python.parse(text), ""
    except SyntaxError as error:
        from scanner.analyse import lowering

        try:
            lowered = lowering.lower(text)
        except RecursionError:
            return SyntaxError("nested too deeply")
        if lowered is not None and lowered.tree is not None:
            return lowered.tree, lowered.needs
        return error
    except (RecursionError, MemoryError):
        return SyntaxError("nested too deeply")


def _without_magics(text: str) -> str:
    """The same, what is IPython's replaced by Python that does nothing, character for character."""
    lines = text.split("\n")
    first = next((line for line in lines if line.strip()), "")
    if first.startswith("%%") and not first.startswith(_PYTHON_CELLS):
        return "\n".join(" " * len(line) for line in lines)
    made: list[str] = []
    goes_on = False
    for line in lines:
        if goes_on:
            made.append(" " * len(line))
        elif (assigned := _ASSIGNED.fullmatch(line)) is not None:
            made.append(assigned[1] + "0".ljust(len(line) - len(assigned[1])))
        elif _MAGIC.fullmatch(line) is not None:
            indent = line[: len(line) - len(line.lstrip())]
            room = len(line) - len(indent)
            made.append(indent + ("pass" if room >= 4 else "0").ljust(room))
        else:
            made.append(line)
            continue
        goes_on = line.endswith("\\")
    return "\n".join(made)


def _comments(cell: _Cell, places: _Places) -> Iterator[Comment]:
    if "#" not in cell.text:
        return
    try:
        for token in tokenize.generate_tokens(io.StringIO(_without_magics(cell.text)).readline):
            if token.type == tokenize.COMMENT:
                line, column = places.at(cell, *token.start, in_bytes=False)
                yield Comment(line, len(places.lines[line - 1].encode()[:column].decode()) + 1, token.string)
    except (tokenize.TokenError, SyntaxError):
        return


class _Places:
    """Turns a line and column of a cell into those of the file."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.table = offset_table(text)
        self.lines = Source("", b"", text, "notebook").lines

    def line(self, offset: int) -> int:
        return bisect_right(self.table, offset)

    def at(self, cell: _Cell, line: int, column: int, *, in_bytes: bool = True) -> tuple[int, int]:
        """The line, and the column in bytes, of a character of a cell."""
        return self._of(self._offset(cell, line, column, in_bytes))

    def move(self, cell: _Cell, tree: ast.Module) -> None:
        """Give every node of a cell's tree the place that it has in the file."""
        for node in ast.walk(tree):
            positioned: Any = node
            if not hasattr(node, "lineno"):
                continue
            start = self._offset(cell, positioned.lineno, positioned.col_offset, True)
            # The end is exclusive: it stands behind the last character, however that is escaped.
            end = self._offset(cell, positioned.end_lineno, positioned.end_col_offset, True, end=True)
            positioned.lineno, positioned.col_offset = self._of(start)
            positioned.end_lineno, positioned.end_col_offset = self._of(end)

    def _offset(self, cell: _Cell, line: int, column: int, in_bytes: bool, *, end: bool = False) -> int:
        start = cell.lines[min(line, len(cell.lines)) - 1]
        if in_bytes:
            row = cell.text[start : start + column]
            if not row.isascii():
                column = len(row.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "ignore"))
        index = start + column
        if end and 0 < index <= len(cell.offsets):
            last = cell.offsets[index - 1]
            found = _ESCAPED.match(self.text, last)
            return found.end() if found else last + 1
        if index < len(cell.offsets):
            return cell.offsets[index]
        return cell.offsets[-1] + 1 if cell.offsets else cell.offset

    def _of(self, offset: int) -> tuple[int, int]:
        line = self.line(offset)
        start = self.table[line - 1]
        return line, len(self.text[start:offset].encode("utf-8", "surrogatepass"))
