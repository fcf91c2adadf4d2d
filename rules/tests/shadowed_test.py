"""A test that another test of the same name replaces never runs.

Both stand in one file or one class; Python keeps the last, and the number of tests in the summary is the only
trace. Give the first one a name that says what it tests, run it, and see whether it still passes.
"""

import ast
from collections.abc import Iterator
from typing import TypeGuard

from scanner.analyse.naming import is_collectable
from scanner.rule import Confidence, FileRule, Finding, Location, Related, Severity, Source, on_file

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class ShadowedTest(FileRule):
    message = "`{test}` never runs: a later definition of the same name replaces it"
    why = "Agents append tests without reading what the file already holds."
    instead = "Rename one of the two."
    severity, confidence, family = Severity.HIGH, Confidence.HIGH, "tests"
    cwe = (563,)
    roles = ("test",)

    @on_file
    def check(self, source: Source) -> Iterator[Finding]:
        if not is_collectable(source.path):
            return
        blocks = [source.tree.body]
        blocks += [node.body for node in source.tree.body if _is_suite(node)]
        for body in blocks:
            for lost, kept in _shadowed(body):
                place = Location(source.path, *source.header(kept))
                related = (Related(place, "the definition that runs"),)
                yield self.at(source, lost, test=source.symbol(lost), related=related)


def _shadowed(body: list[ast.stmt]) -> Iterator[tuple[Definition, Definition]]:
    """Pairs of definitions in one block, the first of which is replaced before anybody could use it."""
    last: dict[str, Definition] = {}
    for node in body:
        if not isinstance(node, Definition):
            continue
        earlier = last.get(node.name)
        if earlier is not None and _is_test(earlier) and not _is_used(earlier.name, body, earlier, node):
            yield earlier, node
        last[node.name] = node


def _is_test(node: Definition) -> bool:
    """A test, or a class of tests; a decorator may have kept what it was handed."""
    if any(not _is_mark(item) for item in node.decorator_list):
        return False
    if isinstance(node, ast.ClassDef):
        held = any(isinstance(item, Definition) and item.name.startswith("test") for item in node.body)
        return held and _is_suite(node)
    return node.name.startswith("test")


def _is_suite(node: ast.stmt) -> TypeGuard[ast.ClassDef]:
    """A class that a runner collects: by its name, or because it comes from one (`TestCase`) that is."""
    if not isinstance(node, ast.ClassDef):
        return False
    return node.name.startswith("Test") or any(
        not (isinstance(base, ast.Name) and base.id == "object") for base in node.bases
    )


def _is_mark(node: ast.expr) -> bool:
    spelled = ast.dump(node)
    return "attr='mark'" in spelled or "'patch'" in spelled


def _is_used(name: str, body: list[ast.stmt], start: ast.stmt, end: ast.stmt) -> bool:
    """Does a statement between two definitions name the first?"""
    between = body[body.index(start) + 1 : body.index(end)]
    plain = (
        node for node in [*between, *getattr(end, "decorator_list", ())] if not isinstance(node, Definition)
    )
    bases = getattr(end, "bases", ())
    return any(
        isinstance(inner, ast.Name) and inner.id == name
        for node in [*plain, *bases]
        for inner in ast.walk(node)
    )
