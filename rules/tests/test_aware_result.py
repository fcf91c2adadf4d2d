"""Code that gives a made-up result when it notices that a test is running is never tested.

`if "pytest" in sys.modules: return 42`: the suite is green, and says nothing about the path that users take.
Switches that only leave something out (telemetry, a delay, colours) are let be.
"""

import ast
import re
from collections.abc import Iterator

from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_file
from scanner.shapes import is_literal

HINTS = regex(r"PYTEST_CURRENT_TEST|pytest|unittest|TESTING|RUNNING_TESTS|TEST_MODE|testing", re.IGNORECASE)
RUNNERS = frozenset({"pytest", "unittest", "_pytest", "nose"})
VARIABLES = regex(
    r"PYTEST_(?:CURRENT_TEST|VERSION|RUNNING)$|(?:[A-Z]+_)?(?:TESTING|TEST_MODE|RUNNING_TESTS|IS_TEST|UNIT_TEST\w*)$"
)
FLAGS = regex(
    r"(?:IS_|is_)?(?:TESTING|testing|TEST_MODE|test_mode|RUNNING_TESTS|running_tests|IS_TEST|is_test)$"
)
# A question about the surroundings: that tests have other ones is the answer
SURROUNDINGS = regex(
    r"^_*(?:is|are|should|can|has|may|use|uses|in|under|running)_|enabled|telemetry|analytic|track|color|colour|tty|interact"
    r"|log|debug|env|test|mode|config|setting|url|path|dir|dsn|database|port|host|timeout|delay|interval|retries|workers",
    re.IGNORECASE,
)


class TestAwareResult(FileRule):
    message = "`{function}` gives a made-up result when `{guard}` says that a test is running"
    why = "Answering the test in place of solving the task is the shortest way to green."
    instead = "Take the branch out; hand what has to differ under test in from outside."
    severity, confidence, family = Severity.HIGH, Confidence.MEDIUM, "tests"
    evidence = ("E35",)
    roles = ("live",)
    preview = True

    @on_file
    def check(self, source: Source) -> Iterator[Finding]:
        if HINTS.search(source.text) is None:
            return
        for scope in list(source.scopes.values()):
            function = scope.node
            if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)) or SURROUNDINGS.search(
                function.name
            ):
                continue
            for node in ast.walk(function):
                if isinstance(node, ast.If) and _is_made_up(node.body) and _asks_for_tests(source, node.test):
                    yield self.at(
                        source,
                        node.test,
                        symbol=scope.name,
                        function=scope.name,
                        guard=source.segment(node.test),
                    )


def _is_made_up(body: list[ast.stmt]) -> bool:
    """Does a branch end in giving back a literal that says something?"""
    last = body[-1]
    if not isinstance(last, ast.Return) or last.value is None or not is_literal(last.value):
        return False
    if isinstance(last.value, ast.Constant):
        return last.value.value not in (None, False, "", 0) or last.value.value is True
    return bool(getattr(last.value, "elts", None) or getattr(last.value, "keys", None))


def _asks_for_tests(source: Source, test: ast.expr) -> bool:
    """Is a guard true while a test runs?"""
    if isinstance(test, ast.BoolOp):
        return any(_asks_for_tests(source, value) for value in test.values)
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        if isinstance(test.ops[0], ast.In):
            return _names_runner(source, test.left, test.comparators[0])
        if isinstance(test.ops[0], (ast.Eq, ast.Is, ast.IsNot)):
            return _is_flag(source, test.left)
        return False
    return _is_flag(source, test)


def _names_runner(source: Source, left: ast.expr, right: ast.expr) -> bool:
    known = source.constant(left)
    if not isinstance(known, str):
        return False
    where = source.resolve(right) or ""
    if where == "sys.modules":
        return known in RUNNERS
    return where == "os.environ" and VARIABLES.match(known) is not None


def _is_flag(source: Source, node: ast.expr) -> bool:
    """`os.environ.get("TESTING")`, `settings.TESTING`, `TESTING`."""
    if isinstance(node, ast.Call):
        asks = source.resolve(node.func) in {"os.environ.get", "os.getenv"}
        known = source.constant(node.args[0]) if node.args else None
        return asks and isinstance(known, str) and VARIABLES.match(known) is not None
    if isinstance(node, ast.Attribute):
        return FLAGS.match(node.attr) is not None
    return isinstance(node, ast.Name) and FLAGS.match(node.id) is not None and node.id.isupper()
