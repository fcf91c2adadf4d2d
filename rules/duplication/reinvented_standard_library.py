"""A function that the standard library has, written by hand.

The library's is tested on the cases that nobody thought of, and every reader knows it by name.
"""

from collections.abc import Iterator

from scanner.relate.reinvented import Standard, reinventions
from scanner.relate.repository import Repository
from scanner.rule import Confidence, Finding, RepositoryRule, Severity


class ReinventedStandardLibrary(RepositoryRule):
    message = "does by hand what `{call}` does, which the standard library has since Python {since}"
    why = "Tutorials teach by writing such functions out, and a model writes what tutorials do."
    instead = "Call `{call}`."
    severity, confidence, family = Severity.LOW, Confidence.HIGH, "duplication"
    cwe = (1041,)
    evidence = ("E28",)
    languages = ("python", "manifest")  # manifests tell which Python a project needs

    def check(self, repository: Repository) -> Iterator[Finding]:
        for found in reinventions(repository):
            if isinstance(found.instead, Standard):
                yield self.at(
                    found.facts.path,
                    found.function.place,
                    found.function.name,
                    details={"also": ", ".join(one.name for one in found.more)} if found.more else None,
                    call=found.instead.call,
                    since=".".join(map(str, found.instead.since)),
                )
