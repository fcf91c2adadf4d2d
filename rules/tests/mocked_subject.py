"""A test that replaces what it then calls tests its own mock.

It patches a function, calls that function, and asserts on what the patch was told to give:
`with patch.object(client, "generate", return_value=answer): assert client.generate("hi") == answer`. The code
of that name never runs.
"""

import ast
from collections.abc import Iterator

from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_file
from scanner.shapes import own_nodes
from scanner.source import BUILTINS, FunctionNode, Scope
from scanner.taint.bindings import spelled

PATCHES = frozenset({"unittest.mock.patch", "mock.patch"})
OBJECTS = frozenset({"unittest.mock.patch.object", "mock.patch.object"})
# Names whose calls belong to the test's own machinery
MACHINERY = regex(
    r"(?:unittest\.mock|mock|pytest|json|datetime|asyncio|builtins|pathlib|os|uuid|time|typing|collections|decimal)\b"
)


class MockedSubject(FileRule):
    message = "`{test}` replaces `{subject}` with a mock, and then calls nothing but that"
    why = "With the subject mocked, the test is green whatever the code does."
    instead = "Patch what `{subject}` depends on, and let `{subject}` itself run."
    severity, confidence, family = Severity.HIGH, Confidence.HIGH, "tests"
    preview = True  # right wherever it was judged, and seen too seldom yet
    evidence = ("E33",)
    roles = ("test",)

    @on_file
    def check(self, source: Source) -> Iterator[Finding]:
        if "patch" not in source.text or "mock" not in source.text:
            return
        for scope in list(source.scopes.values()):
            node = scope.node
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("test"):
                text = source.text_of(node)
                if "patch" not in text or "assert " not in text:
                    continue
                hit = _called_mock(source, scope, node)
                if hit is not None:
                    yield self.at(source, hit, symbol=scope.name, test=scope.name, subject=spelled(hit.func))


def _called_mock(source: Source, scope: Scope, function: FunctionNode) -> ast.Call | None:
    """The first call of a patched function, in a test that calls no other code; None where it does."""
    if not any(isinstance(node, ast.Assert) for node in ast.walk(function)):
        return None
    nodes = list(own_nodes(function.body))
    calls = sorted(
        (node for node in nodes if isinstance(node, ast.Call)), key=lambda c: (c.lineno, c.col_offset)
    )
    patches = [node for node in (*function.decorator_list, *calls) if isinstance(node, ast.Call)]
    targets = {target: node for node in patches for target in _targets(source, scope, node)}
    if not targets:
        return None
    hits = [call for call in calls if _is_replaced(source, scope, call, targets)]
    if not hits:
        return None
    own = _own_names(function, nodes)
    owners = {target.rpartition(".")[0] for target in targets}
    others = (call for call in calls if call not in hits)
    if any(_is_foreign(source, scope, call, own, owners) for call in others):
        return None
    return hits[0]


def _targets(source: Source, scope: Scope, call: ast.Call) -> Iterator[str]:
    """The dotted names, and the spelling, of what a patch replaces."""
    if any(keyword.arg == "wraps" for keyword in call.keywords) or not call.args:
        return
    name = source.resolve(call.func, scope) or spelled(call.func)
    first = call.args[0]
    if name in PATCHES or name.endswith("mocker.patch"):
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            yield first.value
    elif (name in OBJECTS or name.endswith("mocker.patch.object")) and len(call.args) > 1:
        attribute = call.args[1]
        if isinstance(attribute, ast.Constant):
            for owner in {spelled(first), (source.resolve(first, scope) or "").replace("()", "")} - {""}:
                yield f"{owner}.{attribute.value}"


def _is_replaced(source: Source, scope: Scope, call: ast.Call, targets: dict[str, ast.Call]) -> bool:
    """Does a call, where it stands, reach the replacement? A name imported before the patch does not."""
    written = spelled(call.func)
    if isinstance(call.func, ast.Name):
        late = call.func.id in scope.imports
        return late and scope.imports[call.func.id] in targets
    resolved = (source.resolve(call.func, scope) or "").replace("()", "")
    return written in targets or resolved in targets


def _own_names(function: FunctionNode, nodes: list[ast.AST]) -> frozenset[str]:
    """What the test binds by itself, mocks handed in by decorators included."""
    stored = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    given = {arg.arg for arg in function.args.args if "mock" in arg.arg.lower() or "patch" in arg.arg.lower()}
    return frozenset(stored | given)


def _is_foreign(source: Source, scope: Scope, call: ast.Call, own: frozenset[str], owners: set[str]) -> bool:
    """May a call run code that no mock replaces?"""
    root = call.func
    while isinstance(root, (ast.Attribute, ast.Call, ast.Subscript)):
        root = root.func if isinstance(root, ast.Call) else root.value
    if not isinstance(root, ast.Name):
        return not isinstance(root, ast.Constant)
    resolved = (source.resolve(call.func, scope) or "").replace("()", "")
    if resolved in owners or MACHINERY.match(resolved) or root.id in {"mocker", "monkeypatch"}:
        return False
    if root.id in owners and isinstance(call.func, ast.Attribute):
        return True  # a method of the patched object that the patch leaves alone
    if root.id in own:
        value = scope.assigned.get(root.id)
        made = (source.resolve(value, scope) or "").replace("()", "") if value is not None else ""
        return made in owners and isinstance(call.func, ast.Attribute)
    return root.id not in BUILTINS
