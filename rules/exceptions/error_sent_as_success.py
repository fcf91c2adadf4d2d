"""A route answers 200 with the error in the body.

Clients, proxies, retries and dashboards look at the status; for them this request went well. The text of
the error goes out to whoever asked.
"""

import ast
from collections.abc import Iterator

from scanner import shapes
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on
from scanner.source import FunctionNode

VERBS = frozenset("get post put patch delete route api_route".split())
ERRORS = frozenset(["error", "errors", "err", "exception", "detail", "traceback"])
# A field that every answer carries: whoever reads the answer reads it first.
VERDICTS = frozenset(["success", "status", "ok"])
WENT_WRONG = frozenset([False, "error", "failed", "failure", "fail"])
WENT_WELL = frozenset([True, "success", "ok", "succeeded", "done"])
LOOKED_AT = frozenset("debug diagnose diagnostic diagnostics test".split())
# Who watches these watches the status code.
WATCHED = frozenset("health healthz healthcheck ready readiness readyz alive liveness live ping".split())


class ErrorSentAsSuccess(FileRule):
    message = "`{function}` answers 200 when it fails, with the error in the body"
    why = "Catching all and returning a dictionary makes every route look handled."
    instead = "Raise the framework's HTTP error with a status of its own, and log the details here."
    severity, confidence, family = Severity.LOW, Confidence.HIGH, "exceptions"
    cwe = (392, 209)
    evidence = ("E02",)
    roles = ("live",)

    @on(ast.Try)
    def check(self, source: Source, node: ast.Try) -> Iterator[Finding]:
        function = source.scope.node
        if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)) or not _is_route(function):
            return
        for handler in node.handlers:
            last = handler.body[-1]
            if not isinstance(last, ast.Return) or not _is_error(last.value, handler.name):
                continue
            sets_status = any(
                isinstance(one, ast.Attribute) and one.attr == "status_code" for one in ast.walk(handler)
            )
            if shapes.words(function.name) & LOOKED_AT or _is_envelope(source, last.value):
                continue
            if _has_the_same_fields(function, last) and not shapes.words(function.name) & WATCHED:
                continue
            if shapes.is_broad(source, handler) and not sets_status:
                yield self.at(source, last, symbol=source.scope.name, function=function.name)


def _is_route(function: FunctionNode) -> bool:
    """Decorated as `@app.get("/path")` and the like; the path tells it from a cache's `get`."""
    for decorator in function.decorator_list:
        if not isinstance(decorator, ast.Call) or not isinstance(decorator.func, ast.Attribute):
            continue
        path = decorator.args[0] if decorator.args else None
        if decorator.func.attr in VERBS and isinstance(path, ast.Constant):
            return isinstance(path.value, str) and path.value[:1] in {"/", ""}
    return False


def _is_envelope(source: Source, value: ast.expr | None) -> bool:
    """Do other answers of the file carry the same verdict, the other way round?"""
    said = _verdict(value)
    if said is None or said[1] not in WENT_WRONG:
        return False
    answers = (_verdict(one) for one in source.nodes if isinstance(one, ast.Dict))
    return any(one is not None and one[0] == said[0] and one[1] in WENT_WELL for one in answers)


def _has_the_same_fields(function: FunctionNode, failure: ast.Return) -> bool:
    """Does the failure carry what a success carries, two fields at least? Then its reader looks at them."""
    told = _fields(failure.value)
    others = (_fields(value) for value in shapes.returned(function) if value is not failure.value)
    return any(len(fields) > 1 and fields <= told for fields in others)


def _fields(value: ast.expr | None) -> frozenset[object]:
    if isinstance(value, ast.Call) and value.args:
        value = value.args[0]
    if not isinstance(value, ast.Dict):
        return frozenset()
    return frozenset(key.value for key in value.keys if isinstance(key, ast.Constant))


def _verdict(value: ast.expr | None) -> tuple[str, object] | None:
    """The field of an answer that says how it went, and what it says."""
    if isinstance(value, ast.Call) and value.args:
        value = value.args[0]
    if not isinstance(value, ast.Dict):
        return None
    for key, said in zip(value.keys, value.values, strict=True):
        if isinstance(key, ast.Constant) and key.value in VERDICTS and isinstance(said, ast.Constant):
            return str(key.value), said.value
    return None


def _is_error(value: ast.expr | None, caught: str | None) -> bool:
    """`{"error": str(e)}`, bare or in a `jsonify` without a status beside it."""
    if isinstance(value, ast.Call) and shapes.last_name(value) == "jsonify" and value.args:
        value = value.args[0]
    if not isinstance(value, ast.Dict) or caught is None:
        return False
    keys = {key.value for key in value.keys if isinstance(key, ast.Constant)}
    if not keys & ERRORS and keys.isdisjoint({"success", "status"}):
        return False
    return any(isinstance(node, ast.Name) and node.id == caught for node in ast.walk(value))
