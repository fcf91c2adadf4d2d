"""A secret value comes from a generator that can be predicted.

`random` is made for simulations: who has seen some of its output can compute the rest.
"""

import ast
import re
from collections.abc import Iterator

from scanner import shapes
from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call

DRAWS = tuple(
    f"random.{name}" for name in ("choice", "choices", "randint", "randrange", "getrandbits", "sample")
)
DRAWS += ("random.randbytes",)
# No salts: they must be new, not secret, and protocols send them in the clear.
SECRET = regex(
    r"(?:^|_)(?:otp|password|passwd|secret|secret_key|api_key|apikey|session_id|csrf_token|auth_token|"
    r"access_token|refresh_token|reset_token|verification_code|reset_code|access_code|auth_code|"
    r"verification_token|invite_code|session_token|api_token|pin_code|temp_password)$"
)
# These mean other things too; drawn from an alphabet, they are secrets.
LETTERS = regex(r"ascii_letters|ascii_lowercase|ascii_uppercase|hexdigits|[\"']0123456789|[\"']abcdef", re.I)
MAYBE = regex(r"(?:^|_)(?:token|passcode|license_key)$")
OPEN = regex(r"(?:^|_)(?:salt|nonce|cnonce|jitter|delay)$", re.I)  # new each time, and no secret
MAKES = regex(
    r"(?:generate|create|make|gen|new|random)_(?:\w{1,60}_)?(?:token|otp|password|secret|api_key|session_id)$"
)


class PredictableToken(FileRule):
    message = "`{name}` comes from `random`, which can be predicted"
    why = "`random` is the first module that comes to mind, and its output looks as it should."
    instead = "Use the `secrets` module: `secrets.token_urlsafe()`, `secrets.choice(…)`."
    severity, confidence, family = Severity.HIGH, Confidence.HIGH, "security"
    cwe = (330, 338)
    evidence = ("E12",)
    security_severity = "7.5"
    roles = ("live",)

    @on_call(*DRAWS)
    def check(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        name = _name_of(source, call)
        if name and not _is_told(source, call) and not shapes.is_python_2(source):
            yield self.at(source, call, symbol=source.scope.name, name=name)


def _is_told(source: Source, call: ast.Call) -> bool:
    """Does an earlier draw of the same function make the same secret? Then that one is named."""
    function = source.scope.node
    if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return False
    place = (call.lineno, call.col_offset)
    return any(
        isinstance(one, ast.Call)
        and (one.lineno, one.col_offset) < place
        and source.resolve(one.func) in DRAWS
        and _name_of(source, one)
        for one in shapes.own_nodes(function.body)
    )


def _name_of(source: Source, call: ast.Call) -> str:
    """The secret that the value becomes: a variable, a keyword, or the function that returns it."""
    for around in source.ancestors(call):
        if isinstance(around, ast.keyword) and around.arg:
            return around.arg if SECRET.search(around.arg) else ""
        if isinstance(around, ast.Assign):
            target = around.targets[0]
            name = target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")
            if OPEN.search(name):
                return ""
            drawn = MAYBE.search(name) and LETTERS.search(source.segment(around.value))
            return name if SECRET.search(name) or drawn else _maker(source)
        if isinstance(around, (ast.Return, ast.stmt)):
            return _maker(source) if isinstance(around, ast.Return) else ""
    return ""


def _maker(source: Source) -> str:
    name = source.scope.name.rpartition(".")[2]
    return name if MAKES.search(name) else ""
