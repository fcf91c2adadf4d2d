"""What a language model wrote becomes part of an SQL statement.

Whoever can put a sentence before the model can then read, change or drop what the connection may.
"""

import ast
from collections.abc import Iterator

from scanner.rule import Confidence, Finding, Severity, Source, on_call
from scanner.taint.origins import MODEL
from scanner.taint.rule import FlowRule, flowing
from scanner.taint.sinks import SQL_SINKS, statement_of


class SqlFromModelOutput(FlowRule):
    message = "text from {origin} becomes part of this SQL statement"
    why = "Text to SQL is a popular demonstration, and the connection of the demonstration may do everything."
    instead = (
        "Give it a connection that may only read the tables in question, check the statement with a parser "
        '(one `SELECT`, known tables), and bind the values of tools (`execute("… = ?", (value,))`).'
    )
    severity, confidence, family = Severity.HIGH, Confidence.HIGH, "llm"
    cwe = (89,)
    evidence = ("E46",)
    security_severity = "8.6"
    preview = True
    kinds = MODEL

    @on_call(*SQL_SINKS)
    def check(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        yield from flowing(self, source, call, statement_of(source, call))
