"""A coding agent is started with its permission prompts switched off.

It may then run any command with the rights of whoever starts it, on the say-so of whatever text it reads.
"""

import ast
from collections.abc import Iterator

from scanner import shell
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_file

# program -> the flags that stop it from asking
FLAGS: dict[str, tuple[str, ...]] = {
    "claude": ("--dangerously-skip-permissions", "--permission-mode=bypassPermissions", "bypassPermissions"),
    "codex": ("--dangerously-bypass-approvals-and-sandbox", "--yolo", "danger-full-access"),
    "gemini": ("--yolo", "--approval-mode=yolo"),
    "qwen": ("--yolo",),
    "aider": ("--yes-always",),
    "amp": ("--dangerously-allow-all",),
    "copilot": ("--allow-all-tools", "--allow-all", "--yolo"),
    "cursor-agent": ("--force",),
    "q": ("--trust-all-tools",),
    "kiro-cli": ("--trust-all-tools",),
}
HINTS = (
    "skip-permissions",
    "bypassPermissions",
    "bypass-approvals",
    "yolo",
    "yes-always",
    "dangerously-allow-all",
    "allow-all",
    "danger-full-access",
    "trust-all-tools",
    "cursor-agent",
)
SANDBOXES = frozenset(
    ["docker", "podman", "devcontainer", "bwrap", "firejail", "nsjail", "limactl", "container"]
)
SDK = frozenset(["ClaudeAgentOptions", "ClaudeCodeOptions"])


class AgentWithoutPermissionPrompt(FileRule):
    message = "`{agent}` is started here with its permission prompts off"
    why = "Prompts stop an unattended run; the flag makes it go through, and stays."
    instead = "Allow the commands that it needs, by name, or start it in a container without credentials."
    severity, confidence, family = Severity.HIGH, Confidence.MEDIUM, "agents"
    cwe = (250,)
    evidence = ("E47", "E48")
    languages = ("shell", "makefile", "yaml", "python")
    paths = (("yaml", ".github/workflows/*"),)
    roles = ("live",)

    @on_file
    def check(self, source: Source) -> Iterator[Finding]:
        if not any(hint in source.text for hint in HINTS):
            return
        if source.language == "python":
            yield from self._of_python(source)
            return
        for command in shell.commands_of(source):
            agent = _agent_of(list(command.words), command.name)
            if agent:
                yield self.at(source, shell.place_of(source, command), agent=agent)

    def _of_python(self, source: Source) -> Iterator[Finding]:
        for node in source.nodes:
            if isinstance(node, ast.List):
                words = [_word(item) for item in node.elts]
                agent = _agent_of(words, words[0].rpartition("/")[2] if words else "")
                if agent:
                    yield self.at(source, node, agent=agent)
            elif isinstance(node, ast.Call):
                name = (
                    node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                )
                for keyword in node.keywords if name in SDK else ():
                    if keyword.arg == "permission_mode" and _word(keyword.value) == "bypassPermissions":
                        yield self.at(source, keyword.value, agent="claude")


def _word(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else "$"


def _agent_of(words: list[str], name: str) -> str:
    """The agent that these words start without prompts; "" where they do not."""
    if name in SANDBOXES or any(word in SANDBOXES for word in words):
        return ""
    if name in {"npx", "bunx"} and name in words:
        package = next(
            (word for word in words[words.index(name) + 1 :] if word[:1].isalpha() or word[:1] == "@"), ""
        )
        name = package.rpartition("/")[2].partition("@")[0]
        name = "claude" if name == "claude-code" else name
    flags = FLAGS.get(name, ())
    if not any(flag in words for flag in flags):
        return ""
    return name
