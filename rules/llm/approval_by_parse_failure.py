"""A model's verdict that cannot be read counts as a yes.

The model is asked whether something is safe, allowed or correct; its answer is not the JSON that was
expected, and the handler answers "approved". Whoever makes the model babble passes the gate.
"""

import ast
from collections.abc import Iterator

from scanner import shapes
from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on

VERDICT = regex(
    r"(?i)(?:^|_)(?:approved?|is_safe|safe|allowed|is_valid|passed|authori[sz]ed|accepted|is_correct|compliant|permitted|"
    r"is_relevant|verified|grounded|ok_to_proceed|should_proceed)$"
)
READS = frozenset(
    ["json.loads", "json.JSONDecoder().decode", "orjson.loads", "ast.literal_eval", "yaml.safe_load"]
)
ERRORS = regex(
    r"\b(?:JSONDecodeError|ValueError|KeyError|TypeError|Exception|ValidationError|OutputParserException|IndexError)\b"
)
MODEL = regex(
    r"(?i)\b(?:llm|openai|anthropic|claude|gpt|chat|completion|completions|model|ollama|gemini|prompt|response|answer|raw|output|verdict|reply|content)\w*"
)
MODEL_FILE = regex(r"(?i)\b(?:llm|openai|anthropic|claude|gpt-|completions|ollama|gemini|litellm|langchain)")


class ApprovalByParseFailure(FileRule):
    message = "a verdict that cannot be read counts as `{verdict}`"
    why = "The happy path needs a value, and with yes nothing stops in the demonstration."
    instead = "Answer no, ask again with the error, or let the error rise."
    severity, confidence, family = Severity.HIGH, Confidence.HIGH, "llm"
    cwe = (636, 754)
    evidence = ("E46",)
    security_severity = "7.0"
    preview = True
    roles = ("live",)

    @on(ast.Try)
    def check(self, source: Source, attempt: ast.Try) -> Iterator[Finding]:
        if not MODEL_FILE.search(source.text) or not _reads_answer(source, attempt):
            return
        for handler in attempt.handlers:
            if handler.type is not None and not ERRORS.search(source.segment(handler.type)):
                continue
            for node in shapes.own_nodes(handler.body):
                verdict = _verdict(node)
                if verdict:
                    marked = node.value if isinstance(node, ast.keyword) else node
                    yield self.at(source, marked, symbol=source.scope.name, verdict=verdict)
                    break


def _reads_answer(source: Source, attempt: ast.Try) -> bool:
    """Does the block parse a text that is named after a model or its answer?"""
    for node in shapes.own_nodes(attempt.body):
        if isinstance(node, ast.Call) and source.resolve(node.func) in READS and node.args:
            return MODEL.search(source.segment(node.args[0])) is not None
    return False


def _verdict(node: ast.AST) -> str:
    """`approved = True`, `{"is_safe": True}`, `Verdict(passed=True)`"""
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            name = key.value if isinstance(key, ast.Constant) else None
            if isinstance(name, str) and VERDICT.search(name) and _is_yes(value):
                return name
    if isinstance(node, ast.keyword) and node.arg and VERDICT.search(node.arg) and _is_yes(node.value):
        return node.arg
    if isinstance(node, ast.Assign) and _is_yes(node.value):
        target = node.targets[0]
        name = target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")
        return name if VERDICT.search(name) else ""
    return ""


def _is_yes(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is True
