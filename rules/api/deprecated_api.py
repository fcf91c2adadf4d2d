"""A call that the library's current version does not have any more.

Models remember the library of their training data; the first run with a fresh install fails here.
"""

import ast
from collections.abc import Iterator

from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call

GONE = {
    "openai.ChatCompletion.create": ("openai 1.0", "OpenAI().chat.completions.create"),
    "openai.ChatCompletion.acreate": ("openai 1.0", "AsyncOpenAI().chat.completions.create"),
    "openai.Completion.create": ("openai 1.0", "OpenAI().completions.create"),
    "openai.Embedding.create": ("openai 1.0", "OpenAI().embeddings.create"),
    "openai.Image.create": ("openai 1.0", "OpenAI().images.generate"),
    "pandas.DataFrame().append": ("pandas 2.0", "pandas.concat"),
    "numpy.float": ("numpy 1.24", "float"),
    "numpy.int": ("numpy 1.24", "int"),
    "numpy.bool": ("numpy 1.24", "bool"),
    "inspect.getargspec": ("Python 3.11", "inspect.signature"),
    "asyncio.coroutine": ("Python 3.11", "async def"),
    "collections.Mapping": ("Python 3.10", "collections.abc.Mapping"),
    "imp.load_source": ("Python 3.12", "importlib.util"),
    "imp.reload": ("Python 3.12", "importlib.reload"),
    "time.clock": ("Python 3.8", "time.perf_counter"),
    "unittest.makeSuite": ("Python 3.13", "unittest.TestLoader"),
    "locale.format": ("Python 3.12", "locale.format_string"),
}


class DeprecatedApi(FileRule):
    message = "`{call}` is gone since {version}"
    why = "The old call is the one in most of the training data."
    instead = "Use `{other}`."
    severity, confidence, family = Severity.MEDIUM, Confidence.MEDIUM, "api"
    cwe = (477,)
    evidence = ("E39",)
    roles = ("live", "test", "example")
    preview = True

    @on_call(*GONE)
    def check(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        name = source.resolve(call.func) or ""
        guarded = any(isinstance(around, (ast.Try, ast.If)) for around in source.ancestors(call))
        if name in GONE and not guarded:  # a guard is there for the versions that still have it
            version, other = GONE[name]
            yield self.at(source, call, symbol=source.scope.name, call=name, version=version, other=other)
