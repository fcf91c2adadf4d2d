"""Functions that do by hand what a library does: recognised while the tree is there, kept as traits.

A shape and the code are both turned into terms, nested tuples in one spelling for what is written in several
(a loop that appends and a comprehension, a conditional return and two returns), and then unified: a name in
capitals stands for any expression, the same everywhere; `SELF` for the function itself; `...` for any
statements; `END` for what leaves a loop. Nothing is looked at whose name, literals and callees do not tell.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import Any

from scanner.analyse.reinventions import BY_ID, KINDS, Kind, Signs
from scanner.analyse.walk import Body, token_of
from scanner.facts import Function
from scanner.lazily import regex
from scanner.shapes import body_of, is_talk, last_name, words
from scanner.source import Scope, Source

PREFIX = "reinvents:"  # of the trait that tells the kind
_MOST_TOKENS = 420  # of the walk; a longer function does more than one thing
_MOST_TOKENS_OF_SHAPE = 150
_MOST_STEPS = 4_000  # of one unification

Term = Any  # a tuple headed by the name of a node's class; a string, a number or None at its leaves
Bound = dict[str, Term]
Shape = tuple[Term, frozenset[int]]  # with the tokens of the walk without which no function has it


def marked(functions: tuple[Function, ...], source: Source, bodies: Iterable[Body]) -> tuple[Function, ...]:
    """The functions, in the order of the walk's bodies, with a trait for each thing that they reinvent."""
    if source.role != "live":
        return functions
    kept = list(functions)
    place = -1
    for body in bodies:
        if body.scope.kind != "function":
            continue
        place += 1
        if not 1 < len(body.tokens) < _MOST_TOKENS:
            continue
        kinds = _named(functions[place].name.rpartition(".")[2])
        if not _TRIGGERS.isdisjoint(body.literals) or not _TRIGGERS.isdisjoint(body.callees):
            kinds += _triggered(body)
        if kinds:
            kept[place] = _with_traits(functions[place], body, kinds)
    return tuple(kept)


_TRIGGERS = frozenset(trigger for kind in KINDS for trigger in kind.triggers)
_BEGINNINGS = tuple(sorted({word for kind in KINDS for word in kind.named.split()}))


@lru_cache(maxsize=8192)
def _named(name: str) -> tuple[Kind, ...]:
    """The kinds that a function of this name may be; many names recur."""
    parts = name.split("_") if name.islower() else words(name)
    found = {place for part in parts for place in _named_so(part)}
    return tuple(KINDS[place] for place in sorted(found))


@lru_cache(maxsize=8192)
def _named_so(word: str) -> tuple[int, ...]:
    """The places in the table of the kinds that ask for such a word."""
    if not word.startswith(_BEGINNINGS):
        return ()
    return tuple(
        place for place, kind in enumerate(KINDS) if kind.named and word.startswith(tuple(kind.named.split()))
    )


def _triggered(body: Body) -> tuple[Kind, ...]:
    name = body.scope.name.lower()
    return tuple(
        kind
        for kind in KINDS
        if any(trigger in body.literals or trigger in body.callees for trigger in kind.triggers)
        and not (kind.unnamed and re.search(kind.unnamed, name))
    )


def _with_traits(function: Function, body: Body, kinds: Sequence[Kind]) -> Function:
    tokens = frozenset(body.tokens)
    wanted = [kind for kind in kinds if _is_possible(kind, tokens)]
    if not wanted or _is_fallback(body.scope):
        return function
    looked_at = _Function(body, tokens)
    try:
        kind = next((kind for kind in wanted if looked_at.is_a(kind)), None)
    except RecursionError:  # an expression of hundreds of links is nobody's helper
        return function
    return function if kind is None else function._replace(traits=(*function.traits, PREFIX + kind.id))


def _is_possible(kind: Kind, tokens: frozenset[int]) -> bool:
    """Do all the names and operators occur that some shape, or some signs, of it ask for?"""
    if _loops(kind.id) and _LOOPS.isdisjoint(tokens):
        return False
    return any(needs <= tokens for needs in _needs(kind.id))


def _is_fallback(scope: Scope) -> bool:
    """Does a function stand under a condition, or in an `except`: for a Python that lacks the real one?"""
    around = scope.parent
    holder = getattr(around.node, "body", []) if around is not None else []
    return not any(statement is scope.node for statement in holder)


class _Function:
    """One function, in the forms that shapes and signs are compared with."""

    def __init__(self, body: Body, tokens: frozenset[int]) -> None:
        self.scope: Scope = body.scope
        self.node: Any = body.scope.node
        self.tokens = tokens
        self.literals = body.literals
        self.statements = len(body.cuts)
        self.whole = len(body.tokens) <= _MOST_TOKENS_OF_SHAPE  # short enough to be nothing but a shape
        self._forms: list[Term] | None = None
        self._nodes: list[ast.AST] | None = None

    def is_a(self, kind: Kind) -> bool:
        if kind.id == "string-enum" and not self._is_of_string_enum():
            return False
        if any(self._shows(signs) for signs in kind.signs):
            return True
        own = {"SELF": ("Name", self.node.name)}
        for shape in self._possible(_shapes(kind.id)) if self.whole else ():
            for form in self.forms:
                bound = _unified(shape, form, dict(own))
                if bound is not None and self._fits(kind, bound):
                    return True
        return any(
            _unified(shape, part, dict(own)) is not None
            for shape in self._possible(_held(kind.id))
            for part in self._parts(shape)
        )

    # Shapes

    def _possible(self, shapes: Iterable[Shape]) -> Iterator[Term]:
        return (term for term, needs in shapes if needs <= self.tokens)

    @property
    def forms(self) -> list[Term]:
        """The body in its normal form; as it is, without the checks at its head, within its `try`, and
        without the value that it gives for nothing."""
        if self._forms is None:
            self._forms = list(_variants(body_of(self.node)))
        return self._forms

    def _parts(self, shape: Term) -> Iterator[Term]:
        for form in self.forms[:1]:
            for part in _subterms(form):
                if part[:1] == shape[:1]:
                    yield part

    def _fits(self, kind: Kind, bound: Bound) -> bool:
        if kind.plain and bound.get(kind.plain, ("Name",))[0] not in {"Name", "?"}:
            return False
        return not (kind.sequences and self._is_text(bound))

    def _is_text(self, bound: Bound) -> bool:
        """Is what is cut into pieces a string, bytes, or a file's content?"""
        what = bound.get("XS", ("Name", ""))
        name = str(what[2] if what[:1] == ("Attribute",) else what[1]).lower()
        args = self.node.args
        for arg in (*args.posonlyargs, *args.args, *args.kwonlyargs):
            if what == ("Name", arg.arg) and arg.annotation is not None:
                said = ast.dump(arg.annotation)
                if re.search(r"id='(str|bytes|bytearray|AnyStr|memoryview)'", said) and "List" not in said:
                    return True
        return _TEXT.search(name) is not None

    # Signs

    @property
    def nodes(self) -> list[ast.AST]:
        if self._nodes is None:
            self._nodes = [inner for statement in self.node.body for inner in ast.walk(statement)]
        return self._nodes

    def _shows(self, signs: Signs) -> bool:
        if self.statements > signs.most or not self._says(signs):
            return False
        nodes = self.nodes
        classes = {type(node).__name__ for node in nodes}
        if not signs.nodes <= classes or signs.lacks & classes:
            return False
        calls = {last_name(node) for node in nodes if isinstance(node, ast.Call)}
        if not signs.calls <= calls:
            return False
        names = calls | set(_names(nodes))
        if not all(any(re.search(asked, name) for name in names) for asked in signs.names):
            return False
        if signs.decorated:
            return any(re.search(signs.decorated, _name_of(node)) for node in self.node.decorator_list)
        return not signs.without or not any(re.search(signs.without, name) for name in names)

    def _says(self, signs: Signs) -> bool:
        if not signs.says:
            return True
        said = {str(value) for value in self.literals}
        found = [sum(re.search(text, value) is not None for value in said) for text in signs.says]
        return all(found) and found[0] >= signs.different

    def _is_of_string_enum(self) -> bool:
        owner = self.scope.parent.node if self.scope.parent is not None else None
        if self.node.name != "__str__":
            return False
        bases = [_name_of(base).rpartition(".")[2] for base in getattr(owner, "bases", ())]
        return bases == ["str", "Enum"]


_TEXT = regex(
    r"(^|_)(s|str|string|text|txt|data|content|body|payload|message|msg|buf|buffer|html|raw|line|hex\w*|value"
    r"|bytes|b|key|digits?|number|sequence|seq|word|code|audio|samples|pcm|sql)$"
)


def _names(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.arg):
            yield node.arg


def _name_of(node: ast.expr) -> str:
    """`contextlib.contextmanager`, as written."""
    if isinstance(node, ast.Call):
        node = node.func
    if isinstance(node, ast.Attribute):
        return f"{_name_of(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


# ---------------------------------------------------------------------------------------- the normal form


@cache
def _shapes(kind: str) -> tuple[Shape, ...]:
    terms = [_block(ast.parse(text).body) for text in BY_ID[kind].shapes]
    return tuple((term, _asked(term)) for term in terms)


@cache
def _held(kind: str) -> tuple[Shape, ...]:
    statements = [ast.parse(text).body[0] for text in BY_ID[kind].holds]
    terms = [
        _term(statement.value) if isinstance(statement, ast.Expr) else _statement(statement)
        for statement in statements
    ]
    return tuple((term, _asked(term)) for term in terms)


@cache
def _needs(kind: str) -> tuple[frozenset[int], ...]:
    """Of each way to recognise a kind, the tokens of the walk that the function must have."""
    shapes = {needs for _, needs in (*_shapes(kind), *_held(kind))}
    signs = [frozenset(map(token_of, signs.calls | signs.nodes - _NO_TOKENS)) for signs in BY_ID[kind].signs]
    return (*sorted(shapes, key=sorted), *signs)


@cache
def _loops(kind: str) -> bool:
    """Do all the ways to write it go through something, in a loop or a comprehension?"""
    shapes = [term for term, _ in (*_shapes(kind), *_held(kind))]
    return all(
        any(part[0] in {"For", "While", "ListComp", "DictComp"} for part in _subterms(shape))
        for shape in shapes
    ) and all(signs.nodes & {"For", "While"} for signs in BY_ID[kind].signs)


_NO_TOKENS = frozenset(["AugAssign", "Yield"])
_SPELLED_ONCE = frozenset(["Try", "With", "While", "Subscript", "Yield"])
_LOOPS = frozenset(map(token_of, ("For", "While", "comprehension")))
_SPELLED_OTHERWISE = frozenset(["append", "extend", "list", "dict", "format", "add", "print"])


def _asked(shape: Term) -> frozenset[int]:
    """The tokens of what a shape calls and computes, in whatever way it is spelled."""
    if any(term[0] == "FunctionDef" for term in _subterms(shape)):
        return frozenset()  # the walk keeps the tokens of an inner function apart
    found = set()
    for term in _subterms(shape):
        if term[0] == "Attribute" and term[1] != ("Name", "self"):  # the walk masks `self.x`
            found.add(term[2])
        elif term[0] == "Call" and term[1][0] == "Name":
            found.add(term[1][1])
        elif term[0] in _SPELLED_ONCE:
            found.add(term[0])
        elif term[0] == "AugAssign" or (term[0] == "BinOp" and term[1][:2] != ("Constant", "str")):
            found.add(term[2][0])
    return frozenset(map(token_of, found - _SPELLED_OTHERWISE))


def _variants(body: Sequence[ast.stmt]) -> Iterator[Term]:
    whole = _block(body)
    yield whole
    yield from _bared(whole)
    kept = list(body)
    while len(kept) > 1 and _is_guard(kept[0]):
        kept = kept[1:]
        stripped = _block(kept)
        yield stripped
        yield from _bared(stripped)
    if len(kept) == 1 and isinstance(kept[0], ast.Try) and not kept[0].finalbody:
        yield _block(kept[0].body)


def _bared(block: Term) -> Iterator[Term]:
    """`return x if xs else 0.0` → `return x`."""
    if block and block[-1][0] == "Return" and block[-1][1] and block[-1][1][0] == "IfExp":
        _, _, one, other = block[-1][1]
        if _is_nothing(other):
            yield (*block[:-1], ("Return", one))
        elif _is_nothing(one):
            yield (*block[:-1], ("Return", other))


def _is_nothing(term: Term) -> bool:
    return term is not None and (
        term[0] == "Constant" or (term[0] in {"List", "Tuple", "Dict"} and not any(term[1:]))
    )


def _is_guard(node: ast.stmt) -> bool:
    """`if not xs: return []`, `if n < 1: raise ValueError(…)`, `xs = list(xs)` aside."""
    if isinstance(node, ast.Assert):
        return True
    if not isinstance(node, ast.If) or node.orelse or len(node.body) != 1:
        return False
    last = node.body[0]
    if isinstance(last, ast.Return):
        return last.value is None or isinstance(
            last.value, (ast.Constant, ast.Name, ast.List, ast.Dict, ast.Tuple, ast.UnaryOp)
        )
    return isinstance(last, ast.Raise)


def _block(body: Sequence[ast.stmt]) -> Term:
    """Statements in their normal form."""
    terms = [_statement(node) for node in body if not _is_said(node)]
    return _settled([term for term in terms if term is not None])


def _is_said(node: ast.stmt) -> bool:
    if isinstance(node, (ast.Pass, ast.Import, ast.ImportFrom, ast.Assert)):
        return True
    if isinstance(node, ast.AnnAssign):
        return node.value is None
    if not isinstance(node, ast.Expr):
        return False
    value = node.value
    if isinstance(value, ast.Constant):
        return value.value is not Ellipsis
    return isinstance(value, ast.Call) and is_talk(value) and last_name(value) not in {"write", "rule"}


def _statement(node: ast.stmt) -> Term:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return ("...",)
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Name) and node.value.id == "END":
        return ("END",)
    if isinstance(node, ast.AnnAssign) and node.value is not None:
        return _assigned(node.target, node.value)
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        return _assigned(node.targets[0], node.value)
    if isinstance(node, ast.If):
        return _condition(_term(node.test), _block(node.body), _block(node.orelse))
    if isinstance(node, (ast.For, ast.AsyncFor)):
        return ("For", _term(node.target), _term(node.iter), _loop(node.body), _block(node.orelse))
    if isinstance(node, ast.While):
        return ("While", _term(node.test), _loop(node.body), _block(node.orelse))
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return ("FunctionDef", _variable(node.name), _parameters(node.args), _block(body_of(node)))
    if isinstance(node, (ast.With, ast.AsyncWith)):
        return ("With", _term(node.items), _block(node.body))
    if isinstance(node, ast.Try):
        handlers = tuple(
            ("ExceptHandler", _term(one.type), one.name and _variable(one.name), _block(one.body))
            for one in node.handlers
        )
        return ("Try", _block(node.body), handlers, _block(node.orelse), _block(node.finalbody))
    return _plain(node)


def _assigned(target: ast.expr, value: ast.expr) -> Term:
    """`x = x + 1` is `x += 1`."""
    left = _term(target)
    if isinstance(value, ast.BinOp) and _term(value.left) == left:
        return ("AugAssign", left, (type(value.op).__name__,), _term(value.right))
    return ("Assign", left, _term(value))


def _condition(test: Term, body: Term, orelse: Term) -> Term:
    if orelse and test[0] == "UnaryOp" and test[1] == ("Not",):
        return ("If", test[2], orelse, body)
    return ("If", test, body, orelse)


def _loop(body: Sequence[ast.stmt]) -> Term:
    """The body of a loop; `if c: continue` puts the rest under the opposite."""
    first = body[0]
    if (
        isinstance(first, ast.If)
        and len(body) > 1
        and not first.orelse
        and len(first.body) == 1
        and isinstance(first.body[0], ast.Continue)
    ):
        return (("If", _negated(_term(first.test)), _loop(body[1:]), ()),)
    return _block(body)


_OPPOSITE = {"In": "NotIn", "NotIn": "In", "Eq": "NotEq", "NotEq": "Eq", "Is": "IsNot", "IsNot": "Is"}


def _negated(test: Term) -> Term:
    if test[0] == "UnaryOp" and test[1] == ("Not",):
        return test[2]
    if test[0] == "Compare" and len(test[2]) == 1 and test[2][0][0] in _OPPOSITE:
        return ("Compare", test[1], ((_OPPOSITE[test[2][0][0]],),), test[3])
    return ("UnaryOp", ("Not",), test)


def _settled(terms: list[Term]) -> Term:
    """Loops that fill a list become comprehensions, a value that is used once stands where it is used."""
    before: list[Term] | None = None
    while terms != before:
        before = terms
        terms = _inlined(_returned(_comprehended(terms)))
    return tuple(terms)


def _comprehended(terms: list[Term]) -> list[Term]:
    """`r = []`, `for x in xs: r.append(e)` → `r = [e for x in xs]`; a last loop of `yield` is returned."""
    for place in range(len(terms) - 1):
        first, loop = terms[place], terms[place + 1]
        if first[0] != "Assign" or first[2] not in _EMPTY or loop[0] != "For":
            continue
        made = _comprehension(loop, ("append", first[1]))
        if made is not None and not _occurs(first[1], made):
            return [*terms[:place], ("Assign", first[1], made), *terms[place + 2 :]]
    if terms and terms[-1][0] == "For":
        made = _comprehension(terms[-1], ("yield", None))
        if made is not None:
            return [*terms[:-1], ("Return", made)]
    return terms


_EMPTY = (("List", ()),)


def _comprehension(loop: Term, how: tuple[str, Term]) -> Term | None:
    generators: list[Term] = []
    inner: Term = loop
    while True:
        if inner[0] == "For" and not inner[4] and len(inner[3]) == 1:
            generators.append(("comprehension", inner[1], inner[2], ()))
            inner = inner[3][0]
        elif inner[0] == "If" and not inner[3] and len(inner[2]) == 1 and generators:
            name, target, what, tests = generators[-1]
            generators[-1] = (name, target, what, (*tests, inner[1]))
            inner = inner[2][0]
        else:
            break
    element = _element(inner, how)
    if element is None:
        return None
    extended, value = element
    if extended:
        generators.append(("comprehension", ("Name", "·"), value, ()))
        value = ("Name", "·")
    return ("ListComp", value, tuple(generators))


def _element(term: Term, how: tuple[str, Term]) -> tuple[bool, Term] | None:
    """What a statement adds to a list, and whether it adds all of it one by one."""
    verb, target = how
    if term[0] != "Expr":
        return None
    value = term[1]
    if verb == "yield":
        if value[0] in {"Yield", "YieldFrom"} and value[1] is not None:
            return value[0] == "YieldFrom", value[1]
        return None
    if value[0] == "Call" and value[1][0] == "Attribute" and value[1][1] == target and len(value[2]) == 1:
        if value[1][2] == "append":
            return False, value[2][0]
        if value[1][2] == "extend":
            return True, value[2][0]
    return None


def _returned(terms: list[Term]) -> list[Term]:
    """`if c: return a` and `return b` are one conditional return."""
    if len(terms) > 1 and terms[-2][0] == "If" and terms[-1][0] == "Return":
        _, test, body, orelse = terms[-2]
        if len(body) == 1 and body[0][0] == "Return" and not orelse and body[0][1] and terms[-1][1]:
            return [*terms[:-2], ("Return", _chosen(test, body[0][1], terms[-1][1]))]
    if terms and terms[-1][0] == "If":
        _, test, body, orelse = terms[-1]
        both = len(body) == len(orelse) == 1 and body[0][0] == orelse[0][0] == "Return"
        if both and body[0][1] and orelse[0][1]:
            return [*terms[:-1], ("Return", _chosen(test, body[0][1], orelse[0][1]))]
    return terms


def _chosen(test: Term, one: Term, other: Term) -> Term:
    if test[0] == "UnaryOp" and test[1] == ("Not",):
        return ("IfExp", test[2], other, one)
    return ("IfExp", test, one, other)


def _inlined(terms: list[Term]) -> list[Term]:
    for place in range(len(terms) - 1):
        first = terms[place]
        if first[0] != "Assign" or first[1][0] not in {"Name", "?"}:
            continue
        rest = tuple(terms[place + 1 :])
        if _times(first[1], rest) == 1 and _times(first[1], terms[place + 1]) == 1:
            after = terms[place + 1]
            if (
                after[0] in {"Return", "Expr"}
                or (after[0] == "Assign" and after[1] != first[1])
                or (after[0] == "For" and _times(first[1], after[2]))
            ):
                changed = _replaced(terms[place + 1], first[1], first[2])
                return [*terms[:place], changed, *terms[place + 2 :]]
    return terms


def _times(what: Term, inside: Term) -> int:
    if inside == what:
        return 1
    found = 0
    if inside.__class__ is tuple:
        for part in inside:
            if part.__class__ is tuple:
                found += _times(what, part)
    return found


def _occurs(what: Term, inside: Term) -> bool:
    return _times(what, inside) > 0


def _replaced(inside: Term, what: Term, by: Term) -> Term:
    if inside == what:
        return by
    if isinstance(inside, tuple):
        return tuple(_replaced(part, what, by) for part in inside)
    return inside


def _subterms(term: Term) -> Iterator[Term]:
    if isinstance(term, tuple):
        if term and isinstance(term[0], str):
            yield term
        for part in term:
            yield from _subterms(part)


_IGNORED = frozenset(["ctx", "type_comment", "kind", "type_ignores", "annotation", "returns", "is_async"])


def _term(node: Any) -> Term:
    """A node as a tuple; contexts and annotations left out."""
    if isinstance(node, list):
        return tuple(_term(item) for item in node)
    if not isinstance(node, ast.AST):
        return node
    if isinstance(node, ast.Name):
        return _variable(node.id)
    if isinstance(node, ast.stmt):
        return _statement(node)
    if isinstance(node, ast.Constant):
        return ("Constant", type(node.value).__name__, repr(node.value))
    if isinstance(node, (ast.GeneratorExp, ast.ListComp)):
        return ("ListComp", _term(node.elt), _term(node.generators))
    if isinstance(node, ast.Call):
        return _call(node)
    if isinstance(node, ast.Lambda):
        return ("Lambda", _parameters(node.args), _term(node.body))
    return _plain(node)


def _plain(node: ast.AST) -> Term:
    return (
        type(node).__name__,
        *(_term(getattr(node, name, None)) for name in node._fields if name not in _IGNORED),
    )


def _variable(name: str) -> Term:
    return ("?", name) if name.isupper() and len(name) > 0 and name in _METAVARIABLES else ("Name", name)


def _call(node: ast.Call) -> Term:
    """`list(x for …)` is `[x for …]`, `list()` is `[]`, `dict()` is `{}`."""
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if name == "list" and len(node.args) == 1 and not node.keywords:
        inner = _term(node.args[0])
        if inner[0] == "ListComp":
            return inner
    if not node.args and not node.keywords:
        if name == "list":
            return ("List", ())
        if name == "dict":
            return ("Dict", (), ())
    arguments = tuple(_term(arg) for arg in node.args)
    keywords = tuple((word.arg, _term(word.value)) for word in node.keywords)
    return ("Call", _term(node.func), arguments, keywords)


def _parameters(args: ast.arguments) -> Term:
    plain = tuple(_variable(arg.arg) for arg in (*args.posonlyargs, *args.args, *args.kwonlyargs))
    star = args.vararg and _variable(args.vararg.arg)
    stars = args.kwarg and _variable(args.kwarg.arg)
    return ("arguments", plain, star, stars)


def _capitals() -> frozenset[str]:
    """The names in capitals of the table: a constant of the scanned code that is called alike stays itself
    only where it is bound to itself, which does no harm."""
    texts = [text for kind in KINDS for text in (*kind.shapes, *kind.holds)]
    return frozenset(re.findall(r"\b[A-Z][A-Z0-9]*\b", " ".join(texts))) | {"SELF"}


_METAVARIABLES = _capitals()


# ------------------------------------------------------------------------------------------- unification


def _unified(shape: Term, term: Term, bound: Bound) -> Bound | None:
    """What the capitals of a shape stand for where a term has that shape; None where it has not."""
    steps = [_MOST_STEPS]
    return _unify(shape, term, bound, steps)


def _unify(shape: Term, term: Term, bound: Bound, steps: list[int]) -> Bound | None:
    steps[0] -= 1
    if steps[0] < 0:
        return None
    if not isinstance(shape, tuple):
        return bound if shape == term else None
    if not isinstance(term, tuple):
        return None
    if shape[:1] == ("?",):
        return _bind(shape[1], term, bound)
    if shape == ("END",):
        return bound if term[:1] in {("Break",), ("Return",)} else None
    if ("...",) in shape:
        return _unify_run(shape, term, bound, steps)
    if len(shape) != len(term):
        return None
    if shape[:1] == ("BinOp",) and shape[2] in _COMMUTES:
        return _unify_either(shape, term, bound, steps)
    return _unify_each(shape, term, bound, steps)


_COMMUTES = {("Add",), ("Mult",), ("BitXor",)}


def _unify_either(shape: Term, term: Term, bound: Bound, steps: list[int]) -> Bound | None:
    if term[0] != "BinOp" or term[2] != shape[2]:
        return None
    straight = _unify_each(shape, term, dict(bound), steps)
    return straight or _unify_each(shape, ("BinOp", term[3], term[2], term[1]), bound, steps)


def _unify_each(shape: Term, term: Term, bound: Bound, steps: list[int]) -> Bound | None:
    found: Bound | None = bound
    for one, other in zip(shape, term, strict=True):
        found = _unify(one, other, found, steps)  # type: ignore[arg-type]
        if found is None:
            return None
    return found


def _unify_run(shape: Term, term: Term, bound: Bound, steps: list[int]) -> Bound | None:
    """A block with `...`, which stands for any number of statements."""
    if not shape:
        return bound if not term else None
    if shape[0] == ("...",):
        for start in range(len(term) + 1):
            found = _unify_run(shape[1:], term[start:], dict(bound), steps)
            if found is not None:
                return found
        return None
    if not term:
        return None
    found = _unify(shape[0], term[0], bound, steps)
    return None if found is None else _unify_run(shape[1:], term[1:], found, steps)


def _bind(name: str, term: Term, bound: Bound) -> Bound | None:
    known = bound.get(name)
    if known is None:
        bound[name] = term
        return bound
    if known == term or (name == "SELF" and term[:1] == ("Attribute",) and term[2] == known[1]):
        return bound
    return None
