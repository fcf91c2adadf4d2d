"""Text from outside is read as a template, and templates run code.

`{{ ''.__class__.__mro__ … }}` in a name that was pasted into the template text reaches the whole process.
"""

import ast
from collections.abc import Iterator

from scanner.rule import Confidence, Finding, Severity, Source, on_call
from scanner.taint.origins import MODEL, REMOTE
from scanner.taint.rule import FlowRule, argument, flowing


class TemplateFromUntrustedInput(FlowRule):
    message = "text from {origin} is read as a template"
    why = "A page as an f-string that then goes through `render_template_string` looks like a template."
    instead = (
        "Keep the template constant, and hand the value over by name: "
        "`render_template_string(PAGE, name=name)`."
    )
    severity, confidence, family = Severity.CRITICAL, Confidence.HIGH, "security"
    cwe = (1336, 94)
    security_severity = "9.0"
    preview = True
    kinds = REMOTE | MODEL

    @on_call(
        "flask.render_template_string",
        "quart.render_template_string",
        "flask.templating.render_template_string",
        "jinja2.Template",
        "jinja2.Environment().from_string",
        "jinja2.environment.Environment().from_string",
        "mako.template.Template",
        "tornado.template.Template",
    )
    def check(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        yield from flowing(self, source, call, argument(call, 0, "source", "text"))
