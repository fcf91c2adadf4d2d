"""A test class with an `__init__` is skipped by pytest, with all its tests."""

import ast
from collections.abc import Iterator

from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on


class UncollectedTest(FileRule):
    message = "pytest collects nothing from `{test}`: the class has an `__init__`"
    why = "Agents write a test class like any other class, and a suite with fewer tests is still green."
    instead = "Move what it sets up to a fixture or to `setup_method`."
    severity, confidence, family = Severity.HIGH, Confidence.HIGH, "tests"
    preview = True
    roles = ("test",)

    @on(ast.ClassDef)
    def check(self, source: Source, node: ast.ClassDef) -> Iterator[Finding]:
        if not node.name.startswith("Test") or node.bases or node.decorator_list or node.col_offset:
            return
        file = source.path.rpartition("/")[2]
        if not (file.startswith("test_") or file.endswith("_test.py")):
            return
        names = {item.name for item in node.body if isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef))}
        if (
            "__init__" in names
            and any(name.startswith("test") for name in names)
            and "__test__" not in source.text
        ):
            yield self.at(source, node, test=node.name)
