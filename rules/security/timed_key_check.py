"""A key that was sent is compared letter by letter with the right one.

`==` stops at the first difference, so the time of the answer tells how much of the key is right.
"""

import ast
import re
from collections.abc import Iterator

from scanner import shapes
from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_file

# What opens the door by itself. A password belongs into a slow hash, which is another matter.
KEY = regex(
    r"(?:^|_)(?:api_?key|secret|secret_key|auth_token|api_token|access_token|admin_token|bearer_token|"
    r"webhook_secret|shared_secret|token|admin_key|master_key)$",
    re.I,
)
# A cheap look at the text: a key beside `==`, and something that a key is read from.
READ_FROM = ("settings", "config", "environ", "getenv", "cfg", "conf.")
NAMED = ("_KEY", "TOKEN", "SECRET", "_key", "token", "secret")
COMPARED = (
    re.compile(r"[!=]= [\w.\[(\"']{0,60}(?:KEY|TOKEN|SECRET|key|token|secret)\b"),
    re.compile(r"(?:KEY|TOKEN|SECRET|key|token|secret)[\"')\]]{0,3} [!=]="),
)
READS = frozenset(["os.getenv()", "os.environ.get()", "os.environ[]"])
WEB = frozenset(
    [
        "fastapi",
        "flask",
        "django",
        "starlette",
        "aiohttp",
        "rest_framework",
        "sanic",
        "tornado",
        "BaseHTTPRequestHandler",
        "litestar",
    ]
)
SETTINGS = regex(r"^(?:settings|config|cfg|conf|app_settings|app_config)$|settings\(\)$|config$", re.I)


class TimedKeyCheck(FileRule):
    message = "the time that this comparison takes tells how much of `{key}` is right"
    why = "`==` gives the right answer in every test."
    instead = "Compare with `secrets.compare_digest(given, expected)`."
    severity, confidence, family = Severity.LOW, Confidence.HIGH, "security"
    cwe = (208,)
    evidence = ("E12",)
    security_severity = "3.7"
    roles = ("live",)

    def concerns(self, source: Source) -> bool:
        return (
            super().concerns(source)
            and not WEB.isdisjoint(source.identifiers)
            and any(map(source.mentions, NAMED))
            and any(map(source.mentions, READ_FROM))
        )

    @on_file
    def check(self, source: Source) -> Iterator[Finding]:
        for node in shapes.comparisons(source, *COMPARED):
            sides = (node.left, node.comparators[0])
            key = next((name for side in sides if (name := _key(source, side, node))), "")
            if key and not any(isinstance(side, ast.Constant) for side in sides) and _is_given(sides):
                yield self.at(source, node, key=key)


def _key(source: Source, node: ast.expr, within: ast.AST) -> str:
    """The name of a secret that the application was configured with."""
    if isinstance(node, ast.Attribute):
        held = node.value
        name = held.attr if isinstance(held, ast.Attribute) else getattr(held, "id", "")
        if isinstance(held, ast.Call):
            name = source.segment(held)
        return node.attr if KEY.search(node.attr) and SETTINGS.search(name) else ""
    if isinstance(node, ast.Subscript):
        name = source.constant(node.slice)
        known = (
            SETTINGS.search(source.segment(node.value).rpartition(".")[2]) or source.resolve(node) in READS
        )
        return name if isinstance(name, str) and KEY.search(name) and known else ""
    if isinstance(node, ast.Call) and node.args:
        name = source.constant(node.args[0])
        known = isinstance(name, str) and KEY.search(name) and _is_read(source, node, within)
        return str(name) if known else ""
    if isinstance(node, ast.Name) and KEY.search(node.id) and not _is_literal(source, node):
        return node.id if node.id.isupper() or _is_read(source, node, within) else ""
    return ""


def _is_read(source: Source, node: ast.expr, within: ast.AST) -> bool:
    """Does it come from the environment?"""
    return "os." in source.text and source.resolve(node, source.scope_of(within)) in READS


def _is_literal(source: Source, node: ast.Name) -> bool:
    """A name of the module for a fixed text: a kind of token, not a token."""
    return source.module_scope.assigned.get(node.id).__class__ is ast.Constant


def _is_given(sides: tuple[ast.expr, ast.expr]) -> bool:
    """The other side is what came in: not a constant of the module, nor an item of the same settings."""
    names = [side.id if isinstance(side, ast.Name) else getattr(side, "attr", "x") for side in sides]
    return not all(name.isupper() for name in names)
