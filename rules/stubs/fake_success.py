"""A function that should decide says yes to everything.

A check, a payment or a login whose every path returns the same success, whatever it is given. Callers
trust the name.
"""

import ast
from collections.abc import Iterator

from scanner import shapes
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on
from scanner.source import FunctionNode

DECIDES = frozenset("validate verify authenticate authorize authorise check is has can".split())
SUBJECT = frozenset(
    "token signature password credentials permission permissions access authorized authorised authenticated "
    "auth admin owner payment card payload schema input email url license licence user request api "
    "key session "
    "otp code certificate checksum integrity compliance quota limit balance fraud allowed valid safe secure "
    "webhook captcha csrf scope role roles policy identity config data order address transaction".split()
)
ACTS = frozenset("charge refund pay payment process_payment send_email deploy backup".split())
HONEST = frozenset(
    "null noop no dummy mock fake stub always allow any base abstract default anonymous test demo "
    "skip disabled "
    "unrestricted permissive open everyone mixin interface protocol".split()
)
GOOD = ("success", "ok", "valid", "verified", "approved", "authorized", "completed", "passed", "healthy")


class FakeSuccess(FileRule):
    message = "`{function}` says yes to whatever it is given"
    why = "The happy path is what gets demonstrated; the decision itself is postponed and then forgotten."
    instead = "Decide on the arguments, or raise `NotImplementedError` until it can: a closed door is safe."
    severity, confidence, family = Severity.HIGH, Confidence.MEDIUM, "stubs"
    cwe = (303, 393)
    evidence = ("P",)
    roles = ("live",)
    preview = True

    @on(ast.FunctionDef, ast.AsyncFunctionDef)
    def check(self, source: Source, node: FunctionNode) -> Iterator[Finding]:
        body = shapes.body_of(node)
        if (
            len(body) > 4
            or not body
            or not isinstance(body[-1], ast.Return)
            or not _is_success(body[-1].value)
        ):
            return
        if not _decides(node.name) or not _ignores_its_input(node, body):
            return
        if node.decorator_list or _is_honest(source, node):
            return
        yield self.at(source, node, function=node.name)


def _decides(name: str) -> bool:
    words = shapes.words(name)
    return bool(words & DECIDES and words & SUBJECT) or bool(words & ACTS) or words <= DECIDES


def _is_success(value: ast.expr | None) -> bool:
    if isinstance(value, ast.Constant):
        return value.value is True
    if isinstance(value, ast.Tuple):
        return bool(value.elts) and _is_success(value.elts[0]) and shapes.is_literal(value)
    if isinstance(value, ast.Dict):
        return any(
            isinstance(key, ast.Constant)
            and key.value in {"success", "valid", "status", "verified", "is_valid", "ok", "authorized"}
            and isinstance(item, ast.Constant)
            and (item.value is True or item.value in GOOD)
            for key, item in zip(value.keys, value.values, strict=True)
        )
    return False


def _ignores_its_input(node: FunctionNode, body: list[ast.stmt]) -> bool:
    """Parameters there are, and none is read; nothing is called but the log."""
    names = set(shapes.parameters(node))
    if not names:
        return False
    for inner in shapes.own_nodes(body[:-1]):
        if isinstance(inner, ast.Call) and not shapes.is_talk(inner):
            return False
        if isinstance(inner, (ast.Raise, ast.Return, ast.Yield, ast.Await, ast.Attribute)) and not isinstance(
            inner, ast.Attribute
        ):
            return False
        if isinstance(inner, ast.Compare):
            return False
    read = {inner.id for inner in ast.walk(body[-1]) if isinstance(inner, ast.Name)}
    return not any(isinstance(inner, (ast.Call, ast.Attribute)) for inner in ast.walk(body[-1])) and not (
        read & names and isinstance(body[-1], ast.Constant)
    )


def _is_honest(source: Source, node: FunctionNode) -> bool:
    """Named as one that lets everything pass, or a default that subclasses replace."""
    scope = source.scopes[id(node)]
    owner = scope.class_scope
    names = shapes.words(node.name) | shapes.words(source.path)
    if owner is not None:
        names |= shapes.words(owner.name)
        bases = getattr(owner.node, "bases", [])
        if bases or _is_overridden(source, owner.name, node.name):
            return True
    if "allow any" in source.segment(node).lower():
        return True
    docstring = (ast.get_docstring(node) or "").lower()
    return bool(names & HONEST) or any(
        word in docstring for word in ("always", "override", "subclass", "no-op", "default", "every")
    )


def _is_overridden(source: Source, owner: str, method: str) -> bool:
    """Does a class of the same file put its own in its place?"""
    for scope in source.scopes.values():
        bases = getattr(scope.node, "bases", ()) if method in scope.definitions else ()
        if any(isinstance(base, ast.Name) and base.id == owner for base in bases):
            return True
    return False
