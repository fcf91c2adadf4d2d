"""A test whose every check passes most wrong results notices little more than a crash.

`assert result is not None`, `isinstance(result, dict)`, `len(rows) > 0`: a function that returns the wrong
thing passes them all. Checks in helpers and fixtures are followed before a test is called so.
"""

import re
from collections.abc import Iterator

from scanner.lazily import regex
from scanner.relate.repository import Repository
from scanner.rule import Confidence, Finding, RepositoryRule, Severity

SAYS = {
    "not-none": "is not None",
    "not-empty": "is not empty",
    "isinstance": "is of some class",
    "callable": "can be called",
    "hasattr": "has an attribute",
}
# By themselves they may well be the point: a factory gives that class, a module exports that function.
CONTRACTS = frozenset({"isinstance", "callable", "hasattr"})
# The name says that being there is what is tested
PRESENCE = regex(
    r"exist|present|presence|(?:not|non)_?(?:none|empty|null)|has_|have_|import|available|regist|init|instan|creat|construct"
    r"|default|found|detect|defined|field|returns_(?:something|value|result)|annotation|build|make|aware"
    r"|_is_(?:dict|list|str|set|tuple)|(?:returns|gives|produces)_(?:an?_)?(?:str|dict|list|int|bool|float|object|path)",
    re.IGNORECASE,
)


class WeakOracleOnly(RepositoryRule):
    message = "`{test}` would pass with nearly any result: it only checks that something {kinds}"
    why = "Such a check is true whatever the right result is, so nobody has to know that."
    instead = "Assert the value that this input must give."
    severity, confidence, family = Severity.LOW, Confidence.HIGH, "tests"
    evidence = ("E32",)
    languages = ("python", "manifest", "ini")

    def check(self, repository: Repository) -> Iterator[Finding]:
        for test, kinds in repository.oracles.weakly_checked():
            if kinds <= CONTRACTS or not kinds <= SAYS.keys():
                continue
            words = test.function.oracle
            if "smoke" in words or "accepts" in words:
                continue  # the author says that running through is the point
            if PRESENCE.search(test.function.name) or repository.oracles.is_present_half(test):
                continue
            said = ", or ".join(SAYS[kind] for kind in sorted(kinds))
            name = test.function.name
            yield self.at(test.facts.path, test.function.place, name, test=name, kinds=said)
