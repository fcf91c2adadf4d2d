"""A permission check runs only for those who are signed in; a stranger passes.

`if user:` around the check skips it where there is no user, and what it protects comes after it.
"""

import ast
from collections.abc import Iterator, Sequence

from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on

WHO = regex(
    r"^(current_?)?user$|^(current|request|auth|jwt)_?user$|^(auth_|access_|api_|jwt_|bearer_)?token$|"
    r"^(user_?id|current_user_id|api_key|identity|principal|credentials|session_user)$|^is_authenticated$"
)
DENIALS = frozenset(
    "abort HTTPException HttpResponseForbidden PermissionDenied Forbidden Unauthorized PermissionError "
    "AccessDenied NotAuthorized".split()
)
CHANGES = frozenset(
    "delete remove commit save update create insert add execute delete_one update_one insert_one destroy "
    "set_password unlink rmtree".split()
)


class FailOpenGuard(FileRule):
    message = "the check runs only if there is a `{who}`; without one, what follows is done for a stranger"
    why = "Agents guard against a missing value first, and forget that the missing user is the attacker."
    instead = "Turn around: deny where there is no `{who}`, then check what it may do."
    severity, confidence, family = Severity.CRITICAL, Confidence.MEDIUM, "security"
    cwe = (285, 636)
    evidence = ("E06",)
    security_severity = "9.1"
    roles = ("live",)
    preview = True

    @on(ast.If)
    def check(self, source: Source, node: ast.If) -> Iterator[Finding]:
        if node.orelse or len(node.body) != 1 or not isinstance(node.body[0], ast.If):
            return
        who = _who(node.test)
        inner = node.body[0]
        if not who or inner.orelse or not _denies(source, inner.body):
            return
        rest = _after(source, node)
        if rest and any(_changes(statement) for statement in rest):
            yield self.at(source, node, who=who)


def _who(test: ast.expr) -> str:
    """`user` of `if user:`, `if user is not None:`, `if user.is_authenticated:`."""
    if isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.IsNot):
        test = test.left
    parts = []
    while isinstance(test, ast.Attribute):
        parts.append(test.attr)
        test = test.value
    if not isinstance(test, ast.Name):
        return ""
    named = [part for part in (*parts, test.id) if WHO.match(part)]
    return named[-1] if named else ""


def _denies(source: Source, body: Sequence[ast.stmt]) -> bool:
    last = body[-1]
    value = last.exc if isinstance(last, ast.Raise) else getattr(last, "value", None)
    if not isinstance(last, (ast.Raise, ast.Return, ast.Expr)):
        return False
    if isinstance(value, ast.Tuple):  # Flask: `return jsonify(…), 403`
        return any(source.constant(item) in {401, 403} for item in value.elts)
    if not isinstance(value, ast.Call):
        return isinstance(value, ast.Name) and value.id in DENIALS
    name = value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
    if name in {"Response", "JsonResponse", "JSONResponse"}:
        return any(source.constant(one.value) in {401, 403} for one in value.keywords)
    return name in DENIALS


def _after(source: Source, node: ast.If) -> Sequence[ast.stmt]:
    """The statements that follow in the same block."""
    parent = source.parents.get(id(node))
    block = getattr(parent, "body", None)
    if not isinstance(block, list) or node not in block:
        return ()
    return block[block.index(node) + 1 :]


def _changes(statement: ast.stmt) -> bool:
    return any(
        isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in CHANGES
        for call in ast.walk(statement)
    )
