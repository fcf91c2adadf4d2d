"""Text from outside becomes part of an LDAP filter, and can change whom it finds.

`*)(uid=*` as a name finds everybody; with a password check by search, that is a login.
"""

import ast
import re
from collections.abc import Iterator

from scanner.rule import Confidence, Finding, Severity, Source, on_call
from scanner.taint.origins import REMOTE
from scanner.taint.rule import FlowRule, argument
from scanner.taint.trace import Limits


class LdapFilterFromUntrustedInput(FlowRule):
    message = "text from {origin} becomes part of this LDAP filter"
    why = "Filters are text in every example, and the escaping function lives in another module."
    instead = "`ldap.filter.escape_filter_chars(name)`, or `ldap3.utils.conv.escape_filter_chars(name)`."
    severity, confidence, family = Severity.HIGH, Confidence.HIGH, "security"
    cwe = (90,)
    security_severity = "8.1"
    preview = True
    kinds = REMOTE | {"parameter"}
    limits = Limits(stops=re.compile(r".*escape\w*$"))

    @on_call(".search_s", ".search_st", ".search_ext", ".search_ext_s", ".search")
    def check(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        if "ldap" not in source.text:
            return
        last = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        query = argument(call, 1 if last == "search" else 2, "search_filter", "filterstr")
        flow = self.flow(source, query, lambda flow: not flow.whole)
        if flow is not None:
            yield self.found(source, call, flow)
