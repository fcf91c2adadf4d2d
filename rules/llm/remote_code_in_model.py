"""A model is loaded with leave to run code from its repository.

`trust_remote_code=True` runs Python that the owner of the repository can replace at any time, with the
rights of this process.
"""

import ast
from collections.abc import Iterator

from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call

PINNED = regex(r"[0-9a-f]{7,40}$")


class RemoteCodeInModel(FileRule):
    message = "`trust_remote_code=True` runs whatever code the model's repository holds"
    why = "Model cards and error messages tell people to add it."
    instead = 'Use a model whose code is in the library, or read the code and pin it: `revision="<commit>"`.'
    severity, confidence, family = Severity.LOW, Confidence.HIGH, "llm"
    preview = True
    cwe = (829, 94)
    evidence = ("E46",)
    security_severity = "6.8"
    roles = ("live",)

    @on_call(
        ".from_pretrained",
        ".from_config",
        "transformers.pipeline",
        "datasets.load_dataset",
        "sentence_transformers.SentenceTransformer",
        "sentence_transformers.CrossEncoder",
        "vllm.LLM",
    )
    def check(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        trusts = given.get("trust_remote_code")
        if not isinstance(trusts, ast.Constant) or trusts.value is not True:
            return
        revision = source.constant(given.get("revision")) or source.constant(given.get("code_revision"))
        if isinstance(revision, str) and PINNED.match(revision):
            return
        local = source.constant(given.get("local_files_only"))
        if local is not True:
            yield self.at(source, trusts, symbol=source.scope.name)
