"""Text of a request becomes part of a response header.

A quote or a line end in a file name writes parameters, or further headers, of its own.
"""

import ast
from collections.abc import Iterator

from scanner.lazily import regex
from scanner.rule import Confidence, Finding, Severity, Source, on_file
from scanner.taint.origins import REMOTE
from scanner.taint.rule import FlowRule
from scanner.taint.trace import Limits


class HeaderFromUntrustedInput(FlowRule):
    message = "text from {origin} becomes part of the header `{header}`"
    why = "`Content-Disposition` is written by hand as an f-string in every download."
    instead = (
        "Let the framework write it (`send_file(download_name=…)`, `FileResponse(filename=…)`), "
        "or quote the value."
    )
    severity, confidence, family = Severity.MEDIUM, Confidence.MEDIUM, "security"
    cwe = (113,)
    security_severity = "5.3"
    preview = True
    kinds = REMOTE
    limits = Limits(
        stops=regex(
            r".*(?:quote|quote_plus|secure_filename|encode|replace|sub|slugify|content_disposition_header)$"
        )
    )

    @on_file
    def check(self, source: Source) -> Iterator[Finding]:
        if "headers" not in source.text and "Content-Disposition" not in source.text:
            return
        for node in source.nodes:
            for header, value in _set(node):
                source.scope = source.scope_of(node)
                flow = self.flow(source, value)
                if flow is not None:
                    yield self.found(source, value, flow, header=header)


def _set(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """`response.headers["X"] = value`, `response["Content-Disposition"] = value`, `Response(headers={…})`"""
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
        target = node.targets[0]
        holder = (
            target.value.attr if isinstance(target.value, ast.Attribute) else getattr(target.value, "id", "")
        )
        name = target.slice.value if isinstance(target.slice, ast.Constant) else None
        if isinstance(name, str) and "-" in name and holder in {"headers", "response", "resp", "res"}:
            yield name, node.value
    elif isinstance(node, ast.Call):
        last = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        for keyword in node.keywords:
            if keyword.arg == "headers" and last.endswith("Response") and isinstance(keyword.value, ast.Dict):
                for key, value in zip(keyword.value.keys, keyword.value.values, strict=True):
                    if isinstance(key, ast.Constant) and isinstance(key.value, str):
                        yield key.value, value
