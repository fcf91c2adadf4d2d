"""What stands between a destructive act and its target: the recognised stops.

A stop is something that a person or the environment has to say first: a confirmation, a dry run, a flag
of the caller's, a check of the environment, a backup. It counts where it dominates the act: around it, or
before it on the way there.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from scanner import shapes
from scanner.lazily import regex
from scanner.source import FunctionNode, Source

_WORDS = regex(
    r"confirm|dry_?run|force|\byes\b|assume_yes|skip_prompt|\benv\b|environ|is_prod|production|staging|testing"
    r"|\btest\b|allow_|protect|backup|snapshot|overwrite|replace|recreate|reset|cleanup|clean_|delete|destroy"
    r"|clear|scrub|missing|mismatch|changed|corrupt|drop|purge|wipe|prune|expired|stale|temp|tmp|owner|ephemeral|managed|answer|response|choice|proceed",
    re.IGNORECASE,
)
_ASKS = frozenset(["confirm", "input", "ask", "prompt", "select", "getpass", "raw_input", "text_input"])
_SAVES = regex(r"backup|snapshot|dump|export|archive|copytree|move|rename|trash|copy", re.IGNORECASE)
_PATH_CHECKS = regex(
    r"is_relative_to|relative_to|commonpath|startswith|samefile|_safe|safe_|validate|assert_|ensure_within"
    r"|is_safe|within|allowed|mkdtemp|temp|tmp",
    re.IGNORECASE,
)
# A name that says what is going to happen: the caller has decided.
SAYS_SO = frozenset(
    "delete destroy drop remove purge wipe clear clean cleanup reset teardown prune terminate uninstall "
    "truncate flush rm rmtree empty erase expire evict recreate rebuild unlink discard rollback undo close "
    "downgrade kill shutdown nuke replace overwrite free deregister del cascade gc sweep down".split()
)


def says_so(name: str) -> bool:
    """Does the name of a function announce the destruction?"""
    return bool(shapes.words(name) & SAYS_SO)


def is_stopped(source: Source, node: ast.AST, function: FunctionNode | None) -> bool:
    """Does a recognised stop dominate `node`?"""
    inner: ast.AST = node
    for around in source.ancestors(node):
        if isinstance(around, ast.If) and _mentions(source, around.test, _WORDS):
            return True
        if isinstance(around, ast.Try) and inner in around.finalbody:
            return True  # it clears away what the same block has made
        if isinstance(around, (ast.With, ast.AsyncWith)) and any(
            _mentions(source, item.context_expr, _PATH_CHECKS) for item in around.items
        ):
            return True
        if any(_stops(source, one) for one in _before(around, inner)):
            return True
        if around is function:
            break
        inner = around
    return function is not None and _is_asked(source, function)


def _before(around: ast.AST, inner: ast.AST) -> Iterator[ast.stmt]:
    """The statements that stand before `inner` in the block that holds it."""
    for name in ("body", "orelse", "finalbody"):
        block = getattr(around, name, None)
        if isinstance(block, list) and inner in block:
            yield from block[: block.index(inner)]


def _stops(source: Source, statement: ast.stmt) -> bool:
    if isinstance(statement, ast.If):
        leaves = any(
            isinstance(one, (ast.Return, ast.Raise, ast.Continue, ast.Break))
            or (isinstance(one, ast.Call) and shapes.last_name(one) in {"exit", "abort", "_exit"})
            for one in shapes.own_nodes(statement.body)
        )
        if leaves and (
            _mentions(source, statement.test, _WORDS) or _mentions(source, statement.test, _PATH_CHECKS)
        ):
            return True
    for one in shapes.own_nodes([statement]):
        if isinstance(one, ast.Call):
            name = shapes.last_name(one)
            if name in _ASKS or _SAVES.search(name) or _PATH_CHECKS.search(name):
                return True
    return False


def _is_asked(source: Source, function: FunctionNode) -> bool:
    """A parameter or a decorator by which the caller says yes."""
    if any(re.search(r"confirm|dry_?run|force|^yes$", name) for name in shapes.parameters(function)):
        return True
    return any(
        "confirm" in (ast.get_source_segment(source.text, decorator) or "")
        for decorator in function.decorator_list
    )


def _mentions(source: Source, node: ast.AST, pattern: re.Pattern[str]) -> bool:
    return bool(pattern.search(ast.get_source_segment(source.text, node) or ""))
