"""An allow comment that names no rule lets every rule pass, the ones of next year too."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.rule import Allow, AllowRule, Confidence, Finding, Severity


class BlanketAllow(AllowRule):
    message = "this comment allows every rule, since it names none"
    why = "The shortest comment that turns a red build green is the one that says least."
    instead = "Name what you allow, and say why: `# assay: allow[rule-id] reason`."
    severity = Severity.LOW
    confidence = Confidence.HIGH
    family = "comments"

    def check(self, allow: Allow, used: bool | None) -> Iterator[Finding]:
        if not allow.rules:
            yield self.at(allow)
