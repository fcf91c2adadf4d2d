"""Recall of the clone index, by transformation: `python benchmarks/clone_mutations.py TREE [COUNT] [SEED]`.

Takes real functions of TREE (at least six statements and forty nodes below the docstring, live code),
makes a changed copy of each, puts every copy into a module of its own beside the tree, and asks which
copies a rule ties to what they were copied from: `copied-helper` those that are worth a move, `slight-copy`
the others. The cases are made by this file alone, before the
detector sees them; TREE is parsed, never imported.
"""

from __future__ import annotations

import ast
import copy
import json
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scanner import catalogue
from scanner.analyse.file import Handlers, analyse_file, handlers
from scanner.discover import File
from scanner.facts import Facts
from scanner.relate.repository import Repository
from scanner.rule import RepositoryRule
from scanner.source import role_of

MIN_STATEMENTS, MIN_NODES = 6, 40
Function = ast.FunctionDef


class Case:
    """One function to copy: where it stands, and in which class, if any."""

    def __init__(self, path: str, node: Function, owner: str, imports: str) -> None:
        self.path, self.node, self.owner, self.imports = path, node, owner, imports


def body_of(node: Function) -> list[ast.stmt]:
    """The statements below the docstring."""
    first = node.body[0]
    documented = (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    )
    return node.body[1:] if documented else node.body


def statements(node: ast.AST) -> list[ast.stmt]:
    """All statements below a node, blocks included."""
    return [inner for inner in ast.walk(node) if isinstance(inner, ast.stmt) and inner is not node]


def eligible(node: Function) -> bool:
    """Long enough, and without definitions or globals inside, whose names a copy would not have."""
    inside = [inner for statement in body_of(node) for inner in ast.walk(statement)]
    size = sum(isinstance(inner, ast.stmt) for inner in inside)
    odd = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Global, ast.Nonlocal)
    return (
        size >= MIN_STATEMENTS
        and len(inside) >= MIN_NODES
        and not any(isinstance(inner, odd) for inner in inside)
    )


def cases(tree: Path) -> list[Case]:
    """Every eligible function and method of the live code, in a steady order."""
    found = []
    for path in sorted(tree.rglob("*.py")):
        relative = path.relative_to(tree).as_posix()
        if role_of(relative) != "live":
            continue
        try:
            module = ast.parse(path.read_bytes())
        except (SyntaxError, ValueError):
            continue
        imports = imports_of(module, relative)
        for node in module.body:
            if isinstance(node, Function) and eligible(node):
                found.append(Case(relative, node, "", imports))
            elif isinstance(node, ast.ClassDef):
                found += [
                    Case(relative, inner, node.name, imports)
                    for inner in node.body
                    if isinstance(inner, Function) and eligible(inner) and not inner.name.startswith("__")
                ]
    return found


def imports_of(module: ast.Module, path: str) -> str:
    """What a copy has to import to run: what its module imports, and what that defines itself."""
    lines = [ast.unparse(node) for node in module.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    name = path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
    lines += [
        f"from {name} import {node.name}"
        for node in module.body
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
    ]
    return "\n".join(lines) + "\n"


# ------------------------------------------------------------------------------------- transformations
# Each takes a deep copy and returns it changed, or None where it has nothing to change.

Change = Callable[[Case, random.Random], "ast.stmt | None"]


def exact(case: Case, chance: random.Random) -> ast.stmt | None:
    """The same text under the same name."""
    return None if case.owner else case.node


class _Rename(ast.NodeTransformer):
    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.AST:
        node.id = self.names.get(node.id, node.id)
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.arg = self.names.get(node.arg, node.arg)
        return node

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.AST:
        if node.name:
            node.name = self.names.get(node.name, node.name)
        self.generic_visit(node)
        return node


def local_names(node: Function) -> list[str]:
    """Parameters and names that are bound inside, in order of appearance."""
    found: dict[str, None] = {}
    for inner in ast.walk(node):
        if isinstance(inner, ast.arg):
            found[inner.arg] = None
        elif isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
            found[inner.id] = None
        elif isinstance(inner, ast.ExceptHandler) and inner.name:
            found[inner.name] = None
    return [name for name in found if name not in {"self", "cls"}]


def renamed(case: Case, chance: random.Random) -> ast.stmt | None:
    """Another name for the function, its parameters and its variables."""
    if case.owner:
        return None
    names = {name: f"{chance.choice(WORDS)}_{place}" for place, name in enumerate(local_names(case.node))}
    node = _Rename(names).visit(case.node)
    node.name = f"{chance.choice(WORDS)}_{chance.choice(WORDS)}"
    return node


WORDS = ["item", "entry", "payload", "token", "chunk", "record", "bucket", "handle", "cursor", "piece"]


class _Literals(ast.NodeTransformer):
    changed = 0

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if isinstance(node.value, str) and node.value:
            node.value += "_x"
            self.changed += 1
        elif isinstance(node.value, int) and not isinstance(node.value, bool):
            node.value += 7
            self.changed += 1
        return node


def other_literals(case: Case, chance: random.Random) -> ast.stmt | None:
    """Every string and number changed, the function renamed."""
    if case.owner:
        return None
    change = _Literals()
    case.node.body = [change.visit(statement) for statement in body_of(case.node)]
    case.node.name = f"{chance.choice(WORDS)}_{chance.choice(WORDS)}"
    return case.node if change.changed else None


def type_hints(case: Case, chance: random.Random) -> ast.stmt | None:
    """Annotations on parameters, result and plain assignments, the variables renamed too."""
    node = renamed(case, chance)
    if not isinstance(node, Function):
        return None
    hint = ast.Name("object", ast.Load())
    for arg in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]:
        arg.annotation = hint
    node.returns = hint
    for block in blocks(node):
        for place, statement in enumerate(block):
            if (
                isinstance(statement, ast.Assign)
                and len(statement.targets) == 1
                and isinstance(statement.targets[0], ast.Name)
            ):
                block[place] = ast.AnnAssign(statement.targets[0], hint, statement.value, simple=1)
    return node


def blocks(node: ast.AST) -> Iterator[list[ast.stmt]]:
    """The statement lists below a node."""
    for inner in ast.walk(node):
        for name in ("body", "orelse", "finalbody"):
            block = getattr(inner, name, None)
            if isinstance(block, list) and block and isinstance(block[0], ast.stmt):
                yield block


def padded(case: Case, chance: random.Random) -> ast.stmt | None:
    """Two logging lines and one local that nobody needs, the variables renamed too."""
    node = renamed(case, chance)
    if not isinstance(node, Function):
        return None
    body = node.body = list(body_of(node))
    extra = ["logger.debug('here: %s', 1)", "print('step')", "started = time.time()"]
    for text in extra:
        body.insert(chance.randrange(len(body)), ast.parse(text).body[0])
    return node


def logged(case: Case, chance: random.Random) -> ast.stmt | None:
    """A logging line before each second statement of the body, the variables renamed too."""
    node = renamed(case, chance)
    if not isinstance(node, Function):
        return None
    line = ast.parse("logger.info('step done: %s', 1)").body[0]
    body = list(body_of(node))
    node.body = [part for place, kept in enumerate(body) for part in ([line, kept] if place % 2 else [kept])]
    return node if len(node.body) > len(body) else None


def removed(case: Case, chance: random.Random) -> ast.stmt | None:
    """One simple statement left out."""
    node = renamed(case, chance)
    if not isinstance(node, Function):
        return None
    places = [
        (block, place)
        for block in blocks(node)
        for place, statement in enumerate(block)
        if len(block) > 1 and isinstance(statement, (ast.Assign, ast.Expr, ast.AugAssign))
    ]
    if not places:
        return None
    block, place = chance.choice(places)
    del block[place]
    return node


def _touched(statement: ast.stmt) -> tuple[set[str], set[str]]:
    reads: set[str] = set()
    writes: set[str] = set()
    for inner in ast.walk(statement):
        if isinstance(inner, ast.Name):
            (writes if isinstance(inner.ctx, ast.Store) else reads).add(inner.id)
    return reads, writes


def reordered(case: Case, chance: random.Random) -> ast.stmt | None:
    """Up to two pairs of neighbours swapped that do not depend on one another."""
    node = renamed(case, chance)
    if not isinstance(node, Function):
        return None
    swapped = 0
    for block in blocks(node):
        place = 0
        while place + 1 < len(block) and swapped < 2:
            one, two = block[place], block[place + 1]
            simple = (ast.Assign, ast.AugAssign, ast.AnnAssign)
            (reads, writes), (reads2, writes2) = _touched(one), _touched(two)
            if (
                isinstance(one, simple)
                and isinstance(two, simple)
                and not (writes & (reads2 | writes2) or writes2 & reads)
                and ast.dump(one) != ast.dump(two)
            ):
                block[place], block[place + 1] = two, one
                swapped += 1
                place += 1
            place += 1
    return node if swapped else None


class _ToSelf(ast.NodeTransformer):
    def __init__(self, name: str) -> None:
        self.name = name

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id == self.name:
            return ast.Attribute(ast.Name("self", ast.Load()), self.name, node.ctx)
        return node


def to_method(case: Case, chance: random.Random) -> ast.stmt | None:
    """The function becomes a method; half of the time one parameter becomes an attribute."""
    if case.owner:
        return None
    node = renamed(case, chance)
    if not isinstance(node, Function):
        return None
    if node.args.args and chance.random() < 0.5:
        lost = node.args.args[0].arg
        bound = {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name) and inner.id == lost}
        if bound:
            node.args.args = node.args.args[1:]
            node.args.defaults = node.args.defaults[-len(node.args.args) :] if node.args.args else []
            node.body = [_ToSelf(lost).visit(statement) for statement in body_of(node)]
    node.args.args = [ast.arg("self"), *node.args.args]
    node.decorator_list = []
    return ast.ClassDef("Worker", [], [], [node], [])


class _FromSelf(ast.NodeTransformer):
    def __init__(self) -> None:
        self.names: dict[str, None] = {}

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if isinstance(node.value, ast.Name) and node.value.id == "self":
            self.names[node.attr] = None
            return ast.Name(node.attr, node.ctx)
        self.generic_visit(node)
        return node


def to_function(case: Case, chance: random.Random) -> ast.stmt | None:
    """The method becomes a function that is passed what it took from `self`."""
    node = case.node
    if not case.owner or node.decorator_list or not node.args.args or node.args.args[0].arg != "self":
        return None
    change = _FromSelf()
    node.body = [change.visit(statement) for statement in body_of(node)]
    if any(isinstance(inner, ast.Name) and inner.id == "self" for inner in ast.walk(node)):
        return None  # it hands itself to others, or asks its base class
    known = {arg.arg for arg in [*node.args.args, *node.args.kwonlyargs]}
    given = [ast.arg(name) for name in change.names if name not in known]
    node.args.args = [*given, *node.args.args[1:]]
    node.args.defaults = []
    return node


class _Tests(ast.NodeTransformer):
    """`if not x` → `if len(x) == 0`, and `"{}".format(x)` → an f-string: the other direction of `_Idioms`."""

    changed = 0

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, ast.Not) and isinstance(node.operand, ast.Name):
            self.changed += 1
            length = ast.Call(ast.Name("len", ast.Load()), [node.operand], [])
            return ast.Compare(length, [ast.Eq()], [ast.Constant(0)])
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        text = node.func.value if isinstance(node.func, ast.Attribute) else None
        if (
            not isinstance(text, ast.Constant)
            or not isinstance(text.value, str)
            or node.func.attr != "format"  # type: ignore[attr-defined]
            or node.keywords
            or text.value.count("{}") != len(node.args)
            or text.value.replace("{}", "").count("{")
        ):
            return node
        self.changed += 1
        values: list[ast.expr] = []
        for place, part in enumerate(text.value.split("{}")):
            values += [ast.Constant(part)] if part else []
            if place < len(node.args):
                values.append(ast.FormattedValue(node.args[place], -1, None))
        return ast.JoinedStr(values)


def other_tests(case: Case, chance: random.Random) -> ast.stmt | None:
    """`not x` → `len(x) == 0`, `.format` → f-string."""
    node = renamed(case, chance)
    if not isinstance(node, Function):
        return None
    change = _Tests()
    made = change.visit(node)
    return made if change.changed else None


class _Idioms(ast.NodeTransformer):
    changed = 0

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        parts, values = [], []
        for value in node.values:
            if isinstance(value, ast.Constant):
                parts.append(value.value.replace("{", "{{").replace("}", "}}"))
            elif isinstance(value, ast.FormattedValue) and value.format_spec is None:
                parts.append("{}" if value.conversion < 0 else f"{{!{chr(value.conversion)}}}")
                values.append(value.value)
            else:
                return node
        self.changed += 1
        return ast.Call(ast.Attribute(ast.Constant("".join(parts)), "format", ast.Load()), values, [])

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        if not isinstance(node.target, ast.Name):
            return node
        self.changed += 1
        left = ast.Name(node.target.id, ast.Load())
        return ast.Assign([node.target], ast.BinOp(left, node.op, node.value))

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        """`len(x) == 0` → `not x`, `len(x) > 0` → `x`."""
        self.generic_visit(node)
        left, right = node.left, node.comparators[0]
        if (
            len(node.ops) == 1
            and isinstance(left, ast.Call)
            and isinstance(left.func, ast.Name)
            and left.func.id == "len"
            and isinstance(right, ast.Constant)
            and right.value == 0
        ):
            if isinstance(node.ops[0], ast.Eq):
                self.changed += 1
                return ast.UnaryOp(ast.Not(), left.args[0])
            if isinstance(node.ops[0], ast.Gt):
                self.changed += 1
                return left.args[0]
        return node

    def visit_Return(self, node: ast.Return) -> ast.AST | list[ast.stmt]:
        """`return a if c else b` → `if c: return a` / `return b`."""
        self.generic_visit(node)
        if isinstance(node.value, ast.IfExp):
            self.changed += 1
            test, one, two = node.value.test, node.value.body, node.value.orelse
            return [ast.If(test, [ast.Return(one)], []), ast.Return(two)]
        return node

    def visit_If(self, node: ast.If) -> ast.AST | list[ast.stmt]:
        """`if c: return a` / `else: b` → the `else` dropped."""
        self.generic_visit(node)
        leaves = isinstance(node.body[-1], (ast.Return, ast.Raise, ast.Continue))
        if leaves and node.orelse and not isinstance(node.orelse[0], ast.If):
            self.changed += 1
            rest, node.orelse = node.orelse, []
            return [node, *rest]
        return node


def other_idioms(case: Case, chance: random.Random) -> ast.stmt | None:
    """f-string → `.format`, `x += y` → `x = x + y`, `len(x) == 0` → `not x`, conditional returns split."""
    node = renamed(case, chance)
    if not isinstance(node, Function):
        return None
    change = _Idioms()
    made = change.visit(node)
    return made if change.changed else None


CHANGES: dict[str, Change] = {
    change.__name__: change
    for change in (
        exact,
        renamed,
        other_literals,
        type_hints,
        padded,
        logged,
        removed,
        reordered,
        to_method,
        to_function,
        other_idioms,
        other_tests,
    )
}


# --------------------------------------------------------------------------------------------- the bench


def facts_of(path: str, data: bytes, to: Handlers) -> Facts:
    return analyse_file(File(path, "python", data), to)[1]


def main() -> None:
    tree = Path(sys.argv[1]).resolve()
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 20261120
    rules = catalogue.load()
    to = handlers(catalogue.Catalogue(()))
    asked = [rule for rule in rules.repository_rules if rule.id in {"copied-helper", "slight-copy"}]
    base = {}
    for path in sorted(tree.rglob("*.py")):
        relative = path.relative_to(tree).as_posix()
        base[relative] = facts_of(relative, path.read_bytes(), to)
    found = cases(tree)
    figures = {}
    for name, change in CHANGES.items():
        chance = random.Random(seed)
        drawn = list(found)
        chance.shuffle(drawn)
        made: dict[str, tuple[Case, str]] = {}
        for case in drawn:
            if len(made) == count:
                break
            node = change(copy.deepcopy(case), chance)
            if node is None or not lasts(node):
                continue
            try:
                text = ast.unparse(ast.fix_missing_locations(ast.Module([node], [])))
            except ValueError:  # before 3.12 there are strings that no f-string can hold
                continue
            made[f"{top(case.path)}zz_copies/copy_{len(made):03}.py"] = (case, case.imports + text)
        files = dict(
            sorted({**base, **{p: facts_of(p, t.encode(), to) for p, (_, t) in made.items()}}.items())
        )
        repository = Repository(files)
        tied = {rule.id: named(rule, repository) & made.keys() for rule in asked}
        found_by_any = set().union(*tied.values())
        missed = [
            f"{case.path}:{case.node.lineno} {case.node.name}"
            for path, (case, _) in made.items()
            if path not in found_by_any
        ]
        figures[name] = {
            "made": len(made),
            "found": len(found_by_any),
            **{rule: len(paths) for rule, paths in tied.items()},
            "missed": missed[:5],
        }
        worth = len(tied["copied-helper"]) / max(1, len(made))
        share = len(found_by_any) / max(1, len(made))
        print(f"{name:16} {len(made):4} made {share:7.1%} found {worth:7.1%} worth a move", file=sys.stderr)
    print(json.dumps(figures, indent=1))


def named(rule: RepositoryRule, repository: Repository) -> set[str]:
    """The files that the findings of a rule speak of."""
    return {
        place.path
        for finding in rule.check(repository)
        for place in (finding.location, *(other.location for other in finding.related))
    }


def lasts(node: ast.stmt) -> bool:
    """Still as long as a copy has to be, after the change."""
    inner = node.body[0] if isinstance(node, ast.ClassDef) else node
    return isinstance(inner, Function) and eligible(inner)


def top(path: str) -> str:
    """The outermost folder of a path, so that a copy stands in the same project."""
    head, slash, _ = path.partition("/")
    return head + slash if slash else ""


if __name__ == "__main__":
    main()
