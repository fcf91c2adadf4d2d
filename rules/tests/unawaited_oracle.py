"""A check that is a coroutine, and not awaited, never runs; asserted, it is always true.

`assert is_valid(x)` asks a coroutine object, which is true whatever `is_valid` would say.
"""

from collections.abc import Iterator

from scanner.facts import Function
from scanner.relate.repository import Repository
from scanner.rule import Confidence, Finding, Place, RepositoryRule, Severity

# Of `playwright.async_api`, every check is a coroutine
FOREIGN = ("playwright.async_api.expect()",)


class UnawaitedOracle(RepositoryRule):
    message = "`{call}` is a coroutine that nobody awaits: this check cannot fail"
    why = "One forgotten word, `await`, and Python only warns."
    instead = "Write `await` in front of the call."
    severity, confidence, family = Severity.HIGH, Confidence.HIGH, "tests"
    evidence = ("E32",)
    preview = True

    def check(self, repository: Repository) -> Iterator[Finding]:
        for facts, function in repository.functions():
            for word in function.oracle:
                kind, _, name = word.partition(":")
                if _is_oracle(repository, kind, name) and _is_coroutine(repository, name):
                    line = next(
                        (call.line for call in function.calls if call.callee == name), function.place.line
                    )
                    call = name.rpartition(".")[2]
                    yield self.at(facts.path, Place(line, 1, line, 1), function.name, call=f"{call}()")


def _is_oracle(repository: Repository, kind: str, name: str) -> bool:
    """Is a call a check: by its name, or by what a helper of that name does?"""
    return kind == "asks" or (kind == "bare" and repository.oracles.is_checking_helper(name))


def _is_coroutine(repository: Repository, name: str) -> bool:
    if name.startswith(FOREIGN):
        return True
    found = repository.definition(name.replace("()", ""))
    if found is None or not isinstance(found[1], Function):
        return False
    return found[1].is_async and not found[1].decorators
