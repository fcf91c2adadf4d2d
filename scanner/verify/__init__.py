"""The proof behind the rules about tests: run a test, alter what it calls, and see whether it notices.

The only part of assay that runs the project's code. It does so in a copy, in a child process with limits,
without a network where the system allows it; see `sandbox`. What runs beside the tests is `inside`, a
plugin for pytest that nothing here imports.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from scanner.analyse.cache import Cache
from scanner.catalogue import engine_digest
from scanner.discover import relative
from scanner.finding import Notice
from scanner.frozen import frozen
from scanner.history import History
from scanner.proof import Alteration, Proof, Trace, Verdict
from scanner.relate import Repository
from scanner.scan import scan, survey
from scanner.settings import Settings, UsageError
from scanner.verify import judge, sessions
from scanner.verify.copies import copy, files_of
from scanner.verify.interpreter import ask
from scanner.verify.sandbox import environment, strictest
from scanner.verify.sessions import Job, Target
from scanner.weigh import Report, Weighed, with_proofs

__all__ = ["Request", "Verified", "verify"]

_FEW = 8  # tests that do not pay for a second session
_RULES = ("tests",)


@frozen
class Request:
    """What is to be run, and how."""

    names: tuple[str, ...] = ()  # paths, and node ids such as tests/test_a.py::TestB::test_c
    whole: bool = False  # every test, not only those that a rule flags
    trace: bool = False  # count oracles in place of altering anything
    python: str = ""
    command: str = ""
    timeout: float = 20.0
    network: bool = False


@frozen
class Verified:
    """The findings with what was proved of them, and the tests; or the oracles that were counted."""

    report: Report
    traces: tuple[Trace, ...] = ()


Say = Callable[[str], None]


def verify(settings: Settings, request: Request, announce: Say, say: Say = lambda text: None) -> Verified:
    """Prove, or refute, what the rules say of tests. `announce` hears what is about to run, before it does;
    `say` hears how far it is.

    Raises:
        UsageError: a path, a test or an interpreter that is not there.
    """
    if not hasattr(os, "fork"):
        raise UsageError("assay verify needs a system that can fork: Linux, macOS, BSD")
    if request.command:
        sessions.words_of(request.command)
    settings = replace(settings, select=settings.select or _RULES, semgrep=False, mode="tree", paths=())
    report, repository = scan(settings, say=say), survey(settings)
    paths, nodes = _asked(settings.root, request.names)
    tests = {(test.facts.path, test.function.name) for test in repository.oracles.tests}
    flagged = _flagged(report.kept, tests, paths, nodes)
    targets = _targets(tests, flagged, paths, nodes, whole=request.whole or request.trace)
    with _Run(settings, request, repository) as run:
        rows, notices = run.rows(targets, announce, say)
    report = replace(report, notices=(*report.notices, *notices))
    if request.trace:
        rules = _rules_of(report.kept, tests)
        traces = tuple(judge.traced(*one, rows[one], rules.get(one, ())) for one in sorted(rows))
        return Verified(replace(report, kept=()), traces=traces)
    proofs = {one: _proof(rows[one], one, request.timeout) for one in sorted(rows)}
    of_findings = {item.fingerprint: proofs.get(one, _elsewhere(one)) for one, item in flagged}
    kept = tuple(item for item in report.kept if item.fingerprint in of_findings)
    report = replace(report, kept=kept, proofs=tuple(proofs.values()))
    return Verified(with_proofs(report, of_findings))


# What is asked for


def _asked(root: Path, names: Iterable[str]) -> tuple[tuple[str, ...], tuple[Target, ...]]:
    """Paths and single tests of the command line, relative to the root."""
    paths, nodes = [], []
    for name in names:
        path, _, inner = name.partition("::")
        inside = relative(root, path)
        if inner:
            nodes.append((inside, ".".join(inner.partition("[")[0].split("::"))))
        else:
            paths.append(inside)
    return tuple(paths), tuple(nodes)


def _is_within(path: str, paths: Sequence[str]) -> bool:
    return any(not one or path == one or path.startswith(f"{one}/") for one in paths)


def _flagged(
    items: Iterable[Weighed], tests: set[Target], paths: Sequence[str], nodes: Sequence[Target]
) -> list[tuple[Target, Weighed]]:
    """The findings that are asked for, with the tests that they stand in."""
    found = []
    for item in items:
        place = item.finding.location.path
        target = _test_of(place, item.finding.symbol, tests)
        if target in nodes or _is_within(place, paths) or not (paths or nodes):
            found.append((target, item))
    return found


def _test_of(path: str, symbol: str, tests: set[Target]) -> Target:
    """The test around a symbol: `TestA.test_b.inner` stands in `TestA.test_b`."""
    parts = symbol.split(".")
    around = (".".join(parts[:end]) for end in range(len(parts), 0, -1))
    return (path, next((name for name in around if (path, name) in tests), symbol))


def _targets(
    tests: set[Target],
    flagged: Iterable[tuple[Target, Weighed]],
    paths: Sequence[str],
    nodes: Sequence[Target],
    *,
    whole: bool,
) -> list[Target]:
    chosen = {target for target, _ in flagged if target in tests} | set(nodes)
    if whole:
        chosen |= {test for test in tests if _is_within(test[0], paths) or not (paths or nodes)}
    return sorted(chosen)


def _rules_of(items: Iterable[Weighed], tests: set[Target]) -> dict[Target, tuple[str, ...]]:
    found: dict[Target, set[str]] = {}
    for item in items:
        place = item.finding.location.path
        found.setdefault(_test_of(place, item.finding.symbol, tests), set()).add(item.card.id)
    return {target: tuple(sorted(rules)) for target, rules in found.items()}


def _elsewhere(target: Target) -> Proof:
    return judge.unknown(*target, "it stands in no test that pytest collects")


def _proof(rows: Sequence[dict[str, Any]], target: Target, timeout: float) -> Proof:
    if not rows:
        return judge.unknown(*target, "the run ended before it")
    row = rows[-1]
    if row["kind"] == "known":
        alterations = tuple(Alteration(**one) for one in row["alterations"])
        return Proof(*target, Verdict(row["verdict"]), "", alterations)
    if row["kind"] == "end":
        return judge.unknown(*target, row["why"])
    return judge.judged(row, timeout)


# The run


class _Run:
    """One scratch folder, one sandbox, one interpreter, some sessions."""

    def __init__(self, settings: Settings, request: Request, repository: Repository) -> None:
        self._settings = settings
        self._request = request
        self._repository = repository
        self._notices: list[Notice] = []

    def __enter__(self) -> _Run:
        self._folder = tempfile.TemporaryDirectory(prefix="assay-verify-", ignore_cleanup_errors=True)
        self._cache = Cache(self._settings.root, enabled=self._settings.cache).__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._cache.__exit__(None, None, None)
        self._folder.cleanup()

    def rows(
        self, targets: Sequence[Target], announce: Say, say: Say
    ) -> tuple[dict[Target, list[dict[str, Any]]], list[Notice]]:
        """What the plugin tells of each test, and what the reader must know."""
        found: dict[Target, list[dict[str, Any]]] = {target: [] for target in targets}
        if not targets:
            self._notices.append(Notice("no test to run: the rules about tests flag none here"))
            return found, self._notices
        job, digest = self._prepared()
        known = {} if self._request.trace else self._known(digest, targets)
        found.update({target: [row] for target, row in known.items()})
        todo = [target for target in targets if target not in known]
        announce(self._statement(job, todo, len(known)))
        if not (job.python.has_pytest or job.command):
            why = f"no pytest is installed for {job.python.path}"
            self._notices.append(
                Notice(f"{why}; name the project's interpreter with --python", incomplete=True)
            )
            found.update({target: [{"kind": "end", "why": why}] for target in todo})
            return found, self._notices
        self._run(job, todo, digest, found, say)
        return found, self._notices

    def _prepared(self) -> tuple[Job, str]:
        root, request, scratch = self._settings.root, self._request, Path(self._folder.name)
        box = strictest(scratch, network=request.network)
        paths = files_of(root, History.open(root))
        digest = copy(root, paths, scratch / "pristine")
        (scratch / "home").mkdir()
        environ = environment(os.environ, scratch / "home", scratch)
        if "PYTHONPATH" in os.environ:
            environ["PYTHONPATH"] = os.environ["PYTHONPATH"]
        python = ask(root, request.python, box, environ)
        tests = tuple(path for path, facts in self._repository.files.items() if facts.role == "test")
        job = Job(
            root,
            scratch,
            tuple(paths),
            tests,
            python,
            request.command,
            box,
            request.timeout,
            request.trace,
            os.environ,
        )
        parts = [digest, engine_digest(), python.path, str(python.version), request.command]
        return job, hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()

    def _statement(self, job: Job, todo: Sequence[Target], known: int) -> str:
        count = f"{len(todo)} test{'s' if len(todo) != 1 else ''}"
        how = job.command or f"{job.python.path} -m pytest"
        saved = f"; {known} known from the last run" if known else ""
        return (
            f"assay verify runs the code of this project: {count}, with `{how}`, in a copy"
            f"{saved}; {job.box.words}"
        )

    def _run(
        self,
        job: Job,
        todo: Sequence[Target],
        digest: str,
        found: dict[Target, list[dict[str, Any]]],
        say: Say,
    ) -> None:
        done = 0
        processes = self._settings.jobs or os.cpu_count() or 1
        lay = partial(copy, job.root, job.paths)
        for targets, row in sessions.run(job, self._shares(todo, processes), processes, lay):
            if row["kind"] == "end" and row["why"]:
                self._ended(targets, row, found)
            if row["kind"] == "collected":
                files = {path for path, _ in targets}
                self._notices += [_broken(path, why) for path, why in row["broken"].items() if path in files]
            if row["kind"] not in ("test", "trace"):
                continue
            target = row["path"], row["test"]
            found.setdefault(target, []).append(row)
            done += 1
            say(f"{done:,} of {len(todo):,} tests")
            if not job.trace:
                self._keep(digest, target, row)

    def _ended(
        self, targets: Sequence[Target], row: dict[str, Any], found: dict[Target, list[dict[str, Any]]]
    ) -> None:
        """A session did not come to its end: nothing is known of its other tests."""
        self._notices.append(Notice(row["why"], incomplete=True))
        for target in targets:
            found[target] = found[target] or [row]

    def _shares(self, targets: Sequence[Target], processes: int) -> list[tuple[str, list[Target]]]:
        """Tests by session: those of one project together, in as many sessions as there are processes, those
        of a file never apart."""
        by_project: dict[str, dict[str, list[Target]]] = {}
        for target in targets:
            project = self._project_of(target[0])
            by_project.setdefault(project, {}).setdefault(target[0], []).append(target)
        shares = []
        for project, files in sorted(by_project.items()):
            count = sum(map(len, files.values()))
            wanted = max(1, min(processes, len(files), -(-count // _FEW)))
            parts: list[list[Target]] = [[] for _ in range(wanted)]
            for _, of_file in sorted(files.items()):
                min(parts, key=len).extend(of_file)
            shares += [(project, part) for part in parts]
        return shares

    def _project_of(self, path: str) -> str:
        """The folder to run a test from: that of its project, if the project has settings for pytest."""
        project = self._repository.project_of(path)
        return project if project in self._repository.oracles.runner.settings else ""

    # What was proved before, of the same tree

    def _known(self, digest: str, targets: Sequence[Target]) -> dict[Target, dict[str, Any]]:
        keys = {_key(digest, target): target for target in targets}
        return {keys[key]: row for key, row in self._cache.read(list(keys), "findings").items()}

    def _keep(self, digest: str, target: Target, row: dict[str, Any]) -> None:
        """Keep a verdict at once, so that a run that is broken off goes on where it was. What is unknown is
        tried again: it may hang on something outside of the tree."""
        proof = judge.judged(row, self._request.timeout)
        if proof.verdict is not Verdict.UNKNOWN:
            document = {
                "kind": "known",
                "verdict": proof.verdict.value,
                "alterations": [vars(one) for one in proof.alterations],
            }
            self._cache.write([(_key(digest, target), json.dumps(document), "[]")])


def _broken(path: str, why: str) -> Notice:
    return Notice(f"its tests do not import: {why}", path, incomplete=True)


def _key(digest: str, target: Target) -> str:
    return f"verify:{digest}:{target[0]}::{target[1]}"
