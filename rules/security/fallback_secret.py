"""A secret with a default in the code is a secret that everybody knows.

The environment variable that was meant to hold it is missing in one deployment, and the program starts
all the same, signing sessions and tokens with a key that is in the repository.
"""

import ast
import re
from collections.abc import Iterator

from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call

SECRET = re.compile(
    r"(^|_)(secret|secret_key|jwt_key|signing_key|private_key|encryption_key|password|passwd)(_|$)", re.I
)


class FallbackSecret(FileRule):
    message = "`{variable}` falls back to a secret that is written in the code"
    why = "The example in every tutorial has a default, so that the first run works without any set-up."
    instead = (
        "Read it without a default (`os.environ[{variable!r}]`), and refuse to start where it is missing."
    )
    severity, confidence, family = Severity.HIGH, Confidence.HIGH, "security"
    cwe = (798, 1188)
    evidence = ("E07",)
    security_severity = "7.5"
    roles = ("live",)

    @on_call("os.getenv", "os.environ.get")
    def check(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        if len(call.args) != 2:
            return
        variable, literal = source.constant(call.args[0]), source.literal(call.args[1])
        default = None if literal is None else literal.value
        if (
            isinstance(variable, str)
            and SECRET.search(variable)
            and isinstance(default, str)
            and default.strip()
        ):
            yield self.at(source, call, secret=literal, variable=variable)
