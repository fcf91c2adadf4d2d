"""SARIF 2.1.0, with what each of its consumers reads.

None of them reads everything, so the weighed priority is said four times: in `rank`, in `level`, in the
order of the results and in flat properties. `message.text` is what several of them identify a finding by:
it never changes by itself; what does change stands in `message.markdown`. No time, no random id: the same
tree gives the same bytes.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import quote

import sarif_om as om

import scanner
from scanner import owasp, pages
from scanner.discover import expected_unreadable
from scanner.finding import (
    Confidence,
    Edit,
    Finding,
    Fix,
    Level,
    Location,
    Notice,
    Related,
    Severity,
    Unreadable,
)
from scanner.lazily import regex
from scanner.proof import Proof
from scanner.provenance.record import Label
from scanner.report import document, wording
from scanner.report.hostile import escaped, safe
from scanner.report.line_hash import line_hashes
from scanner.report.lines import Lines, Texts
from scanner.report.sarif_encoder import plain
from scanner.rule import Card
from scanner.settings import Settings
from scanner.weigh import Report, Weighed, level_of

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_ROOT = "SRCROOT"
_ROOT_IS = "The root of the repository."
_MAX_RESULTS = 25_000  # GitHub refuses more in one run
_MAX_LINKS = 3  # in the stable message: the first few places do not change when one is added
_MAX_RELATED = 100
_MAX_STEPS = 1_000
_MAX_DESCRIPTION = 1_024
_MAX_TAGS = 10
_MAX_SNIPPET = 4_000
_REACH = 300  # characters of context to each side, for lines without end

_LIKE_A_LINK = regex(r"\[(?=[^\[\]]*\]\()")
_LINK_TEXT = regex(r"[\\\[\]]")
_SHAPE = {
    "runs": {
        "tool": {"driver": {"rules": {}}},
        "invocations": {"toolExecutionNotifications": {}},
        "taxonomies": {"taxa": {}},
        "results": {},
    }
}
_PROBLEM = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "recommendation"}
# Of security rules that do not say theirs: the middle of GitHub's critical, high, medium and low.
_SECURITY_SEVERITY = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "3.0",
    Severity.INFO: "1.0",
}
_PRECISION = {Confidence.HIGH: "high", Confidence.MEDIUM: "medium", Confidence.LOW: "low"}
_WRITTEN_BY = {
    Label.AI: ["ai-authored"],
    Label.MIXED: ["mixed-authored"],
    Label.HUMAN: ["human-authored"],
    Label.BOT: ["bot-authored"],
}


def render(report: Report) -> str:
    """The report as a SARIF log, a result a line."""
    log = plain(om.SarifLog(runs=[_run(report)], version="2.1.0", schema_uri=_SCHEMA))
    # One by one: twenty thousand results at once, as objects and as plain values, is a lot of memory.
    log["runs"][0]["results"] = (plain(result) for result in _results(report))
    return document.dumps(log, _SHAPE)


def _run(report: Report) -> Any:
    return om.Run(
        tool=om.Tool(driver=_driver(report.cards)),
        column_kind="utf16CodeUnits",
        original_uri_base_ids={_ROOT: om.ArtifactLocation(description=om.Message(text=_ROOT_IS))},
        version_control_provenance=_version(report),
        invocations=[_invocation(report)],
        taxonomies=_taxonomies(report.cards),
        properties=_summary(report),
    )


def _version(report: Report) -> list[Any] | None:
    """Where the tree is published; viewers fetch files from there, so only a plain https address will do."""
    repository = report.version.get("repository", "")
    if not repository.startswith("https://"):
        return None
    return [
        om.VersionControlDetails(
            repository_uri=repository,
            revision_id=report.version.get("revision") or None,
            branch=report.version.get("branch") or None,
            mapped_to=om.ArtifactLocation(uri_base_id=_ROOT),
        )
    ]


def _summary(report: Report) -> dict[str, Any]:
    labels = Counter(item.provenance.label.value for item in report.kept)
    fates = Counter(item.fate for item in report.passed)
    return {
        "assay/provenanceSummary": dict(sorted(labels.items())),
        "assay/letPass": dict(sorted(fates.items())),
    }


# Rules


def _driver(cards: Sequence[Card]) -> Any:
    weaknesses = _weaknesses(cards)
    return om.ToolComponent(
        name="assay",
        full_name="assay, a scanner for code that AI agents write",
        version=scanner.__version__,
        semantic_version=scanner.__version__,
        information_uri=pages.HOME,
        rules=[_rule(card, weaknesses) for card in cards],
        supported_taxonomies=[
            om.ToolComponentReference(name=taxonomy.name, index=index)
            for index, taxonomy in enumerate(_taxonomies(cards) or ())
        ]
        or None,
    )


def _rule(card: Card, weaknesses: Sequence[int]) -> Any:
    own = level_of(card.base_rank, card.base_rank)
    return om.ReportingDescriptor(
        id=card.id,
        name=card.name,
        deprecated_ids=list(card.aliases) or None,
        short_description=_message_string(_cut(card.summary)),
        full_description=_message_string(_cut(f"{card.summary} {card.why}".strip())),
        help=om.MultiformatMessageString(text=_help(card), markdown=_help_markdown(card)),
        help_uri=_page(card),
        default_configuration=om.ReportingConfiguration(level=own.value, rank=card.base_rank),
        properties=_rule_properties(card, own),
        relationships=[
            *(_relationship(number, weaknesses) for number in card.cwe),
            *(_belongs(category) for category in _categories(card)),
        ]
        or None,
    )


def _page(card: Card) -> str | None:
    """The rule's page; rules of a user's own pack have none of ours."""
    return quote(pages.address(card), safe=":/") if card.why else None


def _cut(text: str) -> str:
    shown = safe(text)
    return shown if len(shown) <= _MAX_DESCRIPTION else shown[: _MAX_DESCRIPTION - 1] + "…"


def _help(card: Card) -> str:
    parts = [card.summary, f"Why agents do it: {card.why}" if card.why else ""]
    parts += [f"What to do instead: {pages.prose(card.instead)}" if card.instead else "", _standing(card)]
    return "\n\n".join(safe(part) for part in parts if part)


def _help_markdown(card: Card) -> str:
    parts = [card.summary, f"**Why agents do it.** {card.why}" if card.why else ""]
    parts += [f"**What to do instead.** {pages.prose(card.instead)}" if card.instead else "", _standing(card)]
    return "\n\n".join(safe(part) for part in parts if part)


def _standing(card: Card) -> str:
    cites = f" Evidence: {', '.join(card.evidence)}." if card.evidence else ""
    trial = " On trial: not yet measured on enough real code." if card.preview else ""
    return (
        f"Severity {card.severity.value}, confidence {card.confidence.value}: base rank {card.base_rank:g} "
        "of 100. The rank of a finding is its priority after weighing who wrote the line and who reviewed it."
        f"{cites}{trial}"
    )


def _rule_properties(card: Card, own: Level) -> dict[str, Any]:
    severity = _security_severity(card)
    tags = ["security"] if severity else []
    tags += [f"category:{card.family}"]
    tags += [f"external/cwe/cwe-{number:03d}" for number in card.cwe]
    tags += [f"owasp:{category}:{owasp.YEAR}" for category in _categories(card)]
    tags += ["preview"] if card.preview else []
    return {
        "tags": tags[:_MAX_TAGS],
        "precision": _PRECISION[card.confidence],
        "problem.severity": _PROBLEM[own],
        **({"security-severity": severity} if severity else {}),
    }


def _security_severity(card: Card) -> str:
    """A number as text, as GitHub wants it: what is none makes it refuse the whole file."""
    try:
        said = float(card.security_severity)
    except ValueError:
        said = 0.0
    if 0.0 < said <= 10.0:
        return f"{said:.1f}"
    return _SECURITY_SEVERITY[card.severity] if card.family == "security" else ""


# Weaknesses


def _weaknesses(cards: Iterable[Card]) -> list[int]:
    return sorted({number for card in cards for number in card.cwe})


def _categories(card: Card) -> tuple[str, ...]:
    """The categories of OWASP that a security rule belongs to."""
    return owasp.categories(card.cwe) if _security_severity(card) else ()


def _taxonomies(cards: Sequence[Card]) -> list[Any] | None:
    weaknesses = _weaknesses(cards)
    if not weaknesses:
        return None
    found = [
        om.ToolComponent(
            name="CWE",
            organization="MITRE",
            short_description=_message_string("The MITRE Common Weakness Enumeration."),
            information_uri="https://cwe.mitre.org/",
            taxa=[_taxon(number) for number in weaknesses],
        )
    ]
    if any(map(_categories, cards)):
        found.append(_top_ten())
    return found


def _top_ten() -> Any:
    return om.ToolComponent(
        name="OWASP",
        version=str(owasp.YEAR),
        organization="OWASP Foundation",
        short_description=_message_string(f"The OWASP Top 10 of {owasp.YEAR}."),
        information_uri=owasp.HOME,
        taxa=[
            om.ReportingDescriptor(id=category, short_description=_message_string(title))
            for category, title in owasp.TITLES.items()
        ],
    )


def _taxon(number: int) -> Any:
    return om.ReportingDescriptor(
        id=f"CWE-{number}", help_uri=f"https://cwe.mitre.org/data/definitions/{number}.html"
    )


def _relationship(number: int, weaknesses: Sequence[int]) -> Any:
    target = om.ReportingDescriptorReference(
        id=f"CWE-{number}",
        index=weaknesses.index(number),
        tool_component=om.ToolComponentReference(name="CWE", index=0),
    )
    return om.ReportingDescriptorRelationship(target=target, kinds=["superset"])


def _belongs(category: str) -> Any:
    target = om.ReportingDescriptorReference(
        id=category,
        index=list(owasp.TITLES).index(category),
        tool_component=om.ToolComponentReference(name="OWASP", index=1),
    )
    return om.ReportingDescriptorRelationship(target=target, kinds=["superset"])


# Results


def _results(report: Report) -> Iterator[Any]:
    shown = wording.by_rank(report.kept)[:_MAX_RESULTS]
    places = _Places(report)
    places.hash_lines(item.finding.location for item in shown)
    index = {card.id: number for number, card in enumerate(report.cards)}
    for item in shown:
        yield _result(item, index[item.card.id], places)


def _result(item: Weighed, index: int, places: _Places) -> Any:
    finding = item.finding
    related = finding.related[:_MAX_RELATED]
    return om.Result(
        rule_id=item.card.id,
        rule_index=index,
        kind="fail",
        level=item.level.value,
        rank=item.rank,
        message=om.Message(text=_text(item, related), markdown=_markdown(item, related, places.settings)),
        locations=[_location(finding, places)],
        related_locations=[places.related(other, number) for number, other in enumerate(related, 1)] or None,
        code_flows=_code_flows(finding.flow, places),
        fixes=_fixes(finding.fix, places),
        partial_fingerprints=_fingerprints(item, places),
        properties=_properties(item),
    )


def _text(item: Weighed, related: Sequence[Related]) -> str:
    said = _without_links(wording.message(item)).rstrip(".")
    links = [f"[{_link_text(other)}]({number})" for number, other in enumerate(related[:_MAX_LINKS], 1)]
    return f"{said}; see {', '.join(links)}." if links else f"{said}."


def _without_links(text: str) -> str:
    """`handlers[0](1)` is code, and would be read as a link to the first related place."""
    return _LIKE_A_LINK.sub(r"\\[", text)


def _link_text(other: Related) -> str:
    return _LINK_TEXT.sub(r"\\\g<0>", safe(_label(other)))


def _label(other: Related) -> str:
    return other.label or "the other place"


def _markdown(item: Weighed, related: Sequence[Related], settings: Settings) -> str:
    links = [f"[{escaped(_label(other))}]({number})" for number, other in enumerate(related, 1)]
    said = wording.message_markdown(item).rstrip(".")
    parts = [f"{said}; see {', '.join(links)}." if links else f"{said}."]
    if item.finding.details:
        parts.append("\n".join(f"- {line}" for line in wording.details_markdown(item)))
    if item.card.instead:
        parts.append(f"**Instead:** {wording.instead_markdown(item)}")
    origin = wording.origin_of(item, settings)
    if item.proof is not None:
        parts.append(f"**Proof:** {escaped(item.proof.words)}")
    parts.append(f"**Origin:** {escaped(origin)}" if origin else "")
    parts.append(f"**Rank:** {escaped(item.weighing)}")
    return "\n\n".join(part for part in parts if part)


def _location(finding: Finding, places: _Places) -> Any:
    symbol = safe(finding.symbol)
    return om.Location(
        physical_location=places.physical(finding.location, context=True),
        logical_locations=[om.LogicalLocation(fully_qualified_name=symbol)] if symbol else None,
    )


def _code_flows(flow: Sequence[Related], places: _Places) -> list[Any] | None:
    if not flow:
        return None
    steps = [om.ThreadFlowLocation(location=places.step(step)) for step in flow[:_MAX_STEPS]]
    return [om.CodeFlow(thread_flows=[om.ThreadFlow(locations=steps)])]


def _fixes(fix: Fix | None, places: _Places) -> list[Any] | None:
    """The repair, if every file that it edits is at hand: a wrong column would break the code."""
    if fix is None:
        return None
    edits: dict[str, list[Edit]] = {}
    for edit in sorted(fix.edits, key=lambda edit: edit.location):
        edits.setdefault(edit.location.path, []).append(edit)
    changes = []
    for path, of_file in edits.items():
        lines = places.texts[path]
        if lines is None:
            return None
        changes.append(_artifact_change(path, of_file, lines))
    warning = "" if fix.safe else " (may change what the program does)"
    return [
        om.Fix(description=om.Message(text=f"{safe(fix.description)}{warning}"), artifact_changes=changes)
    ]


def _artifact_change(path: str, edits: Iterable[Edit], lines: Lines) -> Any:
    replacements = [
        om.Replacement(
            deleted_region=_bare_region(lines, lines.within(edit.location)),
            inserted_content=om.ArtifactContent(text=edit.text),
        )
        for edit in edits
    ]
    return om.ArtifactChange(artifact_location=_artifact(path), replacements=replacements)


def _fingerprints(item: Weighed, places: _Places) -> dict[str, str]:
    line_hash = places.line_hash(item.finding.location)
    own = {"assayFingerprint/v1": item.fingerprint}
    return {"primaryLocationLineHash": line_hash, **own} if line_hash else own


def _properties(item: Weighed) -> dict[str, Any]:
    """Flat, and every key on every result: viewers list them as they are."""
    provenance = item.provenance
    return {
        "assay/provenance": provenance.label.value,
        "assay/provenanceConfidence": round(provenance.confidence, 3),
        "assay/agent": safe(provenance.agent),
        "assay/model": safe(provenance.model),
        "assay/reviewTier": provenance.review.tier.value,
        "assay/baseRank": item.base,
        "assay/weighing": item.weighing,
        **_proof(item.proof),
        "tags": _WRITTEN_BY.get(provenance.label, []),
    }


def _proof(proof: Proof | None) -> dict[str, Any]:
    """Of a report of `assay verify`, where every finding has one."""
    if proof is None:
        return {}
    return {"assay/verdict": proof.verdict.value, "assay/proof": safe(proof.words)}


# Places


class _Places:
    """Locations of the report's files, with what was computed of a file kept."""

    def __init__(self, report: Report) -> None:
        self.texts = Texts(report.texts, report.shown)
        self.settings = report.settings
        self._report = report
        self._hashes: dict[str, dict[int, str]] = {}

    def hash_lines(self, places: Iterable[Location]) -> None:
        """Compute the fingerprints of these lines, each file once."""
        wanted: dict[str, set[int]] = {}
        for place in places:
            lines = self.texts[place.path]
            if lines is not None:
                wanted.setdefault(place.path, set()).add(lines.within(place).line)
        for path, numbers in wanted.items():
            mark = "\ufeff" if path in self._report.marked else ""
            self._hashes[path] = line_hashes(mark + self._report.texts[path], numbers)

    def line_hash(self, place: Location) -> str:
        lines = self.texts[place.path]
        return "" if lines is None else self._hashes[place.path][lines.within(place).line]

    def physical(self, place: Location, *, context: bool) -> Any:
        lines = self.texts[place.path]
        if lines is None:
            return om.PhysicalLocation(artifact_location=_artifact(place.path), region=_at_the_start())
        place = lines.within(place)
        return om.PhysicalLocation(
            artifact_location=_artifact(place.path),
            region=_region(lines, place),
            context_region=_context(lines, place) if context else None,
        )

    def related(self, other: Related, number: int) -> Any:
        return om.Location(
            id=number,
            physical_location=self.physical(other.location, context=False),
            message=om.Message(text=safe(_label(other))),
        )

    def step(self, step: Related) -> Any:
        return om.Location(
            physical_location=self.physical(step.location, context=False),
            message=om.Message(text=safe(step.label) or "a step"),
        )


def _at_the_start() -> Any:
    """Of a file that is not at hand (a change removed it): a line that does not exist makes viewers fail."""
    return om.Region(start_line=1, start_column=1, end_line=1, end_column=1)


def _region(lines: Lines, place: Location) -> Any:
    """A place within a file, with its text if that is not endless."""
    region = _bare_region(lines, place)
    text = lines.between(place)
    if len(text) <= _MAX_SNIPPET:
        region.snippet = om.ArtifactContent(text=text)
    return region


def _bare_region(lines: Lines, place: Location) -> Any:
    return om.Region(
        start_line=place.line,
        start_column=lines.utf16(place.line, place.column),
        end_line=place.end_line,
        end_column=lines.utf16(place.end_line, place.end_column),
    )


def _context(lines: Lines, place: Location) -> Any:
    """The lines around a region. It has to be larger than the region: of a file that is all region, none."""
    around = lines.around(place, _REACH)
    return None if around == place else _region(lines, around)


@functools.lru_cache(maxsize=1024)
def _artifact(path: str) -> Any:
    return om.ArtifactLocation(uri=quote(_path_bytes(path)), uri_base_id=_ROOT)


def _path_bytes(path: str) -> bytes:
    try:
        return path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return path.encode("utf-8", "replace")


def _message_string(text: str) -> Any:
    return om.MultiformatMessageString(text=text)


# The run


def _invocation(report: Report) -> Any:
    notifications = [_unreadable(item, report) for item in report.unreadable]
    notifications += [_notice(notice) for notice in report.notices]
    found = len(report.kept)
    if found > _MAX_RESULTS:
        text = (
            f"{found} findings; only the {_MAX_RESULTS} of the highest rank are listed: GitHub takes no more."
        )
        notifications.append(_notification("warning", text))
    return om.Invocation(
        execution_successful=report.exit_code != 3,
        tool_execution_notifications=notifications,
    )


def _unreadable(item: Unreadable, report: Report) -> Any:
    level = "note" if expected_unreadable(report.settings, item) else "error"
    return _notification(level, wording.of_unreadable(item), item.path, item.line)


def _notice(notice: Notice) -> Any:
    level = "error" if notice.incomplete else "note"
    return _notification(level, safe(notice.text), notice.path, notice.line)


def _notification(level: str, text: str, path: str = "", line: int = 0) -> Any:
    region = om.Region(start_line=line) if line else None
    place = om.PhysicalLocation(artifact_location=_artifact(path), region=region)
    return om.Notification(
        level=level,
        message=om.Message(text=text),
        locations=[om.Location(physical_location=place)] if path else None,
    )
