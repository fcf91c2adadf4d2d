"""Which files some test reaches: by importing them, or importing what imports them.

No call is followed, so a file that counts as reached may still go untested; one that does not is run by no
test of the repository, unless a name is put together at run time.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.facts import Facts
from scanner.relate.repository import Repository


def reached_by_tests(repository: Repository) -> frozenset[str]:
    """The paths of the tests themselves, and of every Python file that one of them leads to."""
    waiting = [path for path, facts in repository.files.items() if facts.role == "test"]
    seen = set(waiting)
    while waiting:
        for path in _imported(repository, repository.files[waiting.pop()]):
            if path not in seen:
                seen.add(path)
                waiting.append(path)
    return frozenset(seen)


def _imported(repository: Repository, facts: Facts) -> Iterator[str]:
    """The files that importing this one runs: the modules it names, and the packages around them."""
    for one in facts.imports:
        parts = one.target.split(".")
        for end in range(1, len(parts) + 1):
            path = repository.modules.get(".".join(parts[:end]))
            if path is not None and path in repository.files:
                yield path
