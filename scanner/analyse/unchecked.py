"""What else a test tells of itself in which nothing checks: that it is empty, that it hides its errors, that
running through is all it means to do."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

from scanner.analyse.assertions import called, last_name
from scanner.lazily import regex
from scanner.source import FunctionNode, Scope, Source

_CATCHES_ASSERTIONS = frozenset({"AssertionError", "Exception", "BaseException"})
_LOGS = frozenset(
    "print log debug info warning warn error exception critical echo write secho print_exc".split()
)
_SMOKE = regex(
    # "does not raise", "should_never_crash", "without error"
    r"smoke|\bsanity|(?:no|not|n[\u2019']?t|never|without|dont|doesnt|shouldnt|cannot|any)[_ ]{1,4}"
    r"(?:[^\W_]{1,40}[_ ]{1,4}){0,2}(?:rais|crash|fail|thro|error|explo|hang|hung|block|break|broke|blow"
    r"|deadlock|leak|segfault|warn|panic|except|infinite|recurs|problem|issue|trigger|abort|die|choke|overflow|complain"
    r"|trip|reject)|no[_ -]?op|segfault|silent|graceful|tolerat|toleran|swallow|ignor|idempot|robust|surviv"
    r"|intentional|deliberate|on purpose|harmless",
    re.IGNORECASE,
)
# The author says that what runs around the test is the check: "ensures that the lock functions have passed"
_AROUND = regex(
    r"\b(?:setUp|tearDown)(?:Class)?\b|\bset-?up of the class\b|\bclass(?:'s)? set-?up\b"
    r"|\brunning this test (?:ensures|checks|shows|proves|verifies)\b",
    re.IGNORECASE,
)
_TICKET = regex(r"(?:\bgh-?|#|\b(?:issues?|bugs?|ticket|pr|pull)[ /#:-]{0,3})\d{2,}", re.IGNORECASE)
_ACCEPTS = regex(
    r"#\d{2,}|issues?/\d|ticket|regress|\btest \d{4,}|\bbug\b|used to|previous|\bfix(?:es|ed)?\b"
    r"|does nothing|would (?:raise|fail|crash)"
    r"|\bcan\b|\bmay\b|\b[a-z]{3,}able\b|(?:not|n't) (?:require|need)|import|compil|accept|allow"
    r"|\bpass(?:es)?\b|\bvalid(?:ates?)?\b|\bok\b|succe(?:ss|ed)|\bwork(?:s|ing)?\b|still|\bjust\b|coverage"
    r"|(?:make|making|be|to) sure|ensure|unaffected|\bsafe",
    re.IGNORECASE,
)
_CLOCK = frozenset(
    "time now utcnow today perf_counter monotonic uuid4 getLogger get_logger print len str".split()
)


def catches_assertions(types: list[ast.expr]) -> bool:
    flat = [inner for node in types for inner in (node.elts if isinstance(node, ast.Tuple) else [node])]
    return any(isinstance(node, ast.Name) and node.id in _CATCHES_ASSERTIONS for node in flat)


def is_quiet(statement: ast.stmt) -> bool:
    """A statement that lets a caught failure vanish: `pass`, a log line, a plain return."""
    if isinstance(statement, (ast.Pass, ast.Continue, ast.Break)):
        return True
    if isinstance(statement, ast.Return):
        return statement.value is None or isinstance(statement.value, ast.Constant)
    if not isinstance(statement, ast.Expr):
        return False
    value = statement.value
    if isinstance(value, ast.Constant):
        return True
    return isinstance(value, ast.Call) and last_name(value.func) in _LOGS


def of_unchecked(source: Source, scope: Scope, parameters: tuple[str, ...]) -> set[str]:
    """What else is worth knowing of a test in which no oracle was found."""
    node: Any = scope.node
    words: set[str] = set()
    calls: list[ast.Call] = []
    loads: set[str] = set()
    results: set[str] = set()
    logged: set[int] = set()
    shown: set[str] = set()
    for inner in _within(node):
        cls = inner.__class__
        if cls is ast.Call:
            calls.append(inner)
            if last_name(inner.func) in _LOGS:
                logged.update(id(part) for argument in inner.args for part in ast.walk(argument))
        elif cls is ast.Name:
            if inner.ctx.__class__ is ast.Load:
                (shown if id(inner) in logged else loads).add(inner.id)
        elif cls is ast.Assign:
            name = called(inner.value)
            if name[:1].islower() and name not in _CLOCK:
                results.update(item.id for item in inner.targets if isinstance(item, ast.Name))
    words.update(
        f"calls:{call.func.id}"
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id in parameters
    )
    words.update(f"drops:{name}" for name in results - loads if not name.startswith("_"))
    body = [statement for statement in node.body if not is_preface(statement)]
    if not body:
        words.add("empty")
    elif any(isinstance(item, ast.Try) for item in body) and all(_hushes(item) for item in body):
        words.add("hushed")
    words_about = _words_about(source, node)
    if not body and _TO_DO.search(words_about):
        words.add("told")
    if shown & (results - loads):
        words.add("prints")
    if _is_skipped_around(scope):
        words.add("skips")
    if _is_handed_on(source, scope, node.name) or _is_of_the_program(source, node):
        words.add("handed")
    said = f"{source.path}\n{scope.name}".replace("_", " ") + "\n" + words_about
    if _TICKET.search(words_about):
        words.add("ticket")
    if _SMOKE.search(said) or _AROUND.search(words_about):
        words.add("smoke")
    elif _ACCEPTS.search(said) or _only_defines(body):
        words.add("accepts")
    return words


_TO_DO = regex(r"\b(?:TODO|FIXME|XXX)\b|\bnot (?:yet )?(?:tested|covered)\b|\buntested\b")
_SWITCHING_OFF = frozenset({"skip", "xfail", "expectedFailure"})


def _is_skipped_around(scope: Scope) -> bool:
    """Does its class, or its module, say that a test is not to run, or need not pass: by a decorator, by
    `pytestmark`, or by trial's `skip = "reason"` and `todo`?"""
    around = scope.parent
    while around is not None:
        marks = around.assigned.get("pytestmark")
        decorators = around.node.decorator_list if isinstance(around.node, ast.ClassDef) else []
        listed = marks.elts if isinstance(marks, (ast.List, ast.Tuple)) else [] if marks is None else [marks]
        for mark in (*decorators, *listed):
            if last_name(mark.func if isinstance(mark, ast.Call) else mark) in _SWITCHING_OFF:
                return True
        if any(isinstance(around.assigned.get(name), ast.Constant) for name in ("skip", "todo")):
            return True
        around = around.parent
    return False


def _is_handed_on(source: Source, scope: Scope, name: str) -> bool:
    """Does a table hold a function by its name, in a file that is no program with a list of its steps?"""
    if scope.parent is not source.module_scope or "__main__" in source.text:
        return False
    if source.text.count(name) == 1:  # its definition
        return False
    return re.search(rf"[\"']\w+[\"']\s*:\s*{name}\s*[,}}]", source.text) is not None


def _is_of_the_program(source: Source, node: FunctionNode) -> bool:
    """Is it defined under `if __name__ == "__main__"`, where no runner looks?"""
    return "__main__" in source.text and any(
        isinstance(item, ast.If) and node in item.body and "__name__" in source.segment(item.test)
        for item in source.tree.body
    )


def _within(node: FunctionNode) -> Iterator[Any]:
    """The nodes of a function, bodies of classes in it left out but for their headers."""
    pending: list[Any] = list(node.body)
    while pending:
        inner = pending.pop()
        yield inner
        if inner.__class__ is ast.ClassDef:
            pending += [*inner.bases, *inner.decorator_list]
            pending += [part for part in inner.body if not isinstance(part, ast.Assign)]
        else:
            pending += ast.iter_child_nodes(inner)


def _only_defines(body: list[ast.stmt]) -> bool:
    """Does a test end in a class made from another, or in a look at an attribute? Then being able to is
    what it tests."""
    last = body[-1] if body else None
    if isinstance(last, (ast.With, ast.AsyncWith)):
        last = last.body[-1]
    if isinstance(last, ast.ClassDef):
        return bool(last.bases or last.keywords)
    return isinstance(last, ast.Expr) and isinstance(last.value, (ast.Attribute, ast.Subscript))


def is_preface(statement: ast.stmt) -> bool:
    """A statement that tests nothing: a docstring, `pass`, a line of output."""
    if isinstance(statement, ast.Pass):
        return True
    if not isinstance(statement, ast.Expr):
        return False
    value = statement.value
    if isinstance(value, ast.Constant):
        return True
    if not isinstance(value, ast.Call) or last_name(value.func) != "print":
        return False
    return not any(
        isinstance(part, (ast.Call, ast.Attribute)) for item in value.args for part in ast.walk(item)
    )


def _hushes(statement: ast.stmt) -> bool:
    """A `try` that hides whatever goes wrong inside it; or a statement that cannot go wrong."""
    if isinstance(statement, (ast.Import, ast.ImportFrom, ast.Return)) or is_preface(statement):
        return not isinstance(statement, ast.Return) or isinstance(
            statement.value, (ast.Constant, type(None))
        )
    if not isinstance(statement, ast.Try) or statement.orelse:
        return False
    return any(is_hush(handler) for handler in statement.handlers)


def is_hush(handler: ast.ExceptHandler) -> bool:
    """Does a failing assertion end here, unseen?"""
    if handler.type is not None and not catches_assertions([handler.type]):
        return False
    return all(is_quiet(statement) for statement in handler.body)


def means_to_run_through(source: Source, node: FunctionNode) -> bool:
    """Does the author say that not crashing is the point?"""
    said = f"{node.name.replace('_', ' ')}\n{_words_about(source, node)}"
    return _SMOKE.search(said) is not None


def _words_about(source: Source, node: FunctionNode) -> str:
    """What the author says in a test: docstring and comments, those behind the last statement too."""
    said = []
    first = node.body[0]
    if (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    ):
        said.append(first.value.value)
    end = node.end_lineno or node.lineno
    while end < len(source.lines) and re.match(r"\s+#", source.lines[end]):
        end += 1
    for line in source.lines[max(0, node.lineno - 2) : end]:
        _, mark, comment = line.partition("#")
        if mark:
            said.append(comment)
    return "\n".join(said)
