"""A blocking call inside a coroutine stops everybody else.

While it waits, the event loop serves no other request; under load one slow answer becomes everyone's.
"""

import ast
import re
from collections.abc import Iterator

from scanner import shapes
from scanner.lazily import regex
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
MISSING = frozenset(["builtins.ImportError", "builtins.ModuleNotFoundError"])
# A command or a script has its event loop for itself.
ALONE = frozenset("cli cmd command commands script scripts tools bin benchmark benchmarks main bench".split())
# Over at once, whatever it ends or finds.
AT_ONCE = frozenset("taskkill kill pkill killall which where clear cls reset stty tput".split())
# Something else may wait for the loop: a file without these says nothing of a second task.
COMPANY = regex(
    r"create_task|ensure_future|TaskGroup|gather\(|as_completed|to_thread|run_in_executor|start_server"
    r"|asyncio\.(?:Lock|Queue|Semaphore|Event|wait)\b|anyio|fastapi|starlette|quart|sanic|websocket"
    r"|aiohttp|discord|telegram|httpx\.Async",
    re.IGNORECASE,
)


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
        function = source.scope.node
        if not isinstance(function, ast.AsyncFunctionDef) or shapes.is_left_behind(source.path):
            return
        if not _holds_others_up(source, function, call):
            return
        alike = [one for one in _blocking_calls(source, function) if _holds_others_up(source, function, one)]
        if any(one.lineno < call.lineno for one in alike):
            return  # told with the first of them
        name = source.resolve(call.func) or ""
        yield self.at(
            source,
            call,
            symbol=source.scope.name,
            call=name,
            other=BLOCKS.get(name, "an asynchronous client"),
            details={"blocking calls in this function": len(alike)} if len(alike) > 1 else None,
        )


def _blocking_calls(source: Source, function: ast.AsyncFunctionDef) -> list[ast.Call]:
    calls = [one for one in shapes.own_nodes(function.body) if isinstance(one, ast.Call)]
    return [one for one in calls if source.resolve(one.func) in BLOCKS]


def _holds_others_up(source: Source, function: ast.AsyncFunctionDef, call: ast.Call) -> bool:
    """Does anybody else wait while this call does?"""
    name = source.resolve(call.func) or ""
    of_machine = name.startswith(("subprocess.", "os.", "time."))
    if of_machine and (shapes.words(source.path) & ALONE or _command(source, call) in AT_ONCE):
        return False
    if name == "time.sleep" and _is_a_blink(source, call):
        return False
    one_task = of_machine or "asyncio.run(" in source.text
    if one_task and not function.decorator_list and not COMPANY.search(source.text):
        return False
    for around in source.ancestors(call):
        if around is function:
            return True
        if isinstance(around, ast.Lambda):
            return False  # handed to a thread, in all likelihood
        if isinstance(around, ast.ExceptHandler) and _is_of_missing_client(source, around):
            return False
    return True


def _is_a_blink(source: Source, call: ast.Call) -> bool:
    """A pause of a few hundredths of a second, as between the letters of an animation."""
    pause = source.constant(call.args[0]) if call.args else None
    return isinstance(pause, (int, float)) and pause < 0.05


def _is_of_missing_client(source: Source, handler: ast.ExceptHandler) -> bool:
    """Does a handler hold what is left to do without the asynchronous client?"""
    return handler.type is not None and source.resolve(handler.type) in MISSING


def _command(source: Source, call: ast.Call) -> object:
    """The program that a call starts, where it is written there."""
    words = call.args[0] if call.args else None
    if isinstance(words, ast.IfExp):
        words = words.body  # `"cls" if os.name == "nt" else "clear"`
    if isinstance(words, ast.List) and words.elts:
        return source.constant(words.elts[0])
    line = source.constant(words)
    return line.split()[0] if isinstance(line, str) and line.split() else None
