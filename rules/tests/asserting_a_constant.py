"""An assertion that cannot fail checks nothing."""

import ast
from collections.abc import Iterator

from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on


class AssertingAConstant(FileRule):
    message = "this assertion is true whatever the code does"
    why = "A green test is rewarded, and `assert True` is the shortest way there."
    instead = "Assert on the value that the code under test returns or changes."
    severity, confidence, family = Severity.MEDIUM, Confidence.HIGH, "tests"
    evidence = ("E32",)
    roles = ("test",)

    @on(ast.Assert)
    def check(self, source: Source, node: ast.Assert) -> Iterator[Finding]:
        if isinstance(node.test, ast.Constant) and node.test.value:
            yield self.at(source, node)
