"""A Python file: bytes → tree → one walk that sorts its nodes by class and by scope → facts.

The walk visits every node once, scope by scope and in the order of the source. It dispatches nothing: it
collects what rules and facts ask for later, when every scope knows all the names that it binds. The field
table is our own, so that fingerprints agree over interpreters.
"""

from __future__ import annotations

import ast
import re
import sys
import tokenize
import warnings
import zlib
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from scanner import facts
from scanner.analyse import blocks, flows, manifests, oracles, reinvented, routes
from scanner.finding import Reason, Unreadable
from scanner.source import OUTGOING, OWN, FunctionNode, Scope, Source, annotated

_COOKIE = re.compile(rb"coding[:=]")
_DEEP = "the parser gave up; split its longest expression, or exclude the file"
_DEEP_SAID = ("too many nested parentheses", "too many levels of indentation", "too many statically nested")


def read(path: str, data: bytes) -> Source | Unreadable:
    """Parse one Python file; see `Unreadable.reason` for what can go wrong."""
    try:
        text = decode(data)
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        return Unreadable(path, Reason.ENCODING, _encoding_error(error), _line_of(error, data))
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        return Unreadable(path, Reason.SYNTAX, "holds NUL bytes; is it a binary file?", line)
    try:
        tree = parse(text)
    except SyntaxError as error:
        return _unparsed(path, data, text, error)
    except (RecursionError, MemoryError):
        return Unreadable(path, Reason.TOO_DEEP, _DEEP)
    return Source(path, data, text, "python", tree)


def decode(data: bytes) -> str:
    """The text of a Python file: BOM and coding cookie honoured, UTF-8 otherwise; the BOM is dropped."""
    if data.startswith(b"\xef\xbb\xbf") or _COOKIE.search(data[:400]):
        encoding, _ = tokenize.detect_encoding(BytesIO(data).readline)
        return data.decode(encoding).removeprefix("\ufeff")
    return data.decode("utf-8")


def parse(text: str) -> ast.Module:
    """The tree. Warnings about the scanned code (invalid escapes and the like) are not ours to print.

    Raises:
        SyntaxError, RecursionError, MemoryError.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text)
        except ValueError as error:  # 3.10 and 3.11 on source with a NUL, or surrogates
            raise SyntaxError(str(error)) from error


def _encoding_error(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        byte = error.object[error.start]
        return f"byte 0x{byte:02x} at offset {error.start} is not {error.encoding}; save the file as UTF-8"
    return f"{error}; name a known encoding in the coding cookie"


def _line_of(error: Exception, data: bytes) -> int:
    return data[: error.start].count(b"\n") + 1 if isinstance(error, UnicodeDecodeError) else 1


def _unparsed(path: str, data: bytes, text: str, error: SyntaxError) -> Source | Unreadable:
    """The second chance of a file whose grammar is newer than ours; else the reason why it is broken."""
    if (error.msg or "").startswith(_DEEP_SAID):
        return Unreadable(path, Reason.TOO_DEEP, _DEEP, error.lineno or 1)
    from scanner.analyse import lowering  # costs libcst's start-up: only where the parser has failed

    try:
        lowered = lowering.lower(text)
    except RecursionError:
        return Unreadable(path, Reason.TOO_DEEP, _DEEP, error.lineno or 1)
    if lowered is not None and lowered.tree is not None:
        source = Source(path, data, text, "python", lowered.tree)
        source.lowered_text = lowered.text
        source.lowered_lines = lowered.lines
        source.needs = lowered.needs
        return source
    if lowered is not None:
        detail = f"install assay under Python {lowered.needs} or newer"
        return Unreadable(path, Reason.NEWER, detail, lowered.line)
    line = error.lineno or 1
    if _looks_like_python_2(text, error):
        return Unreadable(path, Reason.PYTHON_2, f"{error.msg}; it is not Python 3", line)
    return Unreadable(path, Reason.SYNTAX, error.msg or "invalid syntax", line)


_PYTHON_2 = re.compile(
    r"^[ \t]*print\s+[^(=\s.,\[]|^[ \t]*except\s+[\w.]+\s*,\s*\w+\s*:"
    r"|^[ \t]*raise\s+[\w.]+\s*,|^[ \t]*exec\s+['\"\w]|<>|\b0[0-7]+\b|\bur['\"]",
    re.MULTILINE,
)


def _looks_like_python_2(text: str, error: SyntaxError) -> bool:
    if "parenthes" in (error.msg or "") and ("print" in error.msg or "exec" in error.msg):
        return True
    lines = text.splitlines()
    near = "\n".join(lines[max(0, (error.lineno or 1) - 2) : (error.lineno or 1) + 1])
    return bool(_PYTHON_2.search(near))


# ---------------------------------------------------------------------------------------------- the walk

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
    "Call": ("func", "args", "keywords"),
    "keyword": ("value",),
    "FormattedValue": ("value", "format_spec"),
    "JoinedStr": ("values",),
    "TemplateStr": ("values",),
    "Interpolation": ("value", "format_spec"),
    "Constant": (),
    "Attribute": ("value",),
    "Subscript": ("value", "slice"),
    "Starred": ("value",),
    "Name": (),
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

_PLAIN, _NAME, _ATTRIBUTE, _CONSTANT, _CALL, _DEFINITION, _BINDS, _OPERATOR, _KEYWORD, _NORMAL = range(10)
_KINDS = {
    "Name": _NAME,
    "Attribute": _ATTRIBUTE,
    "Constant": _CONSTANT,
    "Call": _CALL,
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
            "Expr",
        ),
        _NORMAL,
    ),
    **dict.fromkeys(
        [
            "Import",
            "ImportFrom",
            "Assign",
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


def _token(text: str) -> int:
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
        table[cls] = (_token(_AKIN.get(name, name)), _KINDS.get(name, _PLAIN), pairs, cuts)
    table[_Return] = (_token("Return"), _PLAIN, (), True)
    return table


class _Return:
    """Stands on the stack of the walk for a `return` that a conditional expression hides."""


_TABLE = _table()
_MASKED = _token("name")
_names: dict[str, int] = {}  # identifier -> its token; identifiers recur over files


@dataclass
class Body:
    """What the walk collects in one scope."""

    scope: Scope
    calls: list[ast.Call] = field(default_factory=list)
    heads: list[int] = field(default_factory=list)  # of each call, where the chain of its callee would be
    callees: list[str | None] = field(default_factory=list)  # of each call, the dotted name; see `_calls`
    # outermost node, root name, what follows it
    chains: list[tuple[ast.expr, str, str]] = field(default_factory=list)
    tokens: list[int] = field(default_factory=list)
    cuts: list[int] = field(default_factory=list)
    stops: list[Any] = field(default_factory=list)  # the statement at each cut
    noise: list[int] = field(default_factory=list)  # cuts of statements that a copy may have or lack
    literals: list[Any] = field(default_factory=list)  # strings and numbers, as they come
    yields: bool = False


@dataclass
class Index:
    """The nodes of a file, sorted: by scope, and by the classes that somebody asked for."""

    bodies: list[Body] = field(default_factory=list)
    nodes: dict[type, list[tuple[ast.AST, Scope]]] = field(default_factory=dict)
    imports: list[facts.Import] = field(default_factory=list)
    identifiers: set[str] = field(default_factory=set)


def index(source: Source, wanted: Iterable[type] = ()) -> Index:
    """Walk the tree once; fills the scopes of `source`."""
    found = Index(nodes={cls: [] for cls in wanted})
    module = source.module_scope
    source.scopes[id(source.tree)] = module
    pending: list[tuple[Scope, list[Any]]] = [(module, source.tree.body)]
    for scope, roots in pending:  # grows while definitions are met
        body = Body(scope)
        found.bodies.append(body)
        _walk(source, body, roots, pending, found)
    return found


def _walk(
    source: Source, body: Body, roots: list[Any], pending: list[tuple[Scope, list[Any]]], found: Index
) -> None:
    scope, tokens, cuts, stops, literals = body.scope, body.tokens, body.cuts, body.stops, body.literals
    bound, buckets, identifiers, table = scope.bound, found.nodes, found.identifiers, _TABLE
    stack = roots[::-1]
    pop, push, extend = stack.pop, stack.append, stack.extend
    while stack:
        node = pop()
        if node is None:
            continue
        cls = node.__class__
        entry = table.get(cls)
        if entry is None:  # a class that is newer than our table: visit what it holds
            extend(list(ast.iter_child_nodes(node))[::-1])
            continue
        token, kind, children, statement = entry
        if statement:
            cuts.append(len(tokens))
            stops.append(node)
        bucket = buckets.get(cls)
        if bucket is not None:
            bucket.append((node, scope))
        if kind == _NAME:
            name = node.id
            identifiers.add(name)
            tokens.append(_MASKED)
            if node.ctx.__class__ is ast.Load:
                body.chains.append((node, name, ""))
            else:
                bound[name] = bound.get(name, 0) + 1
            continue
        if kind == _CONSTANT:
            value = node.value
            tokens.append(_CONSTANTS.get(value.__class__, token))
            literals.append(value)
            continue
        if kind == _ATTRIBUTE:
            inner, suffix = node, ""
            while inner.__class__ is ast.Attribute:
                name = inner.attr
                suffix = f".{name}{suffix}"
                identifiers.add(name)
                tokens.append(_names.get(name) or _learn(name))
                inner = inner.value
            if inner.__class__ is ast.Name:
                name = inner.id
                identifiers.add(name)
                if name == "self" or name == "cls":
                    tokens[-1] = _MASKED  # `self.x` is the `x` of a function that was handed one
                else:
                    tokens.append(_MASKED)
                body.chains.append((node, name, suffix))
            else:
                push(inner)
            continue
        tokens.append(token)
        if kind == _CALL:
            body.calls.append(node)
            body.heads.append(len(body.chains))  # what is called is what the walk visits next
            func = node.func
            if func.__class__ is ast.Name:  # what is called is kept by name, what is passed is masked
                if scope.kind != "function" or func.id not in bound:
                    tokens.append(_names.get(func.id) or _learn(func.id))
            elif func.__class__ is ast.Attribute and func.value.__class__ is ast.Name:
                if func.value.id == "self" or func.value.id == "cls":
                    tokens.append(_names.get(func.attr) or _learn(func.attr))
            elif _formats(func):
                tokens[-1] = _FORMAT
                identifiers.add("format")
                _pass_over(buckets, scope, func, func.value)
                literals.append(func.value.value)
                extend(node.keywords[::-1])
                extend(node.args[::-1])
                continue
        elif kind == _OPERATOR:
            tokens.append(_operator(node))
        elif kind == _KEYWORD:
            if node.arg is not None:
                identifiers.add(node.arg)
                tokens.append(_names.get(node.arg) or _learn(node.arg))
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


def _normal_form(node: Any, cls: type, body: Body, buckets: dict[type, Any]) -> list[Any] | None:
    """Emit the tokens of a node in the one spelling that stands for several, and return what of it is
    still to be walked, last first; None where its children come as they are.

    `f"{a}"`, `"{}".format(a)` and `"%s" % a` are one, so are `x += 1` and `x = x + 1`, `len(x) == 0` and
    `not x`, and a returned conditional expression and two returns. Logging is noise.
    """
    tokens = body.tokens
    if cls is ast.Expr:
        if _is_noise(node.value):
            body.noise.append(body.cuts[-1])
        return None
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


_FORMAT, _IF, _BINOP, _NOT = _token("format"), _token("If"), _token("BinOp"), _token("UnaryOp")
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
    str: _token("str"),
    bytes: _token("bytes"),
    int: _token("number"),
    float: _token("number"),
    complex: _token("number"),
    bool: _token("bool"),
    type(None): _token("None"),
    type(...): _token("..."),
}


def _learn(name: str) -> int:
    _names[name] = token = _token(name) or 1
    return token


def _operator(node: Any) -> int:
    ops = getattr(node, "ops", None)
    name = "+".join(type(op).__name__ for op in ops) if ops else type(node.op).__name__
    return _names.get(name) or _learn(name)


def _outer_parts(node: Any) -> list[Any]:
    """What of a definition is evaluated around it: decorators, defaults, annotations, bases."""
    if node.__class__ is ast.ClassDef:
        return [*node.decorator_list, *_bounds(node), *node.bases, *node.keywords]
    args = node.args
    parts = [*node.decorator_list, *_bounds(node), *args.defaults, *args.kw_defaults]
    parts += [arg.annotation for arg in _parameters(args)]
    return [*parts, node.returns]


def _bounds(node: Any) -> list[Any]:
    """Bounds and defaults of type parameters: `[T: Model = User]`."""
    return [
        part
        for item in getattr(node, "type_params", ())
        for part in (getattr(item, "bound", None), getattr(item, "default_value", None))
        if part is not None
    ]


def _parameters(args: ast.arguments) -> list[ast.arg]:
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
        for arg in _parameters(node.args):
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
    if cls is ast.Assign:
        for target in node.targets:
            _remember(scope, target, node.value)
    elif cls is ast.AnnAssign:
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
        for arg in _parameters(node.args):
            scope.bound[arg.arg] = scope.bound.get(arg.arg, 0) + 2
    else:  # global, nonlocal: the name is another scope's, and its value changes
        for name in node.names:
            around = source.module_scope if cls is ast.Global else scope.parent
            if around is not None:
                around.bound[name] = around.bound.get(name, 0) + 2


def _remember(scope: Scope, target: ast.expr, value: ast.expr) -> None:
    if isinstance(target, ast.Name):
        scope.assigned[target.id] = value
    elif (
        isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == "self"
    ):
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


# ---------------------------------------------------------------------------------------------- the facts

_MIN_STATEMENTS = 3  # a shorter function is not worth a fingerprint


def collect(source: Source, found: Index) -> facts.Facts:
    """The facts of an indexed file."""
    guarded = _guarded_imports(source.tree)
    functions: list[facts.Function] = []
    classes: list[facts.Class] = []
    uses: dict[str, tuple[int, facts.Place]] = {}
    top: list[facts.Call] = []
    for body in found.bodies:
        _collect_uses(source, body, uses)
        if body.scope.kind == "function":
            functions.append(_function_facts(source, body))
        elif body.scope.kind == "class":
            classes.append(_class_facts(source, body.scope))
            top.extend(_calls(source, body))
        else:
            top[:0] = _calls(source, body)
    return facts.Facts(
        source.path,
        source.role,
        imports=tuple(
            item._replace(
                typing_only=guarded.get(item.line) == "typing", optional=guarded.get(item.line) == "optional"
            )
            for item in found.imports
        ),
        functions=reinvented.marked(tuple(functions), source, found.bodies),
        classes=tuple(classes),
        names=tuple(sorted(set(source.module_scope.bound) - set(source.module_scope.imports))),
        exports=exports(source.tree),
        uses=tuple(facts.Use(name, times, place) for name, (times, place) in sorted(uses.items())),
        identifiers=tuple(sorted(found.identifiers)),
        calls=tuple(top),
        requires=manifests.collect(source)[0] if source.path.endswith("setup.py") else (),
        flows=flows.collect(source, found.bodies, found.imports),
        **routes.collect(source, found),
    )


def _calls(source: Source, body: Body) -> tuple[facts.Call, ...]:
    """The distinct callees of a scope, each with the line of its first call."""
    first: dict[str, int] = {}
    for call, head in zip(body.calls, body.heads, strict=True):
        name = _callee(source, body, call.func, head)
        body.callees.append(name)
        if name is None:
            name = f".{call.func.attr}" if isinstance(call.func, ast.Attribute) else ""
        if name and name not in first:
            first[name] = call.lineno
    return tuple(facts.Call(name, line) for name, line in first.items())


def _callee(source: Source, body: Body, func: ast.expr, head: int) -> str | None:
    """The dotted name of what is called, from the chain that the walk has already taken apart."""
    if head < len(body.chains):
        node, root, suffix = body.chains[head]
        if node is func and root not in OWN:
            known = source.stands_for(root, body.scope)
            return None if known is None else known + suffix
    return source.resolve(func, body.scope)


def _collect_uses(source: Source, body: Body, uses: dict[str, tuple[int, facts.Place]]) -> None:
    """Every chain that starts at an import, or at a value that came out of one."""
    scope, own = body.scope, source.module + "."
    roots: dict[str, str] = {}
    for node, root, suffix in body.chains:
        known = roots.get(root)
        if known is None:
            known = roots[root] = (source.stands_for(root, scope) or "") if _is_foreign(root, scope) else ""
        if not known:
            continue
        name = known + suffix
        if name.startswith(("builtins.", own)):
            continue
        seen = uses.get(name)
        uses[name] = (seen[0] + 1, seen[1]) if seen else (1, source.place(node))


def _is_foreign(name: str, scope: Scope) -> bool:
    """Is a name an import, or a value that may have come out of one?"""
    binder = scope.binder(name)
    return binder is not None and (name in binder.imports or name in binder.assigned)


def _function_facts(source: Source, body: Body) -> facts.Function:
    node: Any = body.scope.node
    parameters = tuple(arg.arg for arg in _parameters(node.args))
    hashes = _hashes(body)
    return facts.Function(
        body.scope.name,
        source.header(node),
        node.end_lineno,
        parameters,
        _dotted(source, node.decorator_list, body.scope),
        _calls(source, body),
        hashes,
        len(body.tokens),
        isinstance(node, ast.AsyncFunctionDef),
        oracles.of_test_file(source, body.scope, parameters) if source.is_test else _oracle(body.tokens),
        _traits(source, node, body),
        _literals(body) if hashes else (),
        blocks.layout(body, node.lineno) if len(hashes) >= blocks.LEAST and source.role == "live" else "",
    )


_ASSERT, _RAISE = _token("Assert"), _token("Raise")


def _oracle(tokens: list[int]) -> tuple[str, ...]:
    """Of a function that is no test's: does it fail on what it does not like?"""
    return (*(("assert",) if _ASSERT in tokens else ()), *(("raise",) if _RAISE in tokens else ()))


def _class_facts(source: Source, scope: Scope) -> facts.Class:
    node: Any = scope.node
    return facts.Class(
        scope.name,
        source.header(node),
        node.end_lineno,
        _dotted(source, node.bases, scope),
        _dotted(source, node.decorator_list, scope),
        tuple(sorted(scope.bound)),
    )


def _dotted(source: Source, nodes: list[ast.expr], scope: Scope) -> tuple[str, ...]:
    around = scope.parent or scope
    names = (source.resolve(node, around) or _spelled(node) for node in nodes)
    return tuple(name.removesuffix("()") for name in names)


def _spelled(node: ast.expr) -> str:
    """`.name` for an expression whose root is not known."""
    while isinstance(node, (ast.Call, ast.Subscript)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return f".{node.attr}" if isinstance(node, ast.Attribute) else ""


def _hashes(body: Body) -> tuple[int, ...]:
    """One 32-bit hash for each normalised statement, in order. Statement headers stand apart from their
    blocks, so that a block can be found again under another header."""
    if len(body.cuts) < _MIN_STATEMENTS:
        return ()
    numbers = array("I", body.tokens)
    if sys.byteorder == "big":
        numbers.byteswap()
    data = numbers.tobytes()
    size = numbers.itemsize
    ends = [*body.cuts[1:], len(body.tokens)]
    crc = zlib.crc32
    noise = frozenset(body.noise)
    return tuple(
        crc(data[start * size : end * size])
        for start, end in zip(body.cuts, ends, strict=True)
        if start not in noise
    )


_MOST_LITERALS = 48


def _literals(body: Body) -> tuple[int, ...]:
    """The distinct telling literals as 16-bit hashes: enough to compare two functions by, too little to
    guess a secret from."""
    found = {
        zlib.crc32(repr(value).encode("utf-8", "surrogatepass")) & 0xFFFF
        for value in body.literals
        if (value.__class__ is str and len(value) > 1 and not value.isspace())
        or (value.__class__ in (int, float) and not -2 < value < 3)
    }
    return tuple(sorted(found)[:_MOST_LITERALS])


def _traits(source: Source, node: FunctionNode, body: Body) -> tuple[str, ...]:
    traits = []
    if body.cuts and _is_outgoing(source, node):
        traits.append("deprecated")
    if not body.cuts or all(_is_stub(statement) for statement in node.body):
        traits.append("stub")
    return tuple(traits)


def _is_outgoing(source: Source, node: FunctionNode) -> bool:
    """Does the head of the file, or the docstring of the function, say that it stays for old callers?"""
    if source.is_outgoing:
        return True
    first = node.body[0]
    said = getattr(getattr(first, "value", None), "value", None) if isinstance(first, ast.Expr) else None
    return isinstance(said, str) and OUTGOING.search(said) is not None


def _is_stub(node: ast.stmt) -> bool:
    """A body that holds nothing: a docstring, `...`, `pass`, or `raise NotImplementedError`."""
    if isinstance(node, ast.Raise):
        exc = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        return isinstance(exc, ast.Name) and exc.id == "NotImplementedError"
    return isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))


def exports(tree: ast.Module) -> tuple[str, ...]:
    """`__all__`, where it is a plain list or tuple of strings."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets
        ):
            items = getattr(node.value, "elts", [])
            return tuple(
                item.value for item in items if isinstance(item, ast.Constant) and isinstance(item.value, str)
            )
    return ()


def _guarded_imports(tree: ast.Module) -> dict[int, str]:
    """Line -> "typing" | "optional" for imports under `if TYPE_CHECKING`, `try` or another condition."""
    found: dict[int, str] = {}
    pending: list[tuple[ast.stmt, str]] = [(node, "") for node in tree.body]
    while pending:
        node, guard = pending.pop()
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            if guard:
                found[node.lineno] = guard
        elif isinstance(node, ast.If):
            name = node.test.attr if isinstance(node.test, ast.Attribute) else getattr(node.test, "id", "")
            inner = "typing" if name == "TYPE_CHECKING" else guard or "optional"
            pending += [(child, inner) for child in node.body]
            pending += [(child, guard or "optional") for child in node.orelse]
        elif isinstance(node, ast.Try):
            pending += [(child, guard or "optional") for child in [*node.body, *node.orelse, *node.finalbody]]
            pending += [(child, guard or "optional") for handler in node.handlers for child in handler.body]
        elif isinstance(node, (ast.With, ast.For, ast.While)):
            pending += [(child, guard) for child in node.body]
    return found
