"""An assertion that cannot be false checks nothing.

`assert True`, `assert x == x`, `assert (result, "message")`, `assert result or True`, `assert len(x) >= 0`.
They stand where the right value was not known, at the end of a test that only had to run, or where
parentheses turned an assertion with its message into a tuple.
"""

import ast
import re
from collections.abc import Iterator

from scanner import shapes
from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_file
from scanner.source import Check

# What people write to fill a line, beside the checks that count; a comparison with itself is a slip anywhere.
FILLERS = frozenset({"it is a constant", "everything is an `object`"})
SLIP = "it is a constant; what stands behind the comma is only its message"
# "If we got here, nothing crashed": the run is the check.
GOT_HERE = regex(
    r"smoke|(?:no|not|without|never) (?:a )?(?:crash|rais|error|fail|exception)|(?:got|get|reach\w*) here",
    re.I,
)


class TautologicalAssertion(FileRule):
    message = "this assertion is true whatever the code does: {reason}"
    why = "A green test is rewarded, and an assertion that cannot fail is the shortest way there."
    instead = "Assert on the value that the code under test returns or changes."
    severity, confidence, family = Severity.MEDIUM, Confidence.HIGH, "tests"
    cwe = (571,)
    evidence = ("E32",)
    aliases = ("asserting-a-constant",)
    roles = ("test",)

    @on_file
    def check(self, source: Source) -> Iterator[Finding]:
        lost = [check.node for check in source.checks]
        told: set[tuple[int, str]] = set()  # of a test, each reason once
        for check in source.checks:
            kind, _, reason = check.fate.partition(":")
            if kind != "tautology" or (id(check.function), reason) in told:
                continue
            if _is_slip(check.node):
                reason = SLIP
            elif _is_meant(source, check, reason, lost):
                continue
            told.add((id(check.function), reason))
            yield self.at(source, check.node, symbol=source.symbol(check.function), reason=reason)


def _is_slip(node: ast.stmt) -> bool:
    """`assert 17, key == …`: a comma where a comparison was meant."""
    if not isinstance(node, ast.Assert) or not isinstance(node.test, ast.Constant) or node.msg is None:
        return False
    return node.test.value is not True and not isinstance(node.msg, (ast.Constant, ast.JoinedStr, ast.Name))


def _is_meant(source: Source, check: Check, reason: str, lost: list[ast.stmt]) -> bool:
    """Does the assertion fill a line, say something about Python, or belong to a test of equality?"""
    if reason in FILLERS:
        return (
            shapes.checks_besides(check.function, lost)
            or _marks_the_end(source, check)
            or _follows_the_run(check)
            or _fills_a_loop(check)
        )
    test = check.node.test if isinstance(check.node, ast.Assert) else None
    if not isinstance(test, ast.Compare):
        return False
    left, right = test.left, test.comparators[0]
    if isinstance(left, ast.Constant):
        return source.segment(left) != source.segment(right)
    return isinstance(left, ast.Name) and _has_a_double(check.function, left.id)


def _fills_a_loop(check: Check) -> bool:
    """Is it all that a loop over freshly made objects does? Then making them is the test."""
    return any(
        isinstance(one, ast.For)
        and one.body == [check.node]
        and isinstance(one.iter, (ast.Tuple, ast.List))
        and any(isinstance(item, ast.Call) for item in one.iter.elts)
        for one in shapes.own_nodes(check.function.body)
    )


def _marks_the_end(source: Source, check: Check) -> bool:
    """`assert True` as the last line of a test that says it only has to come so far."""
    node = check.node
    if not isinstance(node, ast.Assert) or not any(
        isinstance(one, ast.Call) for one in shapes.own_nodes(check.function.body)
    ):
        return False
    head = check.function.lineno - 1
    text = source.lines[head : node.end_lineno]
    said = [check.function.name.replace("_", " "), ast.get_docstring(check.function) or ""]
    said += [line.partition("#")[2] for line in text]
    return GOT_HERE.search("\n".join(said)) is not None


def _follows_the_run(check: Check) -> bool:
    """Is it the last line, behind code that is run for real? Running through is all that the test asks."""
    body = shapes.body_of(check.function)
    return body[-1] is check.node and any(
        isinstance(one, ast.Call) and not shapes.is_talk(one)
        for statement in body[:-1]
        for one in shapes.own_nodes([statement])
    )


def _has_a_double(function: ast.AST, name: str) -> bool:
    """Is an object also compared with what was made of it: a copy, a round trip through pickle?"""
    doubles = {
        target.id
        for one in ast.walk(function)
        if isinstance(one, ast.Assign) and _mentions(one.value, name)
        for target in one.targets
        if isinstance(target, ast.Name) and target.id != name
    }
    return any(
        isinstance(one, ast.Compare)
        and isinstance(one.ops[0], ast.Eq)
        and _mentions(one, name)
        and any(_mentions(one, double) for double in doubles)
        for one in ast.walk(function)
    )


def _mentions(node: ast.AST, name: str) -> bool:
    return any(isinstance(one, ast.Name) and one.id == name for one in ast.walk(node))
