"""Our own JSON: everything that a run knows, for programs. `schema` changes when a key changes its meaning
or goes away; keys may be added. `--baseline` reads it, too."""

from __future__ import annotations

from collections import Counter
from typing import Any

import scanner
from scanner.discover import expected_unreadable
from scanner.finding import Finding, Fix, Level, Location, Notice, Related, Unreadable
from scanner.proof import Proof
from scanner.provenance.record import Evidence, Provenance
from scanner.report import document, wording
from scanner.rule import Card
from scanner.settings import Settings
from scanner.weigh import Factor, Report, Weighed

SCHEMA = 1
_PASSED = ("allowed", "known", "suppressed", "cleared")
_SHAPE: document.Shape = {
    "rules": {},
    "findings": {},
    "passed": {},
    "tests": {},
    "unreadable": {},
    "notices": {},
}


def render(report: Report) -> str:
    """The report as one JSON object, a finding a line."""
    return document.dumps(_report(report), _SHAPE)


def _report(report: Report) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "tool": {"name": "assay", "version": scanner.__version__},
        "settings": _settings(report.settings),
        "version": dict(report.version),
        "summary": _summary(report),
        "rules": [_card(card) for card in report.cards],
        "findings": [_weighed(item) for item in report.kept],
        "passed": [_weighed(item) for item in report.passed],
        **({"tests": [proof(one) for one in report.proofs]} if report.proofs else {}),
        "unreadable": [_unreadable(item, report.settings) for item in report.unreadable],
        "notices": [_notice(notice) for notice in report.notices],
    }


def _settings(settings: Settings) -> dict[str, Any]:
    """What the result depends on; not where the tree lies nor how many processes looked at it."""
    return {
        "paths": list(settings.paths),
        "mode": settings.mode,
        "diff_base": settings.diff_base,
        "select": list(settings.select),
        "ignore": list(settings.ignore),
        "preview": settings.preview,
        "exclude": list(settings.exclude),
        "critical_paths": list(settings.critical_paths),
        "weights": settings.weights,
        "provenance": settings.provenance,
        "semgrep": settings.semgrep,
        "baseline": settings.baseline,
        "fail_on": settings.fail_on,
        "min_rank": settings.min_rank,
    }


def _summary(report: Report) -> dict[str, Any]:
    levels = Counter(item.level for item in report.kept)
    labels = Counter(item.provenance.label.value for item in report.kept)
    fates = Counter(item.fate for item in report.passed)
    return {
        "files": report.files,
        "exit_code": report.exit_code,
        "findings": len(report.kept),
        "levels": {level.value: levels[level] for level in Level},
        "provenance": dict(sorted(labels.items())),
        "fates": {"kept": len(report.kept), **{fate: fates[fate] for fate in _PASSED}},
        "unreadable": len(report.unreadable),
    }


def _card(card: Card) -> dict[str, Any]:
    return {
        "id": card.id,
        "summary": card.summary,
        "why": card.why,
        "instead": card.instead,
        "family": card.family,
        "severity": card.severity.value,
        "confidence": card.confidence.value,
        "base_rank": card.base_rank,
        "cwe": list(card.cwe),
        "evidence": list(card.evidence),
        "engine": card.engine,
        "preview": card.preview,
    }


def _weighed(item: Weighed) -> dict[str, Any]:
    return {
        "rule": item.card.id,
        "family": item.card.family,
        "level": item.level.value,
        "rank": item.rank,
        "base_rank": item.base,
        "weighing": item.weighing,
        "factors": [_factor(factor) for factor in item.factors],
        **_finding(item.finding),
        "message": wording.message(item),
        "instead": wording.instead(item),
        "fingerprint": item.fingerprint,
        "provenance": _provenance(item.provenance),
        "fate": item.fate,
        "reason": item.reason,
        **({"proof": proof(item.proof)} if item.proof is not None else {}),
    }


def proof(one: Proof) -> dict[str, Any]:
    """What running a test has shown, as JSON has it."""
    return {
        "path": one.path,
        "test": one.test,
        "verdict": one.verdict.value,
        "words": one.words,
        "alterations": [
            {
                "function": item.function,
                "how": item.how,
                "outcome": item.outcome,
                "error": item.error,
                "where": item.where,
            }
            for item in one.alterations
        ],
    }


def _factor(factor: Factor) -> dict[str, Any]:
    return {
        "value": factor.value,
        "words": factor.words,
        "sources": list(factor.sources),
        "against": list(factor.against),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        **_place(finding.location),
        "symbol": finding.symbol,
        "arguments": dict(finding.arguments),
        "details": dict(finding.details),
        "related": [_related(other) for other in finding.related],
        "flow": [_related(step) for step in finding.flow],
        "fix": None if finding.fix is None else _fix(finding.fix),
    }


def _place(place: Location) -> dict[str, Any]:
    """Lines and columns from 1, columns in code points, the end exclusive; an end column of 0 is the end
    of the line."""
    return {
        "path": place.path,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
    }


def _related(other: Related) -> dict[str, Any]:
    return {"label": other.label, **_place(other.location)}


def _fix(fix: Fix) -> dict[str, Any]:
    edits = [{**_place(edit.location), "text": edit.text} for edit in fix.edits]
    return {"description": fix.description, "safe": fix.safe, "edits": edits}


def _provenance(provenance: Provenance) -> dict[str, Any]:
    return {
        "label": provenance.label.value,
        "confidence": provenance.confidence,
        "agent": provenance.agent,
        "model": provenance.model,
        "commit": provenance.commit,
        "unattended": provenance.unattended,
        "reason": provenance.reason,
        "evidence": [evidence(one) for one in provenance.evidence],
        "review": {
            "tier": provenance.review.tier.value,
            "by": list(provenance.review.by),
            "evidence": provenance.review.evidence,
            "signed": provenance.review.signed,
        },
    }


def evidence(one: Evidence) -> dict[str, Any]:
    """One observed signal, as JSON has it."""
    return {
        "kind": one.kind,
        "where": one.where,
        "proves": one.proves.value,
        "confidence": one.confidence,
        "agent": one.agent,
        "model": one.model,
        "signed": one.signed,
    }


def _unreadable(item: Unreadable, settings: Settings) -> dict[str, Any]:
    expected = expected_unreadable(settings, item)
    return {
        "path": item.path,
        "line": item.line,
        "reason": item.reason.value,
        "detail": item.detail,
        "expected": expected,
    }


def _notice(notice: Notice) -> dict[str, Any]:
    return {"text": notice.text, "path": notice.path, "line": notice.line, "incomplete": notice.incomplete}
