"""On any error this returns what an empty success looks like.

The caller cannot tell "there are no orders" from "the database is gone", and goes on with the first.
"""

import ast
import re
from collections.abc import Iterator

from scanner import shapes
from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on
from scanner.source import FunctionNode

# What is only shown: nobody decides on it.
SHOWN = frozenset("stats statistics summary info status version tail preview display banner menu".split())
ANNOUNCED = frozenset(
    "safe safely try maybe default fallback optional or guess best effort sniff probe".split()
)
DECIDES = frozenset(
    "validate verify check authenticate authorize is has can allowed valid safe permitted passes".split()
)
# Here True is the careful answer: the door stays shut, the work is done once more.
CLOSED = frozenset(
    "reserved blocked locked banned denied forbidden needed needs required requires expired stale dirty "
    "missing broken invalid unsafe closed revoked suspicious dangerous rejected outdated limited".split()
)
QUIET = frozenset("__repr__ __str__ __del__ __exit__ __len__ __dir__ __getattr__ __hash__".split())
DOCUMENTED = (
    "fallback",
    "falls back",
    "on error",
    "on failure",
    "if fail",
    "empty list",
    "empty dict",
    "default",
)
DOCUMENTED += (
    "best effort",
    "best-effort",
    "never raise",
    "if an error",
    "on any error",
    "empty string",
    "fails",
)
DOCUMENTED += ("if unavailable", "if not available", "or empty", "empty if", "0 if", "or 0", "gracefully")


EXPLAINED = regex(r"#.*\b(?:fall(?:s|ing)?[ -]?back|best[ -]effort|optional|may not exist|older)\b", re.I)
LOSSY = frozenset(["replace", "ignore", "backslashreplace", "surrogateescape"])
# Markup of strangers: what cannot be read holds nothing.
LENIENT = frozenset("document_fromstring fragment_fromstring fromstring BeautifulSoup".split())


class SuccessShapedFallback(FileRule):
    message = "any error comes back as {shape}, as if it had worked"
    why = "The signature promises a value, and an empty one satisfies every test that does not look inside."
    instead = "Let the error rise, or catch the one that you expect, and give it a result that says so."
    severity, confidence, family = Severity.MEDIUM, Confidence.MEDIUM, "exceptions"
    cwe = (392, 754)
    evidence = ("E02",)
    roles = ("live",)

    @on(ast.Try)
    def check(self, source: Source, node: ast.Try) -> Iterator[Finding]:
        function = source.scope.node
        if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return
        for handler in node.handlers:
            last = handler.body[-1]
            shape = _shape(last.value) if isinstance(last, ast.Return) else ""
            if not shape or shapes.records(handler) or not shapes.is_broad(source, handler):
                continue
            if _succeeds_alike(function, last, shape) and not _is_announced(source, function, node, handler):
                yield self.at(
                    source, shapes.header_of(source, handler), symbol=source.scope.name, shape=shape
                )


def _shape(value: ast.expr | None) -> str:
    """What a literal looks like to the caller; "" where it cannot be taken for a success."""
    if isinstance(value, ast.List):
        return "" if value.elts else "an empty list"
    if isinstance(value, ast.Dict):
        made_up = "a made-up dictionary" if shapes.is_literal(value) else ""
        return made_up if value.keys else "an empty dictionary"
    if isinstance(value, ast.Call) and not value.args and shapes.last_name(value) in {"set", "dict", "list"}:
        return "an empty collection"
    if isinstance(value, ast.Constant) and not isinstance(value.value, bool):
        if isinstance(value.value, (int, float)):
            return "a number" if value.value >= 0 else ""
        # "" and "unknown" say that there is nothing; a sentence passes for an answer.
        return "a text" if isinstance(value.value, str) and value.value.count(" ") > 1 else ""
    return "success" if isinstance(value, ast.Constant) and value.value is True else ""


def _succeeds_alike(function: FunctionNode, fallback: ast.Return, shape: str) -> bool:
    """Is there a success of the same type, and does it hold something that was computed?"""
    others = [
        value for value in shapes.returned(function) if value is not None and value is not fallback.value
    ]
    if shape == "success":
        said = shapes.words(function.name)
        return bool(said & DECIDES and not said & CLOSED) and any(
            isinstance(value, ast.Constant) and value.value is False for value in others
        )
    computed = [value for value in others if not shapes.is_literal(value)]
    if isinstance(fallback.value, ast.Dict) and fallback.value.keys:
        said = {key.value for key in fallback.value.keys if isinstance(key, ast.Constant)}
        return not said & {
            "error",
            "errors",
            "status",
            "success",
            "ok",
            "valid",
            "reason",
            "message",
        } and any(isinstance(value, ast.Dict) for value in computed)
    return bool(computed)


def _is_announced(source: Source, function: FunctionNode, node: ast.Try, handler: ast.ExceptHandler) -> bool:
    """By the name, the docstring or a comment; or nothing in it can fail in a way that matters."""
    words = shapes.words(function.name)
    if function.name in QUIET or words & (ANNOUNCED | SHOWN):
        return True
    if _is_exit_code(source, function):
        return True
    if any(isinstance(one, (ast.Import, ast.ImportFrom)) for one in node.body):
        return True
    if all(_hardly_fails(one) for one in node.body):
        return True
    if node.lineno > 1 and EXPLAINED.match(source.lines[node.lineno - 2].lstrip()):
        return True
    docstring = (ast.get_docstring(function) or "").lower()
    if any(word in docstring for word in DOCUMENTED):
        return True
    return shapes.has_remark(source, handler)


def _is_exit_code(source: Source, function: FunctionNode) -> bool:
    """Is what a function returns handed to the shell? There 1 is a failure."""
    handed = rf"(?:\bexit|\bSystemExit)\(\s*(?:asyncio\.run\(\s*)?{function.name}\("
    return "xit(" in source.text and re.search(handed, source.text) is not None


def _hardly_fails(statement: ast.stmt) -> bool:
    """Does a statement hardly ever fail: it decodes with replacement, or reads a stranger's markup?"""
    call = getattr(statement, "value", None)
    if not isinstance(call, ast.Call):
        return False
    if shapes.last_name(call) == "decode":
        return any(isinstance(one, ast.Constant) and one.value in LOSSY for one in _errors_of(call))
    return shapes.last_name(call) in LENIENT


def _errors_of(call: ast.Call) -> list[ast.expr]:
    return [*call.args[1:2], *(keyword.value for keyword in call.keywords if keyword.arg == "errors")]
