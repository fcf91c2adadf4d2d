"""What in a function can make a test fail, and whether it ever runs.

An *oracle* is what can tell a wrong result from a right one: an assertion, an expected exception, a helper
that raises on a mismatch. This module reads one function at a time and says, in short words, what it found;
`scanner.relate.oracles` follows the calls from there, over files.

Words of a function in a test file (`facts.Function.oracle`):

    assert          an `assert` that runs and compares with something definite
    weak:KIND       an `assert` that most wrong results pass: truthy, not-none, isinstance, status, contains
    tautology       an `assert` that cannot fail
    call            a statement that calls something named like an assertion
    raises          a context that expects an exception or a warning
    raise           a `raise`: a helper that fails on what it does not like
    teardown        one of these after a `yield`: a fixture or a context manager that checks at its end
    dead            an oracle that is never reached, or never entered, or never called
    swallowed       an oracle whose failure a `try` around it hides
    empty           nothing but a docstring, `pass`, `...`, a line of output
    hushed          without any of the above: a `try` around all of it that hides even a crash
    drops:NAME      without any of the above: the result of a call is bound to a name that nobody reads
    returns         gives a verdict back, which no runner looks at
    skips           ends in an unconditional skip before it checks anything
    smoke           name, docstring or comment say that not crashing is the point
    calls:NAME      calls its own parameter: a fixture that may check
    uses:NAME       asks for a fixture by a mark
    autouse         a fixture that runs for every test around it
    idle:NAME       a nested function that nobody calls

Of a function in other files only `assert` and `raise`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

from scanner.source import Check, FunctionNode, Scope, Source

_ASSERTING = re.compile(
    r"_?_?(?:assert|expect|verify|verifies|should|must|ensure|check|validate|compare|snapshot|approve|fail)"
    r"(?:$|_|s_|[A-Z]|s$|ed_|ion|ions)"
    r"|.*_(?:assert|should|expect|verify|check|fail|must)(?:$|s$|_)"
    r"|.*(?:Assert|Should|Expect|Verify|Check)(?:s?$|s?[A-Z])"
    r"|raise_for_status$|check_output$|check_call$|check_returncode$|approx_equal$|typecheck$|fnmatch_lines.*$"
    r"|no_fnmatch.*$|re_match_lines.*$|assertoutcome$|doctest.*$|testmod$|testfile$|runtest.*$|run_tests?$"
)
_RAISES = re.compile(r"(?:_?assert\w*)?(?:[rR]aises|[wW]arns|[lL]ogs)\w*|deprecated_call|raises_\w+|\w+_raises")
_CATCHES_ASSERTIONS = frozenset({"AssertionError", "Exception", "BaseException"})
_LOGS = frozenset("print log debug info warning warn error exception critical echo write secho print_exc".split())
_SKIPS = frozenset({"skip", "skipTest", "SkipTest", "importorskip", "xfail"})
_SMOKE = re.compile(
    # "does not raise", "should_never_crash", "without error"
    r"smoke|\bsanity|(?:no|not|n[\u2019']?t|never|without|dont|doesnt|shouldnt|cannot|any)[_ ]+(?:\w+[_ ]+){0,2}"
    r"(?:rais|crash|fail|thro|error|explo|hang|hung|block|break|broke|blow|deadlock|leak|segfault|warn|panic|except|"
    r"infinite|recurs|problem|issue|trigger|abort|die|choke|overflow|complain|trip|reject)"
    r"|no[_-]?op|regression|segfault|import|compiles?\b|silent|graceful|tolerat|toleran|swallow|ignor|idempot|robust"
    r"|accept|allow|surviv|pass(?:es)?\b|_pass(?:es)?_|valid\b|_ok\b|succe(?:ss|ed)|work(?:s|ing)?\b|_works?_|still|just"
    r"|coverage|(?:make|making|be|to) sure|ensure|unaffected|harmless|safe",
    re.IGNORECASE,
)


def is_asserting(name: str) -> bool:
    """Is a function named like a check? `assertEqual`, `check_headers`, `expect`, `raise_for_status`."""
    known = _known_names.get(name)
    if known is None:
        known = _known_names[name] = _ASSERTING.match(name) is not None
    return known


_known_names: dict[str, bool] = {}


def of_test_file(source: Source, scope: Scope, parameters: tuple[str, ...]) -> tuple[str, ...]:
    """The words of one function of a test file; what never runs goes to `source.checks`, with its place."""
    node: Any = scope.node
    reader = _Reader(source, scope, node)
    reader.block(node.body, "")
    words = reader.words
    if node.decorator_list:
        words.update(_of_decorators(node))
    if not words & _PLAIN and node.name.startswith("test"):
        words.update(_of_unchecked(source, node, parameters))
    return tuple(sorted(words))


_PLAIN = frozenset({"assert", "call", "raises"})


class _Reader:
    """Walks the statements of one function, not its expressions, and keeps the fate of each oracle."""

    def __init__(self, source: Source, scope: Scope, function: FunctionNode) -> None:
        self.source = source
        self.scope = scope
        self.function = function
        self.words: set[str] = set()
        self.yielded = False
        self.is_test = function.name.startswith("test")
        self.loops = 0
        self.reported = ""  # the fate that the checks of this block were last reported under

    def block(self, statements: list[ast.stmt], fate: str) -> str:
        """Read a block whose oracles share a fate; returns by which statement it always leaves, if any."""
        left = ""
        for statement in statements:
            cls = statement.__class__
            if cls is ast.Expr:
                self._expression(statement, fate)  # type: ignore[arg-type]
            elif cls is ast.Assert:
                self._assert(statement, fate)  # type: ignore[arg-type]
            else:
                read = _COMPOUND.get(cls)
                if read is not None:
                    ends = read(self, statement, fate)
                    if ends and not left:
                        left = ends
                        fate = fate or self._new(f"after-{ends}")
        return left

    def _new(self, fate: str) -> str:
        """A fate begins: of all oracles that share it, only the first is reported."""
        self.reported = ""
        return fate

    # One kind of statement each; they return by which statement the flow always leaves

    def _leave(self, statement: ast.stmt, fate: str) -> str:
        value = getattr(statement, "value", None)
        if value is not None and _is_verdict(value):
            self.words.add("returns")
        return _LEAVES[statement.__class__]

    def _raise(self, statement: ast.Raise, fate: str) -> str:
        exc = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
        if _last_name(exc) in _SKIPS:
            self.words.add("skips")
            return ""
        if not fate:
            self._found("raise")
        return "raise"

    def _if(self, statement: ast.If, fate: str) -> str:
        always = _truth(statement.test)
        taken = self.block(statement.body, fate or (self._new("false-guard") if always is False else ""))
        other = self.block(statement.orelse, fate or (self._new("false-guard") if always is True else ""))
        if always is True:
            return ""  # the author's switch; what follows is not ours to call dead
        return taken if taken and other else ""

    def _loop(self, statement: ast.For | ast.AsyncFor, fate: str) -> str:
        self.loops += 1
        self.block(statement.body, fate or (self._new("empty-loop") if self._is_empty(statement.iter) else ""))
        self.loops -= 1
        self.block(statement.orelse, fate)
        return ""

    def _while(self, statement: ast.While, fate: str) -> str:
        self.loops += 1
        self.block(statement.body, fate or (self._new("false-guard") if _truth(statement.test) is False else ""))
        self.loops -= 1
        self.block(statement.orelse, fate)
        return ""

    def _with(self, statement: ast.With | ast.AsyncWith, fate: str) -> str:
        named: list[str] = []
        for item in statement.items:
            name = _called(item.context_expr)
            if name and _RAISES.fullmatch(name):
                if not fate:
                    self._found("raises")
                if isinstance(item.optional_vars, ast.Name) and "aises" in name:
                    named.append(item.optional_vars.id)
            elif name == "suppress" and _catches_assertions(_first_arguments(item.context_expr)):
                fate = fate or self._new("swallowed")
            elif name and is_asserting(name) and not fate:
                self._found("call")
        if named and not fate:
            return self._expecting(statement, tuple(named))
        ends = self.block(statement.body, fate)
        return ends if ends != "raise" else ""

    def _expecting(self, statement: ast.With | ast.AsyncWith, names: tuple[str, ...]) -> str:
        """`with raises(...) as error`: what looks at `error` inside the block stands behind the call that
        must raise, so it never runs."""
        body = statement.body
        for position, inner in enumerate(body):
            late = position > 0 and isinstance(inner, (ast.Assert, ast.Expr)) and _reads_value(inner, names)
            self.block([inner], self._new("after-raising") if late else "")
        return ""

    def _try(self, statement: ast.Try, fate: str) -> str:
        hides = not statement.orelse and self._hides(statement)
        body = self.block(statement.body, fate or (self._new("swallowed") if hides else ""))
        handlers = [self.block(handler.body, fate) for handler in statement.handlers]
        self.block(statement.orelse, fate)
        final = self.block(statement.finalbody, fate)
        if final:
            return final
        return body if body and body != "raise" and all(handlers) else ""

    def _hides(self, statement: ast.Try) -> bool:
        """Does an assertion that fails in a `try` vanish? A loop that tries again does not count, nor does
        a helper that gives the outcome back."""
        if self.loops and any(isinstance(item, (ast.Break, ast.Return)) for item in statement.body):
            return False
        for handler in statement.handlers:
            if not _is_hush(handler):
                continue
            gives = [item for item in handler.body if isinstance(item, ast.Return) and item.value is not None]
            if self.is_test or not gives:
                return True
        return False

    def _match(self, statement: ast.Match, fate: str) -> str:
        for case in statement.cases:
            self.block(case.body, fate)
        return ""

    def _nested(self, statement: FunctionNode, fate: str) -> str:
        if not self.is_test or statement.decorator_list or statement.name.startswith("_"):
            return ""
        used = _uses(self.function, statement)
        if used == "":
            return ""
        inner = _Reader(self.source, self.scope, self.function)
        inner.block(statement.body, self._new(used))
        if "dead" in inner.words:
            self.words.update(("dead", f"idle:{statement.name}"))
        return ""

    # The oracles themselves

    def _assert(self, statement: ast.Assert, fate: str) -> None:
        if fate:
            self._lost(statement, fate)
            return
        self._found(strength(statement.test))

    def _expression(self, statement: ast.Expr, fate: str) -> None:
        value: ast.expr = statement.value
        if value.__class__ is ast.Await:
            value = value.value  # type: ignore[attr-defined]
        cls = value.__class__
        if cls is ast.Call:
            func = value.func  # type: ignore[attr-defined]
            name = func.attr if func.__class__ is ast.Attribute else func.id if func.__class__ is ast.Name else ""
            if name and is_asserting(name) or name in _EXPECTING:
                self._asserting_call(statement, value, name, fate)  # type: ignore[arg-type]
            elif name in _SKIPS and statement in self.function.body and not self.words & _PLAIN:
                self.words.add("skips")
        elif cls is ast.Yield or cls is ast.YieldFrom:
            self.yielded = True

    def _asserting_call(self, statement: ast.Expr, call: ast.Call, name: str, fate: str) -> None:
        if name in _EXPECTING and not _given_code(call, name):
            if _is_known_context(self.source, call, name, self.scope):
                self._lost(statement, fate or self._new("not-entered"))
            return
        if not fate:
            self._found("call")
        elif _SURELY.match(name):  # `ensure_table()` may well be set-up
            self._lost(statement, fate)

    def _found(self, word: str) -> None:
        self.words.add(word)
        if self.yielded:
            self.words.add("teardown")

    def _lost(self, node: ast.stmt, fate: str) -> None:
        self.words.add("swallowed" if fate == "swallowed" else "dead")
        if self.reported != fate:
            self.source.checks.append(Check(node, fate, self.function))
        self.reported = fate

    def _is_empty(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Call):
            zero = [isinstance(item, ast.Constant) and item.value == 0 for item in node.args]
            return isinstance(node.func, ast.Name) and node.func.id == "range" and zero == [True]
        if isinstance(node, ast.Name):
            value = self.scope.assigned.get(node.id)
            if value is None or self.scope.bound.get(node.id) != 1 or not _is_empty_literal(value):
                return False
            loads = [
                inner for inner in ast.walk(self.function)
                if isinstance(inner, ast.Name) and inner.id == node.id and isinstance(inner.ctx, ast.Load)
            ]
            return len(loads) == 1
        return _is_empty_literal(node)


_COMPOUND: dict[type, Any] = {
    ast.If: _Reader._if,
    ast.For: _Reader._loop,
    ast.AsyncFor: _Reader._loop,
    ast.While: _Reader._while,
    ast.With: _Reader._with,
    ast.AsyncWith: _Reader._with,
    ast.Try: _Reader._try,
    ast.Match: _Reader._match,
    ast.FunctionDef: _Reader._nested,
    ast.AsyncFunctionDef: _Reader._nested,
    ast.Raise: _Reader._raise,
    ast.Return: _Reader._leave,
    ast.Continue: _Reader._leave,
    ast.Break: _Reader._leave,
}
if hasattr(ast, "TryStar"):
    _COMPOUND[ast.TryStar] = _Reader._try
_LEAVES: dict[type, str] = {ast.Return: "return", ast.Continue: "continue", ast.Break: "break"}
_EXPECTING = frozenset({"raises", "warns", "deprecated_call", "assertRaises", "assertRaisesRegex", "assertWarns"})
_SURELY = re.compile(r"_*(?:assert|fail(?:$|[A-Z_]))")
_CLOCK = frozenset("time now utcnow today perf_counter monotonic uuid4 getLogger get_logger print len str".split())


def strength(test: ast.expr) -> str:
    """How much of a wrong result an asserted expression can notice: `assert`, `weak:KIND` or `tautology`."""
    cls = test.__class__
    if cls is ast.Compare:
        return _strength_of_comparison(test)  # type: ignore[arg-type]
    if cls is ast.Constant:
        return "tautology" if test.value else "assert"  # type: ignore[attr-defined]
    if cls is ast.Tuple:
        return "tautology" if test.elts else "assert"  # type: ignore[attr-defined]
    if cls is ast.Name or cls is ast.Attribute:
        return "weak:truthy"
    if cls is ast.Call:
        name = _last_name(test.func)  # type: ignore[attr-defined]
        return f"weak:{name}" if name in {"isinstance", "hasattr", "callable"} else "assert"
    if cls is ast.BoolOp and isinstance(test.op, ast.And):  # type: ignore[attr-defined]
        kinds = {strength(value) for value in test.values}  # type: ignore[attr-defined]
        return "assert" if "assert" in kinds else min(kinds)
    return "assert"


def _strength_of_comparison(test: ast.Compare) -> str:
    if len(test.ops) != 1:
        return "assert"
    op, right, left = test.ops[0], test.comparators[0], test.left
    none = isinstance(right, ast.Constant) and right.value is None
    if none and isinstance(op, (ast.IsNot, ast.NotEq)):
        return "weak:not-none"
    if isinstance(left, ast.Call) and _last_name(left.func) == "len" and isinstance(right, ast.Constant):
        if isinstance(op, ast.Gt) and right.value == 0 or isinstance(op, ast.GtE) and right.value == 1:
            return "weak:not-empty"
    if isinstance(left, ast.Attribute) and left.attr in {"status_code", "status"} and isinstance(op, ast.Eq):
        if isinstance(right, ast.Constant) and right.value in (200, "200"):
            return "weak:status"
    return "assert"


def _truth(test: ast.expr) -> bool | None:
    """The truth of a literal guard; None where it is not a literal."""
    if isinstance(test, ast.Constant):
        return bool(test.value)
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) and isinstance(test.operand, ast.Constant):
        return not test.operand.value
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return False if any(_truth(value) is False for value in test.values) else None
    return None


def _is_verdict(node: ast.expr) -> bool:
    """`True`, `a == b`, `not x`, `all(…)`, `success`: what somebody means to be looked at."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, bool)
    if isinstance(node, ast.Call):
        return _last_name(node.func) in {"all", "any", "bool"}
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.Not)
    if isinstance(node, ast.Name):
        return re.search(r"succe|pass|ok$|valid", node.id) is not None
    return isinstance(node, (ast.Compare, ast.BoolOp))


def _is_empty_literal(node: ast.expr) -> bool:
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return not node.elts
    return isinstance(node, ast.Dict) and not node.keys


def _catches_assertions(types: list[ast.expr]) -> bool:
    flat = [inner for node in types for inner in (node.elts if isinstance(node, ast.Tuple) else [node])]
    return any(isinstance(node, ast.Name) and node.id in _CATCHES_ASSERTIONS for node in flat)


def _is_quiet(statement: ast.stmt) -> bool:
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
    return isinstance(value, ast.Call) and _last_name(value.func) in _LOGS


def _last_name(node: ast.expr | None) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _called(node: ast.expr) -> str:
    """The last name of the function that an expression calls; "" for what is no call."""
    if isinstance(node, ast.Await):
        node = node.value
    return _last_name(node.func) if isinstance(node, ast.Call) else ""


def _first_arguments(node: ast.expr) -> list[ast.expr]:
    return list(node.args) if isinstance(node, ast.Call) else []


def _given_code(call: ast.Call, name: str) -> bool:
    """Does `raises(Error, function, …)` call the code itself? Then nobody has to enter it."""
    needed = 3 if name.endswith("Regex") else 1 if name == "deprecated_call" else 2
    return len(call.args) >= needed or any(isinstance(argument, ast.Starred) for argument in call.args)


def _is_known_context(source: Source, call: ast.Call, name: str, scope: Scope) -> bool:
    if name.startswith("assert"):
        return isinstance(call.func, ast.Attribute) and _last_name(call.func.value) in {"self", "cls"}
    return (source.resolve(call.func, scope) or "") in {"pytest.raises", "pytest.warns", "pytest.deprecated_call"}


def _reads_value(statement: ast.stmt, names: tuple[str, ...]) -> bool:
    """Does an assertion look at the exception that a `with raises(...) as name` has caught?"""
    if isinstance(statement, ast.Expr) and not is_asserting(_called(statement.value)):
        return False
    return any(isinstance(node, ast.Name) and node.id in names for node in ast.walk(statement))


def _uses(function: FunctionNode, nested: FunctionNode) -> str:
    """Why a nested function never runs: `never-called`, `never-awaited`; "" where it may."""
    bare = []
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and node.id == nested.name and isinstance(node.ctx, ast.Load):
            bare.append(node)
        elif isinstance(node, ast.Call) and _last_name(node.func) in {"locals", "globals", "exec", "eval"}:
            return ""
        elif isinstance(node, (ast.Nonlocal, ast.Global)) and nested.name in node.names:
            return ""
    if not bare:
        return "never-called"
    if not isinstance(nested, ast.AsyncFunctionDef):
        return ""
    dropped = [
        node.value.func for node in ast.walk(function)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    ]
    return "never-awaited" if all(any(name is func for func in dropped) for name in bare) else ""


def _of_decorators(node: FunctionNode) -> set[str]:
    words = set()
    for decorator in node.decorator_list:
        if not isinstance(decorator, ast.Call):
            continue
        name = _last_name(decorator.func)
        if name == "usefixtures":
            words.update(f"uses:{item.value}" for item in decorator.args if isinstance(item, ast.Constant))
        elif name == "fixture":
            if any(item.arg == "autouse" for item in decorator.keywords):
                words.add("autouse")
    return words


def _of_unchecked(source: Source, node: FunctionNode, parameters: tuple[str, ...]) -> set[str]:
    """What else is worth knowing of a test in which no oracle was found."""
    words: set[str] = set()
    calls: list[ast.Call] = []
    loads: set[str] = set()
    results: set[str] = set()
    logged: set[int] = set()
    for inner in _within(node):
        cls = inner.__class__
        if cls is ast.Call:
            calls.append(inner)
            if _last_name(inner.func) in _LOGS:
                logged.update(id(part) for argument in inner.args for part in ast.walk(argument))
        elif cls is ast.Name:
            if inner.ctx.__class__ is ast.Load and id(inner) not in logged:
                loads.add(inner.id)
        elif cls is ast.Assign:
            name = _called(inner.value)
            if name[:1].islower() and name not in _CLOCK:
                results.update(item.id for item in inner.targets if isinstance(item, ast.Name))
    words.update(
        f"calls:{call.func.id}" for call in calls if isinstance(call.func, ast.Name) and call.func.id in parameters
    )
    words.update(f"drops:{name}" for name in results - loads if not name.startswith("_"))
    body = [statement for statement in node.body if not _is_preface(statement)]
    if not body:
        words.add("empty")
    elif all(_hushes(statement) for statement in body):
        words.add("hushed")
    if _SMOKE.search(_words_about(source, node)):
        words.add("smoke")
    return words


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


def _is_preface(statement: ast.stmt) -> bool:
    """A statement that tests nothing: a docstring, `pass`, a line of output."""
    if isinstance(statement, ast.Pass):
        return True
    if not isinstance(statement, ast.Expr):
        return False
    value = statement.value
    if isinstance(value, ast.Constant):
        return True
    if not isinstance(value, ast.Call) or _last_name(value.func) != "print":
        return False
    return not any(isinstance(part, (ast.Call, ast.Attribute)) for item in value.args for part in ast.walk(item))


def _hushes(statement: ast.stmt) -> bool:
    """A `try` that hides whatever goes wrong inside it; or a statement that cannot go wrong."""
    if isinstance(statement, (ast.Import, ast.ImportFrom, ast.Return)) or _is_preface(statement):
        return not isinstance(statement, ast.Return) or isinstance(statement.value, (ast.Constant, type(None)))
    if not isinstance(statement, ast.Try) or statement.orelse:
        return False
    return any(_is_hush(handler) for handler in statement.handlers)


def _is_hush(handler: ast.ExceptHandler) -> bool:
    """Does a failing assertion end here, unseen?"""
    if handler.type is not None and not _catches_assertions([handler.type]):
        return False
    return all(_is_quiet(statement) for statement in handler.body)


def _words_about(source: Source, node: FunctionNode) -> str:
    """What the author says about a test: its name, docstring and comments."""
    said = [node.name]
    first = node.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        said.append(first.value.value)
    for line in source.lines[max(0, node.lineno - 2) : node.end_lineno]:
        _, mark, comment = line.partition("#")
        if mark:
            said.append(comment)
    return "\n".join(said)
