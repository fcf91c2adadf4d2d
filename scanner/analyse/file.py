"""One file: a pure function of its bytes, its path and the rules. Cacheable, parallel."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from scanner.analyse import allows, clock, documents, metrics, notebook, python, python_facts, walk
from scanner.catalogue import Catalogue, SemgrepRule
from scanner.discover import NOTHING, File, Wanted
from scanner.facts import Facts
from scanner.finding import Analysis, Candidate, Finding, Notice, Reason, Unreadable
from scanner.frozen import frozen
from scanner.masking import blotted_finding, blotted_texts, places_of
from scanner.rule import FileRule, wanted
from scanner.source import Scope, Source

_LFS = b"version https://git-lfs.github.com/spec/"
_Yielded = Iterator[Finding | Candidate]
# The names that are meant, and whether one of them is a thing that modules pass on under their own names.
_Interest = tuple[FileRule, Callable[..., _Yielded], tuple[str, ...], bool]


@frozen
class Handlers:
    """The methods of the enabled file rules, by what they ask for. `calls` is keyed by the last part of
    the dotted name, so that a call's name is resolved only where some rule could mean it."""

    nodes: dict[type, list[tuple[FileRule, Callable[..., _Yielded]]]]
    calls: dict[str, list[_Interest]]
    files: list[tuple[FileRule, Callable[..., _Yielded]]]
    semgrep: tuple[SemgrepRule, ...] = ()
    documents: Wanted = NOTHING  # the files whose structure some rule of ours asks for
    only_copies: bool = False  # of the facts, does nobody ask for more than `python_facts.of_copies`?


def handlers(catalogue: Catalogue) -> Handlers:
    """Sort the methods of the enabled rules by what they are marked with."""
    made = Handlers(
        {},
        {},
        [],
        tuple(rule for rule in catalogue.semgrep_rules if rule.asks),
        wanted(card for card in catalogue.cards if card.engine in {"file", "repository"}),
        {card.needs for card in catalogue.cards} == {(python_facts.COPIES,)},
    )
    for rule in catalogue.file_rules:
        for name in dir(type(rule)):
            marks = getattr(getattr(type(rule), name), "assay_handles", None)
            if marks is None:
                continue
            method = getattr(rule, name)
            for cls in marks.get("nodes", ()):
                made.nodes.setdefault(cls, []).append((rule, method))
            by_last: dict[str, list[str]] = {}
            for call in marks.get("calls", ()):
                by_last.setdefault(call.rpartition(".")[2], []).append(call)
            for last, names in by_last.items():
                passed_on = not all(meant.startswith((".", "builtins.")) for meant in names)
                made.calls.setdefault(last, []).append((rule, method, tuple(names), passed_on))
            if "file" in marks:
                made.files.append((rule, method))
    return made


def analyse_file(file: File, to: Handlers) -> tuple[Analysis, Facts]:
    """Everything that one file tells by itself. Never raises on account of the file."""
    if file.data.startswith(_LFS):
        pointer = Unreadable(file.path, Reason.LFS, "run `git lfs pull` to bring it", 1)
        return Analysis(file.path, unreadable=pointer), Facts(file.path)
    try:
        with clock.aborting(clock.PER_FILE):
            return _read(file, to)
    except RecursionError:
        reason, detail = Reason.TOO_DEEP, "expressions or blocks are nested too deeply to analyse"
    except clock.TookTooLong:
        reason, detail = (
            Reason.TOO_LONG,
            f"{clock.PER_FILE:.0f} s of processor time; exclude it, and report it",
        )
    return Analysis(file.path, unreadable=Unreadable(file.path, reason, detail)), Facts(file.path)


def _read(file: File, to: Handlers) -> tuple[Analysis, Facts]:
    if file.language == "python":
        return _python(python.read(file.path, file.data), to)
    if file.language == "notebook":
        return _notebook(notebook.read(file.path, file.data), to)
    return _document(file, to)


def _notebook(source: Source | Unreadable, to: Handlers) -> tuple[Analysis, Facts]:
    """As Python; its findings say in which cell they are, and repair nothing in JSON."""
    analysis, gathered = _python(source, to)
    if isinstance(source, Unreadable):
        return analysis, gathered
    candidates = (replace(one, finding=_in_cell(one.finding, source)) for one in analysis.candidates)
    findings = (_in_cell(finding, source) for finding in analysis.findings)
    return replace(analysis, findings=tuple(findings), candidates=tuple(candidates)), gathered


def _in_cell(finding: Finding, source: Source) -> Finding:
    before = [number for line, number in source.cells if line <= finding.location.line]
    cell = (("cell", str(before[-1])),) if before else ()
    return replace(finding, details=(*finding.details, *cell), fix=None)


def _python(source: Source | Unreadable, to: Handlers) -> tuple[Analysis, Facts]:
    if isinstance(source, Unreadable):
        return Analysis(source.path, unreadable=source), Facts(source.path)
    found = walk.index(source, to.nodes, python_facts.is_incomparable if to.only_copies else None)
    source.bodies, source.identifiers = found.bodies, found.identifiers
    gathered = (python_facts.of_copies if to.only_copies else python_facts.collect)(source, found)
    run = _Run(source)
    for cls, methods in to.nodes.items():
        for node, scope in found.nodes[cls]:
            for rule, method in methods:
                run.hand(rule, method, node, scope)
    if to.calls:
        for body in found.bodies:
            for call, name in zip(body.calls, body.callees, strict=True):
                func = call.func
                # A plain name may stand for another: `from requests import get as fetch`.
                last = func.attr if isinstance(func, ast.Attribute) else (name or "").rpartition(".")[2]
                if last in to.calls:
                    _dispatch_call(run, call, name, body.scope, to.calls[last])
    for rule, method in to.files:
        if "python" in rule.languages:
            run.hand(rule, method, None, source.module_scope)
    source.forget()
    notices = list(run.notices)
    if source.needs:
        notices.append(
            Notice(
                f"its grammar needs Python {source.needs}; read through a rewrite of the newer syntax",
                source.path,
            )
        )
    return (
        Analysis(
            source.path,
            tuple(metrics.measured(run.findings, source)),
            tuple(run.candidates),
            None,
            tuple(notices),
            allows.of_python(source),
            _possible(source, to, found.identifiers),
        ),
        gathered,
    )


def _possible(source: Source, to: Handlers, identifiers: set[str] | None = None) -> tuple[str, ...]:
    """The semgrep rules that can speak here: source and sink of the same rule occur."""
    return tuple(
        rule.card.id
        for rule in to.semgrep
        if rule.reads(source.language)
        and (not rule.roles or source.role in rule.roles)
        and (identifiers is None or all(group & identifiers for group in rule.needs))
    )


def _dispatch_call(
    run: _Run, call: ast.Call, name: str | None, scope: Scope, interested: list[_Interest]
) -> None:
    method_name = f".{call.func.attr}" if isinstance(call.func, ast.Attribute) else None
    foreign = name is not None and not name.startswith("builtins.") and "()" not in name
    for rule, method, names, passed_on in interested:
        if method_name in names:
            run.hand(rule, method, call, scope)
            continue
        if name is None:
            continue
        if name in names:
            run.hand(rule, method, call, scope)
        elif passed_on and foreign:
            # It may be a name that another module of the repository passes on.
            run.hand(rule, method, call, scope, symbol=name, meant=names)


class _Run:
    """Hands nodes to rules, and keeps what they yield. A rule that raises loses this file, named in a
    notice, and nothing else."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.findings: list[Finding] = []
        self.candidates: list[Candidate] = []
        self.notices: list[Notice] = []
        self._heard: dict[str, bool] = {}  # by rule: does it speak of this file, and has not failed in it?

    def hand(
        self,
        rule: FileRule,
        method: Callable[..., _Yielded],
        node: Any,
        scope: Scope,
        symbol: str = "",
        meant: tuple[str, ...] = (),
    ) -> None:
        heard = self._heard.get(rule.id)
        if heard is False:
            return
        self.source.scope = scope
        try:
            if heard is None:
                heard = self._heard[rule.id] = rule.concerns(self.source)
                if not heard:
                    return
            yielded = list(method(self.source) if node is None else method(self.source, node))
        except RecursionError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a rule raises on hostile code stays with it
            self._heard[rule.id] = False
            where = getattr(node, "lineno", 0)
            text = f"the rule {rule.id} failed here: {type(error).__name__}: {error}"
            self.notices.append(Notice(text, self.source.path, where, incomplete=True))
            return
        if rule.masks:
            yielded = [_wholly_secret(item) for item in yielded]
        self._keep(yielded, symbol, meant)

    def _keep(self, yielded: Iterable[Finding | Candidate], symbol: str, meant: tuple[str, ...]) -> None:
        for item in yielded:
            if isinstance(item, Candidate):
                self.candidates.append(replace(item, finding=self._masked(item.finding)))
            elif symbol:
                self.candidates.append(Candidate(self._masked(item), symbol, meant))
            else:
                self.findings.append(self._masked(item))

    def _masked(self, finding: Finding) -> Finding:
        """The finding as it may be kept: it never quotes the secret that it speaks of."""
        if not finding.secrets:
            return finding
        _, secrets = blotted_texts({self.source.path: self.source.text}, finding.secrets)
        return blotted_finding(finding, secrets)


def _wholly_secret(item: Finding | Candidate) -> Finding | Candidate:
    if isinstance(item, Candidate):
        return replace(item, finding=replace(item.finding, secrets=places_of(item.finding, whole=True)))
    return replace(item, secrets=places_of(item, whole=True))


def _document(file: File, to: Handlers) -> tuple[Analysis, Facts]:
    source = documents.read(
        file.path, file.language, file.data, parsed=to.documents.covers(file.path, file.language)
    )
    if isinstance(source, Unreadable):
        return Analysis(file.path, unreadable=source), Facts(file.path)
    run = _Run(source)
    for rule, method in to.files:
        if rule.reads(file.path, file.language):
            run.hand(rule, method, None, source.module_scope)
    gathered, said = documents.collect(source)
    return (
        Analysis(
            file.path,
            tuple(run.findings),
            tuple(run.candidates),
            None,
            (*run.notices, *said),
            allows.of_text(source),
            _possible(source, to),
        ),
        gathered,
    )
