"""A loop that asks a model again and again has no limit of its own.

It ends when the model says so. A model that does not costs money until somebody looks.
"""

import ast
import re
from collections.abc import Iterator

from scanner import shapes
from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on

ASKS = regex(
    r"(?:chat\.completions\.create|messages\.create|responses\.create|generate_content|acompletion)$"
)
LIMIT = regex(
    r"max|limit|budget|turn|step|iteration|attempt|count|deadline|timeout|remaining|retries|cost|depth", re.I
)


class UnboundedAgentLoop(FileRule):
    message = "this loop asks a model until the model says stop"
    why = "The example of every agent is `while True`, and its tasks end after two turns."
    instead = "Count the turns (`for _ in range(max_turns)`), and stop at a budget of time or money."
    severity, confidence, family = Severity.MEDIUM, Confidence.MEDIUM, "llm"
    cwe = (835, 400)
    evidence = ("E46",)
    roles = ("live",)
    preview = True

    @on(ast.While)
    def check(self, source: Source, node: ast.While) -> Iterator[Finding]:
        if not isinstance(node.test, ast.Constant) or not node.test.value:
            return
        asked = waits = False
        for inner in shapes.own_nodes(node.body):
            if isinstance(inner, ast.Call):
                asked = asked or bool(ASKS.search(source.segment(inner.func)))
                waits = waits or shapes.last_name(inner) in {
                    "input",
                    "prompt",
                    "prompt_async",
                    "recv",
                    "receive_text",
                }
            elif isinstance(inner, ast.Compare) and LIMIT.search(source.segment(inner)):
                return
        if asked and not waits:
            yield self.at(source, node.test)
