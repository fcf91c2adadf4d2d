"""The semgrep lane: which rule can speak in which file, what is known already, and results → findings.

Semgrep is started only for pairs of a rule and a file that can match: a rule of ours names the
identifiers of its sources and of its sinks, and a file that lacks either is not handed over. Results are
kept by file, so that a warm run starts nothing.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from scanner.analyse import python
from scanner.analyse.cache import Cache, blob_id
from scanner.catalogue import Catalogue, SemgrepRule, as_json, engine_digest
from scanner.discover import File
from scanner.facts import Class, Facts, Function
from scanner.finding import (
    Analysis,
    Edit,
    Finding,
    Fix,
    Location,
    Notice,
    Related,
    arguments,
    from_row,
    to_row,
)
from scanner.frozen import frozen
from scanner.lazily import regex
from scanner.settings import Settings

if TYPE_CHECKING:
    from scanner.analyse.semgrep_engine import Engine, Outcome

_Load = Callable[[Collection[str]], Mapping[str, Facts]]


@frozen
class Lane:
    """What semgrep found, and what the reader must know about its run."""

    findings: tuple[Finding, ...] = ()
    notices: tuple[Notice, ...] = ()


@frozen
class _Job:
    """One file, the rules that can speak in it, and the key of what is known about both."""

    file: File
    rules: tuple[SemgrepRule, ...]
    key: str


def run(
    files: Sequence[File],
    analyses: Sequence[Analysis],
    load: _Load,
    catalogue: Catalogue,
    settings: Settings,
    cache: Cache,
) -> Lane:
    """Run the semgrep rules where they can match.

    Args:
        files: what was discovered.
        analyses: what the native analysis says of each, in the same order.
        load: gives the facts of the paths that are asked for.
        catalogue: the rules of this run.
        settings: jobs, the largest size, and whether semgrep may run.
        cache: where results are kept.
    """
    jobs = _jobs(files, analyses, catalogue) if settings.semgrep and catalogue.semgrep_rules else []
    if not jobs:
        return Lane(notices=_unread(catalogue) if settings.semgrep else ())
    from scanner.analyse import semgrep_engine  # here: most hooks have no file for it

    engine = semgrep_engine.find()
    known = {
        key: entry
        for key, entry in cache.read([job.key for job in jobs], "findings").items()
        if entry[0] == engine.version or not engine
    }
    todo = [job for job in jobs if job.key not in known]
    notices = [*_unread(catalogue)]
    if todo and not engine:
        notices.append(_missing("is not installed", todo))
    elif todo:
        fresh, said, kept = _fresh(engine, todo, load, settings)
        cache.write((key, json.dumps([engine.version, *fresh[key]]), "null") for key in kept)
        known.update((key, [engine.version, *entry]) for key, entry in fresh.items())
        notices += said
    entries = [known[job.key] for job in jobs if job.key in known]
    return Lane(
        tuple(from_row(row) for _, rows, _ in entries for row in rows),
        (*notices, *(Notice(*row) for _, _, rows in entries for row in rows)),
    )


# Which rule can speak where


def _jobs(files: Sequence[File], analyses: Sequence[Analysis], catalogue: Catalogue) -> list[_Job]:
    always = [rule for rule in catalogue.semgrep_rules if not rule.asks]
    by_id = {rule.card.id: rule for rule in catalogue.semgrep_rules}
    digests = {name: _digest(as_json([rule])) for name, rule in by_id.items()}
    jobs = []
    for file, analysis in zip(files, analyses, strict=True):
        if analysis.unreadable is not None:
            continue
        names = {*analysis.semgrep, *(rule.card.id for rule in always if rule.reads(file.language))}
        if names:
            ordered = sorted(names)
            rules = _digest("".join(digests[name] for name in ordered) + engine_digest())
            key = f"semgrep:{blob_id(file.data)}:{file.path}:{rules[:32]}"
            jobs.append(_Job(file, tuple(by_id[name] for name in ordered), key))
    return jobs


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _unread(catalogue: Catalogue) -> tuple[Notice, ...]:
    """Rules of a pack for languages whose files are not discovered: never silently without effect."""
    return tuple(
        Notice(
            f"the rule {rule.card.id} of {rule.card.origin} has no effect: "
            f"files of {', '.join(rule.card.languages)} are not read"
        )
        for rule in catalogue.semgrep_rules
        if not rule.readable
    )


def _missing(state: str, todo: Sequence[_Job]) -> Notice:
    rules = {rule.card.id for job in todo for rule in job.rules}
    counts = (
        f"{len(rules)} rule{'s'[: len(rules) != 1]} could not look at {len(todo)} file{'s'[: len(todo) != 1]}"
    )
    return Notice(
        f"semgrep {state}, so {counts}; `pip install semgrep` beside assay, or pass --no-semgrep",
        incomplete=True,
    )


# The run


_Entry = tuple[list[list[Any]], list[list[Any]]]  # rows of findings, rows of notices


def _fresh(
    engine: Engine, todo: Sequence[_Job], load: _Load, settings: Settings
) -> tuple[dict[str, _Entry], list[Notice], list[str]]:
    """Results by key, notices of the run as a whole, and the keys whose results may be kept."""
    from scanner.analyse import semgrep_engine

    rules = {rule.card.id: rule for job in todo for rule in job.rules}
    texts = {job.file.path: _text(job.file) for job in todo}
    targets = [
        semgrep_engine.Target(
            job.file.path, texts[job.file.path], _analyzers(job), tuple(rule.card.id for rule in job.rules)
        )
        for job in todo
    ]
    definitions = {name: rule.definition for name, rule in rules.items()}
    try:
        outcome = semgrep_engine.run(engine, definitions, targets, settings.jobs, settings.max_bytes)
    except OSError as error:
        outcome = semgrep_engine.Outcome(broken=f"it could not be handed its files: {error}")
    if outcome.broken:
        return {}, [_missing(f"does not work ({outcome.broken})", todo)], []
    raw: dict[str, list[dict[str, Any]]] = {}
    for path, result in outcome.results:
        raw.setdefault(path, []).append(result)
    facts = load(raw)
    fresh: dict[str, _Entry] = {}
    failed = set()
    for job in todo:
        path = job.file.path
        reader = _Reader(path, texts[path], facts.get(path))
        said = [
            _about_file(trouble.text, path, trouble.partly)
            for trouble in outcome.troubles
            if trouble.path == path
        ]
        fresh[job.key] = (
            [to_row(finding) for finding in reader.findings(raw.get(path, ()), job.rules)],
            [
                [notice.text, notice.path, notice.line, notice.incomplete]
                for notice in sorted(set(said), key=str)
            ],
        )
        if any(notice.incomplete for notice in said):
            failed.add(job.key)
    general = _about_run(outcome, rules)
    # What a rule that semgrep rejects would have said is not known of any file.
    return fresh, general, [] if general else [key for key in fresh if key not in failed]


def _text(file: File) -> bytes:
    """As semgrep is to read it: UTF-8 without a BOM, lines ended as the native engine splits them."""
    text = python.decode(file.data) if file.language == "python" else file.data.decode("utf-8-sig")
    return text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "surrogatepass")


def _analyzers(job: _Job) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for rule in job.rules for name in rule.analyzers(job.file.language)))


def _about_file(text: str, path: str, partly: bool) -> Notice:
    if partly:
        return Notice(f"semgrep skipped a part that it cannot parse ({text})", path)
    return Notice(f"semgrep did not finish this file ({text})", path, incomplete=True)


def _about_run(outcome: Outcome, rules: Mapping[str, SemgrepRule]) -> list[Notice]:
    """What concerns no single file: above all rules that semgrep does not accept."""
    said: dict[str, Notice] = {}
    for trouble in outcome.troubles:
        if trouble.path or trouble.partly:
            continue
        rule = _rule_of(trouble.rule, rules.values()) if trouble.rule else None
        text = f"semgrep: {trouble.text}"
        if rule is not None:
            text = f"semgrep rejects the rule {rule.card.id} of {rule.card.origin}: {trouble.text}"
        said.setdefault(rule.card.id if rule else text, Notice(text, incomplete=True))
    return [said[key] for key in sorted(said)]


def _rule_of(check_id: str, rules: Iterable[SemgrepRule]) -> SemgrepRule | None:
    """The rule of a result; the command line puts the folders of the rule file before the id."""
    for rule in sorted(rules, key=lambda rule: -len(rule.card.id)):
        if check_id == rule.card.id or check_id.endswith(f".{rule.card.id}"):
            return rule
    return None


# Results → findings

_NOSEM = regex(r"(?:^|\s|#|//)nosem(?:grep)?\b(?::\s*([\w.,\s-]+))?", re.IGNORECASE)
_NAME = regex(r"[A-Za-z_][\w.]*")


class _Reader:
    """Turns semgrep's results of one file into findings: its columns count bytes, ours code points."""

    def __init__(self, path: str, text: bytes, facts: Facts | None) -> None:
        self._path = path
        self._lines = text.split(b"\n")
        definitions: list[Function | Class] = [] if facts is None else [*facts.functions, *facts.classes]
        self._definitions = [(one.place.line, one.end_line, one.name) for one in definitions]

    def findings(self, results: Iterable[dict[str, Any]], rules: Sequence[SemgrepRule]) -> list[Finding]:
        """In a steady order, one for each rule and place."""
        found: dict[tuple[str, Location], Finding] = {}
        for result in results:
            rule = _rule_of(str(result["check_id"]), rules)
            if rule is None:
                continue  # of a rule that was there for other files: its prefilter says that it cannot match
            finding = self._finding(result, rule)
            key = (finding.rule, finding.location)
            # Of several flows to one place the shortest is the easiest to follow.
            if key not in found or _flow_order(finding) < _flow_order(found[key]):
                found[key] = finding
        return [found[key] for key in sorted(found)]

    def _finding(self, result: dict[str, Any], rule: SemgrepRule) -> Finding:
        place = self._location(result)
        extra = result.get("extra") or {}
        return Finding(
            rule.card.id,
            place,
            self._symbol(place.line),
            arguments(_arguments(rule.card.message, extra.get("metavars") or {})),
            flow=self._flow(extra.get("dataflow_trace") or {}),
            fix=self._fix(place, extra.get("fix")),
            excused="nosemgrep" if extra.get("is_ignored", self._ignored(place.line, rule)) else "",
        )

    def _location(self, region: dict[str, Any]) -> Location:
        start, end = region["start"], region["end"]
        return Location(self._path, start["line"], self._column(start), end["line"], self._column(end))

    def _column(self, position: dict[str, int]) -> int:
        line, column = position["line"], position["col"]
        if line > len(self._lines):
            return 1
        return len(self._lines[line - 1][: column - 1].decode("utf-8", "ignore")) + 1

    def _symbol(self, line: int) -> str:
        around = [one for one in self._definitions if one[0] <= line <= one[1]]
        return max(around)[2] if around else ""

    def _flow(self, trace: dict[str, Any]) -> tuple[Related, ...]:
        """From the source over the names that hold the value to the sink; () where there is no trace."""
        source, sink = _ends(trace.get("taint_source")), _ends(trace.get("taint_sink"))
        if source is None or sink is None:
            return ()
        steps = [Related(self._location(source[0]), f"untrusted from here: {_named(source[1])}")]
        steps += [
            Related(self._location(one["location"]), f"held in {_named(one['content'])}")
            for one in trace.get("intermediate_vars") or ()
            if _NAME.match(one["content"])  # values on their way from call to call have none
        ]
        return (*steps, Related(self._location(sink[0]), "used here"))

    def _fix(self, place: Location, text: Any) -> Fix | None:
        return Fix("the rule's own fix", (Edit(place, text),)) if isinstance(text, str) else None

    def _ignored(self, line: int, rule: SemgrepRule) -> bool:
        """Semgrep's own ignore comment, on the line or alone on the line above. Only the binary tells."""
        for number in (line, line - 1):
            text = (
                self._lines[number - 1].decode("utf-8", "replace") if 0 < number <= len(self._lines) else ""
            )
            alone = text.lstrip().startswith(("#", "//", "/*", "--"))
            comment = _NOSEM.search(text) if number == line or alone else None
            if comment is not None:
                return comment[1] is None or rule.card.id in re.split(r"[,\s]+", comment[1])
        return False


def _flow_order(finding: Finding) -> tuple[Any, ...]:
    return (len(finding.flow), [(step.location, step.label) for step in finding.flow])


def _ends(trace: Any) -> tuple[dict[str, Any], str] | None:
    """Place and text of one end of a trace: `["CliLoc", [place, text]]`, or a call around such a one."""
    while isinstance(trace, list) and len(trace) == 2 and trace[0] == "CliCall":
        trace = ["CliLoc", trace[1][0]]
    if isinstance(trace, list) and len(trace) == 2 and trace[0] == "CliLoc":
        place, text = trace[1]
        return place, str(text)
    return None


def _named(text: str) -> str:
    """The name that a piece of code starts with: literals in it may be secrets."""
    name = _NAME.match(text)
    return f"`{name[0].rstrip('.')}`" if name else "this value"


def _arguments(message: str, bound: Mapping[str, Any]) -> dict[str, object]:
    """What the message's metavariables stand for, where that is a plain name: other text may be a
    secret, and changes by itself."""
    values: dict[str, object] = {}
    for name in re.findall(r"\{([A-Z_][A-Z_0-9]*)\}", message):
        text = str((bound.get(f"${name}") or {}).get("abstract_content", ""))
        values[name] = text if _NAME.fullmatch(text) else "…"
    return values
