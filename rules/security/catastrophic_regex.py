"""A regular expression that can take for ever on a short text.

A loop in it can read the same characters in two ways; thirty of them are read in a thousand million ways
before the matcher gives up. One request is enough to keep a process busy.
"""

import ast
import re
from collections.abc import Iterator

from scanner.regexes import ambiguity
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call

FUNCTIONS = ("compile", "match", "search", "fullmatch", "sub", "subn", "split", "findall", "finditer")
# Where the flags stand among the arguments.
FLAGS_AT = {"compile": 1, "sub": 4, "subn": 4, "split": 3}
VALIDATOR = "django.core.validators.RegexValidator"
SHOWN = 60


class CatastrophicRegex(FileRule):
    message = "`{pattern}` takes for ever on a text that almost matches"
    why = "A loop inside a loop is how one writes down a list of words, and it matches every example at once."
    instead = (
        "Let the parts of the loop differ in their first character, or make it possessive (Python 3.11)."
    )
    severity, confidence, family = Severity.MEDIUM, Confidence.HIGH, "security"
    cwe = (1333, 400)
    evidence = ("E17",)
    security_severity = "5.9"
    roles = ("live",)

    @on_call(*(f"re.{name}" for name in FUNCTIONS))
    def check(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        name = (source.resolve(call.func) or "").rpartition(".")[2]
        given = {one.arg: one.value for one in call.keywords}
        pattern = given.get("pattern") or (call.args[0] if call.args else None)
        at = FLAGS_AT.get(name, 2)
        flags = given.get("flags") or (call.args[at] if len(call.args) > at else None)
        whole = name == "fullmatch" or (name == "compile" and ".fullmatch(" in source.text)
        yield from self._found(source, call, pattern, flags, whole)

    @on_call(VALIDATOR)
    def of_django(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        given = {one.arg: one.value for one in call.keywords}
        yield from self._found(
            source, call, given.get("regex") or (call.args[0] if call.args else None), None, False
        )

    def _found(
        self, source: Source, call: ast.Call, pattern: ast.expr | None, flags: ast.expr | None, whole: bool
    ) -> Iterator[Finding]:
        text = source.constant(pattern)
        text = text.decode("latin-1") if isinstance(text, bytes) else text
        value = _flags(flags)
        if not isinstance(text, str) or value is None:
            return
        found = ambiguity(text, value, whole=whole)
        if found is not None:
            shown = text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
            yield self.at(
                source,
                call,
                symbol=source.scope.name,
                pattern=" ".join(shown.split()),
                details={"start": ascii(found.start), "repeated": ascii(found.pump)},
            )


def _flags(node: ast.expr | None) -> int | None:
    """`re.I | re.X` as a number; None where it is computed."""
    if node is None:
        return 0
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        left, right = _flags(node.left), _flags(node.right)
        return None if left is None or right is None else left | right
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    value = getattr(re, name, None) if name.isupper() else None
    return int(value) if isinstance(value, re.RegexFlag) else None
