"""Shapes of Python code that several rules look for: what a function gives back, what a handler does with
the error, what is only talk. Pure functions over nodes; nothing here knows a rule."""

from __future__ import annotations

import ast
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from typing import Any, TypeGuard

from scanner.facts import Place
from scanner.lazily import regex
from scanner.source import Comment, FunctionNode, Scope, Source

_NESTED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_LOGGING = frozenset(
    "debug info warning warn error exception critical log print echo secho fatal trace success rule "
    "write notice".split()
)
_RECORDERS = _LOGGING | frozenset(
    "capture_exception record_exception print_exc format_exc exc_info print_exception add_error "
    "set_exception "
    "fail showwarning _exit exit abort excepthook capture_message captureException record notify report "
    "handle_error on_error".split()
)
_ANOTHER_STAGE = regex(
    r"(?:^|[/_.])(?:dev|devel|development|local|test|testing|tests|ci|docs|debug|example|runtests)(?:$|[/_.])",
    re.I,
)
_MAX_HOPS = 8  # aliases of aliases
BROAD = frozenset(["builtins.Exception", "builtins.BaseException"])


def own_nodes(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """Every node of a block, in no particular order, nested definitions left out."""
    pending: list[ast.AST] = list(body)
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, _NESTED):
            pending.extend(ast.iter_child_nodes(node))


def comparisons(source: Source, *looks: re.Pattern[str]) -> Iterator[ast.Compare]:
    """The comparisons of two values by `==` or `!=`: all, or those on lines that one of the patterns finds
    something in."""
    lines = [
        number for number, line in source.comparing if not looks or any(look.search(line) for look in looks)
    ]
    pending: list[Any] = [source.tree] if lines else []
    while pending:
        node = pending.pop()
        first = getattr(node, "lineno", 0)
        if first and bisect_left(lines, first) == bisect_right(lines, node.end_lineno):
            continue
        pending.extend(ast.iter_child_nodes(node))
        if (
            node.__class__ is ast.Compare
            and len(node.ops) == 1
            and node.ops[0].__class__ in (ast.Eq, ast.NotEq)
        ):
            yield node


def body_of(function: FunctionNode) -> list[ast.stmt]:
    """The statements of a function, its docstring left out."""
    first = function.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        return function.body[1:]
    return function.body


def parameters(function: FunctionNode) -> list[str]:
    """The names of the parameters, `self` and `cls` left out."""
    args = function.args
    every = [*args.posonlyargs, *args.args, *args.kwonlyargs]
    every += [arg for arg in (args.vararg, args.kwarg) if arg is not None]
    return [arg.arg for arg in every if arg.arg not in {"self", "cls"}]


def returned(function: FunctionNode) -> list[ast.expr | None]:
    """What the `return` statements of a function give, in the order of the source."""
    found = [node for node in own_nodes(function.body) if isinstance(node, ast.Return)]
    return [node.value for node in sorted(found, key=lambda node: (node.lineno, node.col_offset))]


def last_name(call: ast.Call) -> str:
    """The last part of what is called: `get` of `a.b.get(…)`."""
    func = call.func
    return func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")


def is_literal(node: ast.AST | None) -> bool:
    """A constant, or a container of constants."""
    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, ast.UnaryOp):
        return is_literal(node.operand)
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return all(is_literal(item) for item in node.elts)
    if isinstance(node, ast.Dict):
        return all(key is not None and is_literal(key) for key in node.keys) and all(
            is_literal(value) for value in node.values
        )
    return False


def is_fixed(source: Source, node: ast.AST | None, scope: Scope | None = None) -> bool:
    """Is a text, or bytes, written in the code: a literal, what is computed from literals alone
    (`b"\\0" * 16`, `bytes(16)`, `"key".encode()`), or a name bound once to one?"""
    for _ in range(_MAX_HOPS):
        if not isinstance(node, ast.Name):
            break
        binder = (scope or source.scope).binder(node.id)
        if binder is None or binder.bound.get(node.id) != 1:
            return False
        node = binder.assigned.get(node.id)
    if isinstance(node, ast.Constant):
        return isinstance(node.value, (str, bytes)) and bool(node.value)
    if isinstance(node, ast.BinOp):
        return any(is_fixed(source, side, scope) for side in (node.left, node.right)) and all(
            is_literal(side) or is_fixed(source, side, scope) for side in (node.left, node.right)
        )
    if isinstance(node, ast.Call):
        return _is_fixed_call(source, node, scope)
    return False


def _is_fixed_call(source: Source, call: ast.Call, scope: Scope | None) -> bool:
    """`bytes(16)`, `bytes.fromhex("…")`, `b64decode("…")`, `"…".encode()`."""
    name = last_name(call)
    if name == "encode" and isinstance(call.func, ast.Attribute):
        return is_fixed(source, call.func.value, scope)
    if name in {"bytes", "bytearray"} and len(call.args) == 1 and isinstance(call.args[0], ast.Constant):
        return True
    if name in {"bytes", "bytearray", "fromhex", "unhexlify", "b64decode", "urlsafe_b64decode"}:
        return bool(call.args) and is_fixed(source, call.args[0], scope)
    return False


_OF_PYTHON_2 = re.compile(r"\b(xrange|raw_input|basestring|unichr|execfile)\s*\(")


def is_python_2(source: Source) -> bool:
    """Does a file call builtins that Python 3 has not got, and that it neither defines nor imports? It may
    parse; it does not run."""
    scope = source.module_scope
    return any(
        name not in scope.bound and name not in scope.imports for name in _OF_PYTHON_2.findall(source.text)
    )


def is_for_another_stage(path: str) -> bool:
    """Are these, by their name, the settings of a developer's machine or of the tests?"""
    return _ANOTHER_STAGE.search(path) is not None


def sets(node: ast.stmt, name: str) -> TypeGuard[ast.Assign]:
    """Is a statement `name = …`?"""
    return (
        isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == name
    )


def is_true(node: ast.AST | None) -> bool:
    """`True` as written."""
    return isinstance(node, ast.Constant) and node.value is True


def is_broad(source: Source, handler: ast.ExceptHandler) -> bool:
    """`except:`, `except Exception`, or a tuple that holds it."""
    if handler.type is None:
        return True
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(source.resolve(kind) in BROAD for kind in kinds)


def records(handler: ast.ExceptHandler) -> bool:
    """Does a handler re-raise, log, count, or do anything with the error that it caught?"""
    for node in own_nodes(handler.body):
        if isinstance(node, (ast.Raise, ast.Yield, ast.YieldFrom)):
            return True
        if isinstance(node, ast.Name) and node.id == handler.name and isinstance(node.ctx, ast.Load):
            return True
        if isinstance(node, ast.Call) and is_recording(node):
            return True
    return False


def is_recording(call: ast.Call) -> bool:
    """A call that logs, prints or hands an error on."""
    name = last_name(call)
    return name in _RECORDERS or name.lstrip("_").startswith(("log", "report", "warn", "record", "print"))


def is_talk(call: ast.Call) -> bool:
    """A call that only says something: a log line, a print."""
    name = last_name(call)
    return name in _LOGGING or name.lstrip("_").startswith("log_")


def words(name: str) -> frozenset[str]:
    """The words of an identifier: `verifyApi_token` -> verify, api, token."""
    return frozenset(part.lower() for part in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name))


_LEFT_BEHIND = regex(
    r"(?:^|/)_?(?:legacy|deprecated|obsolete|attic|references)(?:/|\.py$)"
    r"|(?:^|/)[a-z0-9]+_[a-z0-9]+_(?:backup|bak|orig)\.py$",
    re.IGNORECASE,
)


def is_left_behind(path: str) -> bool:
    """Does a path say that its code stays for old callers, or to be read?"""
    return _LEFT_BEHIND.search(path) is not None


_SHOWN = regex(r"(?:^|/)(?:examples?|demos?|docs|docs_src|samples?|tutorials?|manual)/", re.IGNORECASE)
_TESTS = regex(r"(?:^|/)(?:tests?|testing)/(?!manual/)", re.IGNORECASE)


def is_shown(path: str) -> bool:
    """Is a file that is named like a test there for people to run and to read?"""
    return _SHOWN.search(path) is not None and _TESTS.search(path) is None


def comments_like(source: Source, hints: tuple[str, ...], pattern: re.Pattern[str]) -> list[Comment]:
    """The comments that match. Comments cost a tokenizer run, so it is done only where a line that holds
    one of the hints (in lower case) looks like such a comment."""
    if not _is_hinted(source, hints, pattern):
        return []
    return [comment for comment in source.comments if pattern.search(_start_of(comment.text))]


def remarks_like(source: Source, hints: tuple[str, ...], pattern: re.Pattern[str]) -> list[Comment]:
    """What looks like a comment that matches, and may stand in a text: `comments_like` without its cost,
    for who asks whether a comment there would matter."""
    if not _is_hinted(source, hints, pattern):
        return []
    found = []
    for number, line in enumerate(source.lines, 1):
        column = line.find("#")
        if column >= 0 and pattern.search(_start_of(line[column:])):
            found.append(Comment(number, column + 1, line[column:]))
    return found


def _is_hinted(source: Source, hints: tuple[str, ...], pattern: re.Pattern[str]) -> bool:
    text = source.remarks
    for hint in hints:
        position = text.find(hint)
        while position >= 0:
            start = text.rfind("\n", 0, position) + 1
            end = text.find("\n", position)
            if pattern.search(_start_of(text[start : end if end >= 0 else len(text)])):
                return True
            position = text.find(hint, end) if end >= 0 else -1
    return False


def _start_of(comment: str) -> str:
    """What is looked at of a comment: patterns need not be fast on a line of a million characters."""
    return comment[:300].lstrip("# ")


def header_of(source: Source, handler: ast.ExceptHandler) -> Place:
    """The `except` line: what a finding about a handler should mark, not its body."""
    text = source.lines[handler.lineno - 1]
    start = source.column(handler.lineno, handler.col_offset)
    return Place(handler.lineno, start, handler.lineno, len(text.partition("#")[0].rstrip()) + 1)


def has_remark(source: Source, handler: ast.ExceptHandler) -> bool:
    """Does a comment in the handler say why?"""
    last = handler.body[-1].end_lineno or handler.lineno
    return any("#" in line for line in source.lines[handler.lineno - 1 : last])


def statement_of(source: Source, call: ast.Call) -> str:
    """The constant SQL that a call is handed first, also through SQLAlchemy's `text(…)`; "" for none."""
    node = call.args[0] if call.args else None
    if isinstance(node, ast.Call) and last_name(node) == "text" and node.args:
        node = node.args[0]
    value = source.constant(node)
    return value if isinstance(value, str) else ""


_CHECK = regex(r"assert\w*|raises|warns|fail|expect\w*", re.IGNORECASE)


def checks_besides(function: ast.AST, lost: Iterable[ast.AST], after: int = 0) -> bool:
    """Does a test check something by a statement that is none of `lost`, below the line `after`?"""
    known = {id(inner) for node in lost for inner in ast.walk(node)}
    return any(
        _is_check(node) and id(node) not in known and node.lineno > after  # type: ignore[attr-defined]
        for node in ast.walk(function)
    )


def _is_check(node: ast.AST) -> bool:
    if isinstance(node, ast.Assert):
        return True
    return isinstance(node, ast.Call) and bool(_CHECK.fullmatch(last_name(node)))


WORKFLOWS = tuple(("yaml", f"**/.github/workflows/*.{end}") for end in ("yml", "yaml"))


def triggers(workflow: dict[Any, Any]) -> set[str]:
    """What starts a workflow of GitHub; YAML 1.1 reads the key `on` as true."""
    given = workflow.get("on", workflow.get(True))
    if isinstance(given, str):
        return {given}
    return {str(name) for name in given} if isinstance(given, (list, dict)) else set()
