"""Shell text as commands: what runs, and on which line; whatever the text, no failure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner import shell
from scanner.shell import Command


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("terraform destroy -auto-approve", [Command(("terraform", "destroy", "-auto-approve"), 1)]),
        ("a 'b c' \"d e\"", [Command(("a", "b c", "d e"), 1)]),
        ("a && b || c; d | e", [Command((name,), 1) for name in "abcde"]),
        ("a # b\nc", [Command(("a",), 1), Command(("c",), 2)]),
        ("a \\\n  b\nc", [Command(("a", "b"), 1), Command(("c",), 3)]),
        ("cat <<EOF\nrm -rf /\nEOF\nls", [Command(("cat",), 1), Command(("ls",), 4)]),
        ("cat <<-'END' > out\n\trm\n\tEND\nls", [Command(("cat", ">", "out"), 1), Command(("ls",), 4)]),
        ('read a <<< "$B"\nls', [Command(("read", "a", "$B"), 1), Command(("ls",), 2)]),
        ("x=$((1 << 2))\nls", [Command(("x=$",), 1), Command(("1", "<<", "2"), 1), Command(("ls",), 2)]),
        ("echo ${HOME}/x", [Command(("echo", "${HOME}/x"), 1)]),
    ],
)
def test_commands(text: str, expected: list[Command]) -> None:
    assert shell.commands(text) == expected


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("sudo /usr/bin/kubectl get pods", "kubectl"),
        ("A=1 B=2 make", "make"),
        ("if terraform plan", "terraform"),
        ("A=1", ""),
    ],
)
def test_name_of_the_program(text: str, name: str) -> None:
    assert shell.commands(text)[0].name == name


@given(st.text(alphabet="ab \n\"'\\<>|;&#{}()$`-E", max_size=60))
def test_any_text_is_read_to_its_end(text: str) -> None:
    lines = [command.line for command in shell.commands(text)]
    assert lines == sorted(lines)
    assert all(1 <= line <= text.count("\n") + 1 for line in lines)
