"""A notebook's findings and facts stand at the lines and columns of the .ipynb file."""

from __future__ import annotations

import ast
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.analyse import notebook
from scanner.finding import Reason, Unreadable
from scanner.source import Source, role_of


def _notebook(*cells: str, indent: int | None = 1, ascii_only: bool = True, joined: bool = False) -> str:
    code = {"cell_type": "code", "metadata": {}, "outputs": [{"text": ["]}{"]}]}
    made = [{**code, "source": cell if joined else cell.splitlines(keepends=True)} for cell in cells]
    whole = {"cells": [{"cell_type": "markdown", "source": ["# T"]}, *made], "metadata": {}, "nbformat": 4}
    return json.dumps(whole, indent=indent, ensure_ascii=ascii_only)


def _read(text: str) -> Source:
    source = notebook.read("a.ipynb", text.encode())
    assert isinstance(source, Source)
    return source


def _called(source: Source) -> list[str]:
    """What stands in the file at each call's name."""
    calls = [node for node in ast.walk(source.tree) if isinstance(node, ast.Call)]
    return sorted(source.segment(node.func) for node in calls)


@pytest.mark.parametrize("indent", [None, 1, 4])
@pytest.mark.parametrize("joined", [False, True])
@pytest.mark.parametrize("ascii_only", [False, True])
def test_places_are_those_of_the_file(indent: int | None, joined: bool, ascii_only: bool) -> None:
    cells = ("import a\n\ndef one():\n\treturn alpha('é', \"x\\n\")", "s = '😀'; beta(1)\ngamma(\n  2)\n")
    source = _read(_notebook(*cells, indent=indent, joined=joined, ascii_only=ascii_only))
    assert _called(source) == ["alpha", "beta", "gamma"]
    assert [
        source.header(node).end_column > 0 for node in source.tree.body if isinstance(node, ast.FunctionDef)
    ] == [True]


@given(st.lists(st.text(alphabet="aé😀\"\\\t'", max_size=6), min_size=1, max_size=4))
def test_any_text_before_a_call_leaves_it_in_its_place(texts: list[str]) -> None:
    cells = [f"x = {text!r}; call_{number}()" for number, text in enumerate(texts)]
    expected = sorted(f"call_{number}" for number in range(len(texts)))
    for ascii_only in (True, False):
        assert _called(_read(_notebook(*cells, ascii_only=ascii_only))) == expected


@pytest.mark.parametrize(
    "cell",
    [
        "%matplotlib inline\ncall()",
        "!pip install x \\\n  y\ncall()",
        "if x:\n    !ls\ncall()",
        "files = !ls\ncall()",
        "call?\n?call\ncall()",
        "%%time\ncall()",
        "y = (1\n% 2)\ncall()",
    ],
)
def test_lines_of_ipython_are_not_python(cell: str) -> None:
    assert _called(_read(_notebook(cell))) == ["call"]


def test_a_cell_of_another_language_is_blank() -> None:
    assert _called(_read(_notebook("%%bash\ncall(", "call()"))) == ["call"]


def test_a_notebook_of_another_language_has_an_empty_tree() -> None:
    whole: dict[str, Any] = json.loads(_notebook("x <- 1"))
    whole["metadata"] = {"kernelspec": {"language": "R"}}
    assert _read(json.dumps(whole)).tree.body == []


def test_comments_stand_in_the_file() -> None:
    text = _notebook('x = "é"  # assay: allow[rule] why\n')
    source = _read(text)
    (comment,) = source.comments
    assert source.lines[comment.line - 1][comment.column - 1 :].startswith("# assay: allow[rule] why")


def test_newer_grammar_in_a_cell_is_read() -> None:
    source = _read(_notebook("x = t'{call()}'"))
    assert source.needs in ("3.14", "")


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 1, "expected `{`"),
        ("{\n\n]", 3, 'expected `"`'),
        ('{"cells": [\n{"cell_type": "code",\n', 3, 'expected `"`'),
        ('{"cells": [\n{"cell_type": "code"}]}', 2, "cell 1 has no `source`"),
        ('{"cells": [{"cell_type": "code",\n "source": [1]}]}', 2, "the source of cell 1 is no text"),
        ('{\n"worksheets": []}', 2, "older than 4"),
        ("{}", 1, "no `cells`"),
        ("[" * 100_000, 1, "expected `{`"),
    ],
)
def test_what_is_no_notebook_is_named_with_its_line(text: str, line: int, said: str) -> None:
    found = notebook.read("a.ipynb", text.encode())
    assert isinstance(found, Unreadable)
    assert (found.reason, found.line) == (Reason.FORMAT, line)
    assert said in found.detail


def test_nested_too_deeply_is_said() -> None:
    found = notebook.read("a.ipynb", b'{"metadata": ' + b"[" * 200_000)
    assert isinstance(found, Unreadable)
    assert found.reason is Reason.TOO_DEEP


def test_a_syntax_error_names_cell_and_line() -> None:
    text = _notebook("x = 1", "y = 1\nz = (")
    found = notebook.read("a.ipynb", text.encode())
    assert isinstance(found, Unreadable)
    assert found.detail.startswith("cell 3: ")
    assert '"z = ("' in text.splitlines()[found.line - 1]


def test_notebooks_are_examples_unless_they_test() -> None:
    assert [role_of(path) for path in ("a/b.ipynb", "tests/b.ipynb", "a/b.py")] == ["example", "test", "live"]
