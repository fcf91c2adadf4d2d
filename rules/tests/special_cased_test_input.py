"""Code that knows the input of its test, and answers it with the expected value, solves nothing else.

One branch compares a parameter with a literal and gives back another; a test of the function holds both, and
no other code speaks of that input.
"""

from collections import Counter
from collections.abc import Iterator

from scanner.facts import Function
from scanner.relate.repository import Repository, module_name
from scanner.rule import Confidence, Finding, Location, Related, RepositoryRule, Severity

FEW = 2  # branches of that kind; more are a table, which the test may well sample


class SpecialCasedTestInput(RepositoryRule):
    message = "`{function}` answers the very input of `{test}` with the value that the test expects"
    why = "A branch for the tested input turns a test green that the general solution would fail."
    instead = "Take the branch out, and let the general path give that value."
    severity, confidence, family = Severity.HIGH, Confidence.LOW, "tests"
    evidence = ("E35",)
    preview = True

    def check(self, repository: Repository) -> Iterator[Finding]:
        cased = {
            f"{module_name(facts.path)}.{function.name}": (facts, function, cases)
            for facts, function in repository.functions()
            if facts.role == "live" and 0 < len(cases := _cases(function)) <= FEW
        }
        if not cased:
            return
        spoken = _spoken(repository)
        for test in repository.oracles.tests:
            for call in test.function.calls:
                known = cased.get(repository.resolve(call.callee.replace("()", "")))
                if known is None:
                    continue
                facts, function, cases = known
                if any(
                    given in _all(test.function) and answer in _all(test.function) and spoken[given] == 1
                    for given, answer in cases
                ):
                    place = Location(test.facts.path, *test.function.place)
                    yield self.at(
                        facts.path,
                        function.place,
                        function.name,
                        related=(Related(place, "the test"),),
                        function=function.name,
                        test=test.function.name,
                    )
                    del cased[f"{module_name(facts.path)}.{function.name}"]


def _cases(function: Function) -> list[tuple[int, int]]:
    """The hashes of what a function is asked and answers, branch by branch."""
    words = (trait.split(":") for trait in function.traits if trait.startswith("case:"))
    return [(int(given), int(answer)) for _, given, answer in words]


def _all(function: Function) -> frozenset[int]:
    return frozenset(function.literals)


def _spoken(repository: Repository) -> Counter[int]:
    """In how many functions of the code each literal stands."""
    return Counter(
        literal
        for facts, function in repository.functions()
        if facts.role == "live"
        for literal in function.literals
    )
