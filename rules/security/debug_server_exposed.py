"""A debugging server that listens to the whole network.

The debugger of Flask and Werkzeug runs whatever code its visitor types.
"""

import ast
from collections.abc import Iterator

from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call

EVERYWHERE = {"0.0.0.0", "::", "[::]"}


class DebugServerExposed(FileRule):
    message = "the debugging server listens on every address"
    why = (
        "`debug=True` makes errors visible, `0.0.0.0` makes the container answer; together they open a shell."
    )
    instead = "Listen on 127.0.0.1 while debugging, or serve with a real server and without `debug`."
    severity, confidence, family = Severity.HIGH, Confidence.HIGH, "security"
    cwe = (489, 215)
    evidence = ("E28",)
    security_severity = "8.8"
    roles = ("live",)

    @on_call(".run", "werkzeug.serving.run_simple", ".run_server")
    def check(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        host = given.get("host") or (call.args[0] if call.args else None)
        debug = given.get("debug") or given.get("use_debugger")
        if isinstance(debug, ast.Constant) and debug.value is True and source.constant(host) in EVERYWHERE:
            yield self.at(source, call, symbol=source.scope.name)
