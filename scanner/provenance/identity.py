"""Whose name a commit carries: an AI agent, an AI reviewer, a machine, or nobody that we know.

The names are data (`agents.toml`, `environment.toml`), each with its source. A name, an e-mail or a login
counts only as a whole: matching by domain or by first name finds people.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any

from scanner import toml
from scanner.frozen import frozen
from scanner.history import Commit, Person
from scanner.lazily import regex
from scanner.provenance.record import Evidence, Label

TABLE = Path(__file__).with_name("agents.toml")
# Apart from the others: every hook reads it.
VARIABLES = Path(__file__).with_name("environment.toml")

AUTHOR = 0.95
COMMITTER = 0.4
TRAILER = 0.8
SUGGESTION = 0.3
ENVIRONMENT = 0.6

_LOGIN = regex(r"(?:\d+\+)?([^@\s]+)@users\.noreply\.github\.com\Z", re.IGNORECASE)
_AIDER_AUTHOR = regex(r"\(aider\)\s*\Z")
_BOT_NAME = regex(r"\S\[bot\]\s*\Z", re.IGNORECASE)
_CLAUDE = regex(r"\b(opus|sonnet|haiku|fable|mythos)[ -]?(\d+(?:[.-]\d+)?)", re.IGNORECASE)
_GPT = regex(r"\bgpt[- ]?(\d+(?:\.\d+)?(?:-[a-z0-9]+)*)", re.IGNORECASE)
_GEMINI = regex(r"\bgemini[-/ ]?(\d+(?:\.\d+)?(?:[ -](?:pro|flash|lite|ultra|preview))*)", re.IGNORECASE)
_AIDER_MODEL = regex(r"\baider \(([^)]{1,200})\)")
_NO_MODEL = frozenset({"", "default", "unknown", "<synthetic>", "none", "null", "auto"})
_TEST_TOOLS = frozenset({"mock_ai", "test-agent", "test_agent", "unknown"})
_UNSAFE = regex(r"[^\w .,:/+()\[\]@-]")


class Role(str, Enum):
    """What an identity does to a commit that carries it."""

    AGENT = "agent"
    SUGGESTION = "suggestion"
    BOT = "bot"


@frozen
class Identity:
    """One entry of the table. `confidence` is that of a trailer; an author is surer."""

    name: str
    role: Role = Role.AGENT
    unattended: bool = False
    confidence: float = TRAILER

    @property
    def in_trailer(self) -> Label:
        """What a trailer with this identity says about the whole commit."""
        return {Role.AGENT: Label.AI, Role.SUGGESTION: Label.MIXED, Role.BOT: Label.BOT}[self.role]


@frozen
class _Table:
    emails: Mapping[str, Identity]
    logins: Mapping[str, Identity]
    tools: Mapping[str, Identity]
    names: tuple[tuple[re.Pattern[str], Identity], ...]
    alone: tuple[tuple[re.Pattern[str], Identity], ...]


def who(person: Person) -> Identity | None:
    """The known identity of an author, committer or co-author; None for everybody else."""
    table = _table()
    for pattern, identity in table.names:
        if pattern.match(person.name):
            return identity
    email = person.email.strip().lower()
    if found := table.emails.get(email):
        return found
    login = match[1].lower() if (match := _LOGIN.match(email)) else ""
    if found := table.logins.get(login):
        return found
    if login.endswith("[bot]") or _BOT_NAME.search(person.name):
        return Identity(login or person.name, Role.BOT, unattended=True)
    return None


def named(name: str) -> Identity | None:
    """The agent of a name that stands alone, without an e-mail: only what agents are known to write."""
    text = name.strip()
    table = _table()
    for pattern, identity in table.alone:
        if pattern.match(text):
            return identity
    return None


def tool(name: str) -> str:
    """The agent's usual name, for the way in which a record or a tool names it; empty for test tools."""
    text = name.strip()
    if text.lower() in _TEST_TOOLS:
        return ""
    known = _table().tools.get(text.lower())
    return known.name if known else printable(text)


def known_tool(name: str) -> str:
    """The agent's usual name; empty unless it is in the table."""
    known = _table().tools.get(name.strip().lower())
    return known.name if known else ""


def model(text: str) -> str:
    """The model that a trailer's text names, spelled as its API does; empty for most trailers."""
    if match := _AIDER_MODEL.search(text):
        return clean_model(match[1])
    if match := _CLAUDE.search(text):
        return f"claude-{match[1]}-{match[2].replace('.', '-')}".lower()
    if match := _GPT.search(text):
        return f"gpt-{match[1]}".lower()
    if match := _GEMINI.search(text):
        return "gemini-" + match[1].strip().lower().replace(" ", "-")
    return ""


def clean_model(value: object) -> str:
    """A recorded model id; empty for the placeholders that writers use where they know none."""
    text = value.strip().strip("\"'").strip() if isinstance(value, str) else ""
    return "" if text.lower() in _NO_MODEL else printable(text)


def printable(text: str) -> str:
    """Text of a stranger, fit for one cell of a report: one short line, no control characters."""
    return _UNSAFE.sub("", " ".join(text.split()))[:80]


def is_person(person: Person) -> bool:
    """Is this somebody whom nothing marks as a machine or an agent?"""
    return who(person) is None and not _AIDER_AUTHOR.search(person.name) and named(person.name) is None


def of_commit(commit: Commit) -> tuple[Evidence, ...]:
    """What author and committer prove. A human's name proves nothing: agents commit under it."""
    place = f"commit {commit.id[:12]}"
    if _AIDER_AUTHOR.search(commit.author.name):
        return (Evidence("author", place, Label.AI, AUTHOR, "aider"),)
    author = who(commit.author)
    if author is not None:
        label = Label.BOT if author.role is Role.BOT else Label.AI
        found = model(commit.author.name) if label is Label.AI else ""
        return (Evidence("author", place, label, AUTHOR, author.name, found),)
    committer = who(commit.committer)
    # aider commits its user's own edits as the committer, so there the committer says nothing.
    if committer is None or committer.role is not Role.AGENT or _AIDER_AUTHOR.search(commit.committer.name):
        return ()
    return (Evidence("committer", place, Label.MIXED, COMMITTER, committer.name),)


def unattended(commit: Commit) -> bool:
    """Did an agent or a machine author this commit by itself, nobody at the keyboard?"""
    author = who(commit.author)
    return author is not None and author.unattended


def of_environment(environment: Mapping[str, str]) -> tuple[Evidence, ...]:
    """The agent that runs this very command, as far as its environment says so."""
    found = []
    for variable, name, by_value, confidence in _variables():
        value = environment.get(variable, "").strip()
        if value.lower() in {"", "0", "false"}:
            continue
        agent = _agent_of_value(value) if by_value else name
        if agent:
            found.append(Evidence("environment", variable, Label.AI, confidence, agent))
    return tuple(found)


def _agent_of_value(value: str) -> str:
    # `AI_AGENT=claude-code_2-1_agent`: the name, then what the writer thought worth adding.
    words = re.split(r"[_/@]", value)
    return known_tool(value) or known_tool(words[0])


@functools.cache
def _table() -> _Table:
    document = toml.loads(TABLE.read_text(encoding="utf-8"))
    emails: dict[str, Identity] = {}
    logins: dict[str, Identity] = {}
    tools: dict[str, Identity] = {}
    names: list[tuple[re.Pattern[str], Identity]] = []
    alone: list[tuple[re.Pattern[str], Identity]] = []
    for entry in document["identity"]:
        identity = _identity(entry)
        emails.update(dict.fromkeys(entry.get("emails", ()), identity))
        logins.update(dict.fromkeys(entry.get("logins", ()), identity))
        tools.update(dict.fromkeys(entry.get("tools", ()), identity))
        names += [(_whole(text), identity) for text in entry.get("names", ())]
        alone += [(_whole(entry["alone"]), identity)] if "alone" in entry else []
    return _Table(emails, logins, tools, tuple(names), tuple(alone))


def _identity(entry: Mapping[str, Any]) -> Identity:
    role = Role(entry.get("role", "agent"))
    usual = SUGGESTION if role is Role.SUGGESTION else TRAILER
    return Identity(entry["name"], role, entry.get("unattended", False), entry.get("confidence", usual))


@functools.cache
def _variables() -> tuple[tuple[str, str, bool, float], ...]:
    """Variable, agent, whether its value is the agent, and how sure that is."""
    document = toml.loads(VARIABLES.read_text(encoding="utf-8"))
    return tuple(
        (name, one.get("name", ""), one.get("value", False), one.get("confidence", ENVIRONMENT))
        for one in document["environment"]
        for name in one["variables"]
    )


def _whole(text: str) -> re.Pattern[str]:
    return re.compile(f"(?:{text})\\Z", re.IGNORECASE)
