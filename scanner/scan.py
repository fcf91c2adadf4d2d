"""The story of a run: discover → analyse → relate → attribute → weigh → report.

Data flows one way. Each step takes frozen values and gives frozen values; only the command line prints.
"""

from __future__ import annotations

import datetime
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from scanner import analyse as analysis
from scanner import catalogue as rules
from scanner import foreign
from scanner.analyse.cache import Cache
from scanner.books import Books
from scanner.catalogue import Catalogue
from scanner.change import Change
from scanner.discover import Discovered, expected_unreadable
from scanner.finding import Finding, Location, Notice, Unreadable
from scanner.history import History, NoHistory
from scanner.masking import blotted_finding, blotted_texts, places_of
from scanner.profile import UNASKED, Profile
from scanner.provenance.record import Attributed, Provenance
from scanner.relate import Repository, relate
from scanner.rule import wanted
from scanner.settings import Settings
from scanner.sources import Sources, read
from scanner.weigh import Report, Weighed, judge_allows, weigh

if TYPE_CHECKING:
    from scanner.index import Index


def scan(
    settings: Settings,
    stdin: bytes = b"",
    say: Callable[[str], None] = lambda text: None,
    profile: Profile = UNASKED,
) -> Report:
    """Scan what the settings name; `say` hears which step is under way, `profile` what it costs.

    Raises:
        UsageError: a path, a rule or a configuration value that cannot be.
        catalogue.RuleError: a rule that cannot load.
    """
    profile.step("discover")
    catalogue = rules.load(settings.rule_paths).select(settings)
    history = History.open(settings.root)
    say("reading")
    sources = read(
        settings,
        history,
        wanted(catalogue.cards),
        stdin,
        before=any(card.engine == "change" for card in catalogue.cards),
    )
    settings = replace(settings, mode=sources.mode, diff_base=sources.base)
    books = Books(settings, history, sources.change)
    with Cache(settings.root, enabled=settings.cache) as cache:
        say(f"analysing {len(sources.found.files):,} files")
        profile.step("analyse")
        facts = analysis.analyse(
            sources.found.files,
            catalogue,
            settings,
            cache,
            others=sources.others,
            whole=sources.whole,
            profile=profile,
        )
        profile.step("relate")
        together = relate(facts.candidates, facts.facts, catalogue, cache, profile, _index(settings))
        of_change, failed = _change_findings(sources.change, catalogue, profile)
        of_tree = foreign.excused((*facts.findings, *together.findings), sources, catalogue, books)
        allowed = judge_allows((*of_tree, *of_change), facts.allows, catalogue, settings, whole=sources.whole)
        findings = (*_relevant((*of_tree, *allowed), sources.change), *of_change)
        known, weights, swapped = books.baseline(), books.weights(findings), books.notices()
        say(f"attributing {len(findings):,} findings")
        profile.step("attribute")
        attributed, said = _attribute(findings, history, settings, sources)
        profile.step("weigh")
        weighed = weigh(
            attributed,
            catalogue,
            settings,
            facts.allows,
            known,
            datetime.date.today(),
            weights,
        )
        notices = (
            *swapped,
            *sources.found.notices,
            *facts.notices,
            *together.notices,
            *failed,
            *said,
            *([Notice(cache.problem)] if cache.problem else []),
        )
        unreadable = (*sources.found.unreadable, *facts.unreadable)
        return _report(weighed, unreadable, gathered(notices), sources.found, catalogue, settings, history)


def _index(settings: Settings) -> Index | None:
    if not settings.online:
        return None
    from scanner.index import of_user

    return of_user(settings.root)


def survey(settings: Settings) -> Repository:
    """The facts of the files that the settings name, put together, and nothing judged."""
    catalogue = rules.load(settings.rule_paths).select(settings)
    sources = read(settings, History.open(settings.root), wanted(catalogue.cards))
    with Cache(settings.root, enabled=settings.cache) as cache:
        native = replace(settings, semgrep=False)
        facts = analysis.analyse(sources.found.files, catalogue, native, cache, whole=sources.whole)
        return Repository(facts.facts.load())


def _attribute(
    findings: Sequence[Finding], history: History | NoHistory, settings: Settings, sources: Sources
) -> tuple[tuple[Attributed, ...], tuple[Notice, ...]]:
    if settings.provenance == "none" or not findings:
        unknown = Provenance(reason="not asked for (--provenance none)")
        return tuple(Attributed(one, unknown) for one in findings), ()
    from scanner.provenance import attribute  # here: a hook without findings does not pay for it

    change = sources.change
    staged = {file.path: file.lines for file in change.files} if change else None
    found = attribute(findings, history, mode=settings.mode, base=settings.diff_base, staged=staged)
    if not settings.code_claims:
        return found.attributed, found.notices
    from scanner.provenance import claims

    named = {finding.location.path for finding in findings}
    texts = {file.path: _text(file.data) for file in sources.found.files if file.path in named}
    return claims.added(found.attributed, texts), found.notices


def _change_findings(
    change: Change | None, catalogue: Catalogue, profile: Profile
) -> tuple[tuple[Finding, ...], tuple[Notice, ...]]:
    findings: list[Finding] = []
    notices: list[Notice] = []
    if change is None:
        return (), ()
    for rule in catalogue.change_rules:
        try:
            with profile.of_rule(rule.id):
                findings.extend(list(rule.check(change)))
        except Exception as error:  # noqa: BLE001 - a rule that fails is named, and the others go on
            text = f"the rule {rule.id} failed: {type(error).__name__}: {error}"
            notices.append(Notice(text, incomplete=True))
    return tuple(findings), tuple(notices)


def _relevant(findings: Iterable[Finding], change: Change | None) -> tuple[Finding, ...]:
    """Of a change's judge, only what the change did: findings that touch a changed line."""
    if change is None:
        return tuple(findings)
    return tuple(
        finding
        for finding in findings
        if change.touches(finding.location.path, finding.location.line, finding.location.end_line)
    )


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
    secret = [place for item in weighed for place in places_of(item.finding, whole=item.card.masks)]
    wanted = named | {place.path for place in secret}
    texts = {file.path: _text(file.data) for file in sources.files if file.path in wanted}
    shown, secrets = blotted_texts(texts, secret)
    kept, passed = (
        tuple(replace(item, finding=blotted_finding(item.finding, secrets)) for item in items)
        for items in (kept, passed)
    )
    return Report(
        kept,
        passed,
        tuple(unreadable),
        tuple(notices),
        catalogue.cards,
        settings,
        len(sources.files),
        {path: text for path, text in texts.items() if path in named},
        {} if settings.hook else _version(history),  # a hook has no time for what only a log asks
        any(not expected_unreadable(settings, item) for item in unreadable),
        frozenset(
            file.path for file in sources.files if file.path in named and file.data.startswith(BOM_UTF8)
        ),
        shown,
    )


_FEW = 3  # files that a notice is repeated for


def gathered(notices: Iterable[Notice]) -> tuple[Notice, ...]:
    """The notices, each once; one that many files share names the first of them, and counts the others."""
    groups: dict[tuple[str, bool], list[Notice]] = {}
    for notice in notices:
        group = groups.setdefault((notice.text, notice.incomplete), [])
        if notice not in group:
            group.append(notice)
    found: list[Notice] = []
    for group in groups.values():
        if len(group) <= _FEW:
            found.extend(group)
        else:
            found.append(replace(group[0], text=f"{group[0].text} (so for {len(group) - 1} more files)"))
    return tuple(found)


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
