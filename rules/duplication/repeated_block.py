"""A block of statements that stands in two functions.

Whoever mends the one does not see the other. A name for what both do would say it once.
"""

from collections.abc import Iterator

from scanner.relate.blocks import Block, Repeated, repeated
from scanner.relate.clones import literals_shared
from scanner.relate.repository import Repository
from scanner.rule import Confidence, Finding, Location, Related, RepositoryRule, Severity

_ALMOST_ALL = 0.9  # of a function: then it is what the block could call
_NAMED = 6


class RepeatedBlock(RepositoryRule):
    message = "repeats a block of `{original}`; {advice}"
    why = "Code is generated function by function, each with all its steps, instead of in shared ones."
    instead = "Cut the block out into a function, with what differs as its parameters."
    severity, confidence, family = Severity.LOW, Confidence.MEDIUM, "duplication"
    cwe = (1041,)
    evidence = ("E24", "E02")
    languages = ("python", "manifest")  # manifests tell which projects a tree holds

    def check(self, repository: Repository) -> Iterator[Finding]:
        for group in repeated(repository):
            block, original = group[0].block, group[0].original
            name = original.unit.function.name
            if original.unit.path != block.unit.path:
                name = f"{repository.import_name(original.unit.path)}.{name}".strip(".")
            here, there = block.place, original.place
            lines = f"{here.line} to {here.end_line} here, {there.line} to {there.end_line} there"
            more = {"more": _more(group)} if len(group) > 1 else {}
            yield self.at(
                block.unit.path,
                here,
                block.unit.function.name,
                original=name,
                advice="call it" if _is_all(original, block) else "extract what both do",
                details={"lines": lines, "statements": block.size, **more},
                related=(Related(Location(original.unit.path, *there), "the same block", dated=True),),
            )


def _is_all(original: Block, block: Block) -> bool:
    """Is there a function already that does nothing else, and says the same?"""
    return original.share > _ALMOST_ALL and literals_shared(original.unit, block.unit) == 1.0


def _more(group: tuple[Repeated, ...]) -> str:
    """The other functions of the file that repeat something of the same other file."""
    names = sorted({found.block.unit.function.name for found in group} - {group[0].block.unit.function.name})
    named = ", ".join(f"`{name}`" for name in names[:_NAMED])
    return f"{len(group) - 1} more blocks{f', also in {named}' if named else ''}"
