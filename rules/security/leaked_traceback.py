"""Whoever causes an error is shown the inside of the program.

A traceback names paths, versions and values; it belongs into the log.
"""

import ast
from collections.abc import Iterator

from scanner import shapes
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call

WEB = (
    "fastapi",
    "flask",
    "django",
    "starlette",
    "aiohttp.web",
    "rest_framework",
    "sanic",
    "tornado",
    "quart",
    "ninja",
)
ANSWERS = frozenset(
    "jsonify JSONResponse HttpResponse HTTPException Response JsonResponse HTMLResponse PlainTextResponse "
    "make_response HttpResponseServerError json_response abort render_template_string ORJSONResponse".split()
)
STAGE = ("debug", "development", "testing", "dev")


class LeakedTraceback(FileRule):
    message = "whoever causes this error is shown the traceback"
    why = "It is the quickest way to see what went wrong, and it stays when it has been seen."
    instead = "Log it (`logger.exception`), and answer with a number that finds the entry."
    severity, confidence, family = Severity.MEDIUM, Confidence.HIGH, "security"
    cwe = (209,)
    evidence = ("E28",)
    security_severity = "5.3"
    roles = ("live",)
    preview = True

    @on_call("traceback.format_exc", "traceback.format_exception", "traceback.format_tb")
    def check(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        if not any(name in source.text for name in WEB):
            return
        if self._is_answered(source, call) and not _is_for_developers(source, call):
            yield self.at(source, call, symbol=source.scope.name)

    def _is_answered(self, source: Source, call: ast.Call) -> bool:
        for around in source.ancestors(call):
            if isinstance(around, ast.Call):
                if shapes.last_name(around) in ANSWERS:
                    return True
                if shapes.is_talk(around) or shapes.is_recording(around):
                    return False
            if isinstance(around, ast.Assign) and isinstance(around.targets[0], ast.Name):
                return _is_put_into_an_answer(source, around.targets[0].id)
            if isinstance(around, ast.stmt):
                return isinstance(around, ast.Return) and _is_a_route(source)
        return False


def _is_put_into_an_answer(source: Source, name: str) -> bool:
    for node in shapes.own_nodes(getattr(source.scope.node, "body", [])):
        if isinstance(node, ast.Call) and shapes.last_name(node) in ANSWERS:
            values = [*node.args, *(one.value for one in node.keywords)]
            if any(
                isinstance(one, ast.Name) and one.id == name for value in values for one in ast.walk(value)
            ):
                return True
    return False


def _is_a_route(source: Source) -> bool:
    decorators = getattr(source.scope.node, "decorator_list", [])
    calls = [one for one in decorators if isinstance(one, ast.Call)]
    return any(
        shapes.last_name(one)
        in {"get", "post", "put", "delete", "patch", "route", "api_view", "errorhandler"}
        for one in calls
    )


def _is_for_developers(source: Source, call: ast.Call) -> bool:
    """Under a condition that asks for the stage, or for those who run the place."""
    words = (*STAGE, "is_staff", "is_superuser", "is_admin", "verbose", "env")
    return any(
        isinstance(around, (ast.If, ast.IfExp))
        and any(word in source.segment(around.test).lower() for word in words)
        for around in source.ancestors(call)
    )
