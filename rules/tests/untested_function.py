"""A public function that no test reaches, beside others that tests do name, was added without one.

No test names it, and nothing that a test names leads to it by any chain of calls. With `--diff`, these are
the functions that the change adds.
"""

from collections import defaultdict
from collections.abc import Iterator

from scanner.facts import Function
from scanner.relate.repository import Repository
from scanner.rule import Confidence, Finding, RepositoryRule, Severity

NEIGHBOURS = 3  # functions of the file that tests name; fewer say nothing of its habits
NODES = 25  # a getter needs no test of its own


class UntestedFunction(RepositoryRule):
    message = "no test reaches `{function}`, while tests name what stands beside it"
    why = "The task asks for the function; that somebody ever runs it is asked by nobody."
    instead = "Write a test that calls it and asserts on what comes back; or delete it."
    severity, confidence, family = Severity.INFO, Confidence.MEDIUM, "tests"
    evidence = ("E30",)
    whole = True
    preview = True

    def check(self, repository: Repository) -> Iterator[Finding]:
        named = _named_by_tests(repository)
        if not named:
            return
        reached = _reached(repository, named)
        for facts in repository.files.values():
            if facts.role != "live":
                continue
            public = [function for function in facts.functions if _is_public(function)]
            known = sum(1 for function in public if function.name in named)
            left = [function for function in public if function.name not in reached]
            if known < NEIGHBOURS or known <= len(left):
                continue
            for function in left:
                if function.nodes >= NODES and function.name not in facts.exports:
                    yield self.at(facts.path, function.place, function.name, function=function.name)


def _is_public(function: Function) -> bool:
    """A function that any caller may name: no method, which its base class may have declared, and nothing
    that a decorator hands on to a framework."""
    name = function.name
    if function.decorators or "deprecated" in function.traits:
        return False
    return "." not in name and not name.startswith("_") and name != "main"


def _named_by_tests(repository: Repository) -> frozenset[str]:
    return frozenset(
        name for facts in repository.files.values() if facts.role == "test" for name in facts.identifiers
    )


def _reached(repository: Repository, named: frozenset[str]) -> set[str]:
    """The names that tests lead to. What a framework may call counts, and what is mentioned without being
    called: it may be handed to anybody."""
    calls: dict[str, set[str]] = defaultdict(set)
    roots = set(named)
    called: set[str] = set()
    mentioned: set[str] = set()
    for facts in repository.files.values():
        if facts.role == "test":
            continue
        roots.update(_last(call.callee) for call in facts.calls)
        mentioned.update(facts.identifiers)
        for function in facts.functions:
            names = {_last(call.callee) for call in function.calls}
            calls[_last(function.name)] |= names
            called |= names
            if function.decorators or "." in function.name:
                roots |= names
    return _closure(roots | (mentioned - called), calls)


def _closure(roots: set[str], calls: dict[str, set[str]]) -> set[str]:
    reached, pending = set(roots), list(roots)
    while pending:
        for name in calls.get(pending.pop(), set()) - reached:
            reached.add(name)
            pending.append(name)
    return reached


def _last(name: str) -> str:
    return name.replace("()", "").replace("[]", "").rpartition(".")[2]
