"""A test with unseeded random input fails on one run in many, and nobody can run that one again.

Random names and identifiers that only have to be unique are let be, and so is a file that seeds.
"""

import ast
import re
from collections.abc import Iterator

from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call

NUMBERS = (
    "random",
    "uniform",
    "randint",
    "randrange",
    "gauss",
    "normalvariate",
    "shuffle",
    "sample",
    "choice",
    "choices",
)
ARRAYS = ("rand", "randn", "randint", "random", "normal", "uniform", "choice", "shuffle", "permutation")
SEEDS = regex(r"seed\w{0,20}[(=]|Random\(|RandomState|default_rng\(\w|hypothesis")
FREE = regex(r"fuzz|stress|random|perf|bench|load|monte|stochastic|property", re.IGNORECASE)


class UnseededRandomness(FileRule):
    message = "`{test}` takes its input from `{call}` without a seed: a failure cannot be run again"
    why = "Made-up input is quickest drawn at random."
    instead = "Write the input down, seed the generator, or let hypothesis draw and shrink it."
    severity, confidence, family = Severity.INFO, Confidence.HIGH, "tests"
    evidence = ("E28",)
    roles = ("test",)
    preview = True

    @on_call(*(f"random.{name}" for name in NUMBERS), *(f"numpy.random.{name}" for name in ARRAYS))
    def check(self, source: Source, node: ast.Call) -> Iterator[Finding]:
        if SEEDS.search(source.text):
            return
        around = source.function_of(node)
        if (
            around is None
            or not around.name.startswith("test")
            or FREE.search(f"{source.path} {around.name}")
        ):
            return
        first = next((inner for inner in ast.walk(around) if _is_random(source, inner)), None)
        if first is node:
            call = source.segment(node.func)
            yield self.at(source, node, test=around.name, call=call)


def _is_random(source: Source, node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or not isinstance(node.func, (ast.Attribute, ast.Name)):
        return False
    name = source.resolve(node.func) or ""
    return name.startswith(("random.", "numpy.random."))
