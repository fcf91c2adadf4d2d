"""A test that asks the internet fails when the other side does.

It is red on a train and in a sandbox, slow everywhere, and green or red by what a stranger's server says
today.

Addresses of this machine and those reserved for examples are let be, and so are tests that are marked as
needing a network, or whose file replaces the client.
"""

import ast
import re
from collections.abc import Iterator

from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call

ADDRESS = regex(r"(?:https?|wss?|ftp)://(?:[^/@]*@)?([\w.-]+)")
LOCAL = regex(
    r"(?:localhost|testserver|test|127\.\d+\.\d+\.\d+|0\.0\.0\.0|10\.[\d.]+|192\.168\.[\d.]+|[\w-]+"
    r"|(?:[\w-]+\.)*(?:example\.(?:com|org|net)|example|test|local|localhost|invalid|internal))$",
    re.IGNORECASE,
)
# What keeps a call at home, or says that it goes out on purpose
MEANT = regex(
    r"responses|respx|httpx_mock|requests_mock|\bvcr|aioresponses|httpretty|monkeypatch|\bpatch\b|mocker|pook|betamax"
    r"|mark\.(?:network|integration|e2e|online|live|slow|external|internet|vcr)|MockTransport|ASGITransport|socket_disabled"
)
LIVE_FOLDERS = regex(r"(?:^|[/_])(?:integration|e2e|live|external|network|online|smoke|manual)")
VERBS = ("get", "post", "put", "patch", "delete", "head", "request")


class NetworkInTest(FileRule):
    message = "`{test}` asks {host} over the network"
    why = "The real service is at hand while the test is written, and a fake has to be made."
    instead = "Replace the client or the transport; keep one test against the service, marked so."
    severity, confidence, family = Severity.LOW, Confidence.MEDIUM, "tests"
    evidence = ("E28",)
    roles = ("test",)
    preview = True

    @on_call(
        *(f"{client}.{verb}" for client in ("requests", "httpx") for verb in VERBS),
        *(
            f"{client}().{verb}"
            for client in ("requests.Session", "httpx.Client", "httpx.AsyncClient")
            for verb in VERBS
        ),
        "urllib.request.urlopen",
        "urllib.request.urlretrieve",
    )
    def check(self, source: Source, node: ast.Call) -> Iterator[Finding]:
        address = next(
            (value for item in node.args[:2] if isinstance(value := source.constant(item), str)), ""
        )
        found = ADDRESS.match(address)
        if (
            found is None
            or LOCAL.match(found[1])
            or MEANT.search(source.text)
            or LIVE_FOLDERS.search(source.path)
        ):
            return
        function = source.function_of(node)
        if function is not None and function.name.startswith("test"):
            yield self.at(source, node, test=function.name, host=found[1].lower())
