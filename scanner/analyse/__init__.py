"""sources → per-file findings and facts: parallel, cached by content, semgrep beside it."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from scanner import facts as facts_module
from scanner.analyse import semgrep, workers
from scanner.analyse.cache import Cache, blob_id
from scanner.analyse.near import near
from scanner.analyse.semgrep import Lane
from scanner.catalogue import Catalogue
from scanner.discover import File
from scanner.facts import Facts
from scanner.finding import (
    Allow,
    Analysis,
    Candidate,
    Finding,
    Notice,
    Reason,
    Unreadable,
    from_row,
    to_row,
)
from scanner.frozen import frozen
from scanner.profile import UNASKED, Profile
from scanner.settings import Settings

if TYPE_CHECKING:
    from scanner.analyse.file import Handlers

__all__ = ["Analysed", "FactsStore", "analyse"]


class FactsStore:
    """The facts of all files, decoded only when somebody asks: a warm run never does."""

    def __init__(
        self,
        keys: dict[str, str],
        texts: dict[str, str],
        cache: Cache,
        others: Mapping[str, str] = MappingProxyType({}),
        *,
        whole: bool = False,
        at_hand: Mapping[str, Facts] = MappingProxyType({}),
    ) -> None:
        self._own = keys  # path -> cache key
        self._at_hand = at_hand  # path -> what this very process gathered
        self._texts = texts  # cache key -> JSON of what was analysed in this run
        self._cache = cache
        self._others = others  # the same for files that this run did not read
        self.whole = whole  # are these the facts of every file of the tree?

    @cached_property
    def _lent(self) -> dict[str, Facts]:
        """What the cache knows of the other files that these lean on."""
        if not self._others:
            return {}
        chosen = near(self._read(self._own), self._others)
        return self._read({path: self._others[path] for path in chosen})

    @cached_property
    def _keys(self) -> dict[str, str]:
        return {**self._own, **{path: self._others[path] for path in self._lent}}

    @property
    def digest(self) -> str:
        """Changes whenever the facts of any file do."""
        import hashlib

        lines = [f"{path}\0{key}\n" for path, key in sorted(self._keys.items())]
        lines.append("whole" if self.whole else "part")
        return hashlib.sha256("".join(lines).encode("utf-8", "surrogatepass")).hexdigest()

    def load(self, paths: Collection[str] | None = None) -> dict[str, Facts]:
        """Facts by path, in the order of the paths; all of them, or those of some paths of this run."""
        return self._read(self._keys if paths is None else {path: self._own[path] for path in paths})

    def _read(self, keys: Mapping[str, str]) -> dict[str, Facts]:
        absent = [key for path, key in keys.items() if path not in self._at_hand and key not in self._texts]
        cached = self._cache.read(absent, "facts")
        found: dict[str, Facts] = {}
        for path, key in sorted(keys.items()):
            if path in self._at_hand:
                found[path] = self._at_hand[path]
            elif key in self._texts:
                found[path] = facts_module.from_row(json.loads(self._texts[key]))
            elif key in cached:
                found[path] = facts_module.from_row(cached[key])
        return found


@frozen
class Analysed:
    """What the files tell, before anything looks at them together."""

    analyses: tuple[Analysis, ...]
    facts: FactsStore
    semgrep: Lane

    @property
    def findings(self) -> tuple[Finding, ...]:
        return (*(finding for one in self.analyses for finding in one.findings), *self.semgrep.findings)

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        return tuple(candidate for one in self.analyses for candidate in one.candidates)

    @property
    def unreadable(self) -> tuple[Unreadable, ...]:
        return tuple(one.unreadable for one in self.analyses if one.unreadable is not None)

    @property
    def notices(self) -> tuple[Notice, ...]:
        return (*(notice for one in self.analyses for notice in one.notices), *self.semgrep.notices)

    @property
    def allows(self) -> tuple[Allow, ...]:
        return tuple(allow for one in self.analyses for allow in one.allows)


def analyse(
    files: Sequence[File],
    catalogue: Catalogue,
    settings: Settings,
    cache: Cache,
    *,
    others: Mapping[str, str] = MappingProxyType({}),
    whole: bool = True,
    profile: Profile = UNASKED,
) -> Analysed:
    """Analyse what the cache does not know, in as many processes as it pays.

    `others` are files of the tree that are not among `files`, with the ids of their blobs: what the cache
    knows of them joins the facts. `whole` says that no file of the tree is missing.
    """

    def key_of(path: str, blob: str) -> str:
        return f"{blob}:{path}:{catalogue.digest[:32]}"

    keys = {file.path: key_of(file.path, blob_id(file.data)) for file in files}
    known = {path: key_of(path, blob) for path, blob in others.items()} if cache.usable else {}
    cached = cache.read(list(keys.values()), "findings")
    todo = [file for file in files if keys[file.path] not in cached]
    at_hand: dict[str, Facts] = {}
    texts = _texts(todo, catalogue, at_hand, settings.jobs, profile) if todo else []
    fresh: dict[str, Any] = {}
    facts_texts: dict[str, str] = {}
    rows = []
    for file, text in zip(todo, texts, strict=True):
        key = keys[file.path]
        if not text:
            died = Unreadable(
                file.path, Reason.CRASH, "the process that read it was killed; exclude or report it"
            )
            fresh[key] = _encode(Analysis(file.path, unreadable=died))
            continue
        findings, facts = text.split("\n")
        fresh[key] = json.loads(findings)
        if file.path not in at_hand:
            facts_texts[key] = facts
        if not _aborted(fresh[key]):
            rows.append((key, findings, facts))
    cache.write(rows)
    analyses = tuple(_decode(fresh.get(keys[file.path]) or cached[keys[file.path]]) for file in files)
    store = FactsStore(keys, facts_texts, cache, known, whole=whole, at_hand=at_hand)
    lane = semgrep.run(files, analyses, store.load, catalogue, settings, cache)
    return Analysed(analyses, store, lane)


def _texts(
    files: Sequence[File], catalogue: Catalogue, at_hand: dict[str, Facts], jobs: int, profile: Profile
) -> list[str]:
    """What each file gives; see `_work`. What reads files is imported here: a warm run reads none."""
    from scanner.analyse.file import handlers

    to = profile.watching(handlers(catalogue))
    sizes = [len(file.data) for file in files]
    return profile.gathered(
        lambda work: workers.run(files, sizes, work, jobs), lambda file: _work(file, to, at_hand)
    )


def _aborted(row: list[Any]) -> bool:
    """Did something of ours fail on this file? Such a result is never kept."""
    unreadable, notices = row[3], row[4]
    return any(notice[3] for notice in notices) or bool(unreadable and unreadable[0] == Reason.TOO_LONG.name)


def _work(file: File, to: Handlers, at_hand: dict[str, Facts]) -> str:
    """One file, as two lines of JSON; the parent hands the second to the cache unread. What this process
    gathers is at hand as it is; what a child gathers comes back as text only."""
    from scanner.analyse.file import analyse_file

    analysis, facts = analyse_file(file, to)
    at_hand[file.path] = facts
    parts = (_encode(analysis), facts_module.to_row(facts))
    return "\n".join(json.dumps(part, separators=(",", ":")) for part in parts)


def _encode(analysis: Analysis) -> list[Any]:
    unreadable = analysis.unreadable
    return [
        analysis.path,
        [to_row(finding) for finding in analysis.findings],
        [[to_row(one.finding), one.symbol, list(one.meant)] for one in analysis.candidates],
        None if unreadable is None else [unreadable.reason.name, unreadable.detail, unreadable.line],
        [[notice.text, notice.path, notice.line, notice.incomplete] for notice in analysis.notices],
        [
            [allow.line, list(allow.covers), list(allow.rules), allow.reason, allow.column, allow.end_column]
            for allow in analysis.allows
        ],
        list(analysis.semgrep),
    ]


def _decode(row: list[Any]) -> Analysis:
    path, findings, candidates, unreadable, notices, allows, possible = row
    return Analysis(
        path,
        tuple(from_row(finding) for finding in findings),
        tuple(Candidate(from_row(finding), symbol, tuple(meant)) for finding, symbol, meant in candidates),
        None if unreadable is None else Unreadable(path, Reason[unreadable[0]], unreadable[1], unreadable[2]),
        tuple(Notice(*notice) for notice in notices),
        tuple(
            Allow(path, line, (covers[0], covers[1]), tuple(rules), reason, column, end)
            for line, covers, rules, reason, column, end in allows
        ),
        tuple(possible),
    )
