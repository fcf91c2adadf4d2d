"""A key of a known service stands in the code.

The format tells: these are issued by a provider, and open its door to whoever has read the source or its
history.
"""

import ast
import math
import re
from collections import Counter
from collections.abc import Iterator

from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_file
from scanner.source import offset_table, place_at

# prefix that is looked for first -> whose it is, and its whole form
KEYS = {
    "AKIA": ("AWS", r"AKIA[0-9A-Z]{16}"),
    "ASIA": ("AWS", r"ASIA[0-9A-Z]{16}"),
    "sk-ant-": ("Anthropic", r"sk-ant-[A-Za-z0-9_\-]{60,}"),
    "sk-proj-": ("OpenAI", r"sk-proj-[A-Za-z0-9_\-]{40,}"),
    "sk-": ("OpenAI", r"sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}"),
    "ghp_": ("GitHub", r"ghp_[A-Za-z0-9]{36}"),
    "gho_": ("GitHub", r"gho_[A-Za-z0-9]{36}"),
    "github_pat_": ("GitHub", r"github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}"),
    "glpat-": ("GitLab", r"glpat-[A-Za-z0-9_\-]{20}"),
    "xoxb-": ("Slack", r"xoxb-\d{10,13}-\d{10,13}-[A-Za-z0-9]{24}"),
    "xoxp-": ("Slack", r"xoxp-\d{10,13}-\d{10,13}-\d{10,13}-[a-f0-9]{32}"),
    "hooks.slack.com": (
        "Slack",
        r"hooks\.slack\.com/services/T[A-Z0-9]{8,10}/B[A-Z0-9]{8,10}/[A-Za-z0-9]{24}",
    ),
    "AIza": ("Google", r"AIza[0-9A-Za-z_\-]{35}"),
    "sk_live_": ("Stripe", r"sk_live_[0-9a-zA-Z]{24,}"),
    "rk_live_": ("Stripe", r"rk_live_[0-9a-zA-Z]{24,}"),
    "hf_": ("Hugging Face", r"hf_[A-Za-z]{34}"),
    "npm_": ("npm", r"npm_[A-Za-z0-9]{36}"),
    "pypi-": ("PyPI", r"pypi-AgEIcHlwaS5vcmc[A-Za-z0-9_\-]{50,}"),
    "SG.": ("SendGrid", r"SG\.[A-Za-z0-9_\-]{22}\.[A-Za-z0-9_\-]{43}"),
    "gsk_": ("Groq", r"gsk_[A-Za-z0-9]{52}"),
    "tvly-": ("Tavily", r"tvly-(?:dev-)?[A-Za-z0-9]{32}"),
}
PLACEHOLDER = regex(
    r"example|x{4}|your|test|fake|dummy|placeholder|redact|sample|1234|abcd|0000|aaaa|\.\.\.", re.I
)


class HardCodedSecret(FileRule):
    message = "a key of {provider} is written in the code"
    why = "The key is at hand in the conversation, and pasting it makes the call work at once."
    instead = "Revoke it, then read it from the environment or a secret store: the history keeps it for ever."
    severity, confidence, family = Severity.CRITICAL, Confidence.HIGH, "security"
    preview = True
    cwe = (798,)
    evidence = ("E20",)
    security_severity = "9.1"
    masks = True
    roles = ("live", "example", "migration")

    @on_file
    def check(self, source: Source) -> Iterator[Finding]:
        found = [
            (provider, match)
            for prefix, (provider, form) in KEYS.items()
            if prefix in source.text
            for match in re.finditer(rf"(?<![A-Za-z0-9_\-]){form}(?![A-Za-z0-9])", source.text)
            if not PLACEHOLDER.search(match.group()) and _entropy(match.group()) >= 3.0
        ]
        if not found:
            return
        table, lines = offset_table(source.text), _lines_of_strings(source)
        for provider, match in found:
            place = place_at(table, match.start(), match.end())
            if place.line in lines:
                yield self.at(source, place, provider=provider)


def _entropy(text: str) -> float:
    """Bits for each character: a made-up key repeats itself."""
    counts = Counter(text).values()
    return -sum(count / len(text) * math.log2(count / len(text)) for count in counts)


def _lines_of_strings(source: Source) -> set[int]:
    return {
        line
        for node in source.nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
