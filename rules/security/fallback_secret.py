"""A secret that falls back to a value written in the code.

Wherever the variable is not set, everybody who has read the source knows the key.
"""

import ast
import re
from collections.abc import Iterator

from scanner import shapes
from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on, on_call

SECRET = regex(
    r"(^|_)(secret|secret_key|jwt_key|signing_key|private_key|encryption_key|session_key|auth_secret|"
    r"password|passwd)(_|$)",
    re.I,
)
# Names that speak of a secret, and hold none: `SECRET_NAME`, `PASSWORD_FIELD`, `SECRET_KEY_FILE`.
ABOUT = regex(
    r"(name|field|file|path|dir|url|header|hash|hasher|length|policy|algorithm|prefix|arn|id|enabled|disabled|required|"
    r"allowed|minutes|seconds|days|rounds)$",
    re.I,
)
SWITCHES = frozenset(["true", "false", "yes", "no", "on", "off", "none", "error", "missing", "unset"])
# What the compose file of every project gives a database that only its own network reaches
DATABASE = regex(
    r"postgres|pg_?pass|(^|_)(db|database|mysql|mariadb|redis|rabbitmq|surreal)_|^pass(word|wd)?$", re.I
)
DEVELOPERS = regex(
    r"(?:postgres|password|passwd|secret|root|admin|guest|dev|mysql|redis|changeme|[a-z]{3,12})$"
)
REFUSES = regex(r"\b(?:raise|exit|abort|errors?\.append|fail)\b")
READS = ("os.getenv", "os.environ.get")
# Where a value may be read from
SOURCES = ("getenv", "environ", "config", "BaseSettings")
SETTINGS = frozenset(["pydantic_settings.BaseSettings", "pydantic.BaseSettings"])


class FallbackSecret(FileRule):
    message = "`{variable}` falls back to a secret that is written in the code"
    why = "The example in every tutorial has a default, so that the first run works without any set-up."
    instead = (
        "Read it without a default (`os.environ['{variable}']`), and refuse to start where it is missing."
    )
    severity, confidence, family = Severity.HIGH, Confidence.HIGH, "security"
    cwe = (798, 1188)
    evidence = ("E07",)
    security_severity = "7.5"
    roles = ("live",)

    def concerns(self, source: Source) -> bool:
        return super().concerns(source) and any(map(source.names, SOURCES))

    @on_call(*READS)
    def default_of_a_read(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        if (
            len(call.args) == 2
            and _is_secret(source.constant(call.args[0]), source.constant(call.args[1]))
            and not _is_refused(source, call.args[1])
        ):
            yield self.at(
                source,
                call,
                symbol=source.scope.name,
                secret=source.literal(call.args[1]),
                variable=source.constant(call.args[0]),
            )

    @on_call("decouple.config", "environ.Env()", "environ.Env().str", "environs.Env()", "environs.Env().str")
    def default_of_a_library(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        default = next((one.value for one in call.keywords if one.arg == "default"), None)
        variable = source.constant(call.args[0]) if call.args else None
        default = default or (call.args[1] if len(call.args) == 2 else None)
        if default is None or not _is_secret(variable, source.constant(default)):
            return
        if not _is_refused(source, default):
            secret = source.literal(default)
            yield self.at(source, call, symbol=source.scope.name, secret=secret, variable=variable)

    @on(ast.BoolOp)
    def alternative_of_a_read(self, source: Source, node: ast.BoolOp) -> Iterator[Finding]:
        if not isinstance(node.op, ast.Or) or not isinstance(node.values[-1], (ast.Constant, ast.Name)):
            return
        fallback = node.values[-1]
        for read in node.values[:-1]:
            if not isinstance(read, ast.Call) or not read.args:
                continue
            variable = source.constant(read.args[0])
            if not _is_secret(variable, source.constant(fallback)) or _is_refused(source, fallback):
                continue
            if _is_read(source, read):
                secret = source.literal(fallback)
                yield self.at(source, node, symbol=source.scope.name, secret=secret, variable=variable)
                return

    @on(ast.ClassDef)
    def default_of_a_setting(self, source: Source, node: ast.ClassDef) -> Iterator[Finding]:
        if not any(source.resolve(base) in SETTINGS for base in node.bases):
            return
        for field in node.body:
            if not isinstance(field, ast.AnnAssign) or not isinstance(field.target, ast.Name):
                continue
            value = field.value
            if isinstance(value, ast.Call):
                if shapes.last_name(value) != "Field":
                    continue  # a read with a default is another handler's
                default = [one.value for one in value.keywords if one.arg == "default"]
                value = default[0] if default else (value.args[0] if value.args else None)
            if value is None or not _is_secret(field.target.id, source.constant(value)):
                continue
            if not _is_refused(source, value):
                yield self.at(source, field, secret=source.literal(value), variable=field.target.id)


def _is_refused(source: Source, default: ast.expr) -> bool:
    """Is the default looked for, and not put up with: `if SECRET_KEY == PLACEHOLDER: raise …`?"""
    said = source.segment(default)
    return any(
        said in line and any(map(REFUSES.search, source.lines[number - 1 : number + 3]))
        for number, line in source.comparing
    )


def _is_read(source: Source, call: ast.Call) -> bool:
    """Of the environment, or of a configuration: `app.config.get(…)`."""
    return source.resolve(call.func) in READS or source.segment(call.func).endswith("config.get")


def _is_secret(variable: object, default: object) -> bool:
    return (
        isinstance(variable, str)
        and isinstance(default, str)
        and bool(SECRET.search(variable))
        and not ABOUT.search(variable)
        and bool(default.strip())
        and default.lower() not in SWITCHES
        and not (DATABASE.search(variable) and DEVELOPERS.match(default))
    )
