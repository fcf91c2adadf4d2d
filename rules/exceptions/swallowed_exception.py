"""Something that matters may fail here, and nobody hears of it.

`except Exception: pass` round a write, a message or a payment: what was to be kept is lost, and all that
follows takes it for done. A look that fails (a probe, a display, an optional extra) is not meant.
"""

import ast
import re
from collections.abc import Iterator

from scanner import shapes
from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on

# Best effort by nature: what these do is over, or optional, when they fail.
CLEANUP = frozenset(
    "close aclose unlink remove rmtree rmdir shutdown stop terminate kill killpg cancel disconnect rollback "
    "join cleanup release flush quit dispose exit detach unregister unlock wait reset clear delete sleep "
    "unsubscribe callback listener hook fuser".split()
)
# What the world, or the data, is different for.
EFFECTS = frozenset(
    "write writes commit send save charge upsert publish upload store persist pay refund "
    "transfer submit dump enqueue executemany register migrate sync create post put patch "
    "deliver deploy book grant provision replicate".split()
)
# These are an effect where the receiver is one of the KEEPERS: not on a set or a list.
KEEPING = frozenset("add delete insert update push".split())
KEEPERS = frozenset(
    "store storage db database session repository repo collection index conn connection cursor table vault "
    "ledger account".split()
)
# "Make it if it is not there yet": that it is there already is the usual failure.
SCHEMA = regex(r"\b(?:CREATE\s+(?:UNIQUE\s+)?(?:INDEX|TABLE)|ALTER\s+TABLE|PRAGMA)\b", re.I)
# Such a word in a name that only looks, prepares or notes: `create_parser`, `update_layout`.
MERE_LOOKS = frozenset(
    "log logs logger metric metrics telemetry trace tracer span stat stats progress status display layout "
    "widget label text style title cache cached ui console view prompt parser parse context reader option "
    "temp tmp debug event events callback usage analytics heartbeat timestamp breadcrumb hint hints".split()
)
QUIET = frozenset(
    "__del__ __exit__ __aexit__ __repr__ __str__ close aclose cleanup shutdown teardown emit".split()
)
QUIET_WORDS = frozenset(
    "cleanup close shutdown teardown stop dispose disconnect notify telemetry safe safely try maybe kill "
    "typing probe detect display show render print format preview telemetry track trace metric metrics log "
    "logging status progress optional best effort hint guess warm prefetch cache reply".split()
)
# A class of which an instance may be lost.
LOSABLE = frozenset(["counter", "reminder", "hint", "telemetry", "metrics"])


IN_MEMORY = ("io.StringIO().", "io.BytesIO().")
# The other end may be gone, the stream may not know how: nothing follows from it.
COURTESY = frozenset(["send_json", "send_text", "reconfigure"])
EXPLAINED = regex(
    r"#.*\b(?:try|tries|best|optional|ignore|succeeds?|fails?|possible|if it|where|attempt)\b", re.I
)


class SwallowedException(FileRule):
    message = "when `{call}` fails here, nobody hears of it"
    why = "A handler that does nothing makes any code run through, so it is the cheapest way to a green run."
    instead = "Catch the error that you expect, by name, or log what happened with `logger.exception`."
    severity, confidence, family = Severity.MEDIUM, Confidence.HIGH, "exceptions"
    cwe = (390, 396)
    evidence = ("E02",)
    roles = ("live",)

    @on(ast.Try)
    def check(self, source: Source, node: ast.Try) -> Iterator[Finding]:
        for handler in node.handlers:
            if not all(
                isinstance(one, (ast.Pass, ast.Continue)) or _is_ellipsis(one) for one in handler.body
            ):
                continue
            if not shapes.is_broad(source, handler) or _is_best_effort(source, node, handler):
                continue
            effect = _effect_of(source, node)
            if effect:
                yield self.at(
                    source, shapes.header_of(source, handler), symbol=source.scope.name, call=effect
                )


def _effect_of(source: Source, node: ast.Try) -> str:
    """The first call in the body that is made for what it changes; "" where there is none."""
    if any(SCHEMA.search(source.segment(one)) for one in node.body):
        return ""
    hushed = _hushed_inside(source, node)
    for one in sorted(
        (one for one in shapes.own_nodes(node.body) if isinstance(one, ast.Expr) and one not in hushed),
        key=lambda one: one.lineno,
    ):
        call = one.value.value if isinstance(one.value, ast.Await) else one.value
        if not isinstance(call, ast.Call):
            continue
        if (source.resolve(call.func) or "").startswith(IN_MEMORY):
            continue
        written = source.segment(call.func)
        verb, told = shapes.words(shapes.last_name(call)), shapes.words(written)
        if (verb & EFFECTS or (verb & KEEPING and told & KEEPERS)) and not told & MERE_LOOKS:
            return shapes.last_name(call)
    return ""


def _hushed_inside(source: Source, node: ast.Try) -> set[ast.AST]:
    """What an inner `try` that catches all holds: its failure never comes out here."""
    return {
        inner
        for one in shapes.own_nodes(node.body)
        if isinstance(one, ast.Try) and any(shapes.is_broad(source, handler) for handler in one.handlers)
        for inner in shapes.own_nodes(one.body)
    }


def _is_ellipsis(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_best_effort(source: Source, node: ast.Try, handler: ast.ExceptHandler) -> bool:
    name = source.scope.name.rpartition(".")[2]
    if node.orelse or name in QUIET or shapes.words(name) & QUIET_WORDS:
        return True  # with an `else`, going on without is the other way through
    if shapes.words(source.scope.name.rpartition(".")[0]) & LOSABLE:
        return True
    if any(isinstance(one, (ast.Import, ast.ImportFrom)) for one in node.body):
        return True
    if any(isinstance(one, (ast.Return, ast.Break)) for one in shapes.own_nodes(node.body)):
        return True  # one way of several to the answer: the next one follows below
    if all(_cleans_up(one) for one in node.body):
        return True
    if EXPLAINED.match(source.lines[node.lineno - 2].lstrip() if node.lineno > 1 else ""):
        return True
    return shapes.has_remark(source, handler) or _is_aftermath(source, node)


def _is_aftermath(source: Source, node: ast.Try) -> bool:
    """In a handler or a `finally`: the first error is the one that counts."""
    inner: ast.AST = node
    for around in source.ancestors(node):
        if isinstance(around, ast.ExceptHandler) or (
            isinstance(around, ast.Try) and inner in around.finalbody
        ):
            return True
        if around is source.scope.node:
            return False
        inner = around
    return False


def _cleans_up(node: ast.stmt) -> bool:
    """A statement that ends something, tells somebody, or only waits."""
    calls = [one for one in ast.walk(node) if isinstance(one, ast.Call)]
    if not calls:
        return isinstance(node, ast.Expr) and isinstance(node.value, ast.Await)  # a task that was cancelled
    names = [shapes.last_name(call) for call in calls]
    return any(shapes.words(name) & CLEANUP or name in COURTESY for name in names) or all(
        shapes.is_talk(call) for call in calls
    )
