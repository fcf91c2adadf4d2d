"""Shell text as the commands that it runs: enough of the grammar to tell a command from a word in a string.

Comments and the bodies of here-documents are left out; quotes are taken off; a continued line is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from scanner.facts import Place
from scanner.lazily import regex
from scanner.source import Source

_MARK = regex(r"<<-?[ \t]*(['\"\\]?[A-Za-z_][^\s;|&)]*)")  # `1 << 2` is arithmetic


class Command(NamedTuple):
    """One simple command: its words without quotes, and the line it starts on, from 1."""

    words: tuple[str, ...]
    line: int

    @property
    def name(self) -> str:
        """The program, its path left out; `VAR=x` and `sudo` in front of it are looked through."""
        for word in self.words:
            if word in {"sudo", "exec", "time", "nohup", "command", "env", "then", "do", "else", "!", "if"}:
                continue
            if "=" in word and word.partition("=")[0].isidentifier():
                continue
            return word.rpartition("/")[2]
        return ""


def commands(text: str) -> list[Command]:
    """The simple commands of a script, in order."""
    found: list[Command] = []
    words: list[str] = []
    word: list[str] | None = None
    start = line = 1
    heredocs: list[str] = []
    position, size = 0, len(text)

    def end_word() -> None:
        nonlocal word
        if word is not None:
            words.append("".join(word))
            word = None

    def end_command() -> None:
        end_word()
        if words:
            found.append(Command(tuple(words), start))
            words.clear()

    while position < size:
        character = text[position]
        if character == "\\" and position + 1 < size:
            if text[position + 1] == "\n":
                line += 1
            else:
                word = word or []
                word.append(text[position + 1])
            position += 2
            continue
        if word is None and not words:
            start = line
        if character in "'\"":
            end = _quoted_end(text, position)
            inner = text[position + 1 : end]
            word = word or []
            word.append(inner)
            line += inner.count("\n")
            position = end + 1
            continue
        if character == "#" and word is None:
            position = text.find("\n", position)
            if position < 0:
                break
            continue
        if text.startswith("<<<", position):
            end_word()
            position += 3
            continue
        heredoc = _MARK.match(text, position) if character == "<" else None
        if heredoc is not None:
            end_word()
            heredocs.append(heredoc[1].strip("'\"\\"))
            position = heredoc.end()
            continue
        if character == "\n":
            end_command()
            line += 1
            position += 1
            for mark in heredocs:
                position, skipped = _after_heredoc(text, position, mark)
                line += skipped
            heredocs.clear()
            continue
        if character in ";|&(){}`":
            if word is not None and character in "{}" and (character == "{" or "{" in word[:64]):
                word.append(character)
            else:
                end_command()
            position += 1
            continue
        if character in " \t\r":
            end_word()
        else:
            word = word or []
            word.append(character)
        position += 1
    end_command()
    return found


def _quoted_end(text: str, start: int) -> int:
    quote = text[start]
    position = start + 1
    while position < len(text):
        if text[position] == "\\" and quote == '"':
            position += 2
            continue
        if text[position] == quote:
            return position
        position += 1
    return len(text)


def _after_heredoc(text: str, position: int, mark: str) -> tuple[int, int]:
    """The offset after the line that holds only the mark, and the lines passed."""
    skipped = 0
    while position < len(text):
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        skipped += 1
        current = text[position:end].strip()
        position = end + 1
        if current == mark:
            break
    return min(position, len(text)), skipped


def commands_of(source: Source) -> Iterator[Command]:
    """What a file makes a shell run: a script, the recipes of a makefile, the `RUN` lines of a Dockerfile,
    the steps of a workflow."""
    if source.language == "shell":
        yield from commands(source.text)
    elif source.language == "makefile":
        for number, line in enumerate(source.lines, 1):
            if line.startswith("\t"):
                for one in commands(line.lstrip("\t@-+ ")):
                    yield one._replace(line=number)
    elif source.language == "dockerfile":
        yield from _of_dockerfile(source)
    elif source.language == "yaml":
        yield from _of_workflow(source)


_RUN = regex(r"^[ \t]*RUN[ \t]+((?:--\S+[ \t]+)*)((?:[^\n]*\\[ \t]*\n)*[^\n]*)", re.MULTILINE | re.IGNORECASE)


def _of_dockerfile(source: Source) -> Iterator[Command]:
    for found in _RUN.finditer(source.text):
        first = source.text.count("\n", 0, found.start(2))
        for one in commands(found[2]):
            yield one._replace(line=first + one.line)


def _of_workflow(source: Source) -> Iterator[Command]:
    jobs = source.document.get("jobs") if isinstance(source.document, dict) else None
    for job, body in jobs.items() if isinstance(jobs, dict) else ():
        steps = body.get("steps") if isinstance(body, dict) else None
        for number, step in enumerate(steps if isinstance(steps, list) else ()):
            text = step.get("run") if isinstance(step, dict) else None
            if not isinstance(text, str):
                continue
            first = source.place_of(("jobs", str(job), "steps", number, "run")).line
            block = source.lines[first - 1].rstrip()[-1:] in {"|", ">", "-", "+"}
            for one in commands(text):
                yield one._replace(line=min(first + (one.line if block else 0), len(source.lines)))


def place_of(source: Source, command: Command) -> Place:
    """The first line of a command, from its first character to its last."""
    text = source.lines[command.line - 1]
    indent = len(text) - len(text.lstrip())
    return Place(command.line, indent + 1, command.line, len(text.rstrip()) + 1)
