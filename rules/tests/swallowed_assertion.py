"""An assertion inside a `try` that catches its failure cannot fail the test.

`AssertionError` is an `Exception`: in `try: assert total == 3` with `except Exception: print("skipped")` the
wrong total is printed, and the test is green. Mostly the `try` was there for the call above the assertion;
move the assertion behind it, or catch the one error that is meant.
"""

import ast
from collections.abc import Iterator

from scanner import shapes
from scanner.analyse.naming import is_collectable
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_file


class SwallowedAssertion(FileRule):
    message = "the `except` around this check hides its failure: `{test}` passes either way"
    why = "Agents wrap what may fail, and an assertion is what may fail."
    instead = (
        "Let the assertion rise; catch only the exception that the call may raise, around the call alone."
    )
    severity, confidence, family = Severity.HIGH, Confidence.HIGH, "tests"
    cwe = (390,)
    evidence = ("E02",)
    roles = ("test",)

    @on_file
    def check(self, source: Source) -> Iterator[Finding]:
        lost = [check.node for check in source.checks]
        for check in source.checks:
            # A check below the `try` still notices what the swallowed one would have.
            below = check.node.end_lineno or check.node.lineno
            if check.fate != "swallowed" or not is_collectable(source.path):
                continue
            if _must_raise(check.node) or not shapes.checks_besides(check.function, lost, below):
                name = source.symbol(check.function)
                yield self.at(source, check.node, symbol=name, test=name)


def _must_raise(node: ast.stmt) -> bool:
    """`assert False` behind the call that was to raise: no other check can notice that it did not."""
    if isinstance(node, ast.Assert):
        return isinstance(node.test, ast.Constant) and not node.test.value
    call = getattr(node, "value", None)
    return isinstance(call, ast.Call) and shapes.last_name(call) == "fail"
