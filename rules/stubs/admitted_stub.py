"""A function says itself that it is not the real thing, and gives back something made up.

The comment is the author's own admission, so the finding needs no guess: live code calls this, and gets
an answer that nothing computed. An honest stub raises `NotImplementedError`.
"""

import ast
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from scanner import shapes
from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Location, Related, Severity, Source, on_file
from scanner.source import Comment, FunctionNode

# A cheap look at the lower-case text before the comments are read.
HINTS = (
    *("in a real ", "in an actual", "in production", "in reality", "in practice", "for now", "placeholder"),
    *("mock", "dummy", "stub", "fake", "simulated", "would ", "implemented", "with real", "with actual"),
)
ADMISSION = regex(
    r"\bin (?:a |an )?(?:real|actual|production|full)(?:[- ]world)?[ -]"
    r"(?:implementation|app|application|system|scenario|environment|project|deployment|code|setting)\b"
    r"|\bin (?:production|reality|practice),? (?:you|we|this|use|it|replace|implement|the|call|query|fetch)"
    r"\b.*"
    r"\b(?:would|should|could|use|call|be|replace|implement|query|fetch)\b"
    r"|\bfor now,? (?:we |we'll |just |simply |i'll )*"
    r"(?:return|use|simulat|mock|hard-?cod|fake|stub|generat|provide)"
    r"|\b(?:this|it|we|you) would (?:normally|typically|usually|actually|then|be replaced)\b"
    r"|\b(?:mock|dummy|fake|stub|placeholder|simulated) (?:implementation|response|result|data"
    r"|value|logic|return|score|metrics?|check|validation|verification|calculation)\b"
    r"|^placeholder\b|\bplaceholder(?: -|:| for| until|$)"
    r"|\b(?:not|isn't) (?:yet |fully |actually )*implemented\b"
    r"|\breplace (?:this )?with (?:real|actual|your)\b",
    re.IGNORECASE,
)
# `placeholder` is also what an input field or an SQL parameter has; these are no admission.
NO_ADMISSION = regex(
    r"placeholder (?:text|token|string|character|column|image|param|in |is |that|dict|name)"
    r"|\b(?:this|it|that) would (?:require|need|be (?:slow|expensive|better))|\bsimpl(?:e|er|ified)\b"
    r"|mock(?:ed)? (?:server|object|class|patch)|not implemented (?:by|in|on|for|here)\b"
    r"|\b(?:was|were|if|when|unless|where|because|raise)\b.{0,40}\bnot implemented",
    re.IGNORECASE,
)
# The lines around name who does the work instead.
ELSEWHERE = regex(
    r"\bintercept|\bmiddleware\b|\b(?:handled|done|performed|overridden|processed|happens) (?:by|in)\b"
    r"|\btak(?:es|en) care\b|\bthe actual (?:work|logic|handling) (?:is|lives|happens)",
    re.IGNORECASE,
)
# An answer that says itself that there is none deceives nobody.
SAYS_SO = regex(r"\bnot (?:yet )?(?:implemented|supported|available)\b|coming soon", re.IGNORECASE)
# Calls that compute no answer.
TRIVIAL = frozenset(
    "str int float bool len dict list tuple set round min max sum range enumerate format join isoformat "
    "strftime now utcnow today time uuid4 uniform randint random choice sleep hex lower upper strip "
    "get items keys values append timedelta datetime Decimal isinstance getattr".split()
)


class AdmittedStub(FileRule):
    message = "`{function}` {fails}, and its own comment says so"
    why = "Agents finish the interface first, and leave what it stands for to a comment that nobody reads."
    instead = (
        "Implement it, or let it raise `NotImplementedError`, so that its callers see that nothing is there."
    )
    severity, confidence, family = Severity.HIGH, Confidence.HIGH, "stubs"
    cwe = (1164,)
    evidence = ("P",)
    roles = ("live",)

    @on_file
    def check(self, source: Source) -> Iterator[Finding]:
        if shapes.is_left_behind(source.path):
            return
        # A comment costs a tokenizer run: first see whether it would matter.
        if any(self._found(source, shapes.remarks_like(source, HINTS, ADMISSION))):
            yield from self._found(source, shapes.comments_like(source, HINTS, ADMISSION))

    def _found(self, source: Source, comments: list[Comment]) -> Iterator[Finding]:
        admissions = {
            comment.line: comment for comment in comments if not NO_ADMISSION.search(comment.text[:300])
        }
        lines = sorted(admissions)
        for node in _functions(source) if lines else ():
            # A comment after the last statement still belongs to the block that it is indented for.
            end = (node.end_lineno or node.lineno) + 2
            here = [
                line
                for line in lines[bisect_left(lines, node.lineno) : bisect_right(lines, end)]
                if admissions[line].column > node.col_offset + 1
            ]
            if here and _is_made_up(source, node, here):
                said = admissions[min(here)]
                end = said.column + len(said.text)
                place = Location(source.path, said.line, said.column, said.line, end)
                yield self.at(
                    source,
                    node,
                    function=node.name,
                    fails="gives a made-up answer" if _answers(node) else "does not do what its name says",
                    details={"comment": said.text.lstrip("# ")[:200]},
                    related=(Related(place, "the comment that says so"),),
                )


def _functions(source: Source) -> list[FunctionNode]:
    nodes = (scope.node for scope in source.scopes.values())
    return [node for node in nodes if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]


def _answers(function: FunctionNode) -> bool:
    return any(value is not None for value in shapes.returned(function))


def _is_made_up(source: Source, function: FunctionNode, lines: list[int]) -> bool:
    nodes = list(shapes.own_nodes(function.body))
    if any(isinstance(node, (ast.Yield, ast.YieldFrom, ast.Raise)) for node in nodes):
        return False
    if any(_has_effect(node) for node in nodes) or _refers_elsewhere(source, lines):
        return False
    nested = [node for node in nodes if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    lines = [line for line in lines if not any(one.lineno <= line <= (one.end_lineno or 0) for one in nested)]
    if not lines:
        return False
    lines = [line for line in lines if not _in_a_branch(nodes, line)]
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    results = [value for value in shapes.returned(function) if value is not None]
    if not results:
        return bool(lines and calls) and all(map(shapes.is_talk, calls)) and _only_talks(function)
    if not lines or not all(_is_made_of_literals(function, value) for value in results):
        return False
    if any(SAYS_SO.search(text) for value in results for text in _texts(value)):
        return False
    if all(shapes.is_talk(call) or _is_trivial(call) for call in calls):
        return any(_says_something(value) for value in results)
    return any(_stands_above(node, lines) for node in nodes)


def _has_effect(node: ast.AST) -> bool:
    """Work that is really done: something of an object is changed, or a call is made for its effect."""
    if isinstance(node, ast.Delete):
        return True
    if isinstance(node, ast.Expr):
        call = node.value.value if isinstance(node.value, ast.Await) else node.value
        return isinstance(call, ast.Call) and not shapes.is_talk(call) and not _is_trivial(call)
    targets = node.targets if isinstance(node, ast.Assign) else ()
    return any(isinstance(target, (ast.Attribute, ast.Subscript)) for target in targets)


def _refers_elsewhere(source: Source, lines: list[int]) -> bool:
    """Does one of the comments, or the comment next to it, name who does the work?"""
    return any(
        ELSEWHERE.search(text)
        for line in lines
        for text in source.lines[max(line - 3, 0) : line + 2]
        if text.lstrip().startswith("#")
    )


def _in_a_branch(nodes: list[ast.AST], line: int) -> bool:
    """A comment inside an `if` or a loop speaks of one case, not of the function."""
    return any(
        isinstance(node, (ast.If, ast.For, ast.While)) and node.lineno <= line <= (node.end_lineno or 0)
        for node in nodes
    )


def _texts(value: ast.expr) -> Iterator[str]:
    for node in ast.walk(value):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _only_talks(function: FunctionNode) -> bool:
    return all(isinstance(node, (ast.Expr, ast.Pass, ast.Return)) for node in shapes.body_of(function))


def _is_trivial(call: ast.Call) -> bool:
    name = shapes.last_name(call)
    return name in TRIVIAL or name[:1].isupper()


def _is_made_of_literals(function: FunctionNode, value: ast.expr) -> bool:
    """No attribute of an object takes part: a getter or a formatter is no stub."""
    if isinstance(value, ast.Name):
        assigned = [
            node.value
            for node in shapes.own_nodes(function.body)
            if isinstance(node, ast.Assign)
            and any(isinstance(target, ast.Name) and target.id == value.id for target in node.targets)
        ]
        return bool(assigned) and all(
            not isinstance(one, ast.Name) and _is_made_of_literals(function, one) for one in assigned
        )
    if isinstance(value, ast.Constant):
        return True
    if isinstance(value, ast.UnaryOp):
        return isinstance(value.operand, ast.Constant)
    if isinstance(value, ast.Call):
        return shapes.last_name(value)[:1].isupper() and any(
            shapes.is_literal(one) for one in [*value.args, *(keyword.value for keyword in value.keywords)]
        )
    if isinstance(value, ast.Dict):
        written = sum(shapes.is_literal(item) for item in value.values)
        return written > 0 and (2 * written >= len(value.values) or len(value.values) <= 4)
    if isinstance(value, (ast.List, ast.Tuple)):
        return bool(value.elts) and all(_is_made_of_literals(function, item) for item in value.elts)
    return isinstance(value, ast.JoinedStr)


def _says_something(value: ast.expr) -> bool:
    """None, an empty list and False say "nothing", as they should."""
    if isinstance(value, ast.Constant):
        return bool(value.value)
    if isinstance(value, (ast.List, ast.Tuple)):
        return bool(value.elts)
    if isinstance(value, ast.Dict):
        return bool(value.keys)
    return True


def _stands_above(node: ast.AST, lines: list[int]) -> bool:
    """The admission on the line of a `return` of literals, or on the line above it."""
    if not isinstance(node, ast.Return) or node.value is None:
        return False
    value = node.value
    if isinstance(value, ast.Constant):
        telling = value.value is True or (
            isinstance(value.value, (int, float)) and value.value not in (0, 1, -1)
        )
    else:
        telling = shapes.is_literal(value) and _says_something(value)
    return telling and any(node.lineno - 1 <= line <= (node.end_lineno or node.lineno) for line in lines)
