"""Values of a module that one place should hold for all: its named constants, its regular expressions, its
long texts. They may be secrets; only hashes of them leave the file.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any
from zlib import crc32

from scanner.analyse.walk import Body
from scanner.facts import Constant
from scanner.lazily import regex
from scanner.source import Source, offset_table, place_at

_NAME = regex(r"_?(?!DOCUMENTATION$|EXAMPLES$|RETURN$)[A-Z][A-Z0-9_]{2,}$")
_VERSION = regex(r"v?\d+(?:[.-]\d+)*$")  # of equal versions, each moves by itself
_LEAST_TEXT = 100  # characters of a text that is long
_LEAST_WORDS = 12
_LEAST_PATTERN = 12
_LEAST_STRING = 5
_LEAST_ITEMS = 3
_LEAST_DIGITS = 3  # that tell: 86400 has three, 1000 has one
_COMPILERS = frozenset(
    f"re.{name}" for name in "compile match search fullmatch sub subn split findall finditer".split()
)
_META = regex(r"[\\\[(|+*?{]")


def collect(source: Source, bodies: list[Body]) -> tuple[Constant, ...]:
    """Those of live code, in the order of their places."""
    if source.role != "live":
        return ()
    found = [*_named(source), *_patterns(source, bodies), *_texts(source, bodies)]
    return tuple(sorted(found, key=lambda one: (one.place, one.kind)))


def _named(source: Source) -> Iterator[Constant]:
    for node in source.tree.body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target: ast.expr = node.targets[0]
        elif isinstance(node, ast.AnnAssign):
            target = node.target
        else:
            continue
        if not isinstance(target, ast.Name) or node.value is None or not _NAME.match(target.id):
            continue
        said = _said(node.value)
        if said:
            yield Constant("constant", target.id, _hashed(said), source.place(node))


def _said(node: ast.expr) -> str:
    """A literal that says something, in one spelling; "" for any other."""
    if isinstance(node, ast.Constant):
        return repr(node.value) if _is_telling(node.value) else ""
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        items = [_item(item) for item in node.elts]
    elif isinstance(node, ast.Dict):
        items = [_item(part) for pair in zip(node.keys, node.values, strict=True) for part in pair]
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) == 1:
        return _said(node.args[0]) if node.func.id in {"frozenset", "set", "tuple", "dict"} else ""
    else:
        return ""
    return "|".join(items) if all(items) and len(items) >= _LEAST_ITEMS else ""


def _item(node: ast.expr | None) -> str:
    return repr(node.value) if isinstance(node, ast.Constant) else _said(node) if node is not None else ""


def _is_telling(value: object) -> bool:
    if isinstance(value, str):
        return len(value) >= _LEAST_STRING and not _VERSION.match(value)
    return value.__class__ in (int, float) and len(str(value).strip("0-").replace(".", "")) >= _LEAST_DIGITS


def _patterns(source: Source, bodies: list[Body]) -> Iterator[Constant]:
    if not source.mentions("re."):
        return
    for body in bodies:
        for call, callee in zip(body.calls, body.callees, strict=True):
            if callee not in _COMPILERS or not call.args:
                continue
            said = getattr(call.args[0], "value", None)
            if isinstance(said, str) and len(said) >= _LEAST_PATTERN and _META.search(said):
                yield Constant("pattern", "", _hashed(said), source.place(call.args[0]))


def _texts(source: Source, bodies: list[Body]) -> Iterator[Constant]:
    found = {
        value: None
        for body in bodies
        for value in body.literals
        if value.__class__ is str and len(value) >= _LEAST_TEXT
    }
    if not found:
        return
    blocks: list[Any] = [source.tree, *(body.scope.node for body in bodies if body.scope.kind == "class")]
    documentation = {id(said) for block in blocks for said in _docstrings(block.body)}
    table = offset_table(source.text)
    for value in found:
        if id(value) in documentation or value.count(" ") < _LEAST_WORDS:
            continue
        start = source.text.find(value)
        if start >= 0:
            yield Constant("text", "", _hashed(value.strip()), place_at(table, start, start + len(value)))


def _docstrings(nodes: list[ast.stmt]) -> Iterator[str]:
    """What stands by itself: it documents the module, the class, or what stands above."""
    for node in nodes:
        value = node.value if isinstance(node, ast.Expr) else None
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield value.value


def _hashed(said: str) -> int:
    return crc32(said.encode("utf-8", "surrogatepass"))
