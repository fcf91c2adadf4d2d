"""A temporary file whose name somebody else can know beforehand.

Another user of the machine puts a file, or a link, in its place first, and reads or steers what is written.
"""

import ast
from collections.abc import Iterator

from scanner import shapes
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call

FOLDERS = ("/tmp/", "/var/tmp/", "/dev/shm/")
# The name is only handed to what refuses to use an existing one.
EXCLUSIVE = frozenset(["mkfifo", "bind", "mkdir", "copytree", "create_unix_server", "start_unix_server"])
AGREED = (".lock", ".pid", ".sock", ".socket", ".fifo")  # whose point it is to be found by another process
ALONE = (
    "lambda_handler",
    "AWS_LAMBDA",
    "def handler(event",
    "modal.",
    "@app.function",
)  # nobody else is there


class PredictableTemporaryFile(FileRule):
    message = "{what} can be known before the file is there"
    why = "A fixed path below `/tmp` is easy to find again while one tries things out."
    instead = "Use `tempfile.NamedTemporaryFile()`, `mkstemp()` or `TemporaryDirectory()`."
    severity, confidence, family = Severity.LOW, Confidence.HIGH, "security"
    cwe = (377, 379)
    evidence = ("P",)
    security_severity = "3.6"
    roles = ("live",)
    preview = True

    @on_call("tempfile.mktemp")
    def name_without_file(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        around = next(iter(source.ancestors(call)), None)
        if isinstance(around, ast.Call) and shapes.last_name(around) in EXCLUSIVE:
            return
        yield self.at(source, call, symbol=source.scope.name, what="the name that `mktemp` gives")

    @on_call("builtins.open", "io.open")
    def fixed_name(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        given = next((one.value for one in call.keywords if one.arg == "mode"), None)
        mode = source.constant(given or (call.args[1] if len(call.args) > 1 else None))
        path = source.constant(call.args[0]) if call.args else None
        if not isinstance(mode, str) or not isinstance(path, str) or not set(mode) & set("wa"):
            return
        if (
            path.startswith(FOLDERS)
            and not path.endswith(AGREED)
            and not any(word in source.text for word in ALONE)
        ):
            yield self.at(source, call, symbol=source.scope.name, what=f"`{path}`")
