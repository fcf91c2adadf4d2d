"""Text of a request becomes part of the system prompt.

What stands there the model obeys before anything else: a sentence in a name or a setting replaces the
rules that the prompt was to set.
"""

import ast
import re
from collections.abc import Iterator

from scanner.rule import Confidence, Finding, Severity, Source, on_file
from scanner.taint.origins import REMOTE
from scanner.taint.rule import FlowRule


class UntrustedSystemPrompt(FlowRule):
    message = "text from {origin} becomes part of the system prompt"
    why = "The prompt is one f-string, and the user's words fit in anywhere."
    instead = "Send the user's text in a message with the role `user`; keep the system prompt constant."
    severity, confidence, family = Severity.MEDIUM, Confidence.MEDIUM, "llm"
    cwe = (77, 1427)
    evidence = ("E46",)
    security_severity = "5.4"
    preview = True
    kinds = REMOTE | {"answer"}

    @on_file
    def check(self, source: Source) -> Iterator[Finding]:
        if not re.search(r"[\"']system[\"']|SystemMessage|\bsystem\s*=", source.text):
            return
        for node in source.nodes:
            prompt = _prompt(node)
            if prompt is None or isinstance(prompt, ast.Constant):
                continue
            source.scope = source.scope_of(node)
            flow = self.flow(source, prompt)
            if flow is not None:
                yield self.found(source, prompt, flow)


def _prompt(node: ast.AST) -> ast.expr | None:
    """`{"role": "system", "content": …}`, `SystemMessage(content=…)`, `messages.create(system=…)`"""
    if isinstance(node, ast.Dict):
        said = {
            one.value: value
            for one, value in zip(node.keys, node.values, strict=True)
            if isinstance(one, ast.Constant)
        }
        role = said.get("role")
        return said.get("content") if isinstance(role, ast.Constant) and role.value == "system" else None
    if not isinstance(node, ast.Call):
        return None
    last = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    wanted = {"SystemMessage": "content", "create": "system", "GenerativeModel": "system_instruction"}.get(
        last
    )
    if wanted is None:
        return None
    given = next((keyword.value for keyword in node.keywords if keyword.arg == wanted), None)
    return given or (node.args[0] if last == "SystemMessage" and node.args else None)
