"""Weighing: the arithmetic by hand, and what must hold whatever the records say."""

from __future__ import annotations

import datetime
import math
import re
import sys
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.catalogue import Catalogue
from scanner.finding import Allow, Confidence, Finding, Level, Location, Severity
from scanner.provenance.labels import settle
from scanner.provenance.record import Attributed, Evidence, Label, Provenance, Review, Tier
from scanner.rule import BASE_RANK, FAMILIES, Card
from scanner.settings import Settings, UsageError, Waiver
from scanner.weigh import Factor, Report, Weighed, explain, level_of, load_weights, rank, weigh

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SETTINGS = Settings()
NOTHING_KNOWN = Provenance()
FINDING = Finding("some-hazard", Location("app/pay.py", 3), "charge")
DEFAULT = load_weights("default")


def card(
    severity: Severity = Severity.MEDIUM,
    confidence: Confidence = Confidence.LOW,
    family: str = "duplication",
) -> Card:
    return Card(
        "some-hazard",
        "A hazard.",
        "a hazard",
        "because",
        "do better",
        severity,
        confidence,
        family,
        "file",
        "t/some_hazard.py",
    )


def one(
    provenance: Provenance = NOTHING_KNOWN,
    rule: Card | None = None,
    settings: Settings = SETTINGS,
    finding: Finding = FINDING,
    allows: tuple[Allow, ...] = (),
    baseline: frozenset[str] = frozenset(),
    today: datetime.date | None = None,
) -> Weighed:
    """One finding, weighed."""
    catalogue = Catalogue((rule or card(),))
    (weighed,) = weigh([Attributed(finding, provenance)], catalogue, settings, allows, baseline, today)
    return weighed


def by_agent(p: float = 1.0, tier: Tier = Tier.NONE, **more: object) -> Provenance:
    return Provenance(Label.AI, p, "claude-code", review=Review(tier), **more)  # type: ignore[arg-type]


# By hand. The default table: duplication 1.6, tests 1.4, security 1.4, unreviewed 1.3, unattended 1.2,
# critical path 1.5, cap 3.


def test_without_evidence_the_rank_is_the_rules_own() -> None:
    weighed = one(Provenance(Label.NO_EVIDENCE))
    assert (weighed.base, weighed.rank, weighed.weighing) == (40.0, 40.0, "40:60 → rank 40")


def test_two_factors_multiply_the_odds() -> None:
    # 40/60 × 1.6 × 1.3 = 1.38667; 1.38667 / 2.38667 = 0.58101
    weighed = one(by_agent())
    assert weighed.rank == 58.1
    assert (
        weighed.weighing
        == "40:60 × 1.6 duplication, ai (E24; against it E54) × 1.3 unreviewed (E49) = 2.08 → rank 58.1"
    )


def test_a_probability_is_the_exponent() -> None:
    # 1.6 ** 0.5 = 1.2649 → 1.265; 1.3 ** 0.5 = 1.1402 → 1.14; 40/60 × 1.4421 = 0.96140 → 49.016
    weighed = one(by_agent(0.5))
    assert [factor.value for factor in weighed.factors] == [1.265, 1.14]
    assert weighed.rank == 49.0


def test_the_product_is_capped() -> None:
    # 1.6 × 1.3 × 1.2 × 1.5 = 3.744 > 3; 40/60 × 3 = 2; 2/3
    weighed = one(by_agent(unattended=True), settings=Settings(critical_paths=("app/",)))
    assert weighed.rank == 66.7
    assert "= 3.74, capped at 3 → rank 66.7" in weighed.weighing


def test_a_critical_path_counts_whoever_wrote_it() -> None:
    # 40/60 × 1.5 = 1
    weighed = one(Provenance(Label.NO_EVIDENCE), settings=Settings(critical_paths=("app/pay.py",)))
    assert weighed.rank == 50.0


def test_without_weights_nothing_moves() -> None:
    weighed = one(by_agent(unattended=True), settings=Settings(weights="none", critical_paths=("app/",)))
    assert (weighed.rank, weighed.weighing) == (40.0, "40:60 → rank 40")


def test_before_the_merge_nothing_can_have_been_reviewed() -> None:
    for mode in ("staged", "diff"):
        weighed = one(by_agent(), settings=Settings(mode=mode))
        assert [factor.words for factor in weighed.factors] == ["duplication, ai"]


def test_a_signed_review_lowers_a_medium_finding() -> None:
    # 40/60 × 0.85 = 0.56667; 0.56667 / 1.56667 = 0.36170
    signed = Provenance(Label.HUMAN, 1.0, review=Review(Tier.ATTESTED, ("ada",), signed=True))
    assert one(signed).rank == 36.2


def test_a_signed_review_never_lowers_a_high_finding() -> None:
    signed = Provenance(Label.HUMAN, 1.0, review=Review(Tier.ATTESTED, ("ada",), signed=True))
    assert one(signed, card(Severity.HIGH, Confidence.HIGH)).rank == 75.0


def test_a_trailer_that_names_a_reviewer_lowers_nothing() -> None:
    assert one(by_agent(tier=Tier.NAMED)).rank == one(by_agent(tier=Tier.NONE)).rank


# Levels


@pytest.mark.parametrize(
    ("final", "base", "level"),
    [
        (39.9, 39.9, Level.NOTE),
        (40.0, 40.0, Level.WARNING),
        (69.9, 55.0, Level.WARNING),
        (70.0, 55.0, Level.ERROR),
        (71.0, 28.0, Level.WARNING),  # two steps up from a note: only one is taken
        (36.2, 40.0, Level.NOTE),
    ],
)
def test_the_level_follows_the_rank_and_rises_by_one_step(final: float, base: float, level: Level) -> None:
    assert level_of(final, base) is level


# What must hold whatever the records say

probabilities = st.floats(0, 1)
labels = st.sampled_from(Label)
unsigned_reviews = st.builds(Review, st.sampled_from(Tier))
unsigned = st.builds(
    Provenance,
    label=labels,
    confidence=probabilities,
    review=unsigned_reviews,
    unattended=st.booleans(),
)
cards = st.builds(
    card, st.sampled_from(Severity), st.sampled_from(Confidence), st.sampled_from(sorted(FAMILIES))
)
modes = st.sampled_from(["tree", "staged", "diff"])


@given(unsigned, cards, modes)
def test_nothing_unsigned_lowers_a_rank(provenance: Provenance, rule: Card, mode: str) -> None:
    weighed = one(provenance, rule, Settings(mode=mode))
    assert weighed.rank >= rule.base_rank


@given(unsigned, cards, unsigned_reviews)
def test_an_unsigned_review_takes_nothing_off(provenance: Provenance, rule: Card, review: Review) -> None:
    looked_for = replace(provenance, review=Review(Tier.NONE))
    named = replace(provenance, review=review)
    if review.tier not in (Tier.UNKNOWN, Tier.PENDING):  # facts of the run, nobody's record
        assert one(named, rule).rank == one(looked_for, rule).rank


@given(unsigned, cards, probabilities)
def test_a_surer_attribution_never_lowers(provenance: Provenance, rule: Card, other: float) -> None:
    low, high = sorted([provenance.confidence, other])
    assert (
        one(replace(provenance, confidence=low), rule).rank
        <= one(replace(provenance, confidence=high), rule).rank
    )


@given(unsigned, cards)
def test_the_rank_stays_between_the_base_and_the_cap(provenance: Provenance, rule: Card) -> None:
    highest = rank(rule.base_rank, [Factor(DEFAULT.cap, "")], DEFAULT.cap)
    weighed = one(provenance, rule, Settings(critical_paths=("**",)))
    assert rule.base_rank <= weighed.rank <= highest < 100


@given(cards, st.lists(st.floats(0.5, 3).map(lambda value: round(value, 3)), max_size=5))
def test_the_printed_arithmetic_gives_the_printed_rank(rule: Card, values: list[float]) -> None:
    factors = [Factor(value, "word") for value in values]
    printed = explain(rule.base_rank, factors, DEFAULT.cap, rank(rule.base_rank, factors, DEFAULT.cap))
    base, left = (float(part) for part in re.findall(r"^([\d.]+):([\d.]+)", printed)[0])
    product = math.prod(float(factor) for factor in re.findall(r"× ([\d.]+)", printed))
    odds = base / left * min(product, DEFAULT.cap)
    assert printed.endswith(f"→ rank {round(100 * odds / (1 + odds), 1):g}")


def test_every_base_rank_keeps_its_order() -> None:
    for severity in Severity:
        high, medium, low = (BASE_RANK[severity, confidence] for confidence in Confidence)
        assert high > medium > low
    for confidence in Confidence:
        ranks = [BASE_RANK[severity, confidence] for severity in Severity]
        assert ranks == sorted(ranks, reverse=True)


# Fates


def test_an_allow_comment_lets_pass_with_its_reason() -> None:
    allow = Allow("app/pay.py", 3, (3, 3), ("some-hazard",), "agreed with Ada")
    weighed = one(allows=(allow,))
    assert (weighed.fate, weighed.reason) == ("allowed", "agreed with Ada")


@pytest.mark.parametrize(
    "allow",
    [
        Allow("app/other.py", 3, (3, 3), ("some-hazard",), "another file"),
        Allow("app/pay.py", 9, (9, 12), ("some-hazard",), "another place"),
        Allow("app/pay.py", 3, (3, 3), ("other-hazard",), "another rule"),
    ],
)
def test_an_allow_comment_for_something_else_does_not(allow: Allow) -> None:
    assert one(allows=(allow,)).fate == "kept"


def test_a_high_finding_is_not_allowed_without_a_reason() -> None:
    allow = Allow("app/pay.py", 3, (3, 3), ("some-hazard",), "")
    assert one(allows=(allow,)).fate == "allowed"
    assert one(rule=card(Severity.HIGH, Confidence.HIGH), allows=(allow,)).fate == "kept"


def test_a_waiver_holds_for_its_rule_path_and_symbol() -> None:
    waiver = Waiver("some-hazard", "measured", path="app/**", symbol="charge")
    assert one(settings=Settings(allow=(waiver,))).fate == "allowed"
    for other in (
        replace(waiver, rule="other-hazard"),
        replace(waiver, path="lib/**"),
        replace(waiver, symbol="refund"),
    ):
        assert one(settings=Settings(allow=(other,))).fate == "kept"


def test_a_waiver_holds_to_the_end_of_its_last_day() -> None:
    settings = Settings(allow=(Waiver("some-hazard", "until the release", expires="2026-03-01"),))
    assert one(settings=settings, today=datetime.date(2026, 3, 1)).fate == "allowed"
    assert one(settings=settings, today=datetime.date(2026, 3, 2)).fate == "kept"


def test_what_the_baseline_knows_is_known() -> None:
    known = one().fingerprint
    assert one(baseline=frozenset({known})).fate == "known"


def test_what_an_engine_excused_is_suppressed() -> None:
    weighed = one(finding=replace(FINDING, excused="nosemgrep"))
    assert (weighed.fate, weighed.reason) == ("suppressed", "nosemgrep")


def test_findings_that_agree_in_everything_have_fingerprints_of_their_own() -> None:
    twice = [
        Attributed(replace(FINDING, location=Location("app/pay.py", line)), Provenance()) for line in (3, 9)
    ]
    first, second = weigh(twice, Catalogue((card(),)), SETTINGS)
    assert first.fingerprint != second.fingerprint
    assert first.fingerprint == one().fingerprint


# Exit codes


@pytest.mark.parametrize(
    ("fail_on", "severity", "code"),
    [
        ("error", Severity.HIGH, 1),
        ("error", Severity.MEDIUM, 0),
        ("warning", Severity.MEDIUM, 1),
        ("note", Severity.LOW, 1),
        ("never", Severity.HIGH, 0),
    ],
)
def test_the_exit_code_follows_the_threshold(fail_on: str, severity: Severity, code: int) -> None:
    kept = one(rule=card(severity, Confidence.HIGH))
    report = Report((kept,), (), (), (), (kept.card,), Settings(fail_on=fail_on), 1)
    assert report.exit_code == code


def test_an_incomplete_run_beats_its_findings() -> None:
    kept = one(rule=card(Severity.HIGH, Confidence.HIGH))
    assert Report((kept,), (), (), (), (kept.card,), SETTINGS, 1, incomplete=True).exit_code == 3


# Weights


def test_every_figure_cites_a_source_that_is_explained() -> None:
    weights, evidence = (_document(name) for name in ("weights.toml", "evidence.toml"))
    entries = [
        entry for group in ("family", "review", "autonomy", "path") for entry in weights[group].values()
    ]
    for entry in entries:
        assert entry["factor"] == 1.0 or entry["sources"]
        assert set(entry["sources"]) | set(entry["against"]) <= set(evidence)
    assert set(weights["family"]) == FAMILIES


def _document(name: str) -> dict[str, Any]:
    return tomllib.loads(files("scanner").joinpath(name).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "text", ["", "cap = 'three'", "cap = 3\n[family]\ntests = { factor = 99 }", "cap = 3\nfamily = 1", "= 3"]
)
def test_a_broken_table_of_weights_is_named(text: str, tmp_path: Path) -> None:
    file = tmp_path / "weights.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match="not a weights file"):
        load_weights(str(file))


# A record more is never a rank less: evidence as it is gathered, settled into a label, and weighed

evidence = st.builds(
    Evidence,
    kind=st.sampled_from(["line-note", "trailer", "author", "footer", "environment"]),
    where=st.just("0123456789"),
    proves=st.sampled_from([Label.AI, Label.MIXED, Label.HUMAN, Label.BOT]),
    confidence=probabilities,
)


@given(st.lists(evidence, max_size=5), evidence, cards)
def test_one_more_unsigned_record_never_lowers_a_finding(
    records: list[Evidence], more: Evidence, rule: Card
) -> None:
    def ranked(found: list[Evidence]) -> float:
        verdict = settle(found)
        return one(Provenance(verdict.label, verdict.confidence, review=Review(Tier.NONE)), rule).rank

    assert ranked([*records, more]) >= ranked(records)
