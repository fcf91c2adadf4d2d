"""Bytes that came over the network are unpickled, which runs what they say.

A pickle is a program; whoever can send it, or write to the store that it is read from, runs it here.
"""

import ast
from collections.abc import Iterator

from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call

LOADS = (
    "pickle.loads",
    "pickle.load",
    "cPickle.loads",
    "cloudpickle.loads",
    "dill.loads",
    "marshal.loads",
    "pickle.Unpickler",
    "jsonpickle.decode",
)
NETWORK = regex(
    r"^(?:requests|httpx)\.(?:get|post|put|request)\(\)\.(?:content|text|raw)$|^urllib\.request\.urlopen\(\)(?:\.read\(\))?$|"
    r"^(?:requests|httpx)\.\w+\(\)\.(?:get|post)\(\)\.(?:content|text)$|^socket\.(?:socket|create_connection)\(\)\.recv\(\)$|"
    r"^(?:redis|aioredis|valkey)\.(?:\w+\.)*\w+\(\)\.(?:get|hget|lpop|rpop|getdel)\(\)$|"
    r"^zmq\.Context\(\)\.socket\(\)\.recv\(\)$|\.basic_get\(\)$|^boto3\.client\(\)\.get_object\(\)\[\]\.read\(\)$"
)


class UnpickledNetworkData(FileRule):
    message = "whoever can send these bytes, or store them, runs code here"
    why = "`pickle` takes any object without a word about its shape."
    instead = "Send JSON, or a format with a schema; at the least, sign what is stored."
    severity, confidence, family = Severity.HIGH, Confidence.MEDIUM, "security"
    cwe = (502,)
    evidence = ("E17",)
    security_severity = "8.1"
    roles = ("live",)
    preview = True

    @on_call(*LOADS)
    def check(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        if call.args and NETWORK.search(source.resolve(call.args[0]) or ""):
            yield self.at(source, call, symbol=source.scope.name)
