"""An archive decides where its files are written.

A member called `../../.ssh/authorized_keys`, or a link followed by a file below it, leaves the folder.
"""

import ast
from collections.abc import Iterator

from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call

OPENERS = ("tarfile.open()", "tarfile.TarFile()", "tarfile.TarFile.open()", "tarfile.TarFile.gzopen()")
# What a function that looks at the names before it unpacks speaks of.
LOOKS = regex(
    r"is_relative_to|relative_to\(|commonpath|commonprefix|startswith\(|isabs\(|is_absolute|realpath|"
    r"[\"']\.\.[\"'/]|issym|islnk|\bfilter\b|_filter\b|safe|sanit|within|travers"
)


class UnfilteredTarExtraction(FileRule):
    message = "the archive decides where its files are written"
    why = "`extractall` takes a folder, and looks as if it stayed in it."
    instead = "Extract with `filter='data'` (Python 3.12, and in the patch releases of older ones)."
    severity, confidence, family = Severity.MEDIUM, Confidence.HIGH, "security"
    cwe = (22,)
    evidence = ("E17",)
    security_severity = "6.8"
    roles = ("live",)
    preview = True

    @on_call(*(f"{opened}.extractall" for opened in OPENERS))
    def check(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        if len(call.args) > 1 or any(one.arg in {"filter", "members", None} for one in call.keywords):
            return
        function = source.function_of(call)
        if function is None or not LOOKS.search(_code(source, function)):
            yield self.at(source, call, symbol=source.scope.name)


def _code(source: Source, function: ast.AST) -> str:
    """The text of a function without its remarks."""
    return "\n".join(line.partition("#")[0] for line in source.segment(function).split("\n"))
