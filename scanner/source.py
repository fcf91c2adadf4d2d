"""A file that could be read and parsed, and what a rule may ask of it.

`Source` is the one thing that a file rule is handed. When a rule needs more, it grows here, and no other
rule changes. Trees, scopes and comments live and die with it.
"""

from __future__ import annotations

import ast
import builtins
import io
import re
import tokenize
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence, Set
from functools import cached_property
from typing import Any, NamedTuple, Protocol

from scanner.facts import Place
from scanner.finding import Location
from scanner.lazily import regex

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
Keys = tuple[str | int, ...]
BUILTINS = frozenset(dir(builtins))
_NEWLINE = regex(r"\r\n|\r|\n")
_REMARK = regex(r"#[^\r\n]*")
OWN = frozenset({"self", "cls"})  # by convention the object, or the class, that a method belongs to
_MAX_CHAIN = 64  # links of one `a.b().c[0]…`; longer ones are not code that anybody wrote
_MAX_HOPS = 8  # aliases of aliases: `a = b; c = a` …; deeper chains are not followed


class Comment(NamedTuple):
    """One comment, the hash sign included."""

    line: int
    column: int
    text: str


class Check(NamedTuple):
    """An oracle of a test that is lost: the statement, why nobody notices its failure (see
    `analyse/oracles.py`), and the function that it stands in."""

    node: ast.stmt
    fate: str
    function: FunctionNode


class Scope:
    """A module, class or function, and the names that it binds. Lambdas and comprehensions bind into the
    scope around them: their names are few, and short-lived."""

    __slots__ = (
        "assigned",
        "bound",
        "definitions",
        "fields",
        "imports",
        "kind",
        "known",
        "name",
        "node",
        "parent",
    )

    def __init__(self, kind: str, name: str, node: ast.AST, parent: Scope | None) -> None:
        self.kind = kind  # module | class | function
        self.name = name  # qualified within the file, "" for the module
        self.node = node
        self.parent = parent
        self.bound: dict[str, int] = {}  # name -> how often it is bound here
        self.assigned: dict[str, ast.expr] = {}  # name -> the value last bound to it, where there is one
        self.imports: dict[str, str] = {}  # name -> dotted target
        self.definitions: set[str] = set()  # functions and classes that stand directly in it
        # name -> what it stands for; of a class, `.member` too; filled by `Source.resolve`
        self.known: dict[str, str | None] = {}
        # class only: attribute -> the one value that `self.x = …` gives it, with its scope; None for several
        self.fields: dict[str, tuple[ast.expr, Scope] | None] = {}

    def binder(self, name: str) -> Scope | None:
        """The innermost scope, from here outwards, that imports a name or binds it otherwise."""
        around: Scope | None = self
        while around is not None:
            if (around.kind != "class" or around is self) and (
                name in around.imports or name in around.bound
            ):
                return around
            around = around.parent
        return None

    @property
    def class_scope(self) -> Scope | None:
        """The class whose method this is, if it is one (nested functions of a method included)."""
        scope: Scope | None = self
        while scope is not None and scope.kind == "function":
            scope = scope.parent
        return scope if scope is not None and scope.kind == "class" else None


class Calls(Protocol):
    """The calls that stand in one scope."""

    scope: Scope
    calls: list[ast.Call]


class Source:
    """One readable file: `path` is relative to the root, POSIX; `module` its path with dots."""

    def __init__(
        self, path: str, data: bytes, text: str, language: str, tree: ast.Module | None = None
    ) -> None:
        self.path = path
        self.data = data
        self.text = text
        self.language = language
        self._tree = tree
        self.scope: Scope = Scope("module", "", tree or ast.Module([], []), None)
        self.module_scope = self.scope
        self.scopes: dict[int, Scope] = {}
        # Where the grammar is newer than the interpreter's: the Python that it needs, and the lines whose
        # columns are not the file's own.
        self.needs = ""
        self.document: Any = None  # the value of a JSON, TOML or YAML file
        self.cells: tuple[tuple[int, int], ...] = ()  # of a notebook: first line and number of code cells
        self.lowered_text = ""
        self.locate: Callable[[str], dict[Keys, Place]] | None = None  # finds the places of its keys
        self.lowered_lines: frozenset[int] = frozenset()
        self.checks: list[Check] = []  # of a test file
        self.bodies: Sequence[Calls] = ()  # of each scope what the walk met; only Python files have any
        self.identifiers: Set[str] = frozenset()  # all names in it, and the parts of what it imports

    @property
    def tree(self) -> ast.Module:
        """The module's syntax tree; only Python files have one."""
        if self._tree is None:
            raise TypeError(f"{self.path} is {self.language}, it has no Python tree")
        return self._tree

    @cached_property
    def module(self) -> str:
        stem = self.path.removesuffix(".py").removesuffix(".pyi").replace("/", ".")
        return stem.removesuffix(".__init__")

    @cached_property
    def package(self) -> str:
        """The dotted path of the folder: what a relative import with one dot starts from."""
        return ".".join(self.path.split("/")[:-1])

    @cached_property
    def role(self) -> str:
        """live | test | example | migration | vendored | generated, from the path and the header."""
        return role_of(self.path, self.text)

    @property
    def is_test(self) -> bool:
        return self.role == "test"

    @cached_property
    def is_outgoing(self) -> bool:
        """Does the file say at its head, in a docstring or comments, that it stays only for old callers?"""
        head = _HEAD.match(self.text, 0, _HEAD_LENGTH)
        return head is not None and self.speaks_of_leaving(head[0])

    def speaks_of_leaving(self, words: str) -> bool:
        """Does a docstring or comment of the file say that what it describes stays only for old callers?"""
        said = words.lower()  # far cheaper than a search that ignores case
        told = "deprecated" in said or "legacy" in said or "backward" in said
        return told and _OUTGOING.search(said) is not None

    @cached_property
    def remarks(self) -> str:
        """What stands after hash signs, in lower case, a line each: comments, and what looks like them.
        A cheap look for words, before anything is tokenised."""
        return "\n".join(_REMARK.findall(self.text)).lower()

    @cached_property
    def comparing(self) -> list[tuple[int, str]]:
        """The lines that hold `==` or `!=`, with their numbers: a cheap look for what is compared."""
        return [item for item in enumerate(self.lines, 1) if "==" in item[1] or "!=" in item[1]]

    def mentions(self, word: str) -> bool:
        """Does the text hold a word? Remembered, since every function of a file may ask."""
        if word not in self._mentioned:
            self._mentioned[word] = word in self.text
        return self._mentioned[word]

    @cached_property
    def _mentioned(self) -> dict[str, bool]:
        return {}

    def names(self, part: str) -> bool:
        """Does a name of the file hold this? A quicker look than one through the text."""
        return part in self._all_names

    @cached_property
    def _all_names(self) -> str:
        return "\n".join(self.identifiers)

    # Text and places

    @cached_property
    def _places(self) -> dict[Keys, Place]:
        return self.locate(self.text) if self.locate is not None else {}

    def place_of(self, keys: Keys) -> Place:
        """Where a document holds the value at `keys` (names, and numbers of list items); where the file
        does not tell, the nearest thing around it."""
        while keys:
            if keys in self._places:
                return self._places[keys]
            keys = keys[:-1]
        return Place(1, 1, 1, len(self.lines[0]) + 1)

    @cached_property
    def lines(self) -> list[str]:
        """The lines without their ends, split as the parser splits them: at \\n, \\r\\n and \\r only."""
        return _NEWLINE.split(self.text) if "\r" in self.text else self.text.split("\n")

    def location(self, node: ast.AST) -> Location:
        """The region of a node. Inside an f-string the literal as a whole: interpreters before 3.12 do
        not know the places within."""
        line, column, end_line, end_column = self.place(node)
        return Location(self.path, line, column, end_line, end_column)

    def place(self, node: ast.AST) -> Place:
        positioned: Any = node
        line, end_line = positioned.lineno, positioned.end_lineno
        return Place(
            line,
            self.column(line, positioned.col_offset),
            end_line,
            self.column(end_line, positioned.end_col_offset),
        )

    def header(self, node: FunctionNode | ast.ClassDef) -> Place:
        """The `def` or `class` line: from the keyword to the end of its name, so that the region is tight."""
        line = node.lineno
        text = self.lines[line - 1] if line <= len(self.lines) else ""
        plain = text.isascii() and line not in self.lowered_lines
        column = node.col_offset + 1 if plain else self.column(line, node.col_offset)
        start = column - 1 + _KEYWORDS[node.__class__]
        if not text.startswith(node.name, start):
            start = text.find(node.name, start)
        return Place(line, column, line, start + len(node.name) + 1 if start >= 0 else len(text) + 1)

    def header_location(self, node: FunctionNode | ast.ClassDef) -> Location:
        return Location(self.path, *self.header(node))

    def column(self, line: int, offset: int) -> int:
        """A UTF-8 byte offset of the parser as a column: code points, from 1."""
        if line > len(self.lines):
            return 1
        text = self.lines[line - 1]
        if line in self.lowered_lines:
            return 1 if offset == 0 else min(offset, len(text)) + 1
        if text.isascii():
            return offset + 1
        if line == 1 and text.startswith("\ufeff"):
            text = text[1:]
        return len(text.encode("utf-8", "surrogatepass")[:offset].decode("utf-8", "ignore")) + 1

    def segment(self, node: ast.AST) -> str:
        """The source text of a node, as written."""
        place = self.place(node)
        lines = self.lines[place.line - 1 : place.end_line]
        if not lines:
            return ""
        if len(lines) == 1:
            return lines[0][place.column - 1 : place.end_column - 1]
        first, *middle, last = lines
        return "\n".join([first[place.column - 1 :], *middle, last[: place.end_column - 1]])

    def text_of(self, function: FunctionNode) -> str:
        """A function as written, its decorators too; a cheap look for words before a walk."""
        first = function.decorator_list[0].lineno if function.decorator_list else function.lineno
        return "\n".join(self.lines[first - 1 : function.end_lineno])

    @cached_property
    def comments(self) -> tuple[Comment, ...]:
        """The comments of a Python file. Costs a tokenizer run: look for your words in `text` first."""
        found: list[Comment] = []
        try:
            # The rewrite's lines are the file's own, and its comments stand at the same bytes.
            for token in tokenize.generate_tokens(io.StringIO(self.lowered_text or self.text).readline):
                if token.type == tokenize.COMMENT:
                    found.append(Comment(token.start[0], token.start[1] + 1, token.string))
        except (tokenize.TokenError, SyntaxError):
            pass  # what came before the place that the tokenizer does not know is kept
        return tuple(found)

    # Structure

    def symbol(self, node: ast.AST) -> str:
        """The qualified name of the definition around a node; of the node itself where it is one."""
        inner = self.scopes.get(id(node))
        if inner is not None:
            return inner.name
        scope = self.scope_of(node)
        return scope.name

    def scope_of(self, node: ast.AST) -> Scope:
        """The scope that a node stands in. Costs a map of parents, once a file."""
        parent = self.parents.get(id(node))
        while parent is not None:
            scope = self.scopes.get(id(parent))
            if scope is not None:
                return scope
            parent = self.parents.get(id(parent))
        return self.module_scope

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Every node in the order of `ast.walk`; contexts and operators, which nodes share, left out."""
        found: list[ast.AST] = [self.tree]
        for node in found:  # grows on the way
            for name, value in node.__dict__.items():
                if value.__class__ is list:
                    if name not in _SHARED:
                        found += [child for child in value if isinstance(child, ast.AST)]
                elif isinstance(value, ast.AST) and name not in _SHARED:
                    found.append(value)
        return found

    @cached_property
    def parents(self) -> dict[int, ast.AST]:
        """id(child) -> parent, over the whole tree; contexts and operators, which nodes share, left out."""
        return _parents_below(self.tree, ())

    def parents_in(self, owner: FunctionNode | ast.Module) -> dict[int, ast.AST]:
        """The same of one function or module alone: the bodies of functions in it are left out."""
        if id(owner) not in self._parents_in:
            self._parents_in[id(owner)] = _parents_below(owner, _FUNCTIONS)
        return self._parents_in[id(owner)]

    @cached_property
    def _parents_in(self) -> dict[int, dict[int, ast.AST]]:
        return {}

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes around a node, innermost first."""
        parent = self.parents.get(id(node))
        while parent is not None:
            yield parent
            parent = self.parents.get(id(parent))

    def function_of(self, node: ast.AST) -> FunctionNode | None:
        """The innermost function around a node."""
        for around in self.ancestors(node):
            if isinstance(around, (ast.FunctionDef, ast.AsyncFunctionDef)):
                return around
        return None

    # Names

    def resolve(self, node: ast.AST, scope: Scope | None = None) -> str | None:
        """The dotted name that an expression stands for, or None where the file does not tell.

        Follows imports and their aliases, names bound once, `with … as`, annotations of parameters,
        and `self.x` assigned in the class. `f()` is the result of a call, `x[]` an item. The
        repository's own names start with the path of their file; builtins with `builtins.`.
        """
        return self._resolve(node, scope or self.scope, _MAX_HOPS)

    def _resolve(self, node: ast.AST, scope: Scope, hops: int) -> str | None:
        suffix = ""
        for _ in range(_MAX_CHAIN):
            if isinstance(node, ast.Name):
                break
            if isinstance(node, ast.Attribute):
                suffix = f".{node.attr}{suffix}"
                node = node.value
            elif isinstance(node, ast.Call):
                if isinstance(node.func, ast.Name) and node.func.id == "super":
                    base = self._first_base(scope, hops)
                    return None if base is None else base + suffix
                suffix = f"(){suffix}"
                node = node.func
            elif isinstance(node, ast.Subscript):
                suffix = f"[]{suffix}"
                node = node.value
            elif isinstance(node, (ast.Await, ast.NamedExpr)):
                node = node.value
            else:
                return None
        if not isinstance(node, ast.Name):
            return None
        if hops < _MAX_HOPS or node.id in OWN:
            return self._resolve_name(node.id, scope, hops, suffix)
        return self.chain(node.id, suffix, scope)

    def chain(self, root: str, suffix: str, scope: Scope) -> str | None:
        """The dotted name behind `root` followed by `suffix`, which is "" or starts with a dot. What hangs
        on `self` is remembered by the class: its methods ask for the same members again and again."""
        if root not in OWN or not suffix:
            known = self.stands_for(root, scope)
            return None if known is None else known + suffix
        owner = scope.class_scope if root in scope.bound else None
        if owner is None or scope.kind != "function":
            return self._resolve_name(root, scope, _MAX_HOPS, suffix)
        if suffix not in owner.known:
            owner.known[suffix] = self._resolve_member(owner, _MAX_HOPS, suffix)
        return owner.known[suffix]

    def stands_for(self, name: str, scope: Scope) -> str | None:
        """The dotted name behind a plain one, in a scope. Remembered: the same few names recur, and what
        one stands for does not hang on what follows it."""
        known = scope.known
        if name not in known:
            around = scope.parent
            while around is not None and around.kind == "class":
                around = around.parent
            if around is None or name in scope.bound or name in scope.imports:
                known[name] = self._resolve_name(name, scope, _MAX_HOPS, "")
            else:
                known[name] = self.stands_for(name, around)
        return known[name]

    def _resolve_name(self, name: str, scope: Scope, hops: int, suffix: str) -> str | None:
        around = scope.binder(name)
        if around is None:
            return f"builtins.{name}{suffix}" if name in BUILTINS else None
        if name in around.imports:
            return around.imports[name] + suffix
        return self._resolve_bound(name, around, hops, suffix)

    def _resolve_bound(self, name: str, scope: Scope, hops: int, suffix: str) -> str | None:
        if name in OWN and scope.kind == "function":
            owner = scope.class_scope
            return None if owner is None else self._resolve_member(owner, hops, suffix)
        value = scope.assigned.get(name)
        if value is not None and scope.bound[name] == 1 and hops:
            if isinstance(value, _Annotated):
                target = self._resolve(value.annotation, scope.parent or scope, hops - 1)
                return None if target is None else f"{target}(){suffix}"
            target = self._resolve(value, scope, hops - 1)
            if target is not None:
                return target + suffix
        if scope.kind == "function" and name not in scope.definitions:
            return None
        return f"{self.module}.{scope.name + '.' if scope.name else ''}{name}{suffix}"

    def _resolve_member(self, owner: Scope, hops: int, suffix: str) -> str | None:
        """`self.x…` where `owner` is the class: through `self.x = value`, else the class's own name."""
        if not suffix.startswith("."):
            return f"{self.module}.{owner.name}(){suffix}"
        field, rest = _split_member(suffix)
        known = owner.fields.get(field)
        if known is not None and hops:
            target = self._resolve(*known, hops - 1)
            if target is not None:
                return target + rest
        return f"{self.module}.{owner.name}.{field}{rest}"

    def _first_base(self, scope: Scope, hops: int) -> str | None:
        owner = scope.class_scope
        if owner is None or not isinstance(owner.node, ast.ClassDef) or not owner.node.bases or not hops:
            return None
        return self._resolve(owner.node.bases[0], owner.parent or owner, hops - 1)

    def forget(self) -> None:
        """Cut the only circle among the scopes, so that trees are freed without the cycle collector."""
        for scope in self.scopes.values():
            scope.fields.clear()

    def constant(self, node: ast.AST | None, scope: Scope | None = None) -> Any:
        """The literal value of an expression, followed through names bound once to a literal; None where
        it has none (a literal None included)."""
        found = self.literal(node, scope)
        return None if found is None else found.value

    def literal(self, node: ast.AST | None, scope: Scope | None = None) -> ast.Constant | None:
        """The literal itself, where it stands."""
        for _ in range(_MAX_HOPS):
            if isinstance(node, ast.Constant):
                return node
            if not isinstance(node, ast.Name):
                return None
            around = scope or self.scope
            while around is not None and node.id not in around.bound:
                around = around.parent  # type: ignore[assignment]
            if around is None or around.bound[node.id] != 1:
                return None
            node = around.assigned.get(node.id)
        return None


_SHARED = frozenset({"ctx", "op", "ops"})  # fields that hold one node for all
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def _parents_below(top: ast.AST, closed: tuple[type, ...]) -> dict[int, ast.AST]:
    """id(child) -> parent, of all that stands in `top`, but for the bodies of `closed` nodes in it."""
    found: dict[int, ast.AST] = {}
    pending = [top]
    while pending:
        node = pending.pop()
        shut = node.__class__ in closed and node is not top
        for name, value in node.__dict__.items():
            if name in _SHARED or (shut and name == "body"):
                continue
            if value.__class__ is list:
                for child in value:
                    if isinstance(child, ast.AST):
                        found[id(child)] = node
                        pending.append(child)
            elif isinstance(value, ast.AST):
                found[id(value)] = node
                pending.append(value)
    return found


# How long a keyword is, with the one space that nearly always follows it
_KEYWORDS: dict[type, int] = {
    ast.FunctionDef: len("def "),
    ast.AsyncFunctionDef: len("async def "),
    ast.ClassDef: len("class "),
}


class _Annotated(ast.expr):
    """Stands in `Scope.assigned` for a value that is known by its annotation only."""

    def __init__(self, annotation: ast.expr) -> None:
        super().__init__()
        self.annotation = annotation


def annotated(annotation: ast.expr) -> ast.expr:
    """A stand-in for an unknown value of a known class."""
    return _Annotated(annotation)


def _split_member(suffix: str) -> tuple[str, str]:
    found = re.match(r"\.([^.()\[\]]+)", suffix)
    if found is None:
        return "", suffix
    return found.group(1), suffix[found.end() :]


_TEST_PARTS = frozenset({"test", "tests", "testing", "unittests", "unit_tests", "integration_tests", "e2e"})
_EXAMPLE_PARTS = frozenset(
    {"example", "examples", "docs", "doc", "docs_src", "demo", "demos", "samples", "sample", "tutorial"}
    | {"tutorials", "benchmarks", "benchmark", "notebooks"}
)
_VENDOR_PARTS = frozenset(
    {
        "vendor",
        "vendored",
        "_vendor",
        "_vendored",
        "third_party",
        "thirdparty",
        "node_modules",
        "site-packages",
        "venv",
        ".venv",
        "extern",
        "_extern",
    }
)
# What agents are equipped with: programs that were published with a skill, and copied in
_COPIED_IN = regex(
    r"(?:^|/)\.(?:(?:claude|agents|codex|gemini)/skills|cursor)/.*\.(?:py|js|mjs|ts|sh|ipynb)$"
)
_OUTGOING = regex(r"\bdeprecated\b|\bbackwards?[- ]compat|\blegacy\b")
_HEAD = regex(r"""(?:\s*(?:#[^\n]*|[rR]?\"{3}(?s:.*?)(?:\"{3}|\Z)))*""")
_HEAD_LENGTH = 800
# In a test, which may well be about such headers, only the plain sentence at the very top counts
_GENERATED_TEST = regex(
    r"This file (?:is|was) (?:automatically |auto-?)generated|@generated\b", re.IGNORECASE
)
_GENERATED_BY = regex(r"generated by [^\n]{1,120}\n(?:[ \t#*]*\n){0,2}[ \t#*]*do not edit", re.IGNORECASE)
_GENERATED = regex(
    r"@generated|\bDO NOT EDIT\b|auto-?generated (?:by|from|with|file|code)|(?:is|was) autogenerated"
    r"|generated by (?:the )?(?:protocol|protoc|grpc|django|openapi|swagger|datamodel-codegen|sqlc|alembic)"
    r"|This file (?:is|was) (?:automatically |auto-?)generated",
    re.IGNORECASE,
)


def role_of(path: str, text: str = "") -> str:
    """What a file is for, as far as its path and its first lines tell."""
    *folders, name = path.lower().split("/")
    parts = set(folders)
    if parts & _VENDOR_PARTS or ("." in path.partition(".")[2] and _COPIED_IN.search(path)):
        return "vendored"
    if "migrations" in parts or ("alembic" in parts and "versions" in parts):
        return "migration"
    stem = name.partition(".")[0]
    if "generated" in text[:200].lower() and _GENERATED_TEST.search(text[:200]):
        return "generated"
    if "o not edit" in text[:_HEAD_LENGTH] and _signed_by_a_generator(text):
        return "generated"
    if (
        parts & _TEST_PARTS
        or stem.startswith("test_")
        or stem.endswith(("_test", "_tests"))
        or stem in {"conftest", "tests", "test"}
    ):
        return "test"
    if _is_generated(text[:1000]) or name.endswith(("_pb2.py", "_pb2_grpc.py")):
        return "generated"
    if parts & _EXAMPLE_PARTS or name.endswith(".ipynb"):
        return "example"
    return "live"


def _signed_by_a_generator(text: str) -> bool:
    """Do a tool's name and "do not edit" stand together in the docstring or the comments at the head?"""
    head = _HEAD.match(text, 0, _HEAD_LENGTH)
    return head is not None and _GENERATED_BY.search(head[0]) is not None


def _is_generated(head: str) -> bool:
    words = head.lower()  # far cheaper than a search that ignores case
    return ("generat" in words or "do not edit" in words) and _GENERATED.search(head) is not None


def offset_table(text: str) -> list[int]:
    """The offset of each line's first code point: turns offsets of a text search into places."""
    return [0, *(found.end() for found in _NEWLINE.finditer(text))]


def place_at(table: list[int], start: int, end: int) -> Place:
    """The place of `text[start:end]`, given its offset table."""
    first = bisect_right(table, start) - 1
    last = bisect_right(table, max(start, end - 1)) - 1
    return Place(first + 1, start - table[first] + 1, last + 1, end - table[last] + 1)
