"""A file name that a language model chose can climb out of the folder that it was meant for.

A tool that joins its folder with the model's name for a file reads and writes wherever the process may:
whoever can speak to the model can fetch a key or replace a start-up file.
"""

import ast
from collections.abc import Iterator

from scanner.rule import Confidence, Finding, Severity, Source, on_call
from scanner.taint.origins import MODEL
from scanner.taint.rule import FlowRule
from scanner.taint.sinks import FILE_SINKS, PATH_LIMITS, files_of


class PathFromModelOutput(FlowRule):
    message = "{origin} chooses which file is touched"
    why = 'A tool that saves or reads "in the workspace" is a join of two paths in every example.'
    instead = (
        "Resolve and refuse what lies outside the folder "
        "(`path = (base / name).resolve()`, `if not path.is_relative_to(base): …`)."
    )
    severity, confidence, family = Severity.HIGH, Confidence.MEDIUM, "llm"
    cwe = (22,)
    evidence = ("E46",)
    security_severity = "7.5"
    preview = True
    kinds = MODEL
    limits = PATH_LIMITS

    @on_call(*FILE_SINKS)
    def check(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        for path in files_of(source, call):
            flow = self.flow(source, path, lambda flow: not flow.whole)
            if flow is not None:
                yield self.found(source, path, flow)
