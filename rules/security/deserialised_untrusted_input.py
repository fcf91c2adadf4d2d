"""Data from outside is unpickled, and pickles run code.

A pickle says which function is to be called with which arguments when it is read; so do marshalled code,
jsonpickle, and YAML under the full loader.
"""

import ast
from collections.abc import Iterator

from scanner.lazily import regex
from scanner.rule import Confidence, Finding, Severity, Source, on_call
from scanner.taint.origins import MODEL, REMOTE
from scanner.taint.rule import FlowRule, argument
from scanner.taint.trace import Limits

PICKLES = tuple(
    f"{module}.{name}"
    for module in (
        "pickle",
        "cPickle",
        "cloudpickle",
        "dill",
        "marshal",
        "_pickle",
        "joblib",
        "torch",
        "shelve",
        "pandas",
    )
    for name in ("load", "loads", "Unpickler", "read_pickle")
)
YAML = ("yaml.load", "yaml.load_all", "yaml.unsafe_load", "yaml.full_load")
SAFE = regex(r"(?:C?SafeLoader|C?BaseLoader)\b")


class DeserialisedUntrustedInput(FlowRule):
    message = "`{call}` reads data from {origin}"
    why = "`pickle.loads` takes whatever was dumped, and no schema is needed."
    instead = (
        "Send JSON, or another format that holds data only; `yaml.safe_load`; `torch.load(…, "
        "weights_only=True)`."
    )
    severity, confidence, family = Severity.CRITICAL, Confidence.HIGH, "security"
    cwe = (502,)
    evidence = ("E17",)
    security_severity = "9.8"
    # What comes over the network by itself is another rule's: unpickled-network-data.
    kinds = (REMOTE - {"message"}) | MODEL
    limits = Limits(
        stops=regex(r".*(?:hmac\.\w+|compare_digest|unsign|verify\w*)$"),
        passes=frozenset(
            [
                "BytesIO",
                "decompress",
                "b64decode",
                "urlsafe_b64decode",
                "a2b_hex",
                "fromhex",
                "decode",
                "Unpickler",
            ]
        ),
    )

    @on_call(*PICKLES, *YAML, "jsonpickle.decode", "jsonpickle.loads")
    def check(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        name = source.resolve(call.func) or ""
        if name in YAML and _is_safe(source, call):
            return
        if name == "torch.load" and any(
            one.arg == "weights_only" and getattr(one.value, "value", None) for one in call.keywords
        ):
            return
        flow = self.flow(source, argument(call, 0))
        if flow is not None:
            yield self.found(source, call, flow, call=name)


def _is_safe(source: Source, call: ast.Call) -> bool:
    loader = argument(call, 1, "Loader")
    return loader is not None and SAFE.search(source.segment(loader)) is not None
