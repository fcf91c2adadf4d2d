"""A secret stands in an agent's configuration, in the repository.

The file is read by every agent that opens the checkout, sent along with its questions, and kept in the
history.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_file
from scanner.source import Keys

GLOBS = ("**/.mcp.json", "**/.cursor/mcp.json", "**/.vscode/mcp.json", "**/claude_desktop_config.json")
GLOBS += ("**/.claude/settings.json", "**/.claude/settings.local.json", "**/.gemini/settings.json")
GLOBS += ("**/.roo/mcp.json", "**/.kiro/settings/mcp.json", "**/opencode.json")
SECRET = regex(
    r"(?:^|_|-)(?:api_?key|token|secret|password|passwd|pat|access_key|authorization|auth)(?:$|_|-)", re.I
)
NAMES_ANOTHER = regex(r"^\$|\$\{|\{\{|^<|>$|%\w+%|^env:|^file:|^/|^https?:", re.I)
PLACEHOLDER = regex(
    r"your|example|xxxx|placeholder|change|insert|replace|dummy|test|todo|\.\.\.|\*\*\*|_here|sample|1234",
    re.I,
)


class SecretInAgentConfig(FileRule):
    message = "`{name}` holds a secret in an agent's configuration"
    why = (
        "The server's page shows where the key goes, and the file that works is the one that gets committed."
    )
    instead = "Revoke it; refer to the environment instead (`${NAME}`), and keep the file out of the history."
    severity, confidence, family = Severity.CRITICAL, Confidence.MEDIUM, "agents"
    cwe = (798, 312)
    evidence = ("E20",)
    security_severity = "8.5"
    masks = True
    languages = ("json",)
    paths = tuple(("json", glob) for glob in GLOBS)
    roles = ("live",)
    preview = True

    @on_file
    def check(self, source: Source) -> Iterator[Finding]:
        for keys, value in _texts((), source.document):
            name = str(keys[-1])
            if SECRET.search(name) and _is_secret(value.removeprefix("Bearer ")):
                yield self.at(source, source.place_of(keys), symbol=".".join(map(str, keys[:-1])), name=name)


def _texts(keys: Keys, value: Any) -> Iterator[tuple[Keys, str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _texts((*keys, key), item)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _texts((*keys, number), item)
    elif isinstance(value, str) and keys:
        yield keys, value


def _is_secret(value: str) -> bool:
    if len(value) < 16 or " " in value or NAMES_ANOTHER.search(value) or PLACEHOLDER.search(value):
        return False
    counts = Counter(value).values()
    entropy = -sum(count / len(value) * math.log2(count / len(value)) for count in counts)
    return entropy > 3.0 and any(character.isdigit() for character in value)
