"""Findings with provenance → a report: rank and level of each; kept, allowed, known or suppressed.

Pure. Nothing is lost, all is counted. The arithmetic is odds, so that a person can check it by hand:
`40:60 × 1.6 duplication, ai (E24; against it E54) × 1.3 unreviewed (E49) = 2.08 → rank 58.1`.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path
from typing import Any

from scanner import toml
from scanner.catalogue import Catalogue
from scanner.finding import Allow, Confidence, Finding, Level, Notice, Unreadable
from scanner.frozen import frozen
from scanner.proof import Proof, Verdict
from scanner.provenance.record import Attributed, Label, Provenance, Tier
from scanner.rule import BASE_RANK, Card
from scanner.settings import Settings, UsageError, Waiver, matches

ERROR_RANK = 70.0
WARNING_RANK = 40.0
HIGH_BASE = 70.0  # nothing lowers a finding whose base rank reaches this


@frozen
class Factor:
    """One odds factor, the words that name it, and the ids of the studies behind it; `against` are those
    that found the opposite."""

    value: float
    words: str
    sources: tuple[str, ...] = ()
    against: tuple[str, ...] = ()

    def __str__(self) -> str:
        contested = f"; against it {', '.join(self.against)}" if self.against else ""
        return f"{self.value:g} {self.words} ({', '.join(self.sources) or 'judgement'}{contested})"


@frozen
class Weights:
    """The table of factors; `none` has every factor 1."""

    name: str
    cap: float
    table: Mapping[str, Mapping[str, Factor]]

    def factor(self, group: str, key: str) -> Factor:
        return self.table.get(group, {}).get(key, Factor(1.0, ""))


@frozen
class Weighed:
    """A finding with its rank, how it came about, and what became of it.

    `fate` is kept | allowed | known | suppressed | cleared; only what is kept is shown, all are counted.
    """

    finding: Finding
    card: Card
    provenance: Provenance
    base: float
    rank: float
    level: Level
    weighing: str
    factors: tuple[Factor, ...]
    fingerprint: str
    fate: str = "kept"
    reason: str = ""
    proof: Proof | None = None  # what running the test around it has shown


@frozen
class Report:
    """The result of a run, complete: what was found, what was let pass and why, what could not be read."""

    kept: tuple[Weighed, ...]
    passed: tuple[Weighed, ...]  # allowed, known, suppressed and cleared
    unreadable: tuple[Unreadable, ...]
    notices: tuple[Notice, ...]
    cards: tuple[Card, ...]
    settings: Settings
    files: int
    texts: Mapping[str, str] = field(default_factory=dict)  # of the files that a kept finding names
    version: Mapping[str, str] = field(default_factory=dict)  # repository, revision, branch
    incomplete: bool = False
    marked: frozenset[str] = frozenset()  # of `texts`, the files that start with a byte order mark
    shown: Mapping[str, str] = field(default_factory=dict)  # of `texts`, those with a secret, without it
    proofs: tuple[Proof, ...] = ()  # of the tests that `assay verify` ran

    @property
    def exit_code(self) -> int:
        """3 when something was not analysed, else 1 with findings at or above `fail_on`, else 0."""
        if self.incomplete or any(notice.incomplete for notice in self.notices):
            return 3
        steps = [Level.NOTE.value, Level.WARNING.value, Level.ERROR.value]
        if self.settings.fail_on == "never":
            return 0
        bar = steps.index(self.settings.fail_on)
        return int(any(steps.index(item.level.value) >= bar for item in self.kept))


def load_weights(name: str, content: bytes | None = None) -> Weights:
    """`none`, `default`, or the path of a file of the same shape as ours; `content` stands for what is on
    disk there.

    Raises:
        UsageError: the file is missing or malformed.
    """
    if name == "none":
        return Weights("none", 1.0, {})
    path = Path(__file__).with_name("weights.toml") if name == "default" else Path(name)
    try:
        document = toml.loads((path.read_bytes() if content is None else content).decode("utf-8"))
        table = {
            group: {key: _factor(group, key, entry) for key, entry in document.get(group, {}).items()}
            for group in ("family", "review", "autonomy", "path", "proof")
        }
        cap = float(document["cap"])
        if not 1 <= cap <= 100:
            raise ValueError(f"cap {cap} is not between 1 and 100: it would silence findings")
        return Weights(name, cap, table)
    except OSError as error:
        raise UsageError(f"--weights {name}: {error.strerror}") from error
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError, RecursionError) as error:
        raise UsageError(
            f"--weights {name}: not a weights file: {error}; see weights.toml in the package"
        ) from error


def studies() -> dict[str, str]:
    """What the ids of studies stand for that factors and rules cite."""
    listed = Path(__file__).with_name("evidence.toml").read_text(encoding="utf-8")
    known: dict[str, str] = toml.loads(listed)
    return known


def _factor(group: str, key: str, entry: Mapping[str, Any]) -> Factor:
    value = float(entry["factor"])
    if not 0.1 <= value <= 10:
        raise ValueError(f"{group}.{key}: factor {value} is not between 0.1 and 10")
    return Factor(value, key, tuple(entry.get("sources", ())), tuple(entry.get("against", ())))


def weigh(
    attributed: Sequence[Attributed],
    catalogue: Catalogue,
    settings: Settings,
    allows: Sequence[Allow] = (),
    baseline: frozenset[str] = frozenset(),
    today: datetime.date | None = None,
    weights: Weights | None = None,
) -> tuple[Weighed, ...]:
    """Rank every finding, and decide its fate. Sorted by place. `weights` stand for those of the settings."""
    if not attributed:
        return ()
    weights = weights or load_weights(settings.weights)
    ordered = sorted(attributed, key=lambda one: _order(one.finding))
    seen: dict[str, int] = {}
    weighed = []
    for one in ordered:
        card = catalogue.card(one.finding.rule)
        plain = one.finding.fingerprint()
        occurrence = seen[plain] = seen.get(plain, -1) + 1
        fingerprint = one.finding.fingerprint(occurrence)
        fate, reason = _fate(one.finding, card, settings, allows, baseline, fingerprint, today)
        weighed.append(_weighed(one, card, settings, weights, fingerprint, fate, reason))
    return tuple(weighed)


def with_proofs(report: Report, proofs: Mapping[str, Proof]) -> Report:
    """The report after its tests were run: a finding that a run refutes is cleared, one that a run proves
    ranks higher.

    Args:
        proofs: by the fingerprint of the finding.
    """
    weights = load_weights(report.settings.weights)
    items = [_with_proof(item, proofs.get(item.fingerprint), weights) for item in report.kept]
    return replace(
        report,
        kept=tuple(item for item in items if item.fate == "kept"),
        passed=(*report.passed, *(item for item in items if item.fate != "kept")),
    )


# What these rules say is that the whole test notices nothing; others speak of one of its lines.
_OF_THE_WHOLE = frozenset(
    {
        "crash-only-test",
        "declared-crash-only-test",
        "returned-verdict",
        "test-without-oracle",
        "verdict-of-a-script",
    }
)


def _with_proof(item: Weighed, proof: Proof | None, weights: Weights) -> Weighed:
    if proof is None or proof.verdict is Verdict.UNKNOWN:
        return replace(item, proof=proof)
    whole = item.card.id in _OF_THE_WHOLE
    if proof.verdict is Verdict.KILLED and whole:
        return replace(item, proof=proof, fate="cleared", reason=proof.words)
    if proof.verdict is not Verdict.SURVIVED and not whole:
        return replace(item, proof=proof)
    base = max(item.base, BASE_RANK[item.card.severity, Confidence.HIGH])
    known = weights.factor("proof", proof.verdict.name.lower())
    factors = item.factors
    if known.value > 1.0:
        factors = (*factors, replace(known, words="proved by running it"))
    final = rank(base, factors, weights.cap)
    return replace(
        item,
        proof=proof,
        base=base,
        rank=final,
        level=level_of(final, base),
        weighing=explain(base, factors, weights.cap, final),
        factors=factors,
    )


def judge_allows(
    findings: Sequence[Finding],
    allows: Sequence[Allow],
    catalogue: Catalogue,
    settings: Settings,
    *,
    whole: bool,
) -> tuple[Finding, ...]:
    """What the rules about allow comments say, given all findings of the run."""
    if not catalogue.allow_rules:
        return ()
    here: dict[str, list[Finding]] = {}
    for finding in findings:
        here.setdefault(finding.location.path, []).append(finding)
    found: list[Finding] = []
    for allow in allows:
        lets_pass = any(_lets_pass(allow, one, catalogue.card(one.rule)) for one in here.get(allow.path, ()))
        used = lets_pass or (False if _judges_all(allow, catalogue, settings, whole=whole) else None)
        for rule in catalogue.allow_rules:
            found.extend(rule.check(allow, used))
    return tuple(found)


def _judges_all(allow: Allow, catalogue: Catalogue, settings: Settings, *, whole: bool) -> bool:
    """Did this run look for all that an allow comment names? What no rule is called, is never found."""
    if not allow.rules:
        return False
    for name in allow.rules:
        card = catalogue.named(name)
        if card is None and name in catalogue.names:
            return False  # a rule that is on trial, or was not selected
        if card is None:
            continue
        if card.engine == "semgrep" and not settings.semgrep:
            return False
        if card.engine == "change" or (card.engine in ("repository", "allow") and not whole):
            return False
    return True


def _order(finding: Finding) -> tuple[Any, ...]:
    place = finding.location
    return (
        place.path,
        place.line,
        place.column,
        finding.rule,
        finding.arguments,
        place.end_line,
        finding.symbol,
    )


def rank(base: float, factors: Sequence[Factor], cap: float) -> float:
    """The base rank with its odds multiplied, to one decimal; the product of the factors is capped."""
    product = 1.0
    for factor in factors:
        product *= factor.value
    product = min(product, cap)
    odds = base / (100.0 - base) * product
    return round(100.0 * odds / (1.0 + odds), 1)


def factors_of(
    card: Card, provenance: Provenance, settings: Settings, weights: Weights, path: str
) -> tuple[Factor, ...]:
    """The factors that move this finding.

    Factors of provenance act with the attribution probability: `W ** p`. Evidence that nobody signed
    only ever raises: every record is text that anybody can write.
    """
    found: list[Factor] = []
    probability = provenance.confidence if provenance.label in (Label.AI, Label.MIXED) else 0.0
    if probability:
        family = weights.factor("family", card.family)
        found.append(_acting(family, probability, f"{card.family}, {provenance.label.value}"))
        words = _UNREVIEWED.get(provenance.review.tier) if settings.mode == "tree" else None
        if words and not provenance.review.signed:
            found.append(_acting(weights.factor("review", "none"), probability, words))
        if provenance.unattended:
            found.append(_acting(weights.factor("autonomy", "unattended"), probability, "unattended agent"))
    if any(matches(path, pattern) for pattern in settings.critical_paths):
        critical = weights.factor("path", "critical")
        found.append(replace(critical, words="critical path"))
    raised = [factor for factor in found if factor.value > 1.0]
    if provenance.review.tier is Tier.ATTESTED and provenance.review.signed and card.base_rank < HIGH_BASE:
        approved = weights.factor("review", "approved")
        raised.append(replace(approved, value=min(1.0, approved.value), words="review attested"))
    return tuple(raised)


# A trailer that names a reviewer is text that the author can write, so it must not lower a rank: without a
# signature the factor stays. Before the merge (staged, diff) nothing can have been reviewed yet.
_UNREVIEWED = {
    Tier.NONE: "unreviewed",
    Tier.REQUESTED: "unreviewed",
    Tier.MERGED: "review unsigned",
    Tier.NAMED: "review unsigned",
    Tier.ATTESTED: "review unsigned",
}


def _acting(factor: Factor, probability: float, words: str) -> Factor:
    return replace(factor, value=round(factor.value**probability, 3), words=words)


def _weighed(
    one: Attributed,
    card: Card,
    settings: Settings,
    weights: Weights,
    fingerprint: str,
    fate: str,
    reason: str,
) -> Weighed:
    base = card.base_rank
    factors = factors_of(card, one.provenance, settings, weights, one.finding.location.path)
    final = rank(base, factors, weights.cap)
    return Weighed(
        one.finding,
        card,
        one.provenance,
        base,
        final,
        level_of(final, base),
        explain(base, factors, weights.cap, final),
        factors,
        fingerprint,
        fate,
        reason,
    )


_STEPS = (Level.NOTE, Level.WARNING, Level.ERROR)


def level_of(final: float, base: float) -> Level:
    """The level follows the rank, and rises by at most one step over the rule's own."""
    own, reached = _step(base), _step(final)
    return _STEPS[min(reached, own + 1)]


def _step(value: float) -> int:
    return 2 if value >= ERROR_RANK else 1 if value >= WARNING_RANK else 0


def explain(base: float, factors: Sequence[Factor], cap: float, final: float) -> str:
    """The arithmetic in one line."""
    odds = f"{base:g}:{100 - base:g}"
    if not factors:
        return f"{odds} → rank {final:g}"
    product = 1.0
    for factor in factors:
        product *= factor.value
    steps = " ".join(f"× {factor}" for factor in factors)
    capped = f", capped at {cap:g}" if product > cap else ""
    return f"{odds} {steps} = {product:.3g}{capped} → rank {final:g}"


def _fate(
    finding: Finding,
    card: Card,
    settings: Settings,
    allows: Sequence[Allow],
    baseline: frozenset[str],
    fingerprint: str,
    today: datetime.date | None,
) -> tuple[str, str]:
    if finding.excused:
        return "suppressed", finding.excused
    for allow in allows:
        if _lets_pass(allow, finding, card):
            return "allowed", allow.reason
    for waiver in settings.allow:
        if _waives(waiver, finding, card, today):
            return "allowed", waiver.reason
    if fingerprint in baseline:
        return "known", "in the baseline"
    return "kept", ""


def _lets_pass(allow: Allow, finding: Finding, card: Card) -> bool:
    place = finding.location
    if allow.path != place.path or not allow.covers[0] <= place.line <= allow.covers[1]:
        return False
    if card.engine == "allow" and card.id not in allow.rules:
        return False  # no comment lets itself pass
    # A high finding is let pass for a reason, or not at all.
    return _names(allow, card) and (bool(allow.reason) or card.base_rank < HIGH_BASE)


def _names(allow: Allow, card: Card) -> bool:
    return not allow.rules or bool({card.id, *card.aliases} & set(allow.rules))


def _waives(waiver: Waiver, finding: Finding, card: Card, today: datetime.date | None) -> bool:
    if waiver.rule not in {card.id, *card.aliases} or not matches(finding.location.path, waiver.path):
        return False
    if waiver.symbol and waiver.symbol != finding.symbol:
        return False
    if waiver.expires and today is not None:
        return today <= datetime.date.fromisoformat(waiver.expires)
    return True
