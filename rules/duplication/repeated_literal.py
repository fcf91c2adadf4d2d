"""One constant, regular expression or long text that several modules write out, each for itself.

Whoever changes the value changes one of them. A module that all import would say it once.
"""

from collections.abc import Iterator

from scanner.relate.constants import repeated
from scanner.relate.repository import Repository
from scanner.rule import Confidence, Finding, Location, Related, RepositoryRule, Severity

_SAID = {"constant": "the constant", "pattern": "the regular expression", "text": "a long text"}


class RepeatedLiteral(RepositoryRule):
    message = "repeats {what} of `{original}`; give it one home, and import it"
    why = "A model writes the value that it needs where it needs it, and does not look who holds it already."
    instead = "Keep it under one name in one module, and import it from there."
    severity, confidence, family = Severity.LOW, Confidence.MEDIUM, "duplication"
    cwe = (1041,)
    evidence = ("E28",)
    preview = True
    languages = ("python", "manifest")  # manifests tell which projects a tree holds

    def check(self, repository: Repository) -> Iterator[Finding]:
        for found in repeated(repository):
            first, *others = found.holders
            one = others[0]
            kind, name = one.constant.kind, one.constant.name
            yield self.at(
                one.facts.path,
                one.constant.place,
                name,
                what=f"{_SAID[kind]} `{name}`" if name else _SAID[kind],
                original=repository.import_name(first.facts.path),
                details={
                    "modules": len(others) + 1,
                    **({"more": f"{found.more} more of the same modules"} if found.more else {}),
                },
                related=tuple(
                    Related(Location(other.facts.path, *other.constant.place), "the same value")
                    for other in (first, *others[1:])
                ),
            )
