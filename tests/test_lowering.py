"""A file of newer grammar, read under an older one, tells what its older spelling tells."""

from __future__ import annotations

import ast
import re
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.analyse import python, python_facts, walk
from scanner.analyse.lowering import lower
from scanner.finding import Reason, Unreadable
from scanner.source import Source

OLDEST = (3, 10)

# (what it shows, the newest spelling, the same in the grammar of 3.10 on the same lines, the Python needed)
SPELLINGS = [
    pytest.param(
        "def first[T](x: T) -> T:\n    return pick(x)\n",
        "def first(x: T) -> T:\n    return pick(x)\n",
        "3.12",
        id="a type parameter",
    ),
    pytest.param(
        "class Box[T: int, *Ts, **P](Base):\n    def get(self): return self.x()\n",
        "class Box(Base):\n    def get(self): return self.x()\n",
        "3.12",
        id="type parameters of a class",
    ),
    pytest.param(
        "def f[T = int](x: T): g(x)\n", "def f(x: T): g(x)\n", "3.13", id="a default of a type parameter"
    ),
    pytest.param(
        "def f[\n    T,\n\n    U,  # why\n](x: T):\n    g(x)\n",
        "def f(\n\n\n\n    x: T):\n    g(x)\n",
        "3.12",
        id="type parameters over lines",
    ),
    pytest.param(
        "type Pair[T] = tuple[T, T]\nx = 1\n",
        "Pair         = tuple[T, T]\nx = 1\n",
        "3.12",
        id="a type alias",
    ),
    pytest.param(
        "if x:\n    type Name = str; y = call()\n",
        "if x:\n    Name = str; y = call()\n",
        "3.12",
        id="an alias in a block",
    ),
    pytest.param('x = f"{row["name"]}"\n', "x = f'{row[\"name\"]}'\n", "3.12", id="the same quotes inside"),
    pytest.param(
        'x = f"{"\\n".join(rows(a))}" + g()\n',
        'x = f"{SEP.join(rows(a))}" + g()\n',
        "3.12",
        id="a backslash inside",
    ),
    pytest.param(
        'x = f"{f"{f"{call(1)}"}"}"\n', "x = f'''{f\"{f'{call(1)}'}\"}'''\n", "3.12", id="nested three deep"
    ),
    pytest.param(
        'x = f"{\n    one(a)  # why\n    + two(b)\n}"\ny = three()\n',
        'x = f"""{one(a)\n+ two(b)}\n\n"""\ny = three()\n',
        "3.12",
        id="a comment and line ends inside",
    ),
    pytest.param(
        'x = ("é" f"{d["ü"]!r:>{w(d["w"])}}" "z", after())\n',
        "x = ('é' f'{d[\"ü\"]!r:>{w(d[\"w\"])}}' 'z', after())\n",
        "3.12",
        id="a row of literals, with a spec",
    ),
    pytest.param('x = f"{d["a"]=}"\n', "x = f'=a{d[\"a\"]!r}'\n", "3.12", id="a self-documenting expression"),
    pytest.param(
        'x = rf"\\d{{{d["a"]}}}"\n', "x = rf'\\d{{{d[\"a\"]}}}'\n", "3.12", id="raw, with doubled braces"
    ),
    pytest.param("x = t'{user.name()!r} {n:x}'\n", "x = f'{user.name()!r} {n:x}'\n", "3.14", id="a template"),
    pytest.param(
        "try:\n    a()\nexcept* E as e:\n    b()\n",
        "try:\n    a()\nexcept  E as e:\n    b()\n",
        "3.11",
        id="except*",
    ),
    pytest.param(
        "try:\n    a()\nexcept E, F:\n    b()\n",
        "try:\n    a()\nexcept(E, F):\n    b()\n",
        "3.14",
        id="except without brackets",
    ),
    pytest.param(
        "def f(*args: *Ts):\n    return x[*args, g()]\n",
        "def f(*args:  Ts):\n    return x[ args, g()]\n",
        "3.11",
        id="a star in an index and an annotation",
    ),
    pytest.param(
        "lazy import json\nlazy from a import b as c\nb()\n",
        "import json\nfrom a import b as c\nb()\n",
        "3.15",
        id="a lazy import",
    ),
    pytest.param("x = [*y() for y in z]\n", "x = [y() for y in z]\n", "3.15", id="a star in a comprehension"),
]


@pytest.mark.parametrize(("newer", "older", "needs"), SPELLINGS)
def test_tells_what_its_older_spelling_tells(newer: str, older: str, needs: str) -> None:
    lowered = lower(newer, OLDEST)
    assert lowered is not None
    assert lowered.needs == needs
    assert lowered.tree is not None
    assert _told(lowered.tree) == _told(ast.parse(older))


@pytest.mark.parametrize(("newer", "older", "needs"), SPELLINGS)
def test_keeps_the_lines_of_the_file(newer: str, older: str, needs: str) -> None:
    lowered = lower(newer, OLDEST)
    assert lowered is not None
    assert lowered.text.count("\n") == newer.count("\n")
    assert lowered.line == 1 or lowered.line == 2 or "except" in newer


@pytest.mark.parametrize(("newer", "older", "needs"), SPELLINGS)
def test_places_are_those_of_a_newer_interpreter(newer: str, older: str, needs: str) -> None:
    if sys.version_info[:2] < tuple(int(part) for part in needs.split(".")):
        pytest.skip(f"only Python {needs} can say")
    lowered = lower(newer, OLDEST)
    assert lowered is not None
    assert lowered.tree is not None
    assert _calls(lowered.tree) == _calls(ast.parse(newer))


def test_a_call_inside_a_literal_keeps_its_place() -> None:
    lowered = lower('x = 1\ny = ("a" f"{d["é"]} {\n  g(1)}", h())\n', OLDEST)
    assert lowered is not None
    assert lowered.tree is not None
    assert _calls(lowered.tree) == [("g", 3, 2, 3, 6), ("h", 3, 10, 3, 13)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_is_kept(end: str) -> None:
    text = "def f[\n  T\n](x):\n    return f'{\n  g(d['a'])\n}'\nh()\n".replace("\n", end)
    lowered = lower(text, OLDEST)
    assert lowered is not None
    assert lowered.tree is not None
    assert [(name, line) for name, line, *_ in _calls(lowered.tree)] == [("g", 5), ("h", 7)]


@pytest.mark.parametrize(
    "broken",
    [
        "x = (\n",
        "print 'x'\n",
        "def f(:\n",
        "x = f'{'\n",
        "try:\n    f()\nexcept ValueError, error:\n    g()\n",
        "",
    ],
)
def test_what_is_really_broken_gets_no_second_chance(broken: str) -> None:
    assert lower(broken, OLDEST) is None


def test_only_what_the_interpreter_lacks_is_rewritten() -> None:
    text = "def f[T](x): pass\ntry: pass\nexcept* E: pass\n"
    lowered = lower(text, (3, 11))
    assert lowered is not None
    assert lowered.text == text.replace("[T]", "   ")
    assert lower(text, (3, 12)) is None


def test_a_parser_that_dies_takes_nothing_with_it() -> None:
    found = python.read("deep.py", b"lazy import x\ny = " + b"-" * 200_000 + b"1\n")
    assert isinstance(found, Unreadable)
    assert found.reason is Reason.TOO_DEEP


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="its own grammar")
def test_the_reader_says_which_python_a_file_needs() -> None:
    source = python.read("a.py", b"# assay: no\nx = t'{y}'  # why\n")
    assert isinstance(source, Source)
    assert source.needs == "3.14"
    assert [comment.text for comment in source.comments] == ["# assay: no", "# why"]
    assert source.segment(source.tree.body[0]) == "x = t'{y}'"


_NAMES = st.sampled_from(["a", "bé", "c_1"])
_EXPRESSIONS = st.recursive(
    st.one_of(_NAMES, st.just('"k"'), st.just("'q'"), st.integers(0, 99).map(str)),
    lambda inner: st.one_of(
        st.builds("{}({})".format, _NAMES, inner),
        st.builds("{}[{}]".format, _NAMES, inner),
        st.builds('f"<{{{}}}>"'.format, inner),
        st.builds("f'{{{}!r}}'".format, inner),
        st.builds("({} + {})".format, inner, inner),
    ),
    max_leaves=6,
)


@settings(max_examples=30, deadline=None)
@given(_EXPRESSIONS, _EXPRESSIONS)
def test_any_literal_comes_back_whole(one: str, other: str) -> None:
    """Whatever nests in it, each name inside is there, on its line, in its order."""
    text = f'x = f"{{{one}}}" f"{{\n{other}\n}}"\nend()\n'
    lowered = lower(text, OLDEST)
    assert lowered is not None
    assert lowered.tree is not None
    expected = sorted(name for part in (one, other) for name in _names_of(part))
    found = sorted(node.id for node in ast.walk(lowered.tree) if isinstance(node, ast.Name))
    assert found == sorted([*expected, "x", "end"])
    assert _calls(lowered.tree)[-1][:2] == ("end", 4)


def _names_of(expression: str) -> list[str]:
    return re.findall(r"\bbé|\bc_1|\ba\b", expression)


def _told(tree: ast.Module) -> list[Any]:
    """Facts without columns, which the older spelling cannot keep."""
    source = Source("a.py", b"", "", "python", tree)
    told = python_facts.collect(source, walk.index(source))
    return [
        told.imports,
        [(one.name, one.parameters, one.calls, one.hashes, one.nodes) for one in told.functions],
        [(one.name, one.bases, one.attributes) for one in told.classes],
        told.names,
        [(use.name, use.count, use.place.line) for use in told.uses],
        [name for name in told.identifiers if name not in {"int", "SEP"}],
        told.calls,
    ]


def _calls(tree: ast.Module) -> list[tuple[str, int, int, int | None, int | None]]:
    return sorted(
        (
            node.func.id if isinstance(node.func, ast.Name) else ast.dump(node.func),
            node.lineno,
            node.col_offset,
            node.end_lineno,
            node.end_col_offset,
        )
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    )
