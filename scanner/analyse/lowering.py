"""The second chance of a Python file whose grammar is newer than the interpreter that runs us.

libcst reads grammars ahead of its interpreter. What the running one does not know is blanked in the text,
byte for byte, so that lines and columns stay as they are; f-strings and templates stand aside as `(_)`,
and come back into the tree with their inner expressions parsed by themselves. The tree is then close to
what the newer interpreter would have given: equal names, calls and places.
"""

from __future__ import annotations

import ast
import subprocess
import sys
import warnings
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import libcst as cst
from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper

from scanner.analyse import workers
from scanner.frozen import frozen

Version = tuple[int, int]
_SECONDS = 10  # of processor time for one file; the largest real ones take one


@frozen
class Lowered:
    """A file that the running interpreter can read after all.

    `tree` is None where it still cannot. `needs` is the lowest Python that knows the newest construct,
    `line` where the first one stands, `text` the rewrite, and `lines` those whose columns moved.
    """

    text: str
    tree: ast.Module | None
    needs: str
    line: int
    lines: frozenset[int] = frozenset()


def lower(text: str, running: Version = sys.version_info[:2]) -> Lowered | None:
    """Read `text` through a rewrite of its newer syntax; None where nothing in it is newer: it is broken.

    `running` is the grammar that the rewrite may use.

    Raises:
        RecursionError: libcst dies of the file's nesting, or takes for ever.
    """
    if not _survives(text):
        raise RecursionError("nested too deeply for libcst")
    try:
        wrapper = MetadataWrapper(cst.parse_module(text), unsafe_skip_copy=True)
    except Exception:  # noqa: BLE001 - libcst documents one error class and raises several
        return None
    spans = wrapper.resolve(ByteSpanPositionProvider)
    rewrite = _Rewrite(text.encode("utf-8", "surrogatepass"), wrapper.module, dict(spans), running)
    wrapper.module.visit(rewrite)
    if not rewrite.newer or rewrite.python_2:
        return None
    needs = max(version for version, _ in rewrite.newer)
    line = min(line for _, line in rewrite.newer)
    lowered = rewrite.text()
    try:
        tree: ast.Module | None = _put_back(_parse(lowered), rewrite)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        tree = None
    moved = frozenset(rewrite.place(offset)[0] for offset, added in rewrite.inserts if added == b")")
    return Lowered(lowered, tree, f"{needs[0]}.{needs[1]}", line, moved)


def _survives(text: str) -> bool:
    """Can libcst be trusted with this text? Its parser is native code that deep nesting kills, and the
    interpreter with it, so it reads the text in another process first."""
    if workers.may_fork():
        return workers.survives(lambda: cst.parse_module(text), _SECONDS)
    program = (
        "import sys, libcst; libcst.parse_module(sys.stdin.buffer.read().decode('utf-8', 'surrogatepass'))"
    )
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-c", program],
            input=text.encode("utf-8", "surrogatepass"),
            capture_output=True,
            timeout=4 * _SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode in (0, 1)  # 1: it raised, which is an answer


def _parse(text: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


@dataclass
class _Literal:
    """An f-string, template, or row of them, that stands aside: its bytes, its skeleton of 3.10 grammar
    with `_` for every expression, and each expression's text with the offset where it starts."""

    start: int
    end: int
    skeleton: str = ""
    expressions: list[tuple[str, int]] = field(default_factory=list)


class _Rewrite(cst.CSTVisitor):
    """Blanks what is newer than `running`, in place; every edit keeps the number of bytes."""

    def __init__(
        self, data: bytes, module: cst.Module, spans: dict[cst.CSTNode, Any], running: Version
    ) -> None:
        super().__init__()
        self.original = data
        self.data = bytearray(data)
        self.module = module
        self.spans = spans
        self.running = running
        self.newer: list[tuple[Version, int]] = []  # what was met, on which line
        self.literals: dict[tuple[int, int], _Literal] = {}  # place of the stand-in → what it stands for
        self.parameters: dict[int, list[tuple[str, int]]] = {}  # line of a definition → bounds, defaults
        self.python_2 = False
        self.inserts: list[tuple[int, bytes]] = []  # the few edits that make a line longer
        self._starts = [0, *_line_starts(data)]

    def text(self) -> str:
        """The rewritten file."""
        for offset, added in sorted(self.inserts, reverse=True):
            self.data[offset:offset] = added
        return self.data.decode("utf-8", "surrogatepass")

    def place(self, offset: int) -> tuple[int, int]:
        """Line from 1 and byte column from 0: as the parser counts."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1]

    # What each newer construct becomes

    def visit_TypeParameters(self, node: cst.TypeParameters) -> bool:  # noqa: N802
        defaults = any(param.default is not None for param in node.params)
        if self._is_newer((3, 13) if defaults else (3, 12), node):
            start, end = self._span(node)
            self._blank(start, end)
        return False

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:  # noqa: N802
        self._keep_bounds(node)

    def visit_ClassDef(self, node: cst.ClassDef) -> None:  # noqa: N802
        self._keep_bounds(node)

    def visit_TypeAlias(self, node: cst.TypeAlias) -> None:  # noqa: N802
        """`type X[T] = int` → `X         = int`."""
        if not self._is_newer((3, 12), node):
            return
        start, _ = self._span(node)
        _, end = self._span(node.name)
        name = node.name.value.encode()
        self._blank(start, end)
        self.data[start : start + len(name)] = name

    def visit_ExceptStarHandler(self, node: cst.ExceptStarHandler) -> None:  # noqa: N802
        if self._is_newer((3, 11), node):
            start, _ = self._span(node)
            star = self.original.index(b"*", start)
            self._blank(star, star + 1)
        self._unbracketed(node.type)

    def visit_ExceptHandler(self, node: cst.ExceptHandler) -> None:  # noqa: N802
        self._unbracketed(node.type)

    def _unbracketed(self, types: cst.BaseExpression | None) -> None:
        """`except A, B:` → `except(A, B):`"""
        if not isinstance(types, cst.Tuple) or types.lpar or not self._is_newer((3, 14), types):
            return
        last = types.elements[-1].value
        if len(types.elements) == 2 and isinstance(last, cst.Name) and last.value.islower():
            self.python_2 = True  # `except ValueError, error:`
        start, end = self._span(types)
        self.data[start - 1 : start] = b"("
        self.inserts.append((end, b")"))

    def visit_Subscript(self, node: cst.Subscript) -> None:  # noqa: N802
        for element in node.slice:
            if isinstance(element.slice, cst.Index) and getattr(element.slice, "star", None):
                self._drop_star(element, (3, 11))

    def visit_Param(self, node: cst.Param) -> None:  # noqa: N802
        if node.annotation is not None and isinstance(node.annotation.annotation, cst.StarredElement):
            self._drop_star(node.annotation.annotation, (3, 11))

    def visit_ListComp(self, node: cst.ListComp) -> None:  # noqa: N802
        self._starred_item(node.elt)

    def visit_SetComp(self, node: cst.SetComp) -> None:  # noqa: N802
        self._starred_item(node.elt)

    def visit_GeneratorExp(self, node: cst.GeneratorExp) -> None:  # noqa: N802
        self._starred_item(node.elt)

    def _starred_item(self, item: cst.CSTNode) -> None:
        if isinstance(item, cst.StarredElement):
            self._drop_star(item, (3, 15))

    def _drop_star(self, node: cst.CSTNode, version: Version) -> None:
        if self._is_newer(version, node):
            start, _ = self._span(node)
            self._blank(start, start + 1)

    def on_visit(self, node: cst.CSTNode) -> bool:
        name = type(node).__name__  # by name: an older libcst lacks some of these classes
        if name in ("LazyImport", "LazyImportFrom"):
            self._lazy(node)
        elif name in ("FormattedString", "TemplatedString", "ConcatenatedString"):
            return self._stand_aside(node)
        return super().on_visit(node)

    def _lazy(self, node: cst.CSTNode) -> None:
        """`lazy import json` → `import      json`."""
        if not self._is_newer((3, 15), node):
            return
        start, _ = self._span(node)
        word = b"from" if type(node).__name__ == "LazyImportFrom" else b"import"
        at = self.original.index(word, start)
        self._blank(start, at + len(word))
        self.data[start : start + len(word)] = word

    def _stand_aside(self, node: cst.CSTNode) -> bool:
        """Replace a literal that the running parser cannot read by `(_)`, of equal width."""
        start, end = self._span(node)
        if not self._is_newer_literal(node, start):
            return False
        literal = _Literal(start, end)
        literal.skeleton = "".join(self._skeleton(node, literal))
        self._blank(start, end, bracketed=True)
        self.data[start : start + 2] = b"(_"
        self.data[end - 1 : end] = b")"
        line, column = self.place(start)
        self.literals[line, column + 1] = literal
        return False

    def _is_newer_literal(self, node: cst.CSTNode, start: int) -> bool:
        if self.running < (3, 14) and _holds_template(node):
            self.newer.append(((3, 14), self.place(start)[0]))
            return True
        if self.running >= (3, 12) or not any(self._is_free(one) for one in _formatted(node)):
            return False
        self.newer.append(((3, 12), self.place(start)[0]))
        return True

    def _is_free(self, node: Any) -> bool:
        """Does an f-string use the freedom of 3.12: its own quotes, a backslash, a comment or a line end
        inside of its braces?"""
        quote = node.end
        for part in node.parts:
            if hasattr(part, "value"):
                continue
            text = self.module.code_for_node(part)
            if quote in text or "\\" in text or "#" in text or (len(quote) == 1 and "\n" in text):
                return True
        return False

    def _skeleton(self, node: Any, literal: _Literal) -> Iterator[str]:
        kind = type(node).__name__
        if kind == "ConcatenatedString":
            yield from self._skeleton(node.left, literal)
            yield " "
            yield from self._skeleton(node.right, literal)
        elif kind == "SimpleString":
            yield node.value
        else:
            yield node.start.replace("t", "f").replace("T", "F")
            yield from self._skeleton_parts(node.parts, literal)
            yield node.end

    def _skeleton_parts(self, parts: Any, literal: _Literal) -> Iterator[str]:
        for part in parts:
            if hasattr(part, "value"):
                yield part.value
                continue
            text = "".join(
                self.module.code_for_node(piece)
                for piece in (
                    part.whitespace_before_expression,
                    part.expression,
                    part.whitespace_after_expression,
                )
            )
            literal.expressions.append((text, self._span(part)[0] + 1))
            # `{x=}` is a constant and a value.
            yield "=" if part.equal is not None else ""
            yield "{_"
            yield f"!{part.conversion}" if part.conversion else ""
            if part.format_spec:
                yield ":"
                yield from self._skeleton_parts(part.format_spec, literal)
            yield "}"

    # Helpers

    def _span(self, node: cst.CSTNode) -> tuple[int, int]:
        span = self.spans[node]
        return span.start, span.start + span.length

    def _is_newer(self, version: Version, node: cst.CSTNode) -> bool:
        if version <= self.running:
            return False
        self.newer.append((version, self.place(self._span(node)[0])[0]))
        return True

    def _blank(self, start: int, end: int, *, bracketed: bool = False) -> None:
        """Spaces over a region, its line ends kept; outside of brackets those need a backslash."""
        for offset in range(start, end):
            if self.data[offset] not in b"\r\n":
                self.data[offset] = 0x20
            elif not bracketed and self.data[offset - 1 : offset + 1] != b"\r\n":
                self.inserts.append((offset, b"\\"))

    def _keep_bounds(self, node: cst.FunctionDef | cst.ClassDef) -> None:
        if node.type_parameters is None or self.running >= (3, 12):
            return
        texts: list[tuple[str, int]] = []
        for item in node.type_parameters.params:
            for part in (getattr(item.param, "bound", None), item.default):
                if part is not None:
                    texts.append((self.module.code_for_node(part), self._span(part)[0] - len(part.lpar)))
        if texts:
            self.parameters[self.place(self._span(node.name)[0])[0]] = texts


def _holds_template(node: Any) -> bool:
    if type(node).__name__ == "ConcatenatedString":
        return _holds_template(node.left) or _holds_template(node.right)
    return type(node).__name__ == "TemplatedString"


def _formatted(node: Any) -> Iterator[Any]:
    """The f-strings in a literal, nested ones too."""
    if type(node).__name__ == "FormattedString":
        yield node
    for child in node.children:
        yield from _formatted(child)


def _line_starts(data: bytes) -> Iterator[int]:
    """The offsets after each line end: \\n, \\r\\n and \\r, as the parser counts lines."""
    for offset, byte in enumerate(data):
        if byte == 0x0A or (byte == 0x0D and data[offset + 1 : offset + 2] != b"\n"):
            yield offset + 1


# ------------------------------------------------------------------------------------- back into the tree


def _put_back(tree: ast.Module, rewrite: _Rewrite) -> ast.Module:
    """The tree with the literals in the places of their stand-ins, and type parameters on definitions."""
    _Back(rewrite).visit(tree)
    return tree


class _Back(ast.NodeTransformer):
    def __init__(self, rewrite: _Rewrite) -> None:
        self.rewrite = rewrite

    def visit_Name(self, node: ast.Name) -> ast.expr:
        literal = self.rewrite.literals.get((node.lineno, node.col_offset))
        return node if literal is None else self._literal(literal)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._definition(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self._definition(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        return self._definition(node)

    def _definition(self, node: Any) -> ast.AST:
        texts = self.rewrite.parameters.pop(node.lineno, None)
        if texts is not None:
            # In the shape of ast.TypeVar, which the running interpreter does not have.
            bounds = [self._expression(text, start) for text, start in texts]
            node.type_params = [SimpleNamespace(bound=bound) for bound in bounds]
        return self.generic_visit(node)

    def _literal(self, literal: _Literal) -> ast.expr:
        values = [self._expression(text, start) for text, start in literal.expressions]
        joined = _joined(literal.skeleton, values)
        line, column = self.rewrite.place(literal.start)
        end_line, end_column = self.rewrite.place(literal.end)
        inner = {id(node) for value in values for node in ast.walk(value)}
        for node in ast.walk(joined):
            if id(node) not in inner and hasattr(node, "lineno"):
                positioned: Any = node
                positioned.lineno, positioned.col_offset = line, column
                positioned.end_lineno, positioned.end_col_offset = end_line, end_column
        return joined

    def _expression(self, text: str, start: int) -> ast.expr:
        """One expression, parsed by itself and moved to where it stands in the file."""
        source = f"({text}\n)"
        try:
            tree = _parse(source)
        except SyntaxError:
            lowered = lower(source, self.rewrite.running)
            if lowered is None or lowered.tree is None:
                raise
            tree = lowered.tree
        statement = tree.body[0]
        if not isinstance(statement, ast.Expr):
            raise SyntaxError("not an expression")
        line, column = self.rewrite.place(start)
        for node in ast.walk(statement.value):
            positioned: Any = node
            if hasattr(node, "lineno"):
                positioned.col_offset += column - 1 if positioned.lineno == 1 else 0
                positioned.end_col_offset += column - 1 if positioned.end_lineno == 1 else 0
                positioned.lineno += line - 1
                positioned.end_lineno += line - 1
        return statement.value


def _joined(skeleton: str, values: list[ast.expr]) -> ast.expr:
    """The tree of a skeleton, its `_` replaced by the expressions in order."""
    try:
        statement = _parse(f"({skeleton}\n)").body[0]
        joined: Any = statement.value  # type: ignore[attr-defined]
        slots = list(_slots(joined))
    except (SyntaxError, ValueError):
        slots = []
    if len(slots) != len(values):  # format specs nested deeper than 3.11 allows: the values are what counts
        slots = [ast.FormattedValue(value, -1, None, lineno=1, col_offset=0) for value in values]
        joined = ast.JoinedStr(list(slots), lineno=1, col_offset=0)
    for slot, value in zip(slots, values, strict=True):
        slot.value = value
    return joined  # type: ignore[no-any-return]


def _slots(joined: ast.AST) -> Iterator[ast.FormattedValue]:
    for part in getattr(joined, "values", []):
        if isinstance(part, ast.FormattedValue):
            yield part
            if part.format_spec is not None:
                yield from _slots(part.format_spec)
