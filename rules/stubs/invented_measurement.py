"""A random number is given out as a measurement.

`confidence = random.uniform(0.8, 0.95)` looks plausible in every demonstration, and is believed.
"""

import ast
from collections.abc import Iterator

from scanner import shapes
from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call

METRIC = regex(
    r"(?:^|_)(?:confidence|score|accuracy|latency|similarity|precision|recall|probability|rating|"
    r"cpu|memory|throughput|sentiment|uptime|health|quality|relevance|progress|f1|loss|usage|"
    r"response_time|error_rate|success_rate|heart_rate|breathing_rate|temperature_c|utilization)"
    r"(?:_score|_level|_percent|_usage|_ms|_rate|_value|_pct|_count)?$"
)
ON_PURPOSE = frozenset(
    "simulate simulated simulation simulator simulations mock mocks fake demo example test benchmark "
    "dummy sample "
    "samples random randomize game synthetic generate generator seed seeds seeding augment monte carlo noise "
    "jitter shuffle bootstrap perturb mutate explore exploration fuzz tests fixtures factory".split()
)
DRAWS = ("random.uniform", "random.random", "random.randint", "random.gauss", "random.triangular")
DRAWS += ("random.normalvariate", "random.betavariate", "random.choice", "random.randrange")
DRAWS += ("numpy.random.uniform", "numpy.random.rand", "numpy.random.randint", "numpy.random.normal")
DRAWS += ("numpy.random.random", "numpy.random.beta")


class InventedMeasurement(FileRule):
    message = "`{metric}` is a random number, not a measurement"
    why = "Where a model cannot measure, it makes the figure up in code, in a range that looks right."
    instead = "Measure it, or leave it out: a missing figure does less harm than one that is believed."
    severity, confidence, family = Severity.HIGH, Confidence.HIGH, "stubs"
    cwe = (1164,)
    evidence = ("P",)
    roles = ("live",)

    @on_call(*DRAWS)
    def check(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        metric = _metric_of(source, call)
        if not metric or not METRIC.search(metric.lower()) or shapes.is_left_behind(source.path):
            return
        names = shapes.words(source.symbol(call)) | shapes.words(source.path)
        if not names & ON_PURPOSE and _is_first(source, call):
            yield self.at(source, call, symbol=source.scope.name, metric=metric)


def _is_first(source: Source, call: ast.Call) -> bool:
    """Where a function makes up a dozen figures, the first one stands for all."""
    body = getattr(source.scope.node, "body", [])
    for node in shapes.own_nodes(body):
        if isinstance(node, ast.Call) and (node.lineno, node.col_offset) < (call.lineno, call.col_offset):
            metric = _metric_of(source, node) if source.resolve(node.func) in DRAWS else ""
            if metric and METRIC.search(metric.lower()):
                return False
    return True


def _metric_of(source: Source, call: ast.Call) -> str:
    """The name that the number is given: of a variable, a keyword or a key; arithmetic is looked through."""
    inner: ast.AST = call
    for around in source.ancestors(call):
        if isinstance(around, ast.keyword):
            return around.arg or ""
        if isinstance(around, ast.Dict):
            keys = [key for key, value in zip(around.keys, around.values, strict=True) if value is inner]
            key = keys[0] if keys else None
            return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""
        if isinstance(around, ast.Assign):
            return _name(around.targets[0])
        if isinstance(around, ast.AnnAssign):
            return _name(around.target)
        looked_through = isinstance(around, ast.Call) and shapes.last_name(around) in {
            "round",
            "int",
            "float",
        }
        if not looked_through and not isinstance(around, (ast.UnaryOp,)) and not _scales(around):
            return ""
        inner = around
    return ""


def _scales(node: ast.AST) -> bool:
    """Arithmetic with constants only; `score + jitter()` has a measurement in it."""
    return isinstance(node, ast.BinOp) and (
        isinstance(node.left, ast.Constant) or isinstance(node.right, ast.Constant)
    )


def _name(target: ast.expr) -> str:
    if isinstance(target, ast.Subscript):
        key = target.slice
        return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""
    return target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")
