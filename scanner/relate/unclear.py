"""What a tree does not say clearly of its dependencies: it is named, and the rest goes on without."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.facts import Facts, Mention
from scanner.finding import Notice
from scanner.relate.supply import Supply


def notices(supply: Supply) -> Iterator[Notice]:
    """A notice for each include that leads nowhere or round in a circle, each pair of versions that exclude
    each other, and each manifest that is only told when it is built."""
    for facts, mention in supply.unread():
        yield _at(
            facts, mention, f"what `{mention.name}` asks for is not known: it is not among the files read"
        )
    for facts, mention, way in supply.circles():
        yield _at(facts, mention, f"includes itself: {' → '.join([facts.path, *way])}")
    for (other, first), (facts, one) in supply.contradictions():
        where = "above" if other is facts else f"in `{other.path}`"
        text = f"`{one.name}` is `{one.specifier}` here, and `{first.specifier}` {where}"
        yield Notice(text, facts.path, one.place.line)
    for facts in supply.manifests_and_includes():
        for mention in facts.mentions:
            if mention.kind == "dynamic":
                text = "what it depends on is worked out when it is built: what is missing cannot be told"
                yield _at(facts, mention, text)
    if supply.is_untold:
        yield Notice("no manifest says what this tree depends on: what is missing or unused cannot be told")


def _at(facts: Facts, mention: Mention, text: str) -> Notice:
    return Notice(text, facts.path, mention.place.line)
