"""What commands say of distributions: in Dockerfiles, workflows, scripts, makefiles, and in what people and
agents are told to type.

Of what is installed only a plain name counts: a path, an address, a variable or a placeholder names nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner import shell
from scanner.analyse.manifests import parse
from scanner.facts import Mention, Place
from scanner.lazily import regex
from scanner.source import Source, offset_table, place_at

# Where distributions are named, declared or installed: the files that a rule about their names reads
NAMING = ("python", "manifest", "lock", "dockerfile", "shell", "makefile", "yaml", "markdown")
GUIDES = (
    ("yaml", ".github/workflows/*"),
    ("markdown", "**/README.md"),
    ("markdown", "**/AGENTS.md"),
    ("markdown", "**/CLAUDE.md"),
    ("markdown", "**/GEMINI.md"),
    ("markdown", "**/SKILL.md"),
    ("markdown", ".github/copilot-instructions.md"),
)
_LANGUAGES = frozenset({"dockerfile", "yaml", "shell", "makefile"})
_TOLD = regex(
    r"(?:^|[`$>(\s])((?:(?:python3?|py) -m )?(?:uv )?pip3? install|uv add|uv tool install|pipx install"
    r"|poetry add|pdm add|pipenv install|uvx)[ \t]+([^`\n|;&<>)]+)",
    re.MULTILINE,
)
_NAME = regex(r"[A-Za-z][A-Za-z0-9._-]*[A-Za-z0-9](?:\[[\w,.-]*\])?(?:[=<>!~]=?[\w.*+,<>=!~-]+)?$")
_WORD = regex(r"[A-Za-z][\w-]{2,40}$")
# Options that take no value; what follows any other one is its value, and no name
_FLAGS = frozenset(
    "-U --upgrade -q -qq -vv --quiet -v --verbose -y --yes -I --user --no-cache --no-cache-dir --pre --dev "
    "-D --no-deps --force-reinstall --ignore-installed --no-input --system --break-system-packages "
    "--no-build-isolation "
    "--disable-pip-version-check --no-warn-script-location --no-compile --use-pep517 --no-index --reinstall "
    "--require-hashes --prefer-binary --no-color --compile-bytecode --frozen --locked --no-sync --active "
    "--exact --raw --workspace --all-extras --force --include-deps --no-progress --native-tls --refresh "
    "--compile --lock --sync --skip-lock --deploy --offline --pre-release --no-root --no-isolation "
    "--no-self --allow-prereleases --no-clean --check --dry-run --unsafe --static --seed "
    "--no-python-downloads --no-managed-python --no-config --no-dev --no-sources --isolated".split()
)
_FILES = (".txt", ".toml", ".in", ".cfg", ".whl", ".zip", ".gz", ".lock", ".yml", ".yaml")
_BETWEEN = frozenset({"/", "or", "and", "then", "to"})  # what follows is another command, or prose


def collect(source: Source) -> tuple[Mention, ...]:
    """Every distribution that the file installs, or tells somebody to install, and every program that it
    runs, each once."""
    if source.language == "markdown":
        found = _of_text(source)
    elif source.language in _LANGUAGES:
        found = _of_commands(source)
    else:
        return ()
    first: dict[tuple[str, str], Mention] = {}
    for mention in found:
        first.setdefault((mention.kind, mention.name), mention)
    return tuple(first.values())


def _of_text(source: Source) -> Iterator[Mention]:
    table = offset_table(source.text)
    for found in _TOLD.finditer(source.text):
        words = found[2].partition("#")[0].split()
        if found[1] == "uvx":
            words = words[:1]
        for name in _named(words):
            start = source.text.find(name, found.start(2))
            yield _mention(name, place_at(table, start, start + len(name)))


def _of_commands(source: Source) -> Iterator[Mention]:
    for command in shell.commands_of(source):
        for name in _named(_installed(command)):
            yield _mention(name, _place(source, command, name))
        program = _program(command)
        if _WORD.match(program):
            yield Mention("run", program, shell.place_of(source, command))


def _place(source: Source, command: shell.Command, name: str) -> Place:
    """Where the name stands: on the command's line, or on one of those that continue it."""
    for number in range(command.line, min(command.line + 60, len(source.lines)) + 1):
        start = source.lines[number - 1].find(name)
        if start >= 0:
            return Place(number, start + 1, number, start + 1 + len(name))
    return shell.place_of(source, command)


def _mention(written: str, place: Place) -> Mention:
    parsed = parse(written)
    return Mention("install", parsed[0] if parsed else "", place)


def _program(command: shell.Command) -> str:
    """What a command runs: `python -m celery` and `uv run celery` run `celery`."""
    words = command.words
    for before, launcher in enumerate(words[:-1]):
        if launcher in {"-m", "run"} and before and before < 4:
            return words[before + 1].partition(".")[0]
    return command.name


def _installed(command: shell.Command) -> list[str]:
    """What follows the install command's own words; nothing where it is none."""
    words = list(command.words)
    while words and words[0].rpartition("/")[2] != command.name:
        words.pop(0)
    name, rest = command.name, words[1:]
    if name.startswith("python") and rest[:2] == ["-m", "pip"]:
        name, rest = "pip", rest[2:]
    if name == "uv" and rest[:1] == ["pip"]:
        name, rest = "pip", rest[1:]
    if name in {"pip", "pip3", "pipx", "pipenv"} or re.fullmatch(r"pip3\.\d+", name):
        return rest[1:] if rest[:1] == ["install"] else []
    if name in {"uv", "poetry", "pdm", "rye"}:
        return rest[1:] if rest[:1] == ["add"] else []
    return []


def _named(words: list[str]) -> Iterator[str]:
    """The plain names among the arguments; the first word of prose ends them."""
    pending = iter(words)
    for word in pending:
        if word in _BETWEEN:
            return
        if word.startswith("-"):
            if "=" not in word and word not in _FLAGS:
                next(pending, None)
        elif word.endswith(_FILES):
            continue
        elif _NAME.match(word.strip("\"'")):
            yield word.strip("\"'")
        elif not word.startswith((".", "/", "$", '"', "'", "<", "{", "[", "git+", "http")):
            return
