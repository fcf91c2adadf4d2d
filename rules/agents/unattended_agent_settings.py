"""Settings in the repository take the human out of an agent's loop.

Whoever opens this checkout with the agent grants it what is written here, mostly without reading it.
"""

from collections.abc import Iterator
from typing import Any

from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_file
from scanner.settings import matches
from scanner.source import Keys

CLAUDE = ("**/.claude/settings.json", "**/.claude/settings.local.json")
GEMINI = ("**/.gemini/settings.json", "**/.qwen/settings.json")
CURSOR = ("**/.cursor/cli.json", "**/.cursor/permissions.json")
VSCODE = ("**/.vscode/settings.json", "**/*.code-workspace")
OPENCODE = ("**/opencode.json", "**/opencode.jsonc", "**/.opencode/opencode.json")
CODEX = ("**/.codex/config.toml",)
AIDER = ("**/.aider.conf.yml", "**/.aider.conf.yaml")
ANY_COMMAND = {"Bash", "Bash(*)", "Bash(:*)", "Bash(*:*)", "*", "Shell(*)", "Shell(**)", "run_shell_command"}

# glob -> (way to the value, what it says there, in the finding's words)
SWITCHES: dict[tuple[str, ...], tuple[tuple[Keys, Any, str], ...]] = {
    CLAUDE: (
        (("permissions", "defaultMode"), "bypassPermissions", "never asks"),
        (("defaultMode",), "bypassPermissions", "never asks"),
        (("enableAllProjectMcpServers",), True, "starts every MCP server that the repository names"),
    ),
    GEMINI: (
        (("autoAccept",), True, "accepts its own tool calls"),
        (("tools", "autoAccept"), True, "accepts its own tool calls"),
        (("general", "defaultApprovalMode"), "yolo", "never asks"),
    ),
    VSCODE: (
        (("chat.tools.autoApprove",), True, "approves every tool call"),
        (("chat.tools.global.autoApprove",), True, "approves every tool call"),
        (("settings", "chat.tools.autoApprove"), True, "approves every tool call"),
    ),
    OPENCODE: (
        (("permission",), "allow", "never asks"),
        (("permission", "bash"), "allow", "runs every command"),
    ),
    AIDER: ((("yes-always",), True, "says yes to itself"),),
}


class UnattendedAgentSettings(FileRule):
    message = "whoever opens this repository runs an agent that {effect}"
    why = 'An agent asks, somebody clicks "always allow", and the file gets committed with the rest.'
    instead = "Allow single commands (`Bash(npm test:*)`), and keep personal settings out of the repository."
    severity, confidence, family = Severity.HIGH, Confidence.HIGH, "agents"
    cwe = (250,)
    evidence = ("E48",)
    languages = ("json", "toml", "yaml")
    paths = (
        *(("json", glob) for glob in (*CLAUDE, *GEMINI, *CURSOR, *VSCODE, *OPENCODE)),
        *(("toml", glob) for glob in CODEX),
        *(("yaml", glob) for glob in AIDER),
    )
    roles = ("live",)

    @on_file
    def check(self, source: Source) -> Iterator[Finding]:
        document = source.document
        if not isinstance(document, dict):
            return
        for globs, switches in SWITCHES.items():
            if not any(matches(source.path, glob) for glob in globs):
                continue
            for keys, value, effect in switches:
                if _at(document, keys) == value:
                    yield self.at(source, source.place_of(keys), effect=effect)
        yield from self._allow_lists(source, document)
        yield from self._codex(source, document)

    def _allow_lists(self, source: Source, document: dict[str, Any]) -> Iterator[Finding]:
        allowed = _at(document, ("permissions", "allow"))
        for number, entry in enumerate(allowed if isinstance(allowed, list) else ()):
            if isinstance(entry, str) and entry in ANY_COMMAND:
                place = source.place_of(("permissions", "allow", number))
                yield self.at(source, place, effect="runs every command unasked")

    def _codex(self, source: Source, document: dict[str, Any]) -> Iterator[Finding]:
        if (
            document.get("approval_policy") == "never"
            and document.get("sandbox_mode") == "danger-full-access"
        ):
            yield self.at(
                source,
                source.place_of(("approval_policy",)),
                effect="never asks, and works outside its sandbox",
            )


def _at(document: Any, keys: Keys) -> Any:
    for key in keys:
        if not isinstance(document, dict) or key not in document:
            return None
        document = document[key]
    return document
