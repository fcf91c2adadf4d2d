"""YAML that is loaded in a way that builds any object, and calls any function.

Whoever can write the file, or the body of the request, runs code here.
"""

import ast
from collections.abc import Iterator

from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call

UNSAFE = frozenset(
    [
        "yaml.Loader",
        "yaml.UnsafeLoader",
        "yaml.CLoader",
        "yaml.CUnsafeLoader",
        "yaml.loader.Loader",
        "yaml.loader.UnsafeLoader",
        "yaml.cyaml.CLoader",
    ]
)


class UnsafeYamlLoad(FileRule):
    message = "`{call}` builds whatever object the YAML asks for"
    why = "`yaml.load` is the first function of the library that one finds."
    instead = "Use `yaml.safe_load`."
    severity, confidence, family = Severity.HIGH, Confidence.HIGH, "security"
    cwe = (502,)
    evidence = ("E17",)
    security_severity = "8.1"
    roles = ("live", "example")
    preview = True

    @on_call("yaml.load", "yaml.load_all")
    def by_its_loader(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        given = next((one.value for one in call.keywords if one.arg == "Loader"), None)
        loader = given or (call.args[1] if len(call.args) > 1 else None)
        if any(isinstance(one, ast.Starred) for one in call.args) or any(
            one.arg is None for one in call.keywords
        ):
            return
        if loader is None or source.resolve(loader) in UNSAFE:
            yield self._found(source, call)

    @on_call("yaml.unsafe_load", "yaml.unsafe_load_all")
    def by_its_name(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        yield self._found(source, call)

    @on_call("ruamel.yaml.YAML")
    def of_ruamel(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        given = next((one.value for one in call.keywords if one.arg == "typ"), None)
        if source.constant(given or (call.args[0] if call.args else None)) == "unsafe":
            yield self._found(source, call)

    def _found(self, source: Source, call: ast.Call) -> Finding:
        return self.at(source, call, symbol=source.scope.name, call=source.segment(call.func))
