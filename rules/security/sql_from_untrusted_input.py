"""A request becomes part of an SQL statement, and can change what it does.

One quote ends the text that the statement meant, and what follows is read as SQL. A column name for
`ORDER BY` does it as well.
"""

import ast
from collections.abc import Iterator

from scanner.rule import Confidence, Finding, Severity, Source, on_call
from scanner.taint.origins import REMOTE
from scanner.taint.rule import FlowRule, flowing
from scanner.taint.sinks import SQL_SINKS, statement_of


class SqlFromUntrustedInput(FlowRule):
    message = "text from {origin} becomes part of this SQL statement"
    why = (
        "An f-string is the shortest way from a value to a query, above all where placeholders do not "
        "reach: column names, sort orders, lists of conditions."
    )
    instead = (
        'Bind values (`execute("… WHERE name = ?", (name,))`), and take identifiers from a constant '
        "table (`COLUMNS[sort]`)."
    )
    severity, confidence, family = Severity.CRITICAL, Confidence.HIGH, "security"
    cwe = (89,)
    evidence = ("E05", "E06")
    security_severity = "9.3"
    kinds = REMOTE

    @on_call(*SQL_SINKS)
    def check(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        yield from flowing(self, source, call, statement_of(source, call))
