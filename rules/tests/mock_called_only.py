"""A test that only asks whether its mocks were called accepts a call with anything.

All around the code under test is patched, and what it makes of its input is never looked at: neither what it
gives back nor what it hands to the mocks. `send.assert_called_once()` is green for the wrong recipient.
"""

import ast
from collections.abc import Iterator

from scanner import shapes
from scanner.analyse.naming import is_asserting
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_file
from scanner.source import FunctionNode

# They ask that a call was made, and take no argument to compare it with.
BARE = frozenset({"assert_called", "assert_called_once", "assert_awaited", "assert_awaited_once"})
FLAGS = frozenset({"called"})
COUNTS = frozenset({"call_count", "await_count"})
LOOKS = frozenset("call_args call_args_list mock_calls method_calls await_args await_args_list".split())
EXPECTING = frozenset({"raises", "warns", "assertRaises", "assertRaisesRegex", "assertLogs", "assertWarns"})
ALL_AROUND = 2  # patches; with one, the notification may be all that there is to see


class MockCalledOnly(FileRule):
    message = "`{test}` only asks whether its mocks were called, and never with what"
    why = "With all collaborators mocked there is little else to assert on, and a call did happen."
    instead = (
        "Say with what: `assert_called_once_with(…)`; or let a collaborator run, and assert on the result."
    )
    severity, confidence, family = Severity.LOW, Confidence.MEDIUM, "tests"
    evidence = ("E33",)
    roles = ("test",)
    preview = True

    @on_file
    def check(self, source: Source) -> Iterator[Finding]:
        if "patch" not in source.text or "_called" not in source.text:
            return
        for scope in list(source.scopes.values()):
            node = scope.node
            if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                continue
            if node.name.startswith("test") and "called" in source.text_of(node) and _only_asks(node):
                yield self.at(source, node, test=scope.name)


def _only_asks(test: FunctionNode) -> bool:
    """Is nothing in a test a check but of whether a mock was called, and is much patched?"""
    nodes = list(ast.walk(test))
    if any(isinstance(node, ast.Attribute) and node.attr in LOOKS for node in nodes):
        return False
    checks = [node for node in nodes if _is_check(node)]
    patches = sum(1 for node in nodes if isinstance(node, ast.Call) and _is_patch(node))
    return bool(checks) and patches >= ALL_AROUND and all(map(_is_bare, checks))


def _is_check(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        name = shapes.last_name(node)
        return name in EXPECTING or is_asserting(name)
    return isinstance(node, (ast.Assert, ast.Raise))


def _is_bare(check: ast.AST) -> bool:
    if isinstance(check, ast.Assert):
        return _is_count(check.test)
    if not isinstance(check, ast.Call):
        return False
    if shapes.last_name(check) == "assertTrue" and len(check.args) == 1:
        return _is_count(check.args[0])
    return shapes.last_name(check) in BARE


def _is_count(test: ast.expr) -> bool:
    """`m.called`, `m.call_count == 1`, `m.call_count > 0`. More than one call is worth an assertion."""
    if isinstance(test, ast.Attribute):
        return test.attr in FLAGS
    if not isinstance(test, ast.Compare) or not isinstance(test.left, ast.Attribute):
        return False
    right = test.comparators[0]
    few = isinstance(right, ast.Constant) and right.value in (True, 1, 0)
    asks = isinstance(test.ops[0], (ast.GtE, ast.Gt)) or (few and getattr(right, "value", 0) != 0)
    return test.left.attr in COUNTS and few and asks


def _is_patch(call: ast.Call) -> bool:
    """`patch("a.b")`, `patch.object(a, "b")`, `mocker.patch("a.b")`; what is patched by hand counts not."""
    func = call.func
    if shapes.last_name(call) == "object" and isinstance(func, ast.Attribute):
        func = func.value
        return getattr(func, "attr", getattr(func, "id", "")) == "patch"
    return shapes.last_name(call) == "patch"
