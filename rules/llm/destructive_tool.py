"""A tool that a model may call destroys something, and nobody is asked.

A model calls a tool because a document told it to as readily as because its user did.
"""

import ast
import re
from collections.abc import Iterator

from scanner import shapes, stops
from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_file
from scanner.taint.origins import is_tool

DESTROYS = frozenset(["shutil.rmtree", "os.remove", "os.unlink", "os.removedirs", "os.rmdir"])
METHODS = frozenset(
    "drop_all drop_collection drop_database delete_many delete_bucket terminate_instances "
    "delete_db_instance flushall "
    "flushdb delete_repo delete_repository delete_namespace delete_collection delete_index "
    "delete_message delete_event "
    "delete_user trash".split()
)
STATEMENT = regex(r"^\s*(?:DELETE\s+FROM|DROP\s+(?:TABLE|DATABASE)|TRUNCATE)\b", re.I)


class DestructiveTool(FileRule):
    message = "the model may call `{tool}`, which destroys (`{act}`), and nobody is asked"
    why = "A tool is a function with a decorator, and the function that deletes is already there."
    instead = (
        "Ask the person who is responsible before it acts (an approval step of the framework, a second call "
        "with a token that the first one showed to the user), or move things to a bin that is emptied later."
    )
    severity, confidence, family = Severity.MEDIUM, Confidence.MEDIUM, "llm"
    cwe = (250, 749)
    evidence = ("E46", "E47")
    security_severity = "6.5"
    preview = True
    roles = ("live",)

    @on_file
    def check(self, source: Source) -> Iterator[Finding]:
        if "tool" not in source.text:
            return
        for scope in source.scopes.values():
            function = scope.node
            if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)) or not is_tool(
                source, function
            ):
                continue
            if _is_marked(source, function):
                continue
            for node in shapes.own_nodes(function.body):
                act = _act(source, node, scope) if isinstance(node, ast.Call) else ""
                if act and not stops.is_stopped(source, node, function):
                    yield self.at(source, node, symbol=scope.name, tool=function.name, act=act)
                    break


def _is_marked(source: Source, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Is the client told to ask: `destructiveHint`, `needs_approval=True`?"""
    return any(
        re.search(r"destructive|approv|confirm|interrupt|human", source.segment(decorator), re.I)
        for decorator in function.decorator_list
    )


def _act(source: Source, call: ast.Call, scope: object) -> str:
    name = source.resolve(call.func, scope) or ""  # type: ignore[arg-type]
    last = shapes.last_name(call)
    if name in DESTROYS or (last in METHODS and isinstance(call.func, ast.Attribute)):
        return name if name in DESTROYS else last
    statement = shapes.statement_of(source, call) if last in {"execute", "executescript"} else ""
    found = STATEMENT.match(statement or "")
    return " ".join(found.group().upper().split()) if found else ""
