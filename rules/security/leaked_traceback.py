"""Whoever causes an error is shown the inside of the program.

A traceback names paths, versions and values; it belongs into the log.
"""

import ast
from collections.abc import Iterator

from scanner import shapes
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_file

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
FORMATS = frozenset(["format_exc", "format_exception", "format_tb"])
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

    @on_file
    def check(self, source: Source) -> Iterator[Finding]:
        """The first of a file: the others are repaired in the same breath."""
        if "traceback.format_" not in source.text or not any(name in source.text for name in WEB):
            return
        found = [
            node
            for node in source.nodes
            if isinstance(node, ast.Call)
            and shapes.last_name(node) in FORMATS
            and _is_answered(source, node)
            and not _is_for_developers(source, node)
        ]
        if found:
            first = min(found, key=lambda call: (call.lineno, call.col_offset))
            yield self.at(source, first, details={"times": len(found)})


def _is_answered(source: Source, call: ast.Call) -> bool:
    for around in source.ancestors(call):
        if isinstance(around, ast.Call):
            if shapes.last_name(around) in ANSWERS:
                return True
            if shapes.is_talk(around) or shapes.is_recording(around):
                return False
        if isinstance(around, ast.Assign) and isinstance(around.targets[0], ast.Name):
            return _is_put_into_an_answer(source, call, around.targets[0].id)
        if isinstance(around, ast.stmt):
            return isinstance(around, ast.Return) and _is_a_route(source, call)
    return False


def _is_put_into_an_answer(source: Source, call: ast.Call, name: str) -> bool:
    for node in shapes.own_nodes(getattr(source.function_of(call), "body", [])):
        if isinstance(node, ast.Call) and shapes.last_name(node) in ANSWERS:
            values = [*node.args, *(one.value for one in node.keywords)]
            if any(
                isinstance(one, ast.Name) and one.id == name for value in values for one in ast.walk(value)
            ):
                return True
    return False


def _is_a_route(source: Source, call: ast.Call) -> bool:
    decorators = getattr(source.function_of(call), "decorator_list", [])
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
