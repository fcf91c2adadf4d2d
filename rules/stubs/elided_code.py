"""A comment stands where code was left out of an answer.

"The rest of the code remains the same" is what a chat says of a file that it does not print in full.
In the file itself it means that code is gone.
"""

import re
from collections.abc import Iterator

from scanner import shapes
from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Place, Severity, Source, on_file

HINTS = (
    "remain",
    "existing code",
    "rest of the",
    "rest of your",
    "unchanged",
    "other methods",
    "previous code",
)
THING = r"(?:code|implementation|function|method|class|file|logic|script|methods|functions|imports|module)"
ELISION = regex(
    rf"(?:the )?\b(?:rest|remainder) of (?:the |your |this )?(?:\w+ )?{THING}\b"
    r"(?:.{0,20}\b(?:remains?|stays?|is|are|goes) (?:the same|unchanged|as is|as before|here)"
    r"|\s{0,20}(?:\.\.\.|…)?$)"
    r"|^\W{0,20}(?:\.\.\.|…)\s{0,20}(?:the )?"
    rf"(?:rest of|existing|remaining|other|previous) (?:\w+ )?{THING}\b"
    rf"|\b(?:existing|previous|other|remaining) {THING} "
    r"(?:remains? (?:the same|unchanged|as is)|stays? (?:the same|unchanged)|unchanged|goes here|here\W*$)"
    r"|^\W{0,20}(?:\.\.\.|…) ?(?:existing|previous|rest of) \w+.{0,200}(?:\.\.\.|…)\W{0,20}$",
    re.IGNORECASE,
)


class ElidedCode(FileRule):
    message = "this comment stands where code was left out"
    why = "A model shortens its answer, and the shortened answer was written over the file."
    instead = "Bring back the code that stood here from the last version, then delete the comment."
    severity, confidence, family = Severity.HIGH, Confidence.HIGH, "stubs"
    evidence = ("P",)
    roles = ("live", "test", "migration", "example")

    @on_file
    def check(self, source: Source) -> Iterator[Finding]:
        for comment in shapes.comments_like(source, HINTS, ELISION):
            words = comment.text.lstrip("# ").rstrip()
            alone = not source.lines[comment.line - 1][: comment.column - 1].strip()
            if not alone or len(words) > 90:
                continue
            elision = ELISION.search(words)
            if (
                elision
                and not re.search(r"\w", words[: elision.start()])
                and not _is_prose(source, comment.line)
            ):
                place = Place(comment.line, comment.column, comment.line, comment.column + len(comment.text))
                yield self.at(source, place, symbol="", details={"comment": words})


def _is_prose(source: Source, line: int) -> bool:
    """The first line of a longer comment, which explains something."""
    return line < len(source.lines) and source.lines[line].strip().startswith("#")
