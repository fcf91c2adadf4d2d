"""One walk over the tree of a Python file, which sorts its nodes by class and by scope.

It visits every node once, scope by scope and in the order of the source. It dispatches nothing: it
collects what rules and facts ask for later, when every scope knows all the names that it binds. The field
table is our own, so that fingerprints agree over interpreters.
"""

from __future__ import annotations

import ast
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from scanner import facts
from scanner.source import Scope, Source, annotated

# Child fields of every node class in the order of the source, our own so that the order of fields, and
# with it each fingerprint, is the same under every interpreter. Contexts and operators are left out as
# children; an operator counts through its parent's token.
_FIELDS: dict[str, tuple[str, ...]] = {
    "Module": ("body",),
    "Expression": ("body",),
    "Return": ("value",),
    "Delete": ("targets",),
    "Assign": ("targets", "value"),
    "AugAssign": ("target", "value"),
    "AnnAssign": ("target", "value"),
    "For": ("target", "iter", "body", "orelse"),
    "AsyncFor": ("target", "iter", "body", "orelse"),
    "While": ("test", "body", "orelse"),
    "If": ("test", "body", "orelse"),
    "With": ("items", "body"),
    "AsyncWith": ("items", "body"),
    "withitem": ("context_expr", "optional_vars"),
    "Match": ("subject", "cases"),
    "match_case": ("pattern", "guard", "body"),
    "MatchValue": ("value",),
    "MatchSingleton": (),
    "MatchSequence": ("patterns",),
    "MatchMapping": ("keys", "patterns"),
    "MatchClass": ("cls", "patterns", "kwd_patterns"),
    "MatchStar": (),
    "MatchAs": ("pattern",),
    "MatchOr": ("patterns",),
    "Raise": ("exc", "cause"),
    "Try": ("body", "handlers", "orelse", "finalbody"),
    "TryStar": ("body", "handlers", "orelse", "finalbody"),
    "ExceptHandler": ("type", "body"),
    "Assert": ("test", "msg"),
    "Import": (),
    "ImportFrom": (),
    "Global": (),
    "Nonlocal": (),
    "Expr": ("value",),
    "Pass": (),
    "Break": (),
    "Continue": (),
    "TypeAlias": ("name", "value"),
    "BoolOp": ("values",),
    "NamedExpr": ("target", "value"),
    "BinOp": ("left", "right"),
    "UnaryOp": ("operand",),
    "Lambda": ("body",),
    "IfExp": ("test", "body", "orelse"),
    "Dict": ("keys", "values"),
    "Set": ("elts",),
    "ListComp": ("generators", "elt"),
    "SetComp": ("generators", "elt"),
    "DictComp": ("generators", "key", "value"),
    "GeneratorExp": ("generators", "elt"),
    "comprehension": ("target", "iter", "ifs"),
    "Await": ("value",),
    "Yield": ("value",),
    "YieldFrom": ("value",),
    "Compare": ("left", "comparators"),
    "keyword": ("value",),
    "FormattedValue": ("value", "format_spec"),
    "JoinedStr": ("values",),
    "TemplateStr": ("values",),
    "Interpolation": ("value", "format_spec"),
    "Subscript": ("value", "slice"),
    "Starred": ("value",),
    "List": ("elts",),
    "Tuple": ("elts",),
    "Slice": ("lower", "upper", "step"),
    "FunctionDef": (),
    "AsyncFunctionDef": (),
    "ClassDef": (),
}
_LISTS = frozenset(
    [
        "body",
        "targets",
        "orelse",
        "items",
        "cases",
        "patterns",
        "keys",
        "kwd_patterns",
        "handlers",
        "finalbody",
        "values",
        "generators",
        "ifs",
        "comparators",
        "args",
        "keywords",
        "elts",
    ]
)
_SINGLES = frozenset({"Lambda", "IfExp", "Expression"})  # their `body` and `orelse` are one node

_PLAIN, _DEFINITION, _BINDS, _OPERATOR, _KEYWORD, _NORMAL, _STANDS_ALONE, _ASSIGNS = range(8)
_KINDS = {
    "Expr": _STANDS_ALONE,
    "Assign": _ASSIGNS,
    "FunctionDef": _DEFINITION,
    "AsyncFunctionDef": _DEFINITION,
    "ClassDef": _DEFINITION,
    "keyword": _KEYWORD,
    **dict.fromkeys(("BoolOp", "UnaryOp"), _OPERATOR),
    **dict.fromkeys(
        (
            "BinOp",
            "AugAssign",
            "Compare",
            "JoinedStr",
            "TemplateStr",
            "FormattedValue",
            "Interpolation",
            "Return",
        ),
        _NORMAL,
    ),
    **dict.fromkeys(
        [
            "Import",
            "ImportFrom",
            "AnnAssign",
            "TypeAlias",
            "NamedExpr",
            "withitem",
            "ExceptHandler",
            "Global",
            "Nonlocal",
            "Lambda",
            "MatchAs",
            "MatchStar",
            "MatchMapping",
        ],
        _BINDS,
    ),
}


def token_of(text: str) -> int:
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))


# token, kind, child fields in reverse with whether each holds a list, is it a statement
_Entry = tuple[int, int, tuple[tuple[str, bool], ...], bool]


# One token for two spellings. A hint on an assignment changes nothing; and a newer class has the name of its
# older spelling, so that a file read through a rewrite of its grammar (see lowering.py) has the fingerprints
# that it has under a newer interpreter.
_AKIN = {
    "AnnAssign": "Assign",
    "AugAssign": "Assign",
    "AsyncFor": "For",
    "AsyncWith": "With",
    "TypeAlias": "Assign",
    "TryStar": "Try",
    "TemplateStr": "JoinedStr",
    "Interpolation": "FormattedValue",
}


def _table() -> dict[type, _Entry]:
    table: dict[type, _Entry] = {}
    for name, names in _FIELDS.items():
        cls = getattr(ast, name, None)
        if cls is None:
            continue
        pairs = tuple((child, child in _LISTS and name not in _SINGLES) for child in reversed(names))
        cuts = issubclass(cls, ast.stmt) or name in {"ExceptHandler", "match_case"}
        table[cls] = (token_of(_AKIN.get(name, name)), _KINDS.get(name, _PLAIN), pairs, cuts)
    table[_Return] = (token_of("Return"), _PLAIN, (), True)
    return table


class _Return:
    """Stands on the stack of the walk for a `return` that a conditional expression hides."""


_TABLE = _table()
_MASKED, _CALL = token_of("name"), token_of("Call")
_COMMON = frozenset({ast.Name, ast.Constant, ast.Attribute, ast.Call})  # what the walk knows by itself


class _Names(dict[str, int]):
    """Identifier -> its token, never 0; identifiers recur over files."""

    def __missing__(self, name: str) -> int:
        self[name] = token = token_of(name) or 1
        return token


_names = _Names()


class Body:
    """What the walk collects in one scope."""

    __slots__ = (
        "callees",
        "calls",
        "chains",
        "cuts",
        "heads",
        "literals",
        "noise",
        "scope",
        "stops",
        "tokens",
    )

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.calls: list[ast.Call] = []
        self.heads: list[int] = []  # of each call, where the chain of its callee would be
        self.callees: list[str | None] = []  # of each call, the dotted name; `python_facts` fills it in
        self.chains: list[tuple[ast.expr, str, str]] = []  # outermost node, root name, what follows it
        self.tokens: list[int] = []
        self.cuts: list[int] = []  # where the tokens of each statement begin
        self.stops: list[Any] = []  # the statement at each cut
        self.noise: list[int] = []  # cuts of statements that a copy may have or lack
        self.literals: list[Any] = []  # strings and numbers, as they come


@dataclass
class Index:
    """The nodes of a file, sorted: by scope, and by the classes that somebody asked for."""

    bodies: list[Body] = field(default_factory=list)
    nodes: dict[type, list[tuple[ast.AST, Scope]]] = field(default_factory=dict)
    imports: list[facts.Import] = field(default_factory=list)
    identifiers: set[str] = field(default_factory=set)


def index(
    source: Source, wanted: Iterable[type] = (), passed_over: Callable[[Source, Scope], bool] | None = None
) -> Index:
    """Walk the tree once; fills the scopes of `source`, but not of those that are passed over."""
    found = Index(nodes={cls: [] for cls in wanted})
    module = source.module_scope
    source.scopes[id(source.tree)] = module
    pending: list[tuple[Scope, list[Any]]] = [(module, source.tree.body)]
    for scope, roots in pending:  # grows while definitions are met
        if passed_over is not None and passed_over(source, scope):
            continue
        body = Body(scope)
        found.bodies.append(body)
        _walk(source, body, roots, pending, found)
    return found


def _walk(
    source: Source, body: Body, roots: list[Any], pending: list[tuple[Scope, list[Any]]], found: Index
) -> None:
    scope, tokens, cuts, literals, chains = body.scope, body.tokens, body.cuts, body.literals, body.chains
    bound, buckets, identifiers, table = scope.bound, found.nodes, found.identifiers, _TABLE
    in_function = scope.kind == "function"
    name_class, attribute_class, load = ast.Name, ast.Attribute, ast.Load
    asked = not buckets.keys().isdisjoint(_COMMON)
    stack = roots[::-1]
    pop, push, extend, emit, meet = stack.pop, stack.append, stack.extend, tokens.append, identifiers.add
    stop = body.stops.append
    while stack:
        node = pop()
        cls = node.__class__
        if asked and cls in buckets and cls in _COMMON:
            buckets[cls].append((node, scope))
        # The commonest classes first, each by hand: they are nine nodes of ten.
        if cls is name_class:
            name = node.id
            emit(_MASKED)
            if node.ctx.__class__ is load:
                chains.append((node, name, ""))
            else:
                meet(name)
                bound[name] = bound.get(name, 0) + 1
            continue
        if cls is ast.Constant:
            value = node.value
            emit(_CONSTANTS[value.__class__])
            literals.append(value)
            continue
        if cls is attribute_class:
            name = node.attr
            inner, suffix = node.value, f".{name}"
            meet(name)
            emit(_names[name])
            while inner.__class__ is attribute_class:
                name = inner.attr
                suffix = f".{name}{suffix}"
                meet(name)
                emit(_names[name])
                inner = inner.value
            if inner.__class__ is name_class:
                name = inner.id
                if name == "self" or name == "cls":
                    tokens[-1] = _MASKED  # `self.x` is the `x` of a function that was handed one
                else:
                    emit(_MASKED)
                chains.append((node, name, suffix))
            else:
                push(inner)
            continue
        if cls is ast.Call:
            emit(_CALL)
            body.calls.append(node)
            body.heads.append(len(chains))  # what is called is what the walk visits next
            func = node.func
            if node.keywords:
                extend(node.keywords[::-1])
            if node.args:
                extend(node.args[::-1])
            if func.__class__ is name_class:  # what is called is kept by name, what is passed is masked
                if not in_function or func.id not in bound:
                    emit(_names[func.id])
            elif func.__class__ is attribute_class and func.value.__class__ is name_class:
                if func.value.id == "self" or func.value.id == "cls":
                    emit(_names[func.attr])
            elif _formats(func):
                tokens[-1] = _FORMAT
                meet("format")
                _pass_over(buckets, scope, func, func.value)
                literals.append(func.value.value)
                continue
            push(func)
            continue
        if node is None:
            continue
        entry = table.get(cls)
        if entry is None:  # a class that is newer than our table: visit what it holds
            extend(list(ast.iter_child_nodes(node))[::-1])
            continue
        token, kind, children, statement = entry
        if statement:
            cuts.append(len(tokens))
            stop(node)
        if cls in buckets:
            buckets[cls].append((node, scope))
        emit(token)
        if kind == _PLAIN:
            pass
        elif kind == _KEYWORD:
            name = node.arg
            if name is not None:
                meet(name)
                emit(_names[name])
            push(node.value)
            continue
        elif kind == _STANDS_ALONE:
            if _is_noise(node.value):
                body.noise.append(cuts[-1])
            push(node.value)
            continue
        elif kind == _ASSIGNS:
            value = node.value
            for target in node.targets:
                _remember(scope, target, value)
            push(value)
            extend(node.targets[::-1])
            continue
        elif kind == _OPERATOR:
            emit(_operator(node))
        elif kind == _DEFINITION:
            if statement:  # what it holds is counted where it is compared by itself
                body.noise.append(cuts[-1])
            _define(source, node, scope, pending)
            extend(_outer_parts(node)[::-1])
            continue
        elif kind == _BINDS:
            _bind(source, node, scope, found)
            if cls is ast.Import or cls is ast.ImportFrom or (cls is ast.AnnAssign and node.value is None):
                body.noise.append(cuts[-1])
        elif kind == _NORMAL:
            rest = _normal_form(node, cls, body, buckets)
            if rest is not None:
                extend(rest)
                continue
        for name, many in children:
            child = getattr(node, name)
            if many:
                extend(child[::-1])
            elif child is not None:
                push(child)
    identifiers.update([root for _, root, _ in chains])


def _normal_form(node: Any, cls: type, body: Body, buckets: dict[type, Any]) -> list[Any] | None:
    """Emit the tokens of a node in the one spelling that stands for several, and return what of it is
    still to be walked, last first; None where its children come as they are.

    `f"{a}"`, `"{}".format(a)` and `"%s" % a` are one, so are `x += 1` and `x = x + 1`, `len(x) == 0` and
    `not x`, and a returned conditional expression and two returns. Logging is noise.
    """
    tokens = body.tokens
    if cls is ast.Return:
        value = node.value
        if value.__class__ is not ast.IfExp:
            return None
        _pass_over(buckets, body.scope, value)
        tokens[-1] = _IF
        return [value.orelse, _Return(), value.body, _Return(), value.test]
    if cls.__name__ in ("FormattedValue", "Interpolation"):
        tokens.pop()
        return None
    if cls.__name__ in ("JoinedStr", "TemplateStr"):
        tokens[-1] = _FORMAT
        texts = [item for item in node.values if item.__class__ is ast.Constant]
        _pass_over(buckets, body.scope, *texts)
        body.literals.extend(item.value for item in texts)
        return [item for item in reversed(node.values) if item.__class__ is not ast.Constant]
    if cls is ast.AugAssign:
        if node.target.__class__ is ast.Name:
            tokens += (_MASKED, _BINOP, _operator(node))
        else:
            tokens.append(_operator(node))
        return None
    if cls is ast.Compare:
        return _normal_comparison(node, body, buckets)
    if (
        node.op.__class__ is ast.Mod
        and node.left.__class__ is ast.Constant
        and node.left.value.__class__ is str
    ):
        tokens[-1] = _FORMAT
        _pass_over(buckets, body.scope, node.left)
        body.literals.append(node.left.value)
        if node.right.__class__ is not ast.Tuple:
            return [node.right]
        _pass_over(buckets, body.scope, node.right)
        return list(node.right.elts[::-1])
    tokens.append(_operator(node))
    return None


def _pass_over(buckets: dict[type, Any], scope: Scope, *nodes: ast.AST) -> None:
    """Hand over nodes that leave no token, for the rules that ask for their class."""
    for node in nodes:
        bucket = buckets.get(node.__class__)
        if bucket is not None:
            bucket.append((node, scope))


def _normal_comparison(node: ast.Compare, body: Body, buckets: dict[type, Any]) -> list[Any] | None:
    left, right = node.left, node.comparators[0]
    if (
        left.__class__ is ast.Call
        and right.__class__ is ast.Constant
        and right.value == 0
        and left.func.__class__ is ast.Name
        and left.func.id == "len"
        and len(left.args) == 1
        and node.ops[0].__class__ in (ast.Eq, ast.Gt, ast.NotEq)
    ):
        _pass_over(buckets, body.scope, left, left.func, right)
        body.calls.append(left)
        body.heads.append(len(body.chains))
        body.chains.append((left.func, "len", ""))
        if node.ops[0].__class__ is ast.Eq:
            body.tokens[-1] = _NOT
            body.tokens.append(_operator(_NOT_NODE))
        else:
            body.tokens.pop()
        return [left.args[0]]
    body.tokens.append(_operator(node))
    return None


_FORMAT, _IF, _BINOP, _NOT = token_of("format"), token_of("If"), token_of("BinOp"), token_of("UnaryOp")
_NOT_NODE = ast.UnaryOp(ast.Not(), ast.Constant(0))
_LOGGERS = frozenset({"logger", "logging", "log", "_logger", "_log", "LOGGER", "LOG", "console"})


def _is_noise(node: Any) -> bool:
    """Does a statement only tell what happens? Logging, printing, strings that stand alone."""
    if node.__class__ is ast.Constant:
        return True
    if node.__class__ is not ast.Call:
        return False
    func = node.func
    if func.__class__ is ast.Name:
        return func.id == "print"
    if func.__class__ is not ast.Attribute:
        return False
    root = func.value
    name = root.id if root.__class__ is ast.Name else root.attr if root.__class__ is ast.Attribute else ""
    return name in _LOGGERS


def _formats(func: Any) -> bool:
    return func.__class__ is ast.Attribute and func.attr == "format" and func.value.__class__ is ast.Constant


_CONSTANTS = {
    str: token_of("str"),
    bytes: token_of("bytes"),
    int: token_of("number"),
    float: token_of("number"),
    complex: token_of("number"),
    bool: token_of("bool"),
    type(None): token_of("None"),
    type(...): token_of("..."),
}


def _operator(node: Any) -> int:
    ops = node.ops if node.__class__ is ast.Compare else (node.op,)
    return _names["+".join([op.__class__.__name__ for op in ops])]


def _outer_parts(node: Any) -> list[Any]:
    """What of a definition is evaluated around it: decorators, defaults, annotations, bases."""
    if node.__class__ is ast.ClassDef:
        return [*node.decorator_list, *_bounds(node), *node.bases, *node.keywords]
    args = node.args
    parts = [*node.decorator_list, *_bounds(node), *args.defaults, *args.kw_defaults]
    parts += [arg.annotation for arg in parameters_of(args)]
    return [*parts, node.returns]


def _bounds(node: Any) -> list[Any]:
    """Bounds and defaults of type parameters: `[T: Model = User]`."""
    return [
        part
        for item in getattr(node, "type_params", ())
        for part in (getattr(item, "bound", None), getattr(item, "default_value", None))
        if part is not None
    ]


def parameters_of(args: ast.arguments) -> list[ast.arg]:
    return [
        *args.posonlyargs,
        *args.args,
        *([args.vararg] if args.vararg else []),
        *args.kwonlyargs,
        *([args.kwarg] if args.kwarg else []),
    ]


def _define(source: Source, node: Any, scope: Scope, pending: list[tuple[Scope, list[Any]]]) -> None:
    scope.bound[node.name] = scope.bound.get(node.name, 0) + 1
    scope.definitions.add(node.name)
    name = f"{scope.name}.{node.name}" if scope.name else node.name
    inner = Scope("class" if isinstance(node, ast.ClassDef) else "function", name, node, scope)
    source.scopes[id(node)] = inner
    body = node.body
    if inner.kind == "function":
        for arg in parameters_of(node.args):
            inner.bound[arg.arg] = 1
            if arg.annotation is not None:
                inner.assigned[arg.arg] = annotated(arg.annotation)
        if _is_docstring(body[0]):
            body = body[1:]
    pending.append((inner, body))


def _is_docstring(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _bind(source: Source, node: Any, scope: Scope, found: Index) -> None:
    """Names that are bound otherwise than by a plain store, and values worth remembering."""
    cls = node.__class__
    if cls is ast.AnnAssign:
        _remember(scope, node.target, node.value if node.value is not None else annotated(node.annotation))
    elif cls is ast.NamedExpr:
        _remember(scope, node.target, node.value)
    elif cls.__name__ == "TypeAlias":  # 3.12
        _remember(scope, node.name, node.value)
    elif cls is ast.withitem:
        if node.optional_vars is not None:
            _remember(scope, node.optional_vars, node.context_expr)
    elif cls is ast.Import:
        for alias in node.names:
            local = alias.asname or alias.name.partition(".")[0]
            target = alias.name if alias.asname else local
            _import(source, scope, found, local, target, node, whole=alias.name)
    elif cls is ast.ImportFrom:
        base = import_base(source.package, node)
        for alias in node.names:
            _import(source, scope, found, alias.asname or alias.name, f"{base}.{alias.name}".strip("."), node)
    elif cls is ast.ExceptHandler or cls in (ast.MatchAs, ast.MatchStar):
        if node.name:
            scope.bound[node.name] = scope.bound.get(node.name, 0) + 2  # never a known value
    elif cls is ast.MatchMapping:
        if node.rest:
            scope.bound[node.rest] = scope.bound.get(node.rest, 0) + 2
    elif cls is ast.Lambda:
        for arg in parameters_of(node.args):
            scope.bound[arg.arg] = scope.bound.get(arg.arg, 0) + 2
    else:  # global, nonlocal: the name is another scope's, and its value changes
        for name in node.names:
            around = source.module_scope if cls is ast.Global else scope.parent
            if around is not None:
                around.bound[name] = around.bound.get(name, 0) + 2


def _remember(scope: Scope, target: Any, value: ast.expr) -> None:
    cls = target.__class__
    if cls is ast.Name:
        scope.assigned[target.id] = value
    elif cls is ast.Attribute and target.value.__class__ is ast.Name and target.value.id == "self":
        owner = scope.class_scope
        if owner is not None:
            owner.fields[target.attr] = None if target.attr in owner.fields else (value, scope)


def import_base(package: str, node: ast.ImportFrom) -> str:
    """The dotted module of `from … import`; a relative one starts from the folder of the file."""
    if not node.level:
        return node.module or ""
    parts = package.split(".") if package else []
    kept = parts[: len(parts) - (node.level - 1)] if node.level > 1 else parts
    return ".".join([*kept, *([node.module] if node.module else [])])


def _import(
    source: Source, scope: Scope, found: Index, local: str, target: str, node: ast.stmt, whole: str = ""
) -> None:
    name = local if local != "*" else "*"
    found.identifiers.update(target.split("."))
    if name != "*":
        scope.imports.setdefault(name, target)
    found.imports.append(
        facts.Import(
            name,
            (whole or target) if name != "*" else target.removesuffix(".*"),
            node.lineno,
            scope=scope.name if scope.kind == "function" else "",
        )
    )
