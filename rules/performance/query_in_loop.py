"""A query for every item of a loop.

With ten rows nobody notices; with ten thousand it is ten thousand round trips.
"""

import ast
import re
from collections.abc import Iterator

from scanner import shapes
from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call

SELECT = regex(r"^\s*SELECT\b.*\bWHERE\b.*(?:=|\bIN\b)\s*(?:\?|%s|:\w+|\$\d|%\()", re.IGNORECASE | re.DOTALL)
CHUNKS = frozenset(
    "batch batches chunk chunks page pages table tables retry attempt attempts shard shards".split()
)


class QueryInLoop(FileRule):
    message = "one query runs for every `{item}`"
    why = "The one-item path is written first, and a loop is put around it."
    instead = "Ask once: `WHERE … IN (…)` or a join, then look the rows up in a dictionary."
    severity, confidence, family = Severity.LOW, Confidence.MEDIUM, "performance"
    cwe = (1073,)
    evidence = ("E04",)
    roles = ("live",)
    preview = True

    @on_call(".execute", ".fetch", ".fetchrow", ".fetchval", ".fetch_one", ".fetch_all")
    def check(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        if not call.args:
            return
        first = call.args[0]
        if isinstance(first, ast.Call) and shapes.last_name(first) == "text" and first.args:
            first = first.args[0]
        statement = source.constant(first)
        if not isinstance(statement, str) or not SELECT.match(statement):
            return
        for around in source.ancestors(call):
            if isinstance(around, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
                return
            if isinstance(around, (ast.For, ast.AsyncFor)) and not isinstance(
                around.iter, (ast.List, ast.Tuple)
            ):
                item = source.segment(around.target)
                if not shapes.words(item) & CHUNKS:
                    yield self.at(source, call, symbol=source.scope.name, item=item)
                return
