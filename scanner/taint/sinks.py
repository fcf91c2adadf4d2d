"""Uses that more than one rule speaks of: statements that a database reads, commands that a shell reads."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from scanner.lazily import regex
from scanner.source import Scope, Source
from scanner.taint.bindings import spelled
from scanner.taint.guards import Guarding
from scanner.taint.rule import argument
from scanner.taint.trace import Limits, tracer

# SQL

SQL_METHODS = (
    ".execute",
    ".executemany",
    ".executescript",
    ".exec_driver_sql",
    ".fetch",
    ".fetchrow",
    ".fetchval",
    ".fetch_all",
    ".fetch_one",
    ".raw",
    ".extra",
)
SQL_FUNCTIONS = (
    "sqlalchemy.text",
    "sqlalchemy.sql.text",
    "sqlalchemy.sql.expression.text",
    "django.db.models.expressions.RawSQL",
    "django.db.models.RawSQL",
    "pandas.read_sql",
    "pandas.read_sql_query",
)
SQL_SINKS = (*SQL_METHODS, *SQL_FUNCTIONS)

_STATEMENT = regex(
    r"(?is)\b(?:select\b.+?\bfrom|insert\s+(?:or\s+\w+\s+)?into|update\b.+?\bset|delete\s+from|drop\s+(?:table|database)|"
    r"create\s+(?:table|index|view|or|database|user)|alter\s+table|where\b.+?(?:=|\blike\b|\bin\b|<|>)|order\s+by|truncate\s|"
    r"with\s+\w+\s+as\s*\(|pragma\s|replace\s+into|select\s)"
)
_DATABASE = regex(
    r"(?i)(?:^|[._])(?:c|cur|\w*curs(?:or)?|conn|\w*connection|con|\w*db|database|\w*session|engine|tx|transaction|"
    r"pool|duckdb|sqlite|pg|mysql|sql|objects)$"
)
_LONG = 4000  # characters of a text that tell whether it is SQL
_NESTED = 120  # pieces of one text; the stack holds no more of them for sure
_MANY = 50  # bindings of one name; who puts a statement together from more is not read
# Sessions and engines execute other things too.
_MANY_THINGS = regex(r"(?i)(?:session|engine|pool|tx|transaction|c|con)$")
_QUERY = regex(r"(?i)(?:sql|query|stmt|statement|^q)\w*$")


def statement_of(source: Source, call: ast.Call) -> ast.expr | None:
    """The SQL text that a call hands to a database, where it is one by the name of its receiver or by its
    own words."""
    func = call.func
    last = func.attr if isinstance(func, ast.Attribute) else ""
    if last == "extra":
        return next((one.value for one in call.keywords if one.arg in {"where", "select", "tables"}), None)
    text = argument(call, 0, "query", "sql", "statement", "operation", "text", "raw_query")
    if text is None or isinstance(text, ast.Constant) or _is_reported_itself(source, text):
        return None
    if last == "raw" and not spelled(func.value).endswith("objects"):  # type: ignore[attr-defined]
        return None
    if f".{last}" not in SQL_METHODS:
        return text
    receiver = func.value  # type: ignore[attr-defined]
    while isinstance(receiver, ast.Call):
        receiver = receiver.func
    name = spelled(receiver)
    by_name = _DATABASE.search(name) and not (_MANY_THINGS.search(name) and not _QUERY.search(spelled(text)))
    return text if by_name or is_statement(wording(source, text, source.scope)) else None


def _is_reported_itself(source: Source, text: ast.expr) -> bool:
    """`execute(text(query))`: the inner call is the one that speaks."""
    return isinstance(text, ast.Call) and source.resolve(text.func) in SQL_FUNCTIONS


def wording(source: Source, node: ast.AST, scope: Scope) -> str:
    """The literal text in an expression and in the names that it is made of; each hole is a NUL."""
    return "".join(_words(source, node, scope, set(), _NESTED))


def _words(source: Source, node: ast.AST, scope: Scope, seen: set[str], left: int) -> Iterator[str]:
    if not left:
        return
    if isinstance(node, ast.Constant):
        yield node.value if isinstance(node.value, str) else "\0"
    elif isinstance(node, ast.JoinedStr):
        for one in node.values:
            yield from _words(source, one, scope, seen, left - 1)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Mod)):
        yield from _words(source, node.left, scope, seen, left - 1)
        if isinstance(node.op, ast.Add):
            yield from _words(source, node.right, scope, seen, left - 1)
    elif isinstance(node, ast.Call):
        func = node.func
        if isinstance(func, ast.Attribute) and func.attr in {"format", "strip"}:
            yield from _words(source, func.value, scope, seen, left - 1)
        elif len(node.args) == 1:
            yield from _words(source, node.args[0], scope, seen, left - 1)
    elif isinstance(node, ast.Name) and node.id not in seen:
        seen.add(node.id)
        for binding in tracer(source).bindings(scope).all(node.id)[:_MANY]:
            yield from _words(source, binding.value, scope, seen, left - 1)
            yield " "
    else:
        yield "\0"


def is_statement(text: str) -> bool:
    """Do the words look like SQL?"""
    return _STATEMENT.search(text[:_LONG]) is not None


# Commands

_RUNS = ("run", "call", "check_call", "check_output", "Popen")
SHELL_SINKS = (
    "os.system",
    "os.popen",
    "subprocess.getoutput",
    "subprocess.getstatusoutput",
    "commands.getoutput",
    "asyncio.create_subprocess_shell",
    "asyncio.subprocess.create_subprocess_shell",
    "asyncio.create_subprocess_exec",
    "pty.spawn",
    "paramiko.SSHClient().exec_command",
    ".exec_command",
    *(f"subprocess.{name}" for name in _RUNS),
)
_SHELL = regex(r"(?:(?:/usr)?/bin/)?(?:ba|z|da|k)?sh$|(?:cmd|powershell|pwsh)(?:\.exe)?$")
_FLAG = regex(r"-\w*c$|/c$|-Command$", re.I)


def commands_of(source: Source, call: ast.Call) -> Iterator[tuple[ast.expr, str]]:
    """What a call hands to a shell, or starts: the expression, and "shell" or "program"."""
    name = source.resolve(call.func) or ""
    first = argument(call, 0, "args", "cmd", "command")
    if first is None:
        return
    if name.startswith("subprocess.") and name.rpartition(".")[2] in _RUNS:
        yield from _started(source, call, first)
    elif name.endswith("create_subprocess_exec"):
        yield from _listed(source, call.args)
    else:
        yield first, "shell"


def _started(source: Source, call: ast.Call, first: ast.expr) -> Iterator[tuple[ast.expr, str]]:
    shell = next((one.value for one in call.keywords if one.arg == "shell"), None)
    if isinstance(shell, ast.Constant) and shell.value is True:
        yield first, "shell"
        return
    value = _assigned(source, first)
    if isinstance(value, (ast.List, ast.Tuple)):
        yield from _listed(source, value.elts)
    elif isinstance(value, ast.Call) and source.resolve(value.func) == "shlex.split" and value.args:
        yield value.args[0], "program"


def _listed(source: Source, items: list[ast.expr]) -> Iterator[tuple[ast.expr, str]]:
    words = [source.constant(one) for one in items[:2]]
    if len(items) > 2 and all(isinstance(one, str) for one in words):
        if _SHELL.match(words[0]) and _FLAG.match(words[1]):
            yield items[2], "shell"
    elif items and not isinstance(items[0], ast.Constant):
        yield items[0], "program"


def _assigned(source: Source, node: ast.expr) -> ast.expr:
    if isinstance(node, ast.Name) and source.scope.bound.get(node.id) == 1:
        return source.scope.assigned.get(node.id, node)
    return node


# Code

CODE_SINKS = ("builtins.eval", "builtins.exec", "builtins.compile")


def is_grammar_check(source: Source, call: ast.Call) -> bool:
    """`compile(text, "<answer>", "exec", ast.PyCF_ONLY_AST)`, or a check before the code is run."""
    if source.resolve(call.func) != "builtins.compile":
        return False
    return isinstance(source.parents.get(id(call)), ast.Expr) or any(
        "ONLY_AST" in source.segment(one) for one in [*call.args[3:], *(k.value for k in call.keywords)]
    )


# Files

_BOTH = frozenset(
    [
        "shutil.copy",
        "shutil.copy2",
        "shutil.copyfile",
        "shutil.copytree",
        "shutil.move",
        "os.rename",
        "os.replace",
    ]
)
_PATH_METHODS = frozenset(
    "read_text read_bytes write_text write_bytes unlink open rmdir rename replace touch mkdir".split()
)
FILE_SINKS = (
    "builtins.open",
    "io.open",
    "aiofiles.open",
    "codecs.open",
    "os.remove",
    "os.unlink",
    "os.rmdir",
    "shutil.rmtree",
    *sorted(_BOTH),
    "flask.send_file",
    "quart.send_file",
    "fastapi.responses.FileResponse",
    "starlette.responses.FileResponse",
    "django.http.FileResponse",
    ".save",
    *(f".{name}" for name in sorted(_PATH_METHODS - {"replace", "rename", "mkdir", "touch"})),
)
_SAVED = regex(
    r"(?i)(?:file|upload|image|photo|avatar|picture|document|attachment|video|audio|^f$|^img$)\w*$"
)

PATH_LIMITS = Limits(
    stops=regex(
        r".*(?:secure_filename|basename|splitext|uuid\d?|sha\d+|md5|hexdigest|safe_join|get_valid_filename|quote|slugify|"
        r"send_from_directory|file_digest|guess_type|guess_extension)$"
    ),
    guarding=Guarding(
        calls=regex(r"(?:startswith|is_relative_to|relative_to|commonpath|commonprefix|parents|is_subpath)$"),
        lookups=regex(r"(?:filter_by|filter|where|get_object_or_404|first_or_404|get_or_404)$"),
        derives=regex(
            r"(?:realpath|abspath|resolve|normpath|join|joinpath|Path|PurePath|absolute|expanduser|strip|lstrip|"
            r"rstrip|lower|replace|unquote|str|fspath|split)$"
        ),
        pieces=frozenset(["..", "/", "../", "\\", "./"]),
    ),
    begins=True,
    fields=frozenset(["name", "suffix", "stem", "suffixes", "content_type", "mimetype"]),
    pieces=frozenset(["/", "\\", "."]),
)


def files_of(source: Source, call: ast.Call) -> Iterator[ast.expr]:
    """The paths that a call touches, but those whose last part is constant: a folder may be somebody's
    choice, the file in it is not."""
    yield from (path for path in _touched(source, call) if not _ends_as_written(source, path, 4))


def _ends_as_written(source: Source, path: ast.AST, hops: int) -> bool:
    if isinstance(path, ast.BinOp) and isinstance(path.op, ast.Div):
        return isinstance(path.right, ast.Constant)
    if isinstance(path, ast.Call) and path.args:
        last = path.func.attr if isinstance(path.func, ast.Attribute) else getattr(path.func, "id", "")
        if last in {"join", "joinpath", "Path"} and len(path.args) + (last == "joinpath") > 1:
            return isinstance(path.args[-1], ast.Constant)
        return last in {"str", "Path"} and _ends_as_written(source, path.args[0], hops)
    if isinstance(path, ast.JoinedStr):
        last_text = path.values[-1]
        return isinstance(last_text, ast.Constant) and "/" in str(last_text.value)
    if isinstance(path, ast.Name) and hops and source.scope.bound.get(path.id) == 1:
        value = source.scope.assigned.get(path.id)
        return value is not None and _ends_as_written(source, value, hops - 1)
    return False


def _touched(source: Source, call: ast.Call) -> Iterator[ast.expr]:
    func = call.func
    last = func.attr if isinstance(func, ast.Attribute) else ""
    name = source.resolve(func) or ""
    if name in FILE_SINKS:
        yield from call.args[: 2 if name in _BOTH else 1]
        yield from (
            one.value for one in call.keywords if one.arg in {"path", "file", "filename", "path_or_file"}
        )
    elif last == "save":
        # An upload is saved under a name; a model of an ORM has no argument.
        if _is_upload(source, func.value) and len(call.args) == 1 and not call.keywords:  # type: ignore[attr-defined]
            yield call.args[0]
    elif last in _PATH_METHODS and _is_path(source, func.value):  # type: ignore[attr-defined]
        yield func.value  # type: ignore[attr-defined]


def _is_upload(source: Source, node: ast.AST) -> bool:
    """By its name, or since it was taken from the uploads of a request."""
    name = spelled(node)
    value = source.scope.assigned.get(name)
    return _SAVED.search(name.rpartition(".")[2]) is not None or (
        isinstance(value, (ast.Call, ast.Subscript)) and ".files" in source.segment(value)
    )


def _is_path(source: Source, node: ast.AST) -> bool:
    """Is it a path by how it was made: `Path(…)`, `folder / name`, or a name bound to such a one?"""
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Div)
    if isinstance(node, ast.Call):
        last = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        inner = node.func.value if isinstance(node.func, ast.Attribute) else node.func
        return last in {"Path", "joinpath"} or (
            last in {"resolve", "expanduser", "absolute"} and _is_path(source, inner)
        )
    if isinstance(node, ast.Name):
        bindings = tracer(source).bindings(_owner_of(source.scope)).all(node.id)
        return any(_is_path(source, one.value) for one in bindings if not isinstance(one.value, ast.Name))
    return False


def _owner_of(scope: Scope) -> Scope:
    while scope.kind == "class" and scope.parent is not None:
        scope = scope.parent
    return scope


# Addresses

REQUEST_VERBS = (
    "get",
    "post",
    "put",
    "patch",
    "delete",
    "head",
    "options",
    "stream",
    "request",
    "ws_connect",
)
_CLIENTS = (
    "requests",
    "httpx",
    "requests.Session()",
    "requests.session()",
    "httpx.Client()",
    "httpx.AsyncClient()",
    "aiohttp.ClientSession()",
    "urllib3.PoolManager()",
)
URL_SINKS = (
    *(f"{client}.{verb}" for client in _CLIENTS for verb in REQUEST_VERBS),
    "urllib.request.urlopen",
    "urllib.request.urlretrieve",
    "urllib.request.Request",
)


def leading(source: Source, node: ast.expr | None, scope: Scope, hops: int = 4) -> ast.expr | None:
    """The part of an address that names the host: what stands at its head, or after `https://`. None where
    that is constant."""
    if isinstance(node, ast.JoinedStr):
        return _leading_of(source, list(node.values), scope, hops)
    if isinstance(node, ast.FormattedValue):
        return leading(source, node.value, scope, hops)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        while isinstance(node.left, ast.BinOp) and isinstance(node.left.op, ast.Add):
            node = node.left
        return _leading_of(source, [node.left, node.right], scope, hops)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        return leading(source, node.left, scope, hops)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        text = source.constant(node.func.value, scope)
        open_head = isinstance(text, str) and re.match(r"(?:https?://)?\{", text) and node.args
        return node.args[0] if open_head else None
    if isinstance(node, ast.Name) and hops and scope.bound.get(node.id) == 1:
        value = scope.assigned.get(node.id)
        if isinstance(value, (ast.JoinedStr, ast.BinOp, ast.Constant)):
            return leading(source, value, scope, hops - 1)
    return None if isinstance(node, ast.Constant) else node


def _leading_of(source: Source, parts: list[ast.expr], scope: Scope, hops: int) -> ast.expr | None:
    first = parts[0] if parts else None
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        if first.value not in {"", "http://", "https://"}:
            return None
        return leading(source, parts[1], scope, hops) if len(parts) > 1 else None
    return leading(source, first, scope, hops)


# Texts with holes


class Hole(NamedTuple):
    """A value in a text: what stands before it and after it, as far as that is written in place."""

    before: str
    value: ast.expr
    after: str


def holes(source: Source, node: ast.expr, scope: Scope) -> list[Hole]:
    """The values that are pasted into a text, through `+`, f-strings, `%` and `format`."""
    pieces = list(_pieces(source, node, scope, 4, _NESTED))
    texts = [piece if isinstance(piece, str) else "\0" for piece in pieces]
    return [
        Hole("".join(texts[:position]), piece, "".join(texts[position + 1 :]))
        for position, piece in enumerate(pieces)
        if not isinstance(piece, str)
    ]


def _pieces(source: Source, node: ast.expr, scope: Scope, hops: int, left: int) -> Iterator[str | ast.expr]:
    if not left:
        return
    if isinstance(node, ast.Constant):
        yield str(node.value)
    elif isinstance(node, ast.JoinedStr):
        for one in node.values:
            yield from _pieces(source, one, scope, hops, left - 1)
    elif isinstance(node, ast.FormattedValue):
        text = source.constant(node.value, scope)
        yield str(text) if text is not None else node.value
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield from _pieces(source, node.left, scope, hops, left - 1)
        yield from _pieces(source, node.right, scope, hops, left - 1)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        values = list(node.right.elts) if isinstance(node.right, ast.Tuple) else [node.right]
        yield from _filled(
            source.constant(node.left, scope), r"%(?:\(\w+\))?[-#0 +]*\d*(?:\.\d+)?[a-zA-Z]", values
        )
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        values = [*node.args, *(keyword.value for keyword in node.keywords)]
        yield from _filled(source.constant(node.func.value, scope), r"\{[^{}]*\}", values)
    else:
        value = (
            scope.assigned.get(node.id)
            if isinstance(node, ast.Name) and scope.bound.get(node.id) == 1
            else None
        )
        if hops and isinstance(value, (ast.Constant, ast.JoinedStr, ast.BinOp, ast.Call)):
            yield from _pieces(source, value, scope, hops - 1, left - 1)
        else:
            yield node


def _filled(template: object, mark: str, values: list[ast.expr]) -> Iterator[str | ast.expr]:
    """The text of a template, and its values in order."""
    if not isinstance(template, str):
        return
    parts = re.split(mark, template)
    for position, part in enumerate(parts):
        yield part
        if position < len(parts) - 1 and position < len(values):
            yield values[position]
