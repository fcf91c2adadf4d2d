"""A blocking call inside a coroutine stops everybody else.

While it waits, the event loop serves no other request; under load one slow answer becomes everyone's.
"""

import ast
from collections.abc import Iterator

from scanner import shapes
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call

VERBS = ("get", "post", "put", "patch", "delete", "head", "options", "request")
BLOCKS = {f"requests.{verb}": "httpx.AsyncClient" for verb in VERBS}
BLOCKS |= {
    f"requests.{name}().{verb}": "httpx.AsyncClient" for name in ("Session", "session") for verb in VERBS
}
BLOCKS |= {f"httpx.{verb}": "httpx.AsyncClient" for verb in VERBS}
BLOCKS |= {f"httpx.Client().{verb}": "httpx.AsyncClient" for verb in VERBS}
BLOCKS |= {
    "time.sleep": "asyncio.sleep",
    "urllib.request.urlopen": "httpx.AsyncClient",
    "subprocess.run": "asyncio.create_subprocess_exec",
    "subprocess.call": "asyncio.create_subprocess_exec",
    "subprocess.check_call": "asyncio.create_subprocess_exec",
    "subprocess.check_output": "asyncio.create_subprocess_exec",
    "os.system": "asyncio.create_subprocess_shell",
    "openai.OpenAI().chat.completions.create": "openai.AsyncOpenAI",
    "openai.OpenAI().embeddings.create": "openai.AsyncOpenAI",
    "openai.OpenAI().responses.create": "openai.AsyncOpenAI",
    "anthropic.Anthropic().messages.create": "anthropic.AsyncAnthropic",
}
# A command or a script has its event loop for itself.
ALONE = frozenset("cli cmd command commands script scripts tools bin benchmark benchmarks main bench".split())


class BlockingCallInAsync(FileRule):
    message = "`{call}` blocks the event loop"
    why = "The synchronous call is the one in every example, and with one user nothing shows."
    instead = "Use `{other}`, or run it aside: `await asyncio.to_thread(…)`."
    severity, confidence, family = Severity.MEDIUM, Confidence.HIGH, "performance"
    cwe = (1322,)
    evidence = ("E04",)
    roles = ("live",)

    @on_call(*BLOCKS)
    def check(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        if not isinstance(source.scope.node, ast.AsyncFunctionDef):
            return
        name = source.resolve(call.func) or ""
        if name.startswith(("subprocess.", "os.", "time.")) and shapes.words(source.path) & ALONE:
            return
        for around in source.ancestors(call):
            if isinstance(around, ast.Lambda):
                return  # handed to a thread, in all likelihood
            if around is source.scope.node:
                break
        yield self.at(
            source,
            call,
            symbol=source.scope.name,
            call=name,
            other=BLOCKS.get(name, "an asynchronous client"),
        )
