"""The key that signs sessions and tokens is written in the code.

Whoever has read the source signs in as anybody.
"""

import ast
from collections.abc import Iterator

from scanner import shapes
from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call, on_file

KEY = regex(
    r"^(?:SECRET_KEY|JWT_SECRET|JWT_SECRET_KEY|JWT_KEY|SESSION_SECRET|SIGNING_KEY|SESSION_SECRET_KEY|"
    r"APP_SECRET|APP_SECRET_KEY|AUTH_SECRET|TOKEN_SECRET|JWT_SIGNING_KEY)$"
)
# A text that names the setting, or says that the real one comes from somewhere else.
NAMES = regex(
    r"^[A-Z][A-Z0-9_]*$|^[a-z]+_[a-z_]*key$|^\$\{|^\{\{|^%\(|^<.*>$|^secret[-_]?key$|^env:|^arn:|^projects/"
)
SETS = ("SECRET_KEY", "JWT_SECRET", "secret_key")


class HardCodedSigningKey(FileRule):
    message = "`{name}` is written in the code: whoever has read it can sign in as anybody"
    why = "The project's template, and every first example, has a key in the place of one."
    instead = (
        "Read it from the environment, and refuse to start without it; a key that was committed is spent."
    )
    severity, confidence, family = Severity.HIGH, Confidence.HIGH, "security"
    cwe = (321, 798)
    evidence = ("E07",)
    security_severity = "8.1"
    roles = ("live",)

    @on_file
    def of_a_module(self, source: Source) -> Iterator[Finding]:
        if not any(name in source.text for name in SETS) or shapes.is_for_another_stage(source.path):
            return
        for node in [*source.tree.body, *_in_functions(source)]:
            name, value = _assigned(source, node)
            if value is not None and _is_key(value.value) and not _is_replaced(source, name, node):
                yield self.at(source, node, secret=value, name=name)

    @on_call(
        "jwt.encode",
        "jwt.decode",
        "jose.jwt.encode",
        "jose.jwt.decode",
        "starlette.middleware.sessions.SessionMiddleware",
        ".add_middleware",
    )
    def handed_in(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        if shapes.is_for_another_stage(source.path):
            return
        name = shapes.last_name(call)
        given = next((one.value for one in call.keywords if one.arg in {"key", "secret_key"}), None)
        key = given or (call.args[1] if name in {"encode", "decode"} and len(call.args) > 1 else None)
        if isinstance(key, ast.Constant) and _is_key(key.value) and not _is_unverified(call):
            yield self.at(source, call, symbol=source.scope.name, secret=key, name=f"the key of {name}")


def _in_functions(source: Source) -> Iterator[ast.stmt]:
    """`app.config["SECRET_KEY"] = …` stands in a factory as well."""
    if "config[" not in source.text and ".secret_key" not in source.text:
        return
    top = {id(node) for node in source.tree.body}
    for node in source.nodes:
        if isinstance(node, ast.Assign) and id(node) not in top and not isinstance(node.targets[0], ast.Name):
            yield node


def _assigned(source: Source, node: ast.stmt) -> tuple[str, ast.Constant | None]:
    """A signing key, and the literal that it is given."""
    if isinstance(node, ast.AnnAssign):
        target: ast.expr = node.target
    elif isinstance(node, ast.Assign):
        target = node.targets[0]
    else:
        return "", None
    name = _key_name(source, target)
    return name, node.value if name and isinstance(node.value, ast.Constant) else None


def _key_name(source: Source, target: ast.expr) -> str:
    """`SECRET_KEY`, `app.secret_key`, `app.config["SECRET_KEY"]`."""
    if isinstance(target, ast.Name):
        return target.id if KEY.match(target.id) else ""
    if isinstance(target, ast.Attribute):
        app = getattr(target.value, "id", "") in {"app", "application", "server"}
        return "secret_key" if app and target.attr == "secret_key" else ""
    if not isinstance(target, ast.Subscript) or getattr(target.value, "attr", "") != "config":
        return ""
    key = source.constant(target.slice)
    return key if isinstance(key, str) and KEY.match(key) else ""


def _is_key(value: object) -> bool:
    return (
        isinstance(value, (str, bytes))
        and len(value) > 3
        and not NAMES.search(value if isinstance(value, str) else value.decode("latin-1"))
    )


def _is_replaced(source: Source, name: str, node: ast.stmt) -> bool:
    """Is it only what stands there until the real one is read, or what a condition chooses?"""
    if any(isinstance(around, (ast.If, ast.Try, ast.IfExp)) for around in source.ancestors(node)):
        return True
    bound = source.module_scope.bound.get(name, 0)
    return bound > 1 or f'"{name}" in ' in source.text or f'globals()["{name}"]' in source.text


def _is_unverified(call: ast.Call) -> bool:
    return any(one.arg == "options" for one in call.keywords)
