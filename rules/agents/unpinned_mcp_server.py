"""An MCP server is fetched anew at every start, in whatever version there is then.

It runs with the rights of whoever opens the repository; whoever can publish the package can run code there.
"""

from collections.abc import Iterator
from typing import Any

from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_file

RUNNERS = {"npx": "@", "bunx": "@", "pnpx": "@", "uvx": "@=", "pipx": "=@"}
GLOBS = ("**/.mcp.json", "**/.cursor/mcp.json", "**/.vscode/mcp.json", "**/claude_desktop_config.json")
GLOBS += (
    "**/.claude/settings.json",
    "**/.gemini/settings.json",
    "**/.roo/mcp.json",
    "**/.kiro/settings/mcp.json",
)
PACKAGE = regex(r"^@?[A-Za-z0-9][\w.\-]*(?:/[\w.\-]+)?(?:\[[\w,]+\])?")
FLAGS_WITH_VALUE = frozenset(["--from", "--with", "--python", "-p", "--package", "--index-url", "--spec"])


class UnpinnedMcpServer(FileRule):
    message = "the MCP server `{server}` runs whatever version of `{package}` is newest"
    why = "Every server's page shows the command without a version, and agents copy it."
    instead = "Pin it (`{package}@1.2.3`), and raise the version on purpose."
    severity, confidence, family = Severity.LOW, Confidence.HIGH, "agents"
    cwe = (829, 1357)
    evidence = ("E48",)
    languages = ("json",)
    paths = tuple(("json", glob) for glob in GLOBS)
    roles = ("live",)

    @on_file
    def check(self, source: Source) -> Iterator[Finding]:
        document = source.document
        for section in ("mcpServers", "servers"):
            servers = document.get(section) if isinstance(document, dict) else None
            for name, server in servers.items() if isinstance(servers, dict) else ():
                package = _unpinned(server) if isinstance(server, dict) else ""
                if package and not _is_own(str(name), package, server):
                    place = source.place_of((section, str(name), "command"))
                    yield self.at(source, place, symbol=f"{section}.{name}", server=name, package=package)


def _is_own(name: str, package: str, server: dict[str, Any]) -> bool:
    """Is it the project's own package, started under its own name, with no version asked for?"""
    return package == name and package in server["args"]


def _unpinned(server: dict[str, Any]) -> str:
    """The package that a runner fetches without a version; "" where it fetches none, or a pinned one."""
    words = [server.get("command"), *(server.get("args") or [])]
    if not all(isinstance(word, str) for word in words):
        return ""
    runner = words[0].rpartition("/")[2].removesuffix(".cmd")
    if runner in {"cmd", "cmd.exe"} and len(words) > 2:
        words = words[2:]
        runner = words[0]
    if runner == "uv" and words[1:3] == ["tool", "run"]:
        words, runner = words[2:], "uvx"
    if runner not in RUNNERS:
        return ""
    package = _package(words[1:])
    found = PACKAGE.match(package)
    if not found or package.endswith((".py", ".js")):
        return ""
    rest = package[found.end() :]
    pinned = rest[:1] in {"@", "="} and rest.lstrip("@=") not in {"latest", "next", "beta", ""}
    return "" if pinned else found.group()


def _package(words: list[str]) -> str:
    pending = iter(words)
    for word in pending:
        if word in {"--from", "--package", "-p", "--spec"} and word != "--python":
            return next(pending, "")
        if word in FLAGS_WITH_VALUE:
            next(pending, None)
        elif not word.startswith("-") and word not in {"run", "dlx"}:
            return word
    return ""
