"""A value is pasted into an SQL statement where a placeholder belongs.

Whoever calls the function next hands it what a user typed: a quote in a name breaks the statement, or
changes it.
"""

import ast
from collections.abc import Iterator

from scanner.lazily import regex
from scanner.rule import Confidence, Finding, Severity, Source, on_call
from scanner.taint.origins import LOCAL
from scanner.taint.rule import FlowRule
from scanner.taint.sinks import SQL_SINKS, Hole, holes, is_statement, statement_of

# A value is wanted here, no name of a table or a column.
VALUE = regex(
    r"(?i)(?:(?:=|<>|!=|<|>|\bi?like\b)\s{0,9}[NE]?['\"]?[%_\w -]{0,40}|\bvalues\s{0,9}\([^()]{0,300}"
    r"|\bin\s{0,9}\(\s{0,9}['\"]?|\bbetween\s{1,9}['\"]?|\band\s{1,9}['\"]|\binterval\s{1,9}'"
    r"|\bmatch\s{0,9}\(?\s{0,9}['\"])\Z"
)
NEAR = 400  # characters before a hole that tell what is wanted in it
MARKS = regex(r"(?i)(?:placeholder|mark|bind|param)s?$")  # `IN (:id_0, :id_1)`, of which the values are bound
PRAGMA = regex(r"(?i)\s*(?:pragma|set|attach)\s")  # takes no placeholders


class InterpolatedSql(FlowRule):
    message = "`{value}` is pasted into this SQL statement as a value"
    why = "An f-string reads well, and works with every value of the examples."
    instead = (
        'Bind it: `execute("… WHERE name = ?", (name,))`, with the marks of your driver (`?`, `%s`, `:name`).'
    )
    severity, confidence, family = Severity.HIGH, Confidence.MEDIUM, "security"
    cwe = (89,)
    evidence = ("E05",)
    security_severity = "7.7"
    kinds = LOCAL | {"parameter", "answer"}

    @on_call(*SQL_SINKS)
    def check(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        statement = statement_of(source, call)
        if statement is None:
            return
        for hole in holes(source, statement, source.scope):
            if (
                not VALUE.search(hole.before[-NEAR:])
                or not is_statement(hole.before)
                or PRAGMA.match(hole.before)
                or _is_made_of_marks(hole.value)
            ):
                continue
            flow = self.flow(source, hole.value)
            if flow is not None:
                yield self.found(source, statement, flow, value=_name(source, hole))
                return


def _is_made_of_marks(value: ast.expr) -> bool:
    """`", ".join(placeholders)`"""
    return any(isinstance(node, ast.Name) and MARKS.search(node.id) for node in ast.walk(value))


def _name(source: Source, hole: Hole) -> str:
    text = source.segment(hole.value) if not isinstance(hole.value, ast.Call) else ""
    return text if text.isidentifier() else "a value"
