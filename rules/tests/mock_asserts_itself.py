"""A test that runs nothing but its own mocks checks nothing but its own mocks.

It tells a mock what to return, calls the mock, and asserts that the mock returned it. The code under test is
never called. Hand the mock to the code, call that, and assert on what the code makes of it.
"""

import ast
import re
from collections.abc import Iterator

from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_file
from scanner.source import BUILTINS, Scope

MAKERS = frozenset({"Mock", "MagicMock", "AsyncMock", "NonCallableMock", "PropertyMock", "create_autospec"})
BYSTANDERS = frozenset(
    {"mock", "unittest", "pytest", "json", "datetime", "timedelta", "asyncio", "Any", "self"}
)
MAKING = regex(r"Mock\b|create_autospec")


class MockAssertsItself(FileRule):
    message = "`{test}` calls nothing but its own mock `{mock}`, and asserts what it told it to return"
    why = "With everything mocked away, a test is easy to write and sure to be green."
    instead = "Hand the mock to the code under test, and assert on what that code returns."
    severity, confidence, family = Severity.HIGH, Confidence.HIGH, "tests"
    evidence = ("E33",)
    roles = ("test",)

    @on_file
    def check(self, source: Source) -> Iterator[Finding]:
        if not source.names("Mock") and not source.names("create_autospec"):
            return
        for scope in source.scopes.values():
            node = scope.node
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("test"):
                if not MAKING.search(source.text_of(node)):
                    continue
                mock = _only_mock(node, scope)
                if mock and _asserts_on_outcome(node):
                    yield self.at(source, node, test=scope.name, mock=mock)


def _only_mock(node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> str:
    """The first mock of a test in which every name is a mock, came out of one, or is a plain value; ""
    where anything else takes part."""
    if node.decorator_list and any("mark" not in ast.dump(item) for item in node.decorator_list):
        return ""
    first = ""
    known = set(BYSTANDERS | MAKERS | BUILTINS)
    for inner in _in_order(node):
        if isinstance(inner, (ast.Import, ast.ImportFrom)):
            if any(not re.match(r"unittest|mock|json|datetime|asyncio", name) for name in _modules(inner)):
                return ""
        elif isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)) or (
            isinstance(inner, ast.Attribute)
            and isinstance(inner.value, ast.Name)
            and inner.value.id == "self"
        ):
            return ""
        elif isinstance(inner, ast.Name):
            if isinstance(inner.ctx, ast.Store):
                known.add(inner.id)
            elif inner.id not in known:
                return ""
        elif isinstance(inner, ast.Assign) and not first and _makes_mock(inner.value):
            first = getattr(inner.targets[0], "id", "")
    return first


def _in_order(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function body, values before the names that they are bound to."""
    statements: list[ast.AST] = list(getattr(node, "body", ()))
    for statement in statements:
        for inner in ast.walk(statement):
            if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
                yield inner
        yield from ast.walk(statement)


def _modules(node: ast.Import | ast.ImportFrom) -> list[str]:
    return [node.module or "."] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]


def _makes_mock(node: ast.expr) -> bool:
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return name in MAKERS


def _asserts_on_outcome(node: ast.AST) -> bool:
    """Does the test assert, and has it told a mock what to give?"""
    asserts = any(isinstance(inner, ast.Assert) for inner in ast.walk(node))
    told = any(
        (isinstance(inner, ast.Attribute) and inner.attr in {"return_value", "side_effect"})
        or (isinstance(inner, ast.keyword) and inner.arg in {"return_value", "side_effect"})
        or (isinstance(inner, ast.Attribute) and isinstance(inner.ctx, ast.Store))
        for inner in ast.walk(node)
    )
    return asserts and told
