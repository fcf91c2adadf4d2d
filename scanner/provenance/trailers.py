r"""What the message of a commit says about who wrote it: trailers, footers, the subject.

The whole message is read, not git's idea of its trailer block: footers stand glued to trailers, text
follows them, and GitHub's squash puts a line of dashes in between. What proves a share of the commit
only (a squash, `Assisted-by`, an accepted suggestion) proves `mixed`.
"""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from scanner.frozen import frozen
from scanner.history import Commit, Person
from scanner.lazily import regex
from scanner.provenance import identity
from scanner.provenance.record import Evidence, Label

_MOST = 100_000
_LONGEST = 500
SHARE = 0.6
FOOTER = 0.7
BRANCH = 0.4

_TRAILER = regex(
    r"^[ \t]*(?P<key>Co-authored-by(?:-AI)?|Assisted-by|Generated-by|AI-used-for|Made-with|Claude-Session"
    r"|Agent-Logs-Url|Amp-Thread-ID|Replit-Commit-Author"
    r"|Entire-(?:Checkpoint|Session|Agent|Attribution|Metadata|Strategy|Source-Ref|Condensation))"
    r"[ \t]*:[ \t]*(?P<value>\S.*)$",
    re.IGNORECASE | re.MULTILINE,
)
# The second arm: `OpenHands-GPT-5 openhands@all-hands.dev`, the angle brackets forgotten.
_NAME_ADDRESS = regex(
    r"(?P<name>.*?)\s*<(?P<email>[^<>\s]+@[^<>\s]+)>\s*\Z|(?P<name2>.*?)\s+(?P<email2>[^\s<>]+@[^\s<>]+)\s*\Z"
)
# Names that are also words count only as a link, or with nothing after them: `Generated with Cursor
# pagination in mind` speaks of something else.
_FOOTER = regex(
    r"^[^\w\n]*(?:Generated|Created|Written) (?:with|by|using) \[?(?P<tool>Claude Code\b"
    r"|(?:Cursor|Amp|opencode|Crush|Codex|GitHub Copilot|Copilot|Windsurf|Gemini CLI)"
    r"(?=\]\(|(?: (?:CLI|Agent|AI))?[ \t]*(?:\(.*\)|<\S+>|https?://\S+)?[^\w\n]*$))",
    re.MULTILINE,
)
_SQUASH = regex(r"\(#(\d+)\)\s*\Z")
_AIDER_SUBJECT = regex(r"aider: \S")
_SOME_AI = regex(r"\b(?:LLM|AI|chat ?bot|ChatGPT\S*|GPT-?\d\S*)\b", re.IGNORECASE)
# Shapes of `Assisted-by`, in the order in which they are tried.
_ASSISTED = tuple(
    re.compile(shape)
    for shape in (
        r"(?P<agent>[^(:]+?)\s*\((?P<model>[^)]+)\)\Z",
        r"(?P<agent>[^:]+?):\s*(?P<model>[^\s/]\S*)(?:\s+\S+)*\Z",
        r"(?P<agent>.+?)\s+/\s+(?P<model>\S+)\Z",
        r"(?P<agent>[^\s/]+)/(?P<model>[^\s/]\S*)(?:\s+\S+)*\Z",
        r"(?P<agent>LLM)(?:\s+\S+)*\Z",
        r"(?P<agent>.+)\Z",
    )
)
_ADDRESS = regex(r"\s*<([^>]*)>\s*\Z")
_PERCENT = regex(r"(\d+)\s*%")
_AGENT_BRANCH = regex(
    r"Merge pull request #\d+ from [^/\s]+/"
    r"(?P<tool>claude|codex|copilot|cursor|devin|jules|gemini|aider|cline|amp|openhands|droid|terragon|agent)/"
)


@frozen
class Trailer:
    """One trailer line: its key in lower case, and its value with HTML entities resolved."""

    key: str
    value: str


def read(message: str) -> tuple[Trailer, ...]:
    """Every trailer of a known key, in order, wherever in the message it stands."""
    found = _TRAILER.finditer(readable(message))
    return tuple(Trailer(m["key"].lower(), html.unescape(m["value"].strip())) for m in found)


@functools.lru_cache(maxsize=8)  # each reader of a commit asks again
def readable(message: str) -> str:
    """The message with plain line ends, its lines and itself cut where nobody reads on: a stranger wrote
    it, and may have written a megabyte of blanks to keep a pattern busy. Agents that quote wrongly for the
    shell write their line ends as `\\n`."""
    if len(message) > 2 * _MOST:
        message = f"{message[:_MOST]}\n{message[-_MOST:]}"
    lines = message.replace("\\n", "\n").split("\n")
    return "\n".join(line[:_LONGEST].rstrip().rstrip("\\") for line in lines)


def person(value: str) -> Person:
    """The name and e-mail in a trailer's value; the e-mail is empty where there is none."""
    match = _NAME_ADDRESS.match(html.unescape(value).strip())
    if match is None:
        return Person(value.strip(), "")
    return Person(match["name"] or match["name2"] or "", match["email"] or match["email2"] or "")


def of_commit(commit: Commit, *, checkpoint_read: bool = False) -> tuple[Evidence, ...]:
    """What the message proves about the lines of this commit. `checkpoint_read`: the checkpoint that it
    names was read, and knows better than the trailer."""
    trailers = read(commit.message)
    found = [e for trailer in trailers for e in _READERS[_group(trailer.key)](trailer, commit)]
    found += [] if checkpoint_read else _entire(trailers, commit)
    found += _footers(commit)
    if _AIDER_SUBJECT.match(commit.subject):
        found.append(Evidence("subject", _place(commit, "subject"), Label.AI, FOOTER, "aider"))
    if is_squash(commit):
        found = [_as_share(evidence) for evidence in found]
    return tuple(dict.fromkeys(found))


def is_squash(commit: Commit) -> bool:
    """A pull request that GitHub squashed: one commit, of which any part may be anybody's."""
    by_platform = commit.committer.email.lower() == "noreply@github.com"
    return by_platform and len(commit.parents) < 2 and bool(_SQUASH.search(commit.subject))


def request(commit: Commit) -> int:
    """The number of the pull request that a commit squashes; 0 where it is no squash."""
    match = _SQUASH.search(commit.subject) if is_squash(commit) else None
    return int(match[1][:9]) if match else 0


def requesters(commit: Commit) -> tuple[Person, ...]:
    """The people in `Co-authored-by`: they wrote, or asked an agent to write. They did not review."""
    values = (person(t.value) for t in read(commit.message) if t.key == "co-authored-by")
    return tuple(who for who in values if identity.is_person(who))


def of_branch(merge: Commit) -> tuple[Evidence, ...]:
    """What the name of a merged branch says: an agent opened it. People may have added to it."""
    match = _AGENT_BRANCH.match(merge.subject)
    if match is None:
        return ()
    agent = identity.known_tool(match["tool"])
    return (Evidence("branch", f"merge {merge.id[:12]}", Label.MIXED, BRANCH, agent),)


def _as_share(evidence: Evidence) -> Evidence:
    if evidence.proves is not Label.AI:
        return evidence
    return replace(evidence, proves=Label.MIXED, confidence=min(evidence.confidence, SHARE))


def _group(key: str) -> str:
    return "entire" if key.startswith("entire-") else key


def _place(commit: Commit, what: str) -> str:
    return f"commit {commit.id[:12]}, {what}"


def _co_authored(trailer: Trailer, commit: Commit) -> Iterator[Evidence]:
    someone = person(trailer.value)
    known = identity.who(someone) if someone.email else identity.named(someone.name)
    # A bot among the co-authors bumped a version somewhere in the commit; it says nothing of the rest.
    if known is None or known.role is identity.Role.BOT:
        return
    where = _place(commit, "Co-authored-by")
    model = identity.model(someone.name)
    yield Evidence("trailer", where, known.in_trailer, known.confidence, known.name, model)


def _assisted(trailer: Trailer, commit: Commit) -> Iterator[Evidence]:
    if agent := _agent_in(trailer.value):
        where = _place(commit, trailer.key.capitalize())
        label, sure = (Label.AI, identity.TRAILER) if trailer.key in _WHOLE else (Label.MIXED, SHARE)
        yield Evidence("trailer", where, label, sure, *agent)


_WHOLE = frozenset({"generated-by", "co-authored-by-ai"})


def _agent_in(value: str) -> tuple[str, str] | None:
    """Agent and model of an `Assisted-by` value; None where it names a person or a plain tool."""
    address = _ADDRESS.search(value)
    bare = _ADDRESS.sub("", value).strip()
    if address and "@" in address[1]:
        # Behind an unknown address, `Claude` may well be a person; `Claude Code` is not.
        known = identity.who(Person(bare, address[1])) or (identity.named(bare) if " " in bare else None)
        return (known.name, identity.model(bare)) if known and known.role is not identity.Role.BOT else None
    match = next(m for shape in _ASSISTED if (m := shape.match(bare)))
    agent, version = match["agent"].strip(), match.groupdict().get("model") or ""
    known_agent = identity.known_tool(agent) or (k.name if (k := identity.named(agent)) else "")
    model = identity.model(version or agent) or identity.clean_model(version)
    if known_agent:
        return known_agent, model
    if agent.lower().startswith("http") or "@" in bare:
        return None
    # `Agent:model` and `agent/model` are the shapes that policies ask for; people are not written so.
    if version and (identity.model(version) or match.re in (_ASSISTED[1], _ASSISTED[3])):
        return identity.printable(agent), model
    return ("", model) if _SOME_AI.search(bare) else None


def _made_with(trailer: Trailer, commit: Commit) -> Iterator[Evidence]:
    if agent := identity.known_tool(trailer.value):
        yield Evidence("trailer", _place(commit, "Made-with"), Label.AI, identity.TRAILER, agent)


def _used_for(trailer: Trailer, commit: Commit) -> Iterator[Evidence]:
    if trailer.value.lower() not in {"none", "nothing", "no", "n/a"}:
        yield Evidence("trailer", _place(commit, "AI-used-for"), Label.MIXED, SHARE)


def _by_address(start: str, what: str, agent: str, sure: float) -> _Reader:
    def read_one(trailer: Trailer, commit: Commit) -> Iterator[Evidence]:
        if trailer.value.startswith(start):
            yield Evidence("trailer", _place(commit, what), Label.AI, sure, agent)

    return read_one


def _replit(trailer: Trailer, commit: Commit) -> Iterator[Evidence]:
    if trailer.value in {"Agent", "Assistant"}:
        where = _place(commit, "Replit-Commit-Author")
        yield Evidence("trailer", where, Label.AI, identity.TRAILER, "Replit Agent")


def _nothing(trailer: Trailer, commit: Commit) -> Iterator[Evidence]:
    return iter(())


_Reader = Callable[[Trailer, Commit], Iterator[Evidence]]

_READERS: dict[str, _Reader] = {
    "co-authored-by": _co_authored,
    "co-authored-by-ai": _assisted,
    "assisted-by": _assisted,
    "generated-by": _assisted,
    "ai-used-for": _used_for,
    "made-with": _made_with,
    "claude-session": _by_address(
        "https://claude.ai/code", "Claude-Session", "Claude Code", identity.TRAILER
    ),
    "agent-logs-url": _by_address(
        "https://github.com/", "Agent-Logs-Url", "GitHub Copilot", identity.TRAILER
    ),
    # Amp puts it into every commit that runs under it, backports and cherry-picks of others included.
    "amp-thread-id": _by_address("https://ampcode.com/", "Amp-Thread-ID", "Amp", SHARE),
    "replit-commit-author": _replit,
    # Several of these speak together; see `_entire`.
    "entire": _nothing,
}


def _entire(trailers: tuple[Trailer, ...], commit: Commit) -> list[Evidence]:
    """entire.io marks the commits of a session; its attribution may say that no line was the agent's."""
    values = {trailer.key: trailer.value for trailer in trailers if trailer.key.startswith("entire-")}
    if not values:
        return []
    share = _PERCENT.search(values.get("entire-attribution", ""))
    if share and int(share[1]) == 0:
        return []
    agent = identity.tool(values.get("entire-agent", ""))
    return [Evidence("trailer", _place(commit, "Entire-Checkpoint"), Label.MIXED, SHARE, agent)]


def _footers(commit: Commit) -> Iterator[Evidence]:
    for match in _FOOTER.finditer(readable(commit.message)):
        agent = identity.known_tool(match["tool"])
        yield Evidence("footer", _place(commit, "footer"), Label.AI, FOOTER, agent)
