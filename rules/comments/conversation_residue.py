"""A piece of a conversation with an assistant stands in the code as a comment.

"Here is the updated function" was said to somebody. Nobody has read what came with it.
"""

import re
from collections.abc import Iterator

from scanner import shapes
from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Place, Severity, Source, on_file

HINTS = (
    "here is the",
    "here's the",
    "here's your",
    "as an ai",
    "certainly!",
    "```",
    "sure, here",
    "sure! here",
)
HINTS += ("i've updated", "i've added", "i've fixed", "i have updated", "let me know if", "as you requested")
HINTS += ("hope this helps", "as requested", "your existing code", "per your request", "i apologize for")
RESIDUE = regex(
    r"^\W*here(?:'s| is) (?:the|your|an?) (?:complete |full |final )?"
    r"(?:updated|corrected|fixed|modified|revised|improved|refactored|complete)\b.{0,30}"
    r"\b(?:code|version|function|file|implementation|script|class|method)\b"
    r"|^\W*(?:certainly|of course|absolutely)! |^\W*sure[,!] here"
    r"|\bas an ai (?:language )?model\b"
    r"|^\W*i(?:'ve| have) (?:updated|added|fixed|modified|refactored|corrected) (?:the|your)\b"
    r"|^\W*(?:let me know if|hope this helps|as (?:you )?requested\b|per your request)"
    r"|^\W*i apologize for the\b|^```(?:python|py)?\s*$",
    re.IGNORECASE,
)


class ConversationResidue(FileRule):
    message = "this comment is a piece of a conversation with an assistant"
    why = "An answer was pasted or written over the file as it came."
    instead = "Delete the comment, and read the code that came with it once as a reviewer."
    severity, confidence, family = Severity.LOW, Confidence.HIGH, "comments"
    evidence = ("P",)
    roles = ("live", "test", "migration")
    preview = True

    @on_file
    def check(self, source: Source) -> Iterator[Finding]:
        found = shapes.comments_like(source, HINTS, RESIDUE)
        fences = [comment for comment in found if comment.text.lstrip("# ").startswith("```")]
        for comment in found:
            if comment in fences and len(fences) > 1:
                continue  # a pair encloses an example
            place = Place(comment.line, comment.column, comment.line, comment.column + len(comment.text))
            yield self.at(source, place, symbol="")
