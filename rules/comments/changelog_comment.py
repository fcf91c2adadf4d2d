"""A comment tells what was changed, which the history knows better.

"FIXED: now handles None" speaks to whoever asked for the change. The next reader wants to know what the
code does, not what it did before.
"""

import re
from collections.abc import Iterator

from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Place, Severity, Source, on_file

CHANGE = regex(
    r"^#+\s*(?:FIXED|CHANGED|MODIFIED|UPDATED|ADDED|REMOVED|IMPROVED|ENHANCED|NEW|REFACTORED|CORRECTED)"
    r"(?: \([^)]*\))?\s*[:\-–—!]\s*\w"
)


class ChangelogComment(FileRule):
    message = "this comment tells what was changed, not what is"
    why = "A model explains its edit to whoever asked for it, inside the code."
    instead = "Say what the code does, or delete the comment; the change belongs into the commit message."
    severity, confidence, family = Severity.INFO, Confidence.MEDIUM, "comments"
    evidence = ("P",)
    roles = ("live", "test")
    preview = True

    @on_file
    def check(self, source: Source) -> Iterator[Finding]:
        if not re.search(
            r"# ?(?:FIXED|CHANGED|MODIFIED|UPDATED|ADDED|REMOVED|IMPROV|ENHANC|NEW|REFACT|CORRECT)",
            source.text,
        ):
            return
        for comment in source.comments:
            if CHANGE.match(comment.text):
                place = Place(comment.line, comment.column, comment.line, comment.column + len(comment.text))
                yield self.at(source, place, symbol="", details={"comment": comment.text[:100]})
                return  # one for each file
