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
    maybe:HOW       every one of these hangs on what the code under test does: `if`, `loop`, `try`, `except`
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

Of a function in other files only `assert` and `raise`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any, TypeGuard

from scanner.lazily import regex
from scanner.source import Check, FunctionNode, Scope, Source

_ASSERTING = regex(
    r"_?_?(?:assert|expect|verify|verifies|should|must|ensure|check|validate|compare|snapshot|approve|fail)"
    r"(?:$|_|s_|[A-Z]|s$|ed_|ion|ions)"
    r"|.*_(?:assert|should|expect|verify|check|fail|must)(?:$|s$|_)"
    r"|.*(?:Assert|Should|Expect|Verify|Check)(?:s?$|s?[A-Z])"
    r"|raise_for_status$|check_output$|check_call$|check_returncode$|approx_equal$|typecheck$|fnmatch_lines.*$"
    r"|(?:not_)?to_(?:be|have|contain|equal|match)(?:$|_)|no_fnmatch.*$|re_match_lines.*$|assertoutcome$|doctest.*$|testmod$|testfile$|runtest.*$|run_tests?$"
)
_RAISES = regex(r"(?:_?assert\w*)?(?:[rR]aises|[wW]arns|[lL]ogs)\w*|deprecated_call|raises_\w+|\w+_raises")
_CATCHES_ASSERTIONS = frozenset({"AssertionError", "Exception", "BaseException"})
_LOGS = frozenset(
    "print log debug info warning warn error exception critical echo write secho print_exc".split()
)
_MUST_NOT = regex(r"AssertionError|Failed|[Nn]ot\b|[Nn]ever|[Uu]nexpected|[Ss]houldn|[Mm]ustn")
_SKIPS = frozenset({"skip", "skipTest", "SkipTest", "importorskip", "xfail"})
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
    r"|\bpass(?:es)?\b|\bvalid\b|\bok\b|succe(?:ss|ed)|\bwork(?:s|ing)?\b|still|\bjust\b|coverage"
    r"|(?:make|making|be|to) sure|ensure|unaffected|\bsafe",
    re.IGNORECASE,
)


_INPUT_FOLDERS = regex(
    r"(?:^|/)(?:test_?)?(?:fixtures?|data|resources?|samples?|assets?|snippets?|templates?|corpus|golden|inputs?|cases|"
    r"projects?|test_runner_apps|example_scripts|mock_project\w*|dummy\w*|repos|integration/targets"
    r"|ansible_collections)/",
)


def is_input(path: str) -> bool:
    """Is a file in a test folder itself what tests are run on: a sample, a fixture, a dummy project?"""
    return _INPUT_FOLDERS.search(path) is not None


_COLLECTED = regex(r"(?:^|/)(?:test[^/]*|[^/]*_tests?)\.py$")


def is_collectable(path: str) -> bool:
    """Would pytest, unittest or Django's runner look into a file for tests, unless told otherwise?"""
    return _COLLECTED.search(path) is not None and not is_input(path)


# Named like a check, and as often the code under test
_ACCEPTING = regex(r"_*(?:verify|validate|check|ensure|must|compare)(?:$|_|[A-Z])")


def is_accepting(name: str) -> bool:
    """Is a function named like a check that may just as well be what is tested: `validate_name`?"""
    return _ACCEPTING.match(name) is not None


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
    known = len(source.checks)
    reader.block(node.body, "")
    if len(source.checks) > known and (is_input(source.path) or _is_sample(scope)):
        del source.checks[known:]
    words = reader.words
    if reader.hangs_on and not reader.sure and reader.is_test:
        words.add(f"maybe:{reader.hangs_on[0]}")
    if node.decorator_list:
        words.update(_of_decorators(node))
    if not (words & _PLAIN and reader.surely) and _MAYBE_TEST.match(node.name):
        words.update(_of_unchecked(source, scope, parameters))
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

    def _new(self, fate: str) -> str:
        """A fate begins: of all oracles that share it, only the first is reported."""
        self.reported = ""
        return fate

    # One kind of statement each; they return by which statement the flow always leaves

    def _leave(self, statement: ast.stmt, fate: str) -> str:
        value = getattr(statement, "value", None)
        if value is not None and not (isinstance(value, ast.Constant) and value.value is None):
            self.words.add("returns" if _is_verdict(value) else "gives")
        return _LEAVES[statement.__class__]

    def _raise(self, statement: ast.Raise, fate: str) -> str:
        exc = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
        if _last_name(exc) in _SKIPS:
            self.words.add("skips")
            return ""
        if not fate and not self._is_simulated(statement):
            self._found("raise", fails=True)
        return "raise"

    def _is_simulated(self, statement: ast.Raise) -> bool:
        """Is the function a stand-in that always fails, for the code under test to cope with? One that must
        not be called is none: it says so, or raises an AssertionError."""
        body = [one for one in self.function.body if not _is_preface(one)]
        if self.is_test or body != [statement] or statement.exc is None:
            return False
        return not _MUST_NOT.search(ast.dump(statement.exc))

    def _if(self, statement: ast.If, fate: str) -> str:
        always = _truth(statement.test)
        before = len(self.hangs_on)
        self.conditions += ["if"] * (always is not True)
        taken = self.block(statement.body, fate or (self._new("false-guard") if always is False else ""))
        between = len(self.hangs_on)
        other = self.block(statement.orelse, fate or (self._new("false-guard") if always is True else ""))
        del self.conditions[len(self.conditions) - (always is not True) :]
        if before < between < len(self.hangs_on) and not self.conditions:
            self.sure = True  # each branch has its own
        if always is True:
            return ""  # the author's switch; what follows is not ours to call dead
        return taken if taken and other else ""

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
            statement.body, fate or (self._new("false-guard") if _truth(statement.test) is False else "")
        )
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
        text = "\n".join(self.source.lines[self.function.lineno - 1 : self.function.end_lineno])
        named = _WORD.findall(text).count(statement.name)
        if named > 1 and not isinstance(statement, ast.AsyncFunctionDef):
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
        self._asks(statement.test)
        if isinstance(statement.test, ast.Compare) and isinstance(statement.test.ops[0], ast.Eq):
            self._compares(statement, statement.test.left, statement.test.comparators[0])
        how = strength(statement.test)
        if how in _LOOSE and self._is_looked_up(statement.test):
            how = "assert"
        if _says_none(statement.test):
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
        self._found(how)

    def _compares(self, statement: ast.stmt, left: ast.expr, right: ast.expr) -> None:
        """Note where both sides of an equality are one and the same call."""
        one, other = self._call_behind(left), self._call_behind(right)
        if one is not None and other is not None and _are_same(one, other):
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
        if isinstance(value, ast.Call) and _last_name(value.func) == "len":
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
            return _LOOKS_UP.match(_last_name(value.func)) is not None
        return True

    def _asks(self, test: ast.expr) -> None:
        """Note what a bare call asks: the answer of a coroutine function is true before it has run."""
        if isinstance(test, ast.UnaryOp):
            test = test.operand
        if isinstance(test, ast.Call) and self.source.mentions("async"):
            name = self.source.resolve(test.func, self.scope) or ""
            if name and not name.startswith("builtins."):
                self.words.add(f"asks:{name}")

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
        if reason != _ITSELF:
            return reason
        owner = self.scope.name.rpartition(".")[0]
        name = next(inner.id for inner in ast.walk(node) if _is_operand(inner, node))
        about = (
            _OF_EQUALITY.search(owner) is not None
            or _is_told_apart(self.function, name)
            or self._has_own_equality(name)
        )
        return "" if about else reason

    def _has_own_equality(self, name: str) -> bool:
        """Is a name bound to an instance of a class of this file that defines `__eq__`?"""
        made = _called(self.scope.assigned.get(name, ast.Constant(None)))
        return any(
            isinstance(inner, ast.ClassDef) and inner.name == made and _defines_equality(inner)
            for inner in [*self.source.tree.body, *self.function.body]
        )

    def _found(self, word: str, name: str = "", *, fails: bool = False) -> None:
        """An oracle, and what is called; of one that `fails` whenever it runs, the condition around it is a
        part."""
        self.words.add(word)
        self.surely = self.surely or word != "call" or not is_accepting(name)
        conditions = self.conditions[:-1] if fails else self.conditions
        if conditions:
            self.hangs_on.append(conditions[-1])
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
            name = _called(node)
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
        return isinstance(node, (ast.Dict, ast.Constant)) and not _is_empty_literal(node)

    def _is_empty(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Call):
            zero = [isinstance(item, ast.Constant) and item.value == 0 for item in node.args]
            return isinstance(node.func, ast.Name) and node.func.id == "range" and zero == [True]
        if isinstance(node, ast.Name):
            value = self.scope.assigned.get(node.id)
            if value is None or self.scope.bound.get(node.id) != 1 or not _is_empty_literal(value):
                return False
            loads = [
                inner
                for inner in ast.walk(self.function)
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
# What runs over all the items of its argument, or of the object that it is a method of
_ALL_ITEMS = frozenset(
    "range enumerate zip sorted reversed list tuple set dict product permutations combinations items keys "
    "values splitlines".split()
)
_EXPECTING = frozenset(
    {"raises", "warns", "deprecated_call", "assertRaises", "assertRaisesRegex", "assertWarns"}
)
_SURELY = regex(r"_*(?:assert|fail(?:$|[A-Z_]))")
_CLOCK = frozenset(
    "time now utcnow today perf_counter monotonic uuid4 getLogger get_logger print len str".split()
)


_WORD = regex(r"\w+")  # no pattern of its own for each name: compiling one costs more than all the rest
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
# What a test of equality itself is called: there `x == x` is the point
_REFLEXIVE = regex(
    r"(?:^|_)(?:eq|equal\w*|hash\w*|compar\w*|ident\w*|reflex\w*|order\w*|sort\w*|singleton|nan|cmp|cache\w*|[lg][te])(?:_|$)",
    re.IGNORECASE,
)


_ITSELF = "it compares a value with itself"
_OF_EQUALITY = regex(r"Eq(?![a-z])|Equal|Hash|Identit|Reflexiv")
# Libraries whose `==` builds an expression
_BUILDERS = regex(
    r"(?:sqlalchemy|sqlmodel|peewee|pony|pypika|piccolo|sympy|z3|polars|pyspark|ibis|cvxpy|pulp)\b"
)


def _overloads(source: Source, left: ast.expr) -> bool:
    """May `==` on an operand build an expression instead of comparing? A column, a class attribute, a bare
    name, in a file that imports a library of that kind; a call's result and `response.status` are values."""
    if isinstance(left, ast.Call) or not any(map(_BUILDERS.match, source.module_scope.imports.values())):
        return False
    if not isinstance(left, ast.Attribute):
        return not isinstance(left, ast.Constant)
    owner = _last_name(left.value)
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
        isinstance(node, ast.Assert) or (isinstance(node, ast.Expr) and is_asserting(_called(node.value)))
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


def _is_told_apart(function: FunctionNode, name: str) -> bool:
    """Does the test also say what an object is not equal to, or look at its hash?"""
    return any(_tells_apart(node, name) for node in ast.walk(function))


def _tells_apart(node: ast.AST, name: str) -> bool:
    if isinstance(node, ast.Compare):
        return isinstance(node.ops[0], ast.NotEq) and _mentions(node, name)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        inner = node.operand
        return isinstance(inner, ast.Compare) and isinstance(inner.ops[0], ast.Eq) and _mentions(inner, name)
    if isinstance(node, ast.Call) and _last_name(node.func) in {"assertNotEqual", "assertNotEquals", "hash"}:
        return any(_is_name(item, name) for item in node.args)
    return False


def _mentions(compare: ast.Compare, name: str) -> bool:
    return any(_is_name(item, name) for item in (compare.left, *compare.comparators))


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _defines_equality(node: ast.ClassDef) -> bool:
    return any(isinstance(item, ast.FunctionDef) and item.name == "__eq__" for item in node.body)


def _misspelt(test: ast.expr) -> bool:
    return isinstance(test, ast.Call) and isinstance(test.func, ast.Attribute) and test.func.attr in _MISSPELT


def tautology(test: ast.expr, name: str) -> str:
    """Why an asserted expression can never be false; "" where it can. `name` is the test's."""
    cls = test.__class__
    if cls is ast.Compare:
        ops, right = test.ops, test.comparators  # type: ignore[attr-defined]
        return _tautology_of(ops[0].__class__, test.left, right[0], name) if len(ops) == 1 else ""  # type: ignore[attr-defined]
    if cls is ast.Constant:
        return "it is a constant" if test.value else ""  # type: ignore[attr-defined]
    if cls is ast.Tuple:
        return "it is a tuple, and a tuple with items is true" if test.elts else ""  # type: ignore[attr-defined]
    if cls is ast.BoolOp and isinstance(test.op, ast.Or):  # type: ignore[attr-defined]
        values = test.values  # type: ignore[attr-defined]
        if any(_truth(value) is True for value in values):
            return "one side of its `or` is a true constant"
        return "it says `x or not x`" if _are_opposite(values) else ""
    if cls is ast.Call and _last_name(test.func) == "isinstance":  # type: ignore[attr-defined]
        arguments = test.args  # type: ignore[attr-defined]
        if len(arguments) == 2 and isinstance(arguments[1], ast.Name) and arguments[1].id == "object":
            return "everything is an `object`"
    return ""


_EQUALITIES = frozenset({ast.Eq, ast.Is})
_REFLEXIVE_OPERATORS = _EQUALITIES | {ast.LtE, ast.GtE}


def _tautology_of(op: type, left: ast.expr, right: ast.expr, name: str) -> str:
    """Why one comparison can never be false; "" where it can."""
    cls = left.__class__
    if cls is ast.Name:
        itself = right.__class__ is ast.Name and left.id == right.id  # type: ignore[attr-defined]
        return _ITSELF if itself and op in _REFLEXIVE_OPERATORS and not _REFLEXIVE.search(name) else ""
    if cls is ast.Call and (op is ast.GtE or op is ast.Gt) and _is_length(left):
        least = _is_number(right, 0) if op is ast.GtE else _is_number(getattr(right, "operand", None), 1)
        return "a length is never negative" if least else ""
    if cls is ast.Constant and right.__class__ is ast.Constant and op in _EQUALITIES:
        one, other = left.value, right.value  # type: ignore[attr-defined]
        # `1 == True` says something about Python
        return "it compares two constants" if one == other and one.__class__ is other.__class__ else ""
    return ""


_COMPARING: dict[str, type] = {"assertIs": ast.Is, "assertGreaterEqual": ast.GtE}


def tautology_of_call(call: ast.Call, method: str, name: str) -> str:
    """The same for `self.assertTrue(…)` and its like."""
    arguments = call.args
    if not arguments:
        return ""
    if method == "assertTrue":
        return tautology(arguments[0], name)
    if method == "assertIsNotNone":
        known = isinstance(arguments[0], ast.Constant) and arguments[0].value is not None
        return "it is a constant" if known else ""
    if len(arguments) < 2 or method == "assertIsInstance":
        return ""
    return _tautology_of(_COMPARING.get(method, ast.Eq), arguments[0], arguments[1], name)


def _are_opposite(values: list[ast.expr]) -> bool:
    """`x or not x`, `x is None or x is not None`."""
    if len(values) != 2:
        return False
    one, other = values
    if isinstance(other, ast.UnaryOp) and isinstance(other.op, ast.Not):
        return ast.dump(one) == ast.dump(other.operand)
    if not (isinstance(one, ast.Compare) and isinstance(other, ast.Compare)):
        return False
    pair = {one.ops[0].__class__, other.ops[0].__class__}
    same = ast.dump(one.left) == ast.dump(other.left) and ast.dump(one.comparators[0]) == ast.dump(
        other.comparators[0]
    )
    return same and len(one.ops) == len(other.ops) == 1 and pair in ({ast.Is, ast.IsNot}, {ast.Eq, ast.NotEq})


def _is_length(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len"


def _is_number(node: ast.expr | None, value: int) -> bool:
    return isinstance(node, ast.Constant) and node.value == value and not isinstance(node.value, bool)


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
    if not isinstance(right, ast.Constant):
        return "assert"
    if isinstance(left, ast.Call) and _last_name(left.func) == "len":
        asks = (op.__class__, right.value) in {(ast.Gt, 0), (ast.GtE, 1), (ast.NotEq, 0)}
        return "weak:not-empty" if asks or (_is_number(right, 0) and isinstance(op, ast.GtE)) else "assert"
    if isinstance(left, ast.Attribute) and left.attr in {"status_code", "status"} and isinstance(op, ast.Eq):
        return "weak:status" if right.value in {200, "200"} else "assert"
    return "assert"


def _are_same(one: ast.Call, other: ast.Call) -> bool:
    """The same function with the same arguments: no constructor, whose `==` may be what is tested."""
    if one is other or one.func.__class__ is not other.func.__class__:
        return False
    return not _last_name(one.func)[:1].isupper() and ast.dump(one) == ast.dump(other)


def _says_none(test: ast.expr) -> bool:
    """`x is None`, `x == []`, `len(x) == 0`, `not x`: the other half of a weak check."""
    if isinstance(test, ast.UnaryOp):
        return isinstance(test.op, ast.Not)
    if not isinstance(test, ast.Compare) or not isinstance(test.ops[0], (ast.Is, ast.Eq)):
        return False
    right = test.comparators[0]
    return _is_empty_literal(right) or (isinstance(right, ast.Constant) and not right.value)


def _must_not_be_reached(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Raise):
        return True
    if isinstance(statement, ast.Assert):
        return _truth(statement.test) is False
    return isinstance(statement, ast.Expr) and _called(statement.value) in {"fail", "exit"}


def _truth(test: ast.expr) -> bool | None:
    """The truth of a literal guard; None where it is not a literal."""
    if isinstance(test, ast.Constant):
        return bool(test.value)
    if (
        isinstance(test, ast.UnaryOp)
        and isinstance(test.op, ast.Not)
        and isinstance(test.operand, ast.Constant)
    ):
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
        return re.search(r"succe|pass|fail|ok$|valid", node.id) is not None
    if isinstance(node, ast.Tuple):
        return any(isinstance(item, (ast.Constant, ast.Name)) and _is_verdict(item) for item in node.elts)
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
    return (source.resolve(call.func, scope) or "") in {
        "pytest.raises",
        "pytest.warns",
        "pytest.deprecated_call",
    }


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
        elif (
            isinstance(node, ast.Call) and _last_name(node.func) in {"locals", "globals", "exec", "eval"}
        ) or (isinstance(node, (ast.Nonlocal, ast.Global)) and nested.name in node.names):
            return ""
    if not bare:
        return "never-called"
    if not isinstance(nested, ast.AsyncFunctionDef):
        return ""
    dropped = [
        node.value.func
        for node in ast.walk(function)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    ]
    return "never-awaited" if all(any(name is func for func in dropped) for name in bare) else ""


def _of_decorators(node: FunctionNode) -> set[str]:
    words: set[str] = set()
    for decorator in node.decorator_list:
        if not isinstance(decorator, ast.Call):
            continue
        name = _last_name(decorator.func)
        if name == "usefixtures":
            words.update(f"uses:{item.value!s}" for item in decorator.args if isinstance(item, ast.Constant))
        elif name == "fixture" and any(item.arg == "autouse" for item in decorator.keywords):
            words.add("autouse")
    return words


def _of_unchecked(source: Source, scope: Scope, parameters: tuple[str, ...]) -> set[str]:
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
            if _last_name(inner.func) in _LOGS:
                logged.update(id(part) for argument in inner.args for part in ast.walk(argument))
        elif cls is ast.Name:
            if inner.ctx.__class__ is ast.Load:
                (shown if id(inner) in logged else loads).add(inner.id)
        elif cls is ast.Assign:
            name = _called(inner.value)
            if name[:1].islower() and name not in _CLOCK:
                results.update(item.id for item in inner.targets if isinstance(item, ast.Name))
    words.update(
        f"calls:{call.func.id}"
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id in parameters
    )
    words.update(f"drops:{name}" for name in results - loads if not name.startswith("_"))
    body = [statement for statement in node.body if not _is_preface(statement)]
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
    if _is_handed_on(source, scope, node.name):
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
            if _last_name(mark.func if isinstance(mark, ast.Call) else mark) in _SWITCHING_OFF:
                return True
        if any(isinstance(around.assigned.get(name), ast.Constant) for name in ("skip", "todo")):
            return True
        around = around.parent
    return False


def _is_handed_on(source: Source, scope: Scope, name: str) -> bool:
    """Does a table hold a function by its name, in a file that is no program with a list of its steps?"""
    if scope.parent is not source.module_scope or "__main__" in source.text:
        return False
    if source.text.count(name) == 1:
        return False
    return re.search(rf"[\"']\w+[\"']\s*:\s*{name}\s*[,}}]", source.text) is not None


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
    return not any(
        isinstance(part, (ast.Call, ast.Attribute)) for item in value.args for part in ast.walk(item)
    )


def _hushes(statement: ast.stmt) -> bool:
    """A `try` that hides whatever goes wrong inside it; or a statement that cannot go wrong."""
    if isinstance(statement, (ast.Import, ast.ImportFrom, ast.Return)) or _is_preface(statement):
        return not isinstance(statement, ast.Return) or isinstance(
            statement.value, (ast.Constant, type(None))
        )
    if not isinstance(statement, ast.Try) or statement.orelse:
        return False
    return any(_is_hush(handler) for handler in statement.handlers)


def _lets_pass(handler: ast.ExceptHandler) -> bool:
    """Does an error end here, unseen, and take with it what would have come after it?"""
    return all(_is_quiet(statement) for statement in handler.body)


def _is_hush(handler: ast.ExceptHandler) -> bool:
    """Does a failing assertion end here, unseen?"""
    if handler.type is not None and not _catches_assertions([handler.type]):
        return False
    return all(_is_quiet(statement) for statement in handler.body)


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
