"""An expected value that the code under test computes agrees with it, right or wrong.

`expected = total(cart)` and then `assert total(cart) == expected` compares a function with itself. Tests that
a call gives the same answer twice (caches, hashes, seeds) say so in their names, and are let be.
"""

import ast
import re
from collections.abc import Iterator

from scanner import shapes
from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_file
from scanner.source import Check

# What makes the same call twice the point of a test
REPEATS = regex(
    r"determin|same|consist|idempot|cach|memo|repeat|twice|stable|stabil|equal|(?:^|_)eq(?:_|$)|hash|reproduc|again"
    r"|singleton|identic|pure|chang|mutat|persist|seed|reload|restart|multiple|random|side_effect|order|ident|copy"
    r"|pickl|frozen|immutab|no exception|not raise|without (?:raising|error)|not (?:fail|crash)|operator"
    r"|compar|reus|second|thread|concurr|unique|differ|lazy|once|symmetr|reentr|stateless|convert|before|after|id(?:_|$)",
    re.IGNORECASE,
)

# What makes a value out of its arguments: `==` of two such values is what a test of the type asks.
MAKES = regex(
    r"_*(?:parse|array|asarray|tensor|from|to|make|create|build|new|loads|decode|convert|symbols?|sympify"
    r"|frozenset|bytes|date|datetime|timedelta|slice|mk|get_parser)(?:$|_|s$)"
)


class ExpectedFromSubject(FileRule):
    message = "`{test}` compares `{call}` with itself: the expected value comes from the code under test"
    why = "The right result is unknown while the test is written, and the code gives one."
    instead = "Work the expected value out by hand, and write it down as a literal."
    severity, confidence, family = Severity.HIGH, Confidence.HIGH, "tests"
    preview = True
    evidence = ("E32",)
    roles = ("test",)

    @on_file
    def check(self, source: Source) -> Iterator[Finding]:
        for check in source.checks:
            kind, _, first = check.fate.partition(":")
            call = _call_in(check.node) if kind == "same-call" else None
            if call is None or MAKES.match(shapes.last_name(call)):
                continue
            name = source.symbol(check.function)
            said = f"{name}\n{ast.get_docstring(check.function) or ''}\n{_line_above(source, check.node)}"
            if REPEATS.search(said) or _acts_between(check, int(first)):
                continue
            if not _is_told_apart(check.function, call):
                spelled = source.segment(call.func) + "(…)"
                yield self.at(source, check.node, symbol=name, test=name, call=spelled)


def _call_in(node: ast.stmt) -> ast.Call | None:
    """The call that an equality compares with itself, where the assertion spells it out."""
    if isinstance(node, ast.Assert) and isinstance(node.test, ast.Compare):
        operands = [node.test.left, *node.test.comparators]
    else:
        operands = list(getattr(getattr(node, "value", None), "args", ()))
    plain = (item.value if isinstance(item, ast.Await) else item for item in operands)
    return next((item for item in plain if isinstance(item, ast.Call)), None)


def _acts_between(check: Check, first: int) -> bool:
    """Does anything run between the first call and the assertion? Then the second has a reason."""
    calls = (node for node in ast.walk(check.function) if isinstance(node, ast.Call))
    return any(first < call.lineno < check.node.lineno for call in calls)


def _is_told_apart(function: ast.AST, one: ast.Call) -> bool:
    """Does the test also say what the function must not give for another input?"""
    called = ast.dump(one.func)
    return any(
        isinstance(node, ast.Compare)
        and isinstance(node.ops[0], ast.NotEq)
        and any(isinstance(item, ast.Call) and ast.dump(item.func) == called for item in ast.walk(node))
        for node in ast.walk(function)
    )


def _line_above(source: Source, node: ast.AST) -> str:
    line = node.lineno  # type: ignore[attr-defined]
    return "\n".join(text.partition("#")[2] for text in source.lines[max(0, line - 3) : line])
