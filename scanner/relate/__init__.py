"""Whole-repository reasoning over facts alone: candidates are confirmed or dropped, repository rules run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from scanner.analyse import FactsStore, clock
from scanner.analyse.cache import Cache
from scanner.catalogue import Catalogue
from scanner.finding import Candidate, Finding, Notice, from_row, to_row
from scanner.frozen import frozen
from scanner.profile import UNASKED, Profile
from scanner.relate.repository import Repository

if TYPE_CHECKING:
    from scanner.index import Index

__all__ = ["Related", "Repository", "relate"]

_SHOWN = 8  # names that a notice tells


@frozen
class Related:
    """What the files tell together."""

    findings: tuple[Finding, ...]
    notices: tuple[Notice, ...] = ()


def relate(
    candidates: Sequence[Candidate],
    facts: FactsStore,
    catalogue: Catalogue,
    cache: Cache,
    profile: Profile = UNASKED,
    index: Index | None = None,
) -> Related:
    """Confirm candidates, and run the repository rules. A pure function of all facts, so its result is
    kept under their digest; what an index has may be another tomorrow."""
    if not candidates and not catalogue.speaks("repository"):
        return Related(())
    key = f"relate:{facts.digest}:{catalogue.digest}"
    known = cache.read([key, f"{key}:said"], "findings") if index is None else {}
    if len(known) == 2:
        said = tuple(Notice(*row) for row in known[f"{key}:said"])
        return Related(tuple(from_row(row) for row in known[key]), said)
    repository = Repository(facts.load(), index)
    findings = [one.finding for one in candidates if _stands(one, repository)]
    notices: list[Notice] = []
    for rule in catalogue.repository_rules:
        if rule.whole and not facts.whole:
            continue
        try:
            with profile.of_rule(rule.id), clock.aborting(clock.PER_RULE):
                findings.extend(list(rule.check(repository)))
        except clock.TookTooLong:
            text = f"the rule {rule.id} took more than {clock.PER_RULE:.0f} s of processor time"
            notices.append(Notice(text, incomplete=True))
        except Exception as error:  # noqa: BLE001 - a rule that fails is named, and the others go on
            text = f"the rule {rule.id} failed: {type(error).__name__}: {error}"
            notices.append(Notice(text, incomplete=True))
    said = _unclear(repository, catalogue) if facts.whole else ()
    if index is not None:
        notices.extend(_silence(index))
    elif not notices:
        import json

        rows = json.dumps([to_row(finding) for finding in findings])
        cache.write(
            [
                (key, rows, "[]"),
                (f"{key}:said", json.dumps([(one.text, one.path, one.line) for one in said]), "[]"),
            ]
        )
    return Related(tuple(findings), (*notices, *said))


def _unclear(repository: Repository, catalogue: Catalogue) -> tuple[Notice, ...]:
    """Who asks about dependencies hears what cannot be told of them."""
    if not any(card.family == "dependencies" for card in catalogue.cards):
        return ()
    from scanner.relate import unclear

    return tuple(unclear.notices(repository.supply))


def _silence(index: Index) -> Iterator[Notice]:
    names = index.unanswered
    if names:
        shown = ", ".join(f"`{name}`" for name in names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")
        yield Notice(f"no package index answered for {shown}: ask again", incomplete=True)


def _stands(candidate: Candidate, repository: Repository) -> bool:
    return repository.resolve(candidate.symbol) in candidate.meant
