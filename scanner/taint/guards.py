"""Has somebody looked at a value before it is used?

A test that decides whether the use is reached (`if name not in ALLOWED: raise …`), or a call that says by
its name that it refuses (`validate_table(name)`). What such a check is worth is not judged: it shows that
the author thought of it, and a false alarm costs more than this miss.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping

from scanner.frozen import frozen
from scanner.lazily import regex
from scanner.shapes import last_name, own_nodes
from scanner.taint.bindings import Bindings, Owner, leaves, spelled

REFUSES = regex(
    r"(?i)(?!check_(?:output|call)$|validate_on_submit$|.*(?:checkpoint|checkout|validator_class|unquote|unescape))"
    r"\w*(?:valid|saniti[sz]|check|ensure|verif|escape|quote|allow|block|permit|is_safe|safe_|_safe|secure|"
    r"white_?list|forbid|assert_|require_|restrict|guard|is_within|inside|traversal|contain|clean_|scrub|"
    r"denied|authori[sz]ed_|refuse|reject|deny)\w*$"
)
_TELLS = frozenset(
    "isdigit isalnum isalpha isidentifier isnumeric isdecimal isascii match fullmatch search ip_address "
    "ip_network UUID literal_eval compare_digest".split()
)


@frozen
class Guarding:
    """What else stops one kind of misuse: calls that guard, and calls whose result is as good as the value
    for a check (`urlparse(url)`, `path.resolve()`)."""

    calls: re.Pattern[str] = re.compile(r"(?!)")
    derives: re.Pattern[str] = re.compile(r"(?:strip|lower|upper|str|lstrip|rstrip|replace|split)$")
    pieces: frozenset[str] = frozenset()  # texts whose absence is a proof: "..", "/"
    types: frozenset[str] = frozenset(["int", "float", "bool"])  # that a test for them makes harmless
    lookups: re.Pattern[str] = re.compile(r"(?!)")  # calls that know only values which somebody stored


PLAIN = Guarding()


class Guards:
    """The checks of one function or module."""

    def __init__(
        self,
        owner: Owner,
        bindings: Bindings,
        parents: Mapping[int, ast.AST],
        judges: Callable[[ast.Call], bool],
    ) -> None:
        self._judges = judges  # does a function of the file that is called raise an error by itself?
        self._bindings = bindings
        self._parents = parents
        self._owner = owner
        self._tests: list[tuple[ast.expr, ast.AST]] = []
        self._calls: list[ast.Call] = []
        self._known: dict[tuple[str, Guarding], frozenset[str]] = {}
        for node in own_nodes(owner.body):
            if isinstance(node, (ast.If, ast.While, ast.Assert, ast.IfExp)):
                self._tests.append((node.test, node))
            elif isinstance(node, ast.comprehension):
                self._tests += [(test, node) for test in node.ifs]
            elif isinstance(node, ast.Call):
                self._calls.append(node)

    def cleared(self, name: str, use: ast.AST, guarding: Guarding) -> bool:
        """Is what `name` holds at `use` checked?"""
        names = frozenset([name]) if name[0] == "=" else self._as_good_as(name, guarding)
        statement = self._statement(use)
        start = (statement.lineno, statement.col_offset)
        for call in self._calls:
            if (call.lineno, call.col_offset) < start and self._refuses(call, names, guarding):
                return True
        around = {id(one) for one in self._around(use)}
        return any(
            id(test) not in around
            and self._decides(node, use, statement, names)
            and _tells(test, names, guarding)
            for test, node in self._tests
        )

    def _as_good_as(self, name: str, guarding: Guarding) -> frozenset[str]:
        """The names whose check is a check of `name`: it was made of them, or they of it."""
        key = (name, guarding)
        if key not in self._known:
            self._known[key] = self._found(name, guarding)
        return self._known[key]

    def _found(self, name: str, guarding: Guarding) -> frozenset[str]:
        names = {name}
        for binding in self._bindings.all(name):
            if not binding.adds:
                names |= _plain(binding.value, guarding)
        for _ in range(2):
            names |= {other for other in self._bindings.names if self._derived(other, names, guarding)}
        return frozenset(names)

    def _derived(self, name: str, names: set[str], guarding: Guarding) -> bool:
        return any(
            not binding.adds and not names.isdisjoint(_plain(binding.value, guarding))
            for binding in self._bindings.all(name)
        )

    def _refuses(self, call: ast.Call, names: frozenset[str], guarding: Guarding) -> bool:
        """`validate(name)`, also handed to a thread: `run_in_threadpool(validate, name)`"""
        last = last_name(call)
        given = [*call.args, *(keyword.value for keyword in call.keywords)]
        refuses = (
            REFUSES.match(last)
            or guarding.lookups.match(last)
            or (self._is_statement(call) and (guarding.calls.match(last) or self._judges(call)))
        )
        if not refuses and call.args:
            first = spelled(call.args[0]).rpartition(".")[2]
            refuses = bool(first) and REFUSES.match(first) is not None and first not in names
        if not refuses:
            return False
        if isinstance(call.func, ast.Attribute):
            given.append(call.func.value)
        return any(_mentions(one, names) for one in given)

    def _is_statement(self, call: ast.Call) -> bool:
        """Is its result thrown away, so that it is there for its error?"""
        around = self._parents.get(id(call))
        if isinstance(around, ast.Await):
            around = self._parents.get(id(around))
        return isinstance(around, ast.Expr)

    def _decides(self, node: ast.AST, use: ast.AST, statement: ast.AST, names: frozenset[str]) -> bool:
        """Does the test hang on the way to the use?"""
        if isinstance(node, ast.comprehension):
            return any(
                isinstance(one, ast.AST) and node in getattr(one, "generators", ())
                for one in self._around(use)
            )
        if isinstance(node, ast.IfExp):
            return any(one is node for one in self._around(use)) or self._feeds(node, names)
        if any(one is node for one in self._around(use)) and not isinstance(node, ast.Assert):
            return True
        if (node.lineno, node.col_offset) > (statement.lineno, statement.col_offset):  # type: ignore[attr-defined]
            return False
        if isinstance(node, ast.Assert):
            return True
        if not isinstance(node, ast.If):
            return False
        return leaves(node.body) or leaves(node.orelse) or self._rebinds(node, names)

    def _rebinds(self, node: ast.If, names: frozenset[str]) -> bool:
        """`if order not in ALLOWED: order = "name"`"""
        return any(
            binding.statement in node.body or binding.statement in node.orelse
            for name in names
            for binding in self._bindings.all(name)
        )

    def _feeds(self, node: ast.IfExp, names: frozenset[str]) -> bool:
        return any(binding.value is node for name in names for binding in self._bindings.all(name))

    def _around(self, node: ast.AST) -> Iterator[ast.AST]:
        while node is not self._owner and id(node) in self._parents:
            node = self._parents[id(node)]
            yield node

    def _statement(self, node: ast.AST) -> ast.stmt:
        while not isinstance(node, ast.stmt):
            node = self._parents[id(node)]
        return node


def _plain(value: ast.AST, guarding: Guarding) -> set[str]:
    """The names that a value is nothing but: itself, a part, or through calls that keep it whole."""
    if isinstance(value, (ast.Name, ast.Attribute)):
        name = spelled(value)
        return (
            {name} if name else _plain(value.value, guarding) if isinstance(value, ast.Attribute) else set()
        )
    if isinstance(value, (ast.Await, ast.Subscript, ast.NamedExpr)):
        return _plain(value.value, guarding)
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Div):
        return _plain(value.right, guarding)
    if isinstance(value, ast.BoolOp):
        return _plain(value.values[0], guarding)
    if not isinstance(value, ast.Call) or not (guarding.derives.search(last_name(value))):
        return set()
    names: set[str] = set()
    if isinstance(value.func, ast.Attribute):
        names |= _plain(value.func.value, guarding)
    for one in value.args:
        names |= _plain(one, guarding)
    return names


def expressed(node: ast.AST) -> str:
    """A call or an item as a name of its own: `request.args.get("next")` may be written twice."""
    return f"={ast.dump(node)}"


def _mentions(node: ast.AST, names: frozenset[str]) -> bool:
    written = any(name[0] == "=" for name in names)
    for one in ast.walk(node):
        if isinstance(one, (ast.Name, ast.Attribute)) and spelled(one) in names:
            return True
        if written and isinstance(one, (ast.Call, ast.Subscript)) and expressed(one) in names:
            return True
    return False


def _tells(test: ast.expr, names: frozenset[str], guarding: Guarding) -> bool:
    """Does a test say what a value may be, and not only whether there is one?"""
    for node in ast.walk(test):
        if isinstance(node, ast.Compare) and _compares(node, names, guarding):
            return True
        if isinstance(node, ast.Call) and _asks(node, names, guarding):
            return True
        if isinstance(node, ast.Attribute) and node.attr in {"netloc", "hostname"} and _mentions(node, names):
            return True
    return False


def _compares(node: ast.Compare, names: frozenset[str], guarding: Guarding) -> bool:
    left, right = node.left, node.comparators[0]
    if isinstance(node.ops[0], (ast.In, ast.NotIn)):
        if isinstance(left, ast.Constant):
            return left.value in guarding.pieces and _mentions(right, names)
        return _mentions(left, names) or (
            guarding.calls.match("parents") is not None and _mentions(right, names)
        )
    if not isinstance(node.ops[0], (ast.Eq, ast.NotEq)):
        return False
    for one, other in ((left, right), (right, left)):
        if isinstance(one, (ast.Name, ast.Attribute)) and _mentions(one, names):
            empty = isinstance(other, ast.Constant) and other.value in (None, "") and spelled(one) in names
            return isinstance(other, (ast.Constant, ast.Name, ast.Attribute)) and not empty
    return any(isinstance(one, ast.Call) and _asks(one, names, guarding) for one in (left, right))


def _asks(call: ast.Call, names: frozenset[str], guarding: Guarding) -> bool:
    last = last_name(call)
    given = [*call.args, *([call.func.value] if isinstance(call.func, ast.Attribute) else [])]
    if last in _TELLS or guarding.calls.match(last) or REFUSES.match(last):
        return any(_mentions(one, names) for one in given)
    if last == "isinstance" and len(call.args) == 2:
        kinds = {spelled(one) for one in ast.walk(call.args[1])}
        harmless = bool(kinds & guarding.types) and ("str" not in kinds or "str" in guarding.types)
        return harmless and _mentions(call.args[0], names)
    return False
