"""A permission is checked with `assert`, which `python -O` leaves out.

Whether the check exists then hangs on how the program was started.
"""

import ast
from collections.abc import Iterator

from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on

MAY = regex(
    r"^(?:is_admin|is_superuser|is_staff|is_owner|is_moderator|has_perm|has_perms|has_permission|"
    r"has_role|has_access|can_(?:edit|delete|view|access|manage|write|read)\w*|check_permission\w*)$"
)
WHO = regex(r"\b(?:current_user|request\.user|self\.request\.user|g\.user)\b")


class AssertAsAccessControl(FileRule):
    message = "this permission is checked only where Python runs without `-O`"
    why = "`assert` is the shortest way to say that something must be so."
    instead = "Raise, or answer with 403, where the permission is missing."
    severity, confidence, family = Severity.HIGH, Confidence.MEDIUM, "security"
    cwe = (617, 285)
    evidence = ("P",)
    security_severity = "7.1"
    roles = ("live",)
    preview = True

    @on(ast.Assert)
    def check(self, source: Source, node: ast.Assert) -> Iterator[Finding]:
        if _asks_for_a_right(source, node.test):
            yield self.at(source, node)


def _asks_for_a_right(source: Source, test: ast.expr) -> bool:
    if isinstance(test, ast.BoolOp):
        return any(_asks_for_a_right(source, value) for value in test.values)
    if isinstance(test, ast.UnaryOp):  # `assert not user.is_admin` asks for the opposite
        return False
    if isinstance(test, ast.Call):
        test = test.func
    if isinstance(test, ast.Attribute):
        return bool(MAY.match(test.attr))
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.Eq):
        sides = [source.segment(side) for side in (test.left, test.comparators[0])]
        return any(WHO.search(side) for side in sides) and any(
            "owner" in side or "user" in side for side in sides
        )
    return False
