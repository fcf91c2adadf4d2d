"""A file name that comes with a request can climb out of the folder that it was meant for.

`folder / name` reads like "inside the folder"; with `../` or an absolute name it is not, and an upload's
`filename` is text that the client wrote.
"""

import ast
from collections.abc import Iterator
from itertools import islice

from scanner.rule import Confidence, Finding, Severity, Source, on_call
from scanner.taint.rule import FlowRule, flowing
from scanner.taint.sinks import FILE_SINKS, PATH_LIMITS, files_of


class PathFromUntrustedInput(FlowRule):
    message = "whoever sends {origin} chooses which file is touched"
    why = "Joining a folder and a name is what every example of an upload or a download does."
    instead = (
        "Store under a name of your own, or resolve and refuse what lies outside "
        "(`path = (base / name).resolve()`, `if not path.is_relative_to(base): …`)."
    )
    severity, confidence, family = Severity.HIGH, Confidence.HIGH, "security"
    cwe = (22, 73)
    evidence = ("E17",)
    security_severity = "8.1"
    kinds = frozenset(["request", "message"])
    limits = PATH_LIMITS

    @on_call(*FILE_SINKS)
    def check(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        flows = (finding for path in files_of(source, call) for finding in flowing(self, source, call, path))
        yield from islice(flows, 1)
