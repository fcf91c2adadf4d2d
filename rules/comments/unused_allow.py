"""An allow comment that lets nothing pass hides the next real finding on its line.

It was right once, or its rule's name is misspelled; either way nobody would notice what it will cover.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.rule import Allow, AllowRule, Confidence, Finding, Severity


class UnusedAllow(AllowRule):
    message = "this comment allows `{rules}`, and nothing here needs that"
    why = "Agents silence a checker while they work, and leave the comment behind when the code has changed."
    instead = "Delete the comment, or correct the name of the rule."
    severity = Severity.LOW
    confidence = Confidence.HIGH
    family = "comments"

    def check(self, allow: Allow, used: bool | None) -> Iterator[Finding]:
        if allow.rules and used is False:
            yield self.at(allow, rules=", ".join(allow.rules))
