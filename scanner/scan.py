"""The story of a run: discover → analyse → relate → attribute → weigh → report.

Data flows one way. Each step takes frozen values and gives frozen values; only the command line prints.
"""

from __future__ import annotations

import datetime
import json
from codecs import BOM_UTF8
from collections.abc import Iterable, Sequence
from pathlib import Path

from scanner import analyse as analysis
from scanner import catalogue as rules
from scanner.analyse.cache import Cache
from scanner.catalogue import Catalogue
from scanner.change import Change, ChangedFile
from scanner.discover import Discovered, discover, expected_unreadable, from_bytes
from scanner.finding import Finding, Location, Notice, Unreadable
from scanner.history import History, NoHistory
from scanner.provenance import Attributed, Attribution, Provenance, attribute
from scanner.relate import relate
from scanner.settings import Settings, UsageError
from scanner.weigh import Report, Weighed, weigh


def scan(settings: Settings, stdin: bytes = b"") -> Report:
    """Scan what the settings name.

    Raises:
        UsageError: a path, a rule or a configuration value that cannot be.
        catalogue.RuleError: a rule that cannot load.
    """
    catalogue = rules.load(settings.rule_paths).select(settings)
    history = History.open(settings.root)
    sources, change = _sources(settings, history, catalogue, stdin)
    with Cache(settings.root, enabled=settings.cache) as cache:
        facts = analysis.analyse(sources.files, catalogue, settings, cache)
        together = relate(facts.candidates, facts.facts, catalogue, cache)
        changed = _change_findings(change, catalogue)
        findings = _relevant((*facts.findings, *together.findings, *changed), change)
        attributed = _attribute(findings, history, settings)
        weighed = weigh(
            attributed.attributed,
            catalogue,
            settings,
            facts.allows,
            _baseline(settings),
            datetime.date.today(),
        )
        notices = (
            *sources.notices,
            *facts.notices,
            *together.notices,
            *attributed.notices,
            *([Notice(cache.problem)] if cache.problem else []),
        )
        return _report(
            weighed, (*sources.unreadable, *facts.unreadable), notices, sources, catalogue, settings, history
        )


def _sources(
    settings: Settings, history: History | NoHistory, catalogue: Catalogue, stdin: bytes
) -> tuple[Discovered, Change | None]:
    """The files of the run, and the change that the findings are held against, if there is one."""
    languages = _languages(catalogue)
    if settings.mode == "stdin":
        return from_bytes(settings, {settings.stdin_filename: stdin}, languages), None
    if isinstance(history, NoHistory):
        if settings.mode != "tree":
            raise UsageError(f"--{settings.mode} needs a git repository: {history.reason}")
        return discover(settings, None, languages), None
    if settings.mode == "staged":
        return _staged(settings, history, languages)
    sources = discover(settings, history.tracked_files(), languages)
    if settings.mode == "diff":
        return sources, _diff(settings, history, sources)
    return sources, None


def _staged(
    settings: Settings, history: History, languages: frozenset[str]
) -> tuple[Discovered, Change | None]:
    """What is staged, as it is staged. Where nothing is (`pre-commit run --all-files`, `--from-ref`),
    what was given: never nothing."""
    staged = history.staged_files()
    if not staged:
        return discover(settings, history.tracked_files() if not settings.paths else (), languages), None
    blobs = history.staged_blobs(staged)
    before = history.blobs_at(history.head, staged) if history.head else {}
    lines = history.changed_lines(None, staged=True)
    change = Change(
        tuple(ChangedFile(path, before.get(path), blobs.get(path), lines.get(path, ())) for path in staged),
        history.head,
    )
    return from_bytes(settings, blobs, languages), change


def _diff(settings: Settings, history: History, sources: Discovered) -> Change:
    base = history.merge_base(settings.diff_base)
    lines = history.changed_lines(settings.diff_base, staged=False)
    before = history.blobs_at(base, sorted(lines))
    now = {file.path: file.data for file in sources.files}
    return Change(
        tuple(ChangedFile(path, before.get(path), now.get(path), lines[path]) for path in sorted(lines)), base
    )


def _languages(catalogue: Catalogue) -> frozenset[str]:
    wanted = {language for card in catalogue.cards for language in card.languages}
    return frozenset(wanted | {"python"})


def _attribute(findings: Sequence[Finding], history: History | NoHistory, settings: Settings) -> Attribution:
    if settings.provenance == "none":
        return Attribution(
            tuple(Attributed(one, Provenance(reason="not asked for (--provenance none)")) for one in findings)
        )
    return attribute(findings, history, mode=settings.mode, base=settings.diff_base)


def _change_findings(change: Change | None, catalogue: Catalogue) -> tuple[Finding, ...]:
    if change is None:
        return ()
    return tuple(finding for rule in catalogue.change_rules for finding in rule.check(change))


def _relevant(findings: Iterable[Finding], change: Change | None) -> tuple[Finding, ...]:
    """Of a change's judge, only what the change did: findings that touch a changed line, at their own
    place or at one that they relate to."""
    if change is None:
        return tuple(findings)
    return tuple(
        finding
        for finding in findings
        if change.touches(finding.location.path, finding.location.line, finding.location.end_line)
    )


def _baseline(settings: Settings) -> frozenset[str]:
    """The fingerprints of a baseline file."""
    if not settings.baseline:
        return frozenset()
    try:
        document = json.loads(Path(settings.baseline).read_text(encoding="utf-8"))
        return frozenset(entry["fingerprint"] for entry in document["findings"])
    except OSError as error:
        raise UsageError(f"--baseline {settings.baseline}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"--baseline {settings.baseline}: not a baseline; write one with `assay baseline write`"
        ) from error


def _report(
    weighed: Sequence[Weighed],
    unreadable: Sequence[Unreadable],
    notices: Sequence[Notice],
    sources: Discovered,
    catalogue: Catalogue,
    settings: Settings,
    history: History | NoHistory,
) -> Report:
    kept = tuple(item for item in weighed if item.fate == "kept" and item.rank >= settings.min_rank)
    passed = tuple(item for item in weighed if item.fate != "kept")
    named = {place.path for item in kept for place in _places(item.finding)}
    return Report(
        kept,
        passed,
        tuple(unreadable),
        tuple(notices),
        catalogue.cards,
        settings,
        len(sources.files),
        {file.path: _text(file.data) for file in sources.files if file.path in named},
        _version(history),
        any(not expected_unreadable(settings, item) for item in unreadable),
        frozenset(
            file.path for file in sources.files if file.path in named and file.data.startswith(BOM_UTF8)
        ),
    )


def _places(finding: Finding) -> Iterable[Location]:
    yield finding.location
    for other in (*finding.related, *finding.flow):
        yield other.location


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace").removeprefix("\ufeff")


def _version(history: History | NoHistory) -> dict[str, str]:
    if isinstance(history, NoHistory):
        return {}
    return {"repository": history.remote_url(), "revision": history.head, "branch": history.branch()}
