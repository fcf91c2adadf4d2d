"""An expected value that the code under test computes agrees with it, right or wrong.

`expected = total(cart)` and then `assert total(cart) == expected` compares a function with itself. Tests that
a call gives the same answer twice (caches, hashes, seeds) say so in their names, and are let be.
"""

import ast
import re
from collections.abc import Iterator

from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on, on_call
from scanner.source import Scope

# What makes the same call twice the point of a test
REPEATS = re.compile(
    r"determin|same|consist|idempot|cach|memo|repeat|twice|stable|stabil|equal|(?:^|_)eq(?:_|$)|hash|reproduc|again"
    r"|singleton|identic|pure|chang|mutat|persist|seed|reload|restart|multiple|random|side_effect|order|ident|copy"
    r"|pickl|frozen|immutab|no exception|not raise|without (?:raising|error)|not (?:fail|crash)|operator"
    r"|compar|reus|second|thread|concurr|unique|differ|lazy|once|symmetr|reentr|stateless|convert|before|after|id(?:_|$)",
    re.IGNORECASE,
)

# What makes a value out of its arguments: `==` of two such values is what a test of the type asks.
MAKES = re.compile(
    r"_*(?:parse|array|asarray|tensor|from|to|make|create|build|new|loads?|decode|convert|symbols?|sympify"
    r"|frozenset|set|tuple|dict|list|bytes|date|datetime|time|timedelta|slice|object|of|mk|get_parser)(?:$|_|s$)"
)
EXPECTED = re.compile(r"expect|want|correct|should|truth|golden|^exp(?:_|$)", re.IGNORECASE)


class ExpectedFromSubject(FileRule):
    message = "`{test}` compares `{call}` with itself: the expected value comes from the code under test"
    why = "The right result is unknown while the test is written, and the code gives one."
    instead = "Work the expected value out by hand, and write it down as a literal."
    severity, confidence, family = Severity.HIGH, Confidence.HIGH, "tests"
    evidence = ("E32",)
    roles = ("test",)

    @on(ast.Assert)
    def check_assert(self, source: Source, node: ast.Assert) -> Iterator[Finding]:
        test = node.test
        if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.Eq):
            yield from self._compare(source, node, test.left, test.comparators[0])

    @on_call(".assertEqual")
    def check_call(self, source: Source, node: ast.Call) -> Iterator[Finding]:
        if len(node.args) >= 2:
            yield from self._compare(source, node, node.args[0], node.args[1])

    def _compare(self, source: Source, node: ast.AST, left: ast.expr, right: ast.expr) -> Iterator[Finding]:
        one, other = _call_behind(left, source.scope), _call_behind(right, source.scope)
        if one is None or other is None or not _are_same(one, other):
            return
        function = source.scope.node
        if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)) or not function.name.startswith(
            "test"
        ):
            return
        said = f"{source.scope.name}\n{ast.get_docstring(function) or ''}\n{_line_above(source, node)}"
        if REPEATS.search(said) or _acts_between(function, one, other) or _is_told_apart(function, one):
            return
        yield self.at(source, node, test=source.scope.name, call=source.segment(one.func) + "(…)")


def _call_behind(node: ast.expr, scope: Scope) -> ast.Call | None:
    """The call that an operand is, or whose result is called expected; `first == second` is a test of
    calling twice."""
    if isinstance(node, ast.Name) and EXPECTED.search(node.id) and scope.bound.get(node.id) == 1:
        node = scope.assigned.get(node.id, node)
    if isinstance(node, ast.Await):
        node = node.value
    return node if isinstance(node, ast.Call) else None


def _are_same(one: ast.Call, other: ast.Call) -> bool:
    """The same function with the same arguments: no constructor and no parser, whose result's `==` may be
    what is tested."""
    if one is other or one.func.__class__ is not other.func.__class__:
        return False
    name = one.func.attr if isinstance(one.func, ast.Attribute) else getattr(one.func, "id", "")
    return not name[:1].isupper() and not MAKES.match(name) and ast.dump(one) == ast.dump(other)


def _acts_between(function: ast.AST, one: ast.Call, other: ast.Call) -> bool:
    """Does anything run between the two calls? Then the second may be asked for a reason."""
    first, last = sorted((one.lineno, other.lineno))
    return any(isinstance(node, ast.Call) and first < node.lineno < last for node in ast.walk(function))


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
