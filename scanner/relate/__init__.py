"""Whole-repository reasoning over facts alone: candidates are confirmed or dropped, repository rules run."""

from __future__ import annotations

from collections.abc import Sequence

from scanner.analyse import FactsStore, clock
from scanner.analyse.cache import Cache
from scanner.catalogue import Catalogue
from scanner.finding import Candidate, Finding, Notice, from_row, to_row
from scanner.frozen import frozen
from scanner.profile import UNASKED, Profile
from scanner.relate.repository import Repository

__all__ = ["Related", "Repository", "relate"]


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
) -> Related:
    """Confirm candidates, and run the repository rules. A pure function of all facts, so its result is
    kept under their digest."""
    if not candidates and not catalogue.speaks("repository"):
        return Related(())
    key = f"relate:{facts.digest}:{catalogue.digest}"
    known = cache.read([key], "findings").get(key)
    if known is not None:
        return Related(tuple(from_row(row) for row in known))
    repository = Repository(facts.load())
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
    if not notices:
        import json

        cache.write([(key, json.dumps([to_row(finding) for finding in findings]), "[]")])
    return Related(tuple(findings), tuple(notices))


def _stands(candidate: Candidate, repository: Repository) -> bool:
    return repository.resolve(candidate.symbol) in candidate.meant
