"""An XML parser that follows what a document points to.

An entity can name `/etc/passwd`, or an address inside the network; the parser fetches it and puts it in.
"""

import ast
from collections.abc import Iterator

from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call

PARSERS = tuple(
    f"lxml.etree.{name}" for name in ("XMLParser", "ETCompatXMLParser", "XMLPullParser", "iterparse")
)
FETCHES = {"resolve_entities": True, "load_dtd": True, "no_network": False}
FEATURES = frozenset(["xml.sax.handler.feature_external_ges", "xml.sax.handler.feature_external_pes"])


class XmlExternalEntities(FileRule):
    message = "this parser puts in what the document points to (`{option}`)"
    why = "Some document had an entity that was not known, and the option that resolves them is at hand."
    instead = "Parse with `resolve_entities=False`, or with `defusedxml`."
    severity, confidence, family = Severity.HIGH, Confidence.HIGH, "security"
    cwe = (611,)
    evidence = ("E17",)
    security_severity = "7.5"
    roles = ("live",)
    preview = True

    @on_call(*PARSERS)
    def of_lxml(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        given = {one.arg: source.constant(one.value) for one in call.keywords}
        if given.get("resolve_entities") is False:
            return
        for option, hazard in FETCHES.items():
            if given.get(option) is hazard:
                yield self.at(source, call, symbol=source.scope.name, option=f"{option}={hazard}")
                return

    @on_call(".setFeature")
    def of_sax(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        if len(call.args) != 2 or source.resolve(call.args[0]) not in FEATURES:
            return
        if source.constant(call.args[1]) in {True}:
            yield self.at(source, call, symbol=source.scope.name, option=source.segment(call.args[0]))
