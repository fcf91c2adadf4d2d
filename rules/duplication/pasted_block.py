"""A change adds the same block twice.

What is pasted within one change has to be mended in each place from its first day on.
"""

from collections.abc import Iterator

from scanner.analyse import python, python_facts, walk
from scanner.change import Change
from scanner.facts import Facts
from scanner.relate.blocks import LEAST_OF_CHANGE, pasted
from scanner.rule import ChangeRule, Confidence, Finding, Location, Related, Severity
from scanner.source import Source


class PastedBlock(ChangeRule):
    message = "this change adds the same block in `{original}`; say it once, and call it"
    why = "A model writes each branch out in full: repeating tokens costs it less than naming what they do."
    instead = "Cut the block out into a function, or a loop over what differs."
    severity, confidence, family = Severity.LOW, Confidence.MEDIUM, "duplication"
    cwe = (1041,)
    evidence = ("E02",)
    preview = True

    def check(self, change: Change) -> Iterator[Finding]:
        lines = {
            file.path: frozenset(line for first, last in file.lines for line in range(first, last + 1))
            for file in change.files
        }
        facts = [
            _facts(file.path, file.after)
            for file in change.files
            if file.path.endswith(".py") and file.after and len(lines[file.path]) >= 2 * LEAST_OF_CHANGE
        ]
        for found in pasted((one for one in facts if one), lambda path, line: line in lines[path]):
            block, original = found.block, found.original
            yield self.at(
                block.unit.path,
                block.place,
                block.unit.function.name,
                original=original.unit.function.name,
                details={"statements": block.size},
                related=(Related(Location(original.unit.path, *original.place), "the same block"),),
            )


def _facts(path: str, data: bytes) -> Facts | None:
    source = python.read(path, data)
    return python_facts.collect(source, walk.index(source)) if isinstance(source, Source) else None
