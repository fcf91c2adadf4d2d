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
    gives           gives another value back: a helper named like a test
    maybe:HOW       every one of these hangs on what the code under test does: `if`, `loop`, `try`, `except`;
                    `result` where every `if` asks whether that gave anything, or succeeded
    skips           ends in an unconditional skip before it checks anything, or is marked so, by itself, by
                    its class or by `pytestmark`
    handed          given on by its name, in a table, to somebody who reads what it returns
    told            nothing in it but a comment that says that the test is still to be written
    prints          writes out the result of a call that it does not look at
    smoke           name, docstring or comment say that not crashing is the point
    ticket          they name the report of a crash or a bug
    accepts         they say that something is accepted, allowed, works
    calls:NAME      calls its own parameter: a fixture that may check
    uses:NAME       asks for a fixture by a mark
    autouse         a fixture that runs for every test around it
    idle:NAME       a nested function that nobody calls
    none            an `assert` that something is missing, empty or false
    asks:NAME       an oracle is a plain call of this, without `await`, in a file that knows of coroutines
    bare:NAME       a statement is such a call, of something that is not named like a check

Of a function in other files only `assert` and `raise`.
"""

from __future__ import annotations

import ast
import re
from itertools import pairwise
from typing import Any, TypeGuard

from scanner.analyse.assertions import (
    ITSELF,
    are_same,
    called,
    defines_equality,
    is_empty_literal,
    is_told_apart,
    is_verdict,
    last_name,
    says_none,
    strength,
    tautology,
    tautology_of_call,
    truth,
)
from scanner.analyse.naming import is_accepting, is_asserting, is_collectable, is_input
from scanner.analyse.unchecked import (
    catches_assertions,
    is_hush,
    is_preface,
    is_quiet,
    means_to_run_through,
    of_unchecked,
)
from scanner.lazily import regex
from scanner.source import BUILTINS, Check, FunctionNode, Scope, Source

_RAISES = regex(r"(?:_?assert\w*)?(?:[rR]aises|[wW]arns|[lL]ogs)\w*|deprecated_call|raises_\w+|\w+_raises")
_MUST_NOT = regex(r"AssertionError|Failed|[Nn]ot\b|[Nn]ever|[Uu]nexpected|[Ss]houldn|[Mm]ustn")
_SKIPS = frozenset({"skip", "skipTest", "SkipTest", "importorskip", "xfail"})


def of_test_file(source: Source, scope: Scope, parameters: tuple[str, ...]) -> tuple[str, ...]:
    """The words of one function of a test file; what never runs goes to `source.checks`, with its place."""
    node: Any = scope.node
    reader = _Reader(source, scope, node)
    known = len(source.checks)
    reader.block(node.body, "")
    if len(source.checks) > known and (is_input(source.path) or _is_sample(scope)):
        del source.checks[known:]
    words = reader.words
    if reader.hangs_on and not reader.sure and reader.is_test:
        condition = reader.condition
        if condition == "result" and means_to_run_through(source, node):
            condition = "if"
        words.add(f"maybe:{condition}")
    if node.decorator_list:
        words.update(_of_decorators(node))
    if not (words & _PLAIN and reader.surely) and _MAYBE_TEST.match(node.name):
        words.update(of_unchecked(source, scope, parameters))
    return tuple(sorted(words))


_PLAIN = frozenset({"assert", "call", "raises"})
# What a test may be called where pytest is told so (`python_functions`)
_MAYBE_TEST = regex(
    r"test|(?:it|its|should|when|given|then|describe|spec|scenario|check|verify|ensure|must|can|example)_"
    r"|\w*_(?:test|spec|should)$"
)


def _is_sample(scope: Scope) -> bool:
    """A test inside a class that some other test runs: `class SampleFailingTest(TestCase)`; or one that
    is there for the runner under test to have something to run: `class ParallelTestRunnerTest`."""
    owner = scope.name.rpartition(".")[0].rpartition(".")[2]
    return re.match(r"_?(?:Sample|Dummy|Fake|Example)|\w*TestRunner", owner) is not None


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
        self.marking = 0  # handlers around, beside a way that must not be taken: `assert True` says "right"
        self.guarded = 0  # contexts and `try` around: what they hold may be there to raise
        self.conditions: list[str] = []  # what stands around, and may not let the flow in
        self.hangs_on: list[str] = []  # the innermost of these, of each oracle that has one
        self.sure = False  # is there an oracle that has none?
        self.surely = False  # is there one that cannot be the code under test, named like a check?
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

    @property
    def condition(self) -> str:
        """What every oracle hangs on: on results alone, or on the condition of the first."""
        kinds = set(self.hangs_on)
        return "result" if kinds == {"result"} else self.hangs_on[0].replace("result", "if")

    def _new(self, fate: str) -> str:
        """A fate begins: of all oracles that share it, only the first is reported."""
        self.reported = ""
        return fate

    # One kind of statement each; they return by which statement the flow always leaves

    def _leave(self, statement: ast.stmt, fate: str) -> str:
        value = getattr(statement, "value", None)
        if value is not None and not (isinstance(value, ast.Constant) and value.value is None):
            self.words.add("returns" if is_verdict(value) else "gives")
        return _LEAVES[statement.__class__]

    def _raise(self, statement: ast.Raise, fate: str) -> str:
        exc = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
        if last_name(exc) in _SKIPS:
            self.words.add("skips")
            return ""
        if not fate and not self._is_simulated(statement):
            self._found("raise", fails=True)
        return "raise"

    def _is_simulated(self, statement: ast.Raise) -> bool:
        """Is the function a stand-in that always fails, for the code under test to cope with? One that must
        not be called is none: it says so, or raises an AssertionError."""
        whole = self.function.body
        if self.is_test or whole[-1] is not statement or statement.exc is None:
            return False
        if not all(map(is_preface, whole[:-1])):
            return False
        return not _MUST_NOT.search(ast.dump(statement.exc))

    def _if(self, statement: ast.If, fate: str) -> str:
        always = truth(statement.test)
        before = len(self.hangs_on)
        kind = "result" if self._asks_for_a_result(statement) else "if"
        self.conditions += [kind] * (always is not True)
        taken = self.block(statement.body, fate or (self._new("false-guard") if always is False else ""))
        between = len(self.hangs_on)
        if kind == "result":
            self.conditions[-1] = "if"  # the other way may be as right
        other = self.block(statement.orelse, fate or (self._new("false-guard") if always is True else ""))
        del self.conditions[len(self.conditions) - (always is not True) :]
        if before < between < len(self.hangs_on) and not self.conditions:
            self.sure = True  # each branch has its own
        if always is True:
            return ""  # the author's switch; what follows is not ours to call dead
        return taken if taken and other else ""

    def _asks_for_a_result(self, statement: ast.If) -> bool:
        """Does a guard ask whether the code under test gave anything, or succeeded, with nobody to say so
        where it did not?"""
        if any(isinstance(one, ast.Expr) and called(one.value) in _SKIPS for one in statement.orelse):
            return False
        if not self.is_test or _OF_THE_MACHINE.search(self.source.segment(statement.test)):
            return False
        parts = statement.test.values if isinstance(statement.test, ast.BoolOp) else [statement.test]
        return all(map(self._is_about_a_result, parts))

    def _is_about_a_result(self, part: ast.expr) -> bool:
        if isinstance(part, ast.Compare):
            left, right = part.left, part.comparators[0]
            if len(part.ops) != 1 or isinstance(part.ops[0], (ast.NotIn, ast.NotEq, ast.Is)):
                return False
            part, other = (right, left) if isinstance(part.ops[0], ast.In) else (left, right)
            if not isinstance(other, ast.Constant):
                return False
        if isinstance(part, ast.Call):
            if last_name(part.func) not in {"len", "get"}:
                return False  # `path.exists()`, `hasattr(module, "x")`: what the surroundings are
            part = part.args[0] if isinstance(part.func, ast.Name) and part.args else part.func
        return self._is_a_result(part, _DEEP)

    def _is_a_result(self, node: ast.expr, deep: int) -> bool:
        """Is a value what a call in the test gave, or a part of it?"""
        while isinstance(node, (ast.Attribute, ast.Subscript)):
            if isinstance(node, ast.Attribute) and node.attr == "call_args":
                return True
            node = node.value
        if isinstance(node, ast.Name):
            value = self.scope.assigned.get(node.id)
            once = self.scope.bound.get(node.id) == 1
            return once and deep > 0 and value is not None and self._is_a_result(value, deep - 1)
        if isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            return self._is_a_result(node.generators[0].iter, deep)
        if isinstance(node, ast.Await):
            node = node.value
        if not isinstance(node, ast.Call):
            return False
        if isinstance(node.func, ast.Name) and node.func.id in BUILTINS:
            return bool(node.args) and self._is_a_result(node.args[0], deep)  # made over, as it came
        return not _ENVIRONMENT.search(self.source.segment(node.func)) and not _is_of_a_table(node.func)

    def _loop(self, statement: ast.For | ast.AsyncFor, fate: str) -> str:
        self.loops += 1
        computed = not self._has_items(statement.iter)
        self.conditions += ["loop"] * computed
        self.block(
            statement.body, fate or (self._new("empty-loop") if self._is_empty(statement.iter) else "")
        )
        del self.conditions[len(self.conditions) - computed :]
        self.loops -= 1
        self.block(statement.orelse, fate)
        return ""

    def _while(self, statement: ast.While, fate: str) -> str:
        self.loops += 1
        self.block(
            statement.body, fate or (self._new("false-guard") if truth(statement.test) is False else "")
        )
        self.loops -= 1
        self.block(statement.orelse, fate)
        return ""

    def _with(self, statement: ast.With | ast.AsyncWith, fate: str) -> str:
        named: list[str] = []
        for item in statement.items:
            name = called(item.context_expr)
            if name and _RAISES.fullmatch(name):
                if not fate:
                    self._found("raises")
                if isinstance(item.optional_vars, ast.Name) and "aises" in name:
                    named.append(item.optional_vars.id)
            elif name == "suppress" and catches_assertions(_first_arguments(item.context_expr)):
                fate = fate or self._new("swallowed")
            elif name and is_asserting(name) and not fate:
                self._found("call", name)
        self.guarded += 1
        if named and not fate:
            ends = self._expecting(statement, tuple(named))
        else:
            ends = self.block(statement.body, fate)
        self.guarded -= 1
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
        self.guarded += 1
        may_skip = len(statement.body) > 1 and any(map(_lets_pass, statement.handlers))
        self.conditions += ["try"] * may_skip
        body = self.block(statement.body, fate or (self._new("swallowed") if hides else ""))
        del self.conditions[len(self.conditions) - may_skip :]
        self.guarded -= 1
        marker = any(_must_not_be_reached(item) for item in [*statement.body, *statement.orelse])
        self.marking += marker
        self.conditions.append("except")
        handlers = [self.block(handler.body, fate) for handler in statement.handlers]
        self.conditions.pop()
        self.marking -= marker
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
            if not is_hush(handler):
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
        used = self._fate_of(statement)
        if used == "":
            return ""
        inner = _Reader(self.source, self.scope, self.function)
        inner.block(statement.body, self._new(used))
        if "dead" in inner.words:
            self.words.update(("dead", f"idle:{statement.name}"))
        return ""

    def _fate_of(self, nested: FunctionNode) -> str:
        """Why a nested function never runs: `never-called`, `never-awaited`; "" where it may. To ask the text
        first is cheaper than a walk."""
        text = self.source.text_of(self.function)
        if any(name in text for name in _BY_ANY_NAME):
            return ""
        if _times(text, nested.name) == 1:
            return "never-called"
        if isinstance(nested, ast.FunctionDef) or f" {nested.name}(" not in text:
            return ""
        return "never-awaited" if _is_only_dropped(self.function, nested) else ""

    # The oracles themselves

    def _assert(self, statement: ast.Assert, fate: str) -> None:
        if fate:
            self._lost(statement, fate)
            return
        self._asks(statement.test)
        if isinstance(statement.test, ast.Compare) and isinstance(statement.test.ops[0], ast.Eq):
            self._compares(statement, statement.test.left, statement.test.comparators[0])
        how = strength(statement.test)
        if how in _LOOSE and self._is_looked_up(statement.test):
            how = "assert"
        if says_none(statement.test):
            self.words.add("none")
        if how in _SUSPECTS:
            reason = self._unless_reflexive(tautology(statement.test, self.function.name), statement.test)
            if reason and self.marking:
                how = "assert"
            elif reason:
                how = "tautology"
                self._flaw(statement, f"tautology:{reason}")
            elif _misspelt(statement.test):
                self._flaw(statement, "misspelt")
        self._found(how, fails=truth(statement.test) is False, denies=_denies(statement.test))

    def _compares(self, statement: ast.stmt, left: ast.expr, right: ast.expr) -> None:
        """Note where both sides of an equality are one and the same call."""
        one, other = self._call_behind(left), self._call_behind(right)
        if one is not None and other is not None and are_same(one, other):
            self._flaw(statement, f"same-call:{min(one.lineno, other.lineno)}")

    def _call_behind(self, node: ast.expr) -> ast.Call | None:
        """The call that an operand is, or whose result is called expected; `first == second` is a test of
        calling twice."""
        if isinstance(node, ast.Name) and _EXPECTED.search(node.id) and self.scope.bound.get(node.id) == 1:
            node = self.scope.assigned.get(node.id, node)
        if isinstance(node, ast.Await):
            node = node.value
        return node if isinstance(node, ast.Call) else None

    def _is_looked_up(self, test: ast.expr) -> bool:
        """Is what must not be missing one certain thing: found by a condition, a key, a pattern?"""
        value: ast.AST | None = test.left if isinstance(test, ast.Compare) else test
        counted = False
        if isinstance(value, ast.Call) and last_name(value.func) == "len":
            counted, value = True, value.args[0] if value.args else None
        if isinstance(value, ast.Name):
            # Bound again, in a loop or by a callback: what it holds in the end was chosen
            value = self.scope.assigned.get(value.id) if self.scope.bound.get(value.id) == 1 else None
        elif isinstance(value, ast.Call) and not counted:
            return True  # `assert pattern.match(x) is not None` is how a predicate is asked
        if isinstance(value, ast.Await):
            value = value.value
        if isinstance(value, (ast.ListComp, ast.SetComp, ast.DictComp)):
            return any(generator.ifs for generator in value.generators)
        if isinstance(value, ast.Call):
            return _LOOKS_UP.match(last_name(value.func)) is not None
        return True

    def _asks(self, test: ast.expr, word: str = "asks") -> None:
        """Note what a bare call asks: the answer of a coroutine function is true before it has run."""
        if isinstance(test, ast.UnaryOp):
            test = test.operand
        if isinstance(test, ast.Call) and self.source.mentions("async"):
            name = self.source.resolve(test.func, self.scope) or ""
            if name and not name.startswith("builtins."):
                self.words.add(f"{word}:{name}")

    def _flaw(self, node: ast.stmt, fate: str) -> None:
        self.source.checks.append(Check(node, fate, self.function))

    def _expression(self, statement: ast.Expr, fate: str) -> None:
        value: ast.expr = statement.value
        if value.__class__ is ast.Await:
            value = value.value
        cls = value.__class__
        if cls is ast.Call:
            func = value.func  # type: ignore[attr-defined]
            name = (
                func.attr
                if func.__class__ is ast.Attribute
                else func.id
                if func.__class__ is ast.Name
                else ""
            )
            if (name and is_asserting(name)) or name in _EXPECTING:
                self._asserting_call(statement, value, name, fate)  # type: ignore[arg-type]
            elif name in _MISSPELT and cls is ast.Call:
                self._flaw(statement, "misspelt")
            elif name in _SKIPS and statement in self.function.body and not self.words & _PLAIN:
                self.words.add("skips")
            elif self.is_test and statement.value is value and self.source.mentions("async"):
                self._asks(value, "bare")
        elif cls is ast.Yield or cls is ast.YieldFrom:
            self.yielded = True
        elif cls is ast.Compare:
            if self.is_test and not self.guarded and not fate and is_collectable(self.source.path):
                self._dropped(statement, value)  # type: ignore[arg-type]
        elif cls is ast.Attribute and value.attr in _MOCK_ASSERTS:  # type: ignore[attr-defined]
            self._flaw(statement, "not-called")

    def _asserting_call(self, statement: ast.Expr, call: ast.Call, name: str, fate: str) -> None:
        if name in _EXPECTING and not _given_code(call, name):
            if _is_known_context(self.source, call, name, self.scope):
                self._lost(statement, fate or self._new("not-entered"))
            return
        if not fate:
            if statement.value is call and name not in _NO_COROUTINES:
                self._asks(call)
            if name == "assertEqual" and len(call.args) > 1:
                self._compares(statement, call.args[0], call.args[1])
            reason = tautology_of_call(call, name, self.function.name) if name in _UNITTEST_ASSERTS else ""
            reason = self._unless_reflexive(reason, call)
            if reason:
                self._flaw(statement, f"tautology:{reason}")
            word = "tautology" if reason else _WEAK_METHODS.get(name, "call")
            self._found(word, name, fails=name == "fail")
        elif _SURELY.match(name):  # `ensure_table()` may well be set-up
            self._lost(statement, fate)

    def _dropped(self, statement: ast.Expr, compare: ast.Compare) -> None:
        """A comparison that stands alone: meant to be an assertion, or run for what its operator does?"""
        if _overloads(self.source, compare.left) or _is_kept_elsewhere(self.function, compare):
            return
        if _has_assertion(self.function) or _is_last(self.function, statement):
            self._flaw(statement, "dropped-comparison")

    def _unless_reflexive(self, reason: str, node: ast.expr) -> str:
        """The reason why an assertion is a tautology, but for a comparison with itself where `__eq__` of the
        compared object is what the test is about."""
        if reason != ITSELF:
            return reason
        owner = self.scope.name.rpartition(".")[0]
        name = next(inner.id for inner in ast.walk(node) if _is_operand(inner, node))
        about = (
            _OF_EQUALITY.search(owner) is not None
            or is_told_apart(self.function, name)
            or self._has_own_equality(name)
        )
        return "" if about else reason

    def _has_own_equality(self, name: str) -> bool:
        """Is a name bound to an instance of a class of this file that defines `__eq__`?"""
        made = called(self.scope.assigned.get(name, ast.Constant(None)))
        return any(
            isinstance(inner, ast.ClassDef) and inner.name == made and defines_equality(inner)
            for inner in [*self.source.tree.body, *self.function.body]
        )

    def _found(self, word: str, name: str = "", *, fails: bool = False, denies: bool = False) -> None:
        """An oracle, and what is called; of one that `fails` whenever it runs, the condition around it is a
        part. One that `denies` holds as well where there is nothing to look at."""
        self.words.add(word)
        self.surely = self.surely or word != "call" or not is_accepting(name)
        conditions = self.conditions[:-1] if fails else self.conditions
        if conditions:
            inner = conditions[-1]
            only = inner != "result" or (set(conditions) == {"result"} and not denies)
            self.hangs_on.append(inner if only else "if")
        else:
            self.sure = True
        if self.yielded:
            self.words.add("teardown")

    def _lost(self, node: ast.stmt, fate: str) -> None:
        self.words.add("swallowed" if fate == "swallowed" else "dead")
        if self.reported != fate:
            self.source.checks.append(Check(node, fate, self.function))
        self.reported = fate

    def _has_items(self, node: ast.expr) -> bool:
        """Does a loop surely run: over a literal with items, over a constant, over what a fixture gives?"""
        if isinstance(node, ast.Call):
            name = called(node)
            inner = node.func.value if isinstance(node.func, ast.Attribute) else None
            over = [inner] if name in {"items", "keys", "values", "splitlines"} else node.args
            return name in _ALL_ITEMS and any(one is not None and self._has_items(one) for one in over)
        if isinstance(node, ast.Name):
            value = self.scope.assigned.get(node.id)
            if value is not None and self.scope.bound.get(node.id) == 1:
                return not isinstance(value, ast.Name) and self._has_items(value)
            return node.id not in self.scope.bound or any(
                inner.arg == node.id for inner in self.function.args.args
            )
        if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            return bool(node.elts)
        if isinstance(node, (ast.ListComp, ast.GeneratorExp)):
            return all(not one.ifs and self._has_items(one.iter) for one in node.generators)
        return isinstance(node, (ast.Dict, ast.Constant)) and not is_empty_literal(node)

    def _is_empty(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Call):
            zero = [isinstance(item, ast.Constant) and item.value == 0 for item in node.args]
            return isinstance(node.func, ast.Name) and node.func.id == "range" and zero == [True]
        if isinstance(node, ast.Name):
            value = self.scope.assigned.get(node.id)
            if value is None or self.scope.bound.get(node.id) != 1 or not is_empty_literal(value):
                return False
            loads = [
                inner
                for inner in ast.walk(self.function)
                if isinstance(inner, ast.Name) and inner.id == node.id and isinstance(inner.ctx, ast.Load)
            ]
            return len(loads) == 1
        return is_empty_literal(node)


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
# What runs over all the items of its argument, or of the object that it is a method of
_ALL_ITEMS = frozenset(
    "range enumerate zip sorted reversed list tuple set dict product permutations combinations items keys "
    "values splitlines".split()
)
_DEEP = 3  # names that stand for names
_OF_THE_MACHINE = regex(r"avail|supports|platform|version|environ|installed", re.IGNORECASE)
# What a guard may well ask: the machine, the libraries, the state before
_ENVIRONMENT = regex(
    r"environ|getenv|which|platform|version|find_spec|import|avail|supports|exists|is_|has_|sys\.|os\.|param|config"
    r"|settings|request\.|parse_args|random|uname|executable|binary|device|read_|\.read$|splitlines",
    re.IGNORECASE,
)
_BY_ANY_NAME = ("locals(", "globals(", "exec(", "eval(")  # whoever calls these may call anything
_EXPECTING = frozenset(
    {"raises", "warns", "deprecated_call", "assertRaises", "assertRaisesRegex", "assertWarns"}
)
_SURELY = regex(r"_*(?:assert|fail(?:$|[A-Z_]))")
_MOCK_ASSERTS = frozenset(
    "assert_called assert_called_once assert_called_with assert_called_once_with assert_any_call "
    "assert_has_calls assert_not_called assert_awaited assert_awaited_once assert_awaited_with "
    "assert_awaited_once_with assert_any_await assert_has_awaits assert_not_awaited".split()
)
_MISSPELT = frozenset(
    "called_with called_once called_once_with not_called awaited_with awaited_once awaited_once_with".split()
)
_EXPECTED = regex(r"expect|want|correct|should|truth|golden|^exp(?:_|$)", re.IGNORECASE)
_LOOSE = frozenset({"weak:not-none", "weak:not-empty"})
_LOOKS_UP = regex(
    r"_?(?:next|filter|get|find|search|match|fullmatch|finditer|first|last|one|lookup|query|select|locate|scalar|detect|resolve|pop|intersection"
    r"|load|fetch|read|grep|where|guess|which)(?:$|_|[A-Z])"
)
_SUSPECTS = frozenset({"assert", "tautology", "weak:isinstance", "weak:not-empty"})
_UNITTEST_ASSERTS = frozenset(
    "assertTrue assertEqual assertEquals assertIs assertGreaterEqual assertIsNotNone assertIsInstance".split()
)
# The methods of `unittest.TestCase` that most tests call
_NO_COROUTINES = _UNITTEST_ASSERTS | frozenset(
    "assertFalse assertNotEqual assertIsNone assertIn assertNotIn assertGreater assertLess assertAlmostEqual "
    "assertRaises assertRaisesRegex assertRaisesMessage assertCountEqual assertListEqual assertDictEqual "
    "assertQuerySetEqual assertContains assertRedirects assertHTMLEqual assertSequenceEqual".split()
)
_WEAK_METHODS = {"assertIsNotNone": "weak:not-none", "assertIsInstance": "weak:isinstance"}
_OF_EQUALITY = regex(r"Eq(?![a-z])|Equal|Hash|Identit|Reflexiv")
# Libraries whose `==` builds an expression
_BUILDERS = regex(
    r"(?:sqlalchemy|sqlmodel|peewee|pony|pypika|piccolo|sympy|z3|polars|pyspark|ibis|cvxpy|pulp)\b"
)


def _is_of_a_table(func: ast.expr) -> bool:
    """`LIMITS.get`: a look into what the tests are made from."""
    while isinstance(func, (ast.Attribute, ast.Subscript)):
        func = func.value
    return isinstance(func, ast.Name) and func.id.isupper()


def _denies(test: ast.expr) -> bool:
    """`x not in y`, `not x`, `x is None`."""
    return says_none(test) or (isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.NotIn))


def _overloads(source: Source, left: ast.expr) -> bool:
    """May `==` on an operand build an expression instead of comparing? A column, a class attribute, a bare
    name, in a file that imports a library of that kind; a call's result and `response.status` are values."""
    if isinstance(left, ast.Call) or not any(map(_BUILDERS.match, source.module_scope.imports.values())):
        return False
    if not isinstance(left, ast.Attribute):
        return not isinstance(left, ast.Constant)
    owner = last_name(left.value)
    return owner[:1].isupper() or owner in {"c", "columns"}


def _is_kept_elsewhere(function: FunctionNode, compare: ast.Compare) -> bool:
    """Does the test bind the outcome of a comparison with one of the same operands to a name? Then what
    the operator gives is no truth value there."""
    own = {ast.dump(item) for item in (compare.left, *compare.comparators)}
    return any(
        isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Compare)
        and any(ast.dump(item) in own for item in (node.value.left, *node.value.comparators))
        for node in ast.walk(function)
    )


def _has_assertion(function: FunctionNode) -> bool:
    return any(
        isinstance(node, ast.Assert) or (isinstance(node, ast.Expr) and is_asserting(called(node.value)))
        for node in ast.walk(function)
    )


def _is_last(function: FunctionNode, statement: ast.stmt) -> bool:
    """Does nothing follow in the test but comparisons of the same kind?"""
    return all(
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Compare)
        for node in ast.walk(function)
        if isinstance(node, ast.stmt) and node.lineno > (statement.end_lineno or statement.lineno)
    )


def _is_operand(inner: ast.AST, node: ast.expr) -> TypeGuard[ast.Name]:
    """Is a node a name that stands in an assertion as a value, not as what it calls?"""
    return isinstance(inner, ast.Name) and not (
        isinstance(node, ast.Call) and any(inner is part for part in ast.walk(node.func))
    )


def _misspelt(test: ast.expr) -> bool:
    return isinstance(test, ast.Call) and isinstance(test.func, ast.Attribute) and test.func.attr in _MISSPELT


def _must_not_be_reached(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Raise):
        return True
    if isinstance(statement, ast.Assert):
        return truth(statement.test) is False
    return isinstance(statement, ast.Expr) and called(statement.value) in {"fail", "exit"}


def _first_arguments(node: ast.expr) -> list[ast.expr]:
    return list(node.args) if isinstance(node, ast.Call) else []


def _given_code(call: ast.Call, name: str) -> bool:
    """Does `raises(Error, function, …)` call the code itself? Then nobody has to enter it."""
    needed = 3 if name.endswith("Regex") else 1 if name == "deprecated_call" else 2
    return len(call.args) >= needed or any(isinstance(argument, ast.Starred) for argument in call.args)


def _is_known_context(source: Source, call: ast.Call, name: str, scope: Scope) -> bool:
    if name.startswith("assert"):
        return isinstance(call.func, ast.Attribute) and last_name(call.func.value) in {"self", "cls"}
    return (source.resolve(call.func, scope) or "") in {
        "pytest.raises",
        "pytest.warns",
        "pytest.deprecated_call",
    }


def _reads_value(statement: ast.stmt, names: tuple[str, ...]) -> bool:
    """Does an assertion look at the exception that a `with raises(...) as name` has caught?"""
    if isinstance(statement, ast.Expr) and not is_asserting(called(statement.value)):
        return False
    return any(isinstance(node, ast.Name) and node.id in names for node in ast.walk(statement))


def _times(text: str, name: str) -> int:
    """How often a text holds a name, longer names that it is a part of left out."""
    parts = text.split(name)
    return sum(not (_joins(one[-1:]) or _joins(other[:1])) for one, other in pairwise(parts))


def _joins(character: str) -> bool:
    return character == "_" or character.isalnum()


def _is_only_dropped(function: FunctionNode, nested: FunctionNode) -> bool:
    """Is every use of a nested coroutine function a call that stands alone?"""
    bare = {id(node) for node in ast.walk(function) if _is_load(node, nested.name)}
    dropped = {
        id(node.value.func)
        for node in ast.walk(function)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    }
    return bool(bare) and bare <= dropped


def _is_load(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)


def _of_decorators(node: FunctionNode) -> set[str]:
    words: set[str] = set()
    for decorator in node.decorator_list:
        if not isinstance(decorator, ast.Call):
            continue
        name = last_name(decorator.func)
        if name == "usefixtures":
            words.update(f"uses:{item.value!s}" for item in decorator.args if isinstance(item, ast.Constant))
        elif name == "fixture" and any(item.arg == "autouse" for item in decorator.keywords):
            words.add("autouse")
    return words


def _lets_pass(handler: ast.ExceptHandler) -> bool:
    """Does an error end here, unseen, and take with it what would have come after it?"""
    return all(is_quiet(statement) for statement in handler.body)
