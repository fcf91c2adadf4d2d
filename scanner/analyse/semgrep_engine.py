"""The door to semgrep: finds it, hands it rules and files, and gives back its JSON.

Semgrep is a program beside us, never imported: its binary `semgrep-core` is called as its own wrapper
calls it. That interface is not promised, so there are three rungs: semgrep-core; the command line that
stays in the binary (`--experimental`); the plain command line. A rung that fails on a self-test is left
for the next one; where the rung works and a file kills it, that file is found by halving, and named.

Files are handed over as copies in a private folder, so that the working tree, the index and standard
input are one case, and no ignore list of semgrep's own (which drops `tests/`) is consulted. Nothing is
sent or fetched; settings, logs and caches of semgrep stay in the private folder.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sysconfig
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from scanner.analyse.workers import shards
from scanner.frozen import frozen

_SUFFIX = ".exe" if os.name == "nt" else ""
_RULE_SECONDS = (
    60  # for one rule on one file, by the clock: generous, since a busy machine must not lose files
)
_SHARD_SECONDS = 3600  # a process that is silent for so long hangs
_SHARD_BYTES = 300_000  # of source below which a second process costs more than it gives
_SHARD_FILES = 1000  # what a command line can name
_PROBE = {"id": "probe", "languages": ["python"], "severity": "INFO", "message": "-", "pattern": "probe()"}


@frozen
class Engine:
    """Where semgrep is. `version` changes whenever its results may."""

    core: str = ""  # the binary semgrep-core
    command: str = ""  # the command line, `semgrep`
    version: str = ""

    def __bool__(self) -> bool:
        return bool(self.core or self.command)


@frozen
class Target:
    """One file for semgrep: its path in the repository, its text (UTF-8, lines end in \\n), the languages
    that it is to be read as, in semgrep's words, and the ids of the rules that can match in it."""

    path: str
    text: bytes
    analyzers: tuple[str, ...]
    rules: tuple[str, ...]


@frozen
class Trouble:
    """What semgrep could not do. `path` or `rule` says on which file or with which rule; `partly` that
    the rest of the file was analysed."""

    text: str
    path: str = ""
    rule: str = ""
    partly: bool = False


@frozen
class Outcome:
    """The raw results by file, and what went wrong. `broken` says that no rung works at all."""

    results: tuple[tuple[str, dict[str, Any]], ...] = ()
    troubles: tuple[Trouble, ...] = ()
    broken: str = ""


def find() -> Engine:
    """The semgrep of our own environment, else of the PATH; a falsy one where there is none."""
    spec = importlib.util.find_spec("semgrep")
    for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
        core = Path(folder) / "bin" / f"semgrep-core{_SUFFIX}"
        if core.is_file():
            command = shutil.which("semgrep", path=sysconfig.get_path("scripts")) or ""
            return Engine(str(core), command, _version() or _stamp(str(core)))
    core_path, command = _on_path("semgrep-core"), _on_path("semgrep")
    return Engine(core_path, command, _stamp(core_path or command))


def _version() -> str:
    import importlib.metadata  # here, because it costs ten milliseconds

    try:
        return importlib.metadata.version("semgrep")
    except importlib.metadata.PackageNotFoundError:
        return ""


def _on_path(name: str) -> str:
    # A relative entry of the PATH would let the scanned folder bring its own program.
    entries = [entry for entry in os.environ.get("PATH", "").split(os.pathsep) if os.path.isabs(entry)]
    return (shutil.which(name, path=os.pathsep.join(entries)) or "") if entries else ""


def _stamp(path: str) -> str:
    """Tells one build of a program from another without starting it."""
    if not path:
        return ""
    status = os.stat(path)
    return f"{status.st_size}-{status.st_mtime_ns}"


def run(
    engine: Engine, rules: Mapping[str, Any], targets: Sequence[Target], jobs: int, max_bytes: int
) -> Outcome:
    """Run rules (definitions by id) over targets, in processes of one job each. A file may meet rules
    beyond its own, where that saves a process."""
    with tempfile.TemporaryDirectory(prefix="assay-", ignore_cleanup_errors=True) as folder:
        return _Run(engine, Path(folder), rules, max_bytes).all(targets, jobs or os.cpu_count() or 1)


@frozen
class _Copy:
    """A target and where its copy stands, in words that JSON and command lines can carry."""

    target: Target
    file: str
    shown: str  # the path that the rules' own `paths:` are held against


_Started = tuple["subprocess.Popen[bytes]", Path]
_Rung = Callable[[str, Sequence[_Copy]], list[str]]


class _Run:
    def __init__(self, engine: Engine, folder: Path, rules: Mapping[str, Any], max_bytes: int) -> None:
        self._engine = engine
        self._folder = folder
        self._tree = folder / "tree"
        self._rules = rules
        self._max_bytes = max_bytes
        self._count = 0  # of the files that we name by number
        self._tree.mkdir()
        self._rungs: list[_Rung] = [*([self._core] if engine.core else [])]
        if engine.command:
            self._rungs += [self._experimental, self._plain]

    def all(self, targets: Sequence[Target], jobs: int) -> Outcome:
        copies = [self._copy(target) for target in targets]
        parts = [[copies[i] for i in part] for part in _divide(targets, jobs)]
        outcomes: list[Outcome] = []
        for start in range(0, len(parts), jobs):
            outcomes += self._together(parts[start : start + jobs])
        return _merged(outcomes)

    def _together(self, parts: list[list[_Copy]]) -> list[Outcome]:
        """Several shards at once; those that fail are taken up again one by one."""
        started: list[_Started | None] = []
        try:
            for part in parts:
                started.append(self._start(self._rungs[0], part))
            documents = [self._document(one) for one in started]
        finally:
            for one in started:
                _end(one)
        return [
            self._again(part) if document is None else _read(document, part)
            for part, document in zip(parts, documents, strict=True)
        ]

    def _again(self, part: list[_Copy]) -> Outcome:
        """A shard failed: leave the rung if it is broken, else halve the shard to find the file."""
        while self._rungs and not self._works(self._rungs[0]):
            self._rungs.pop(0)
        if not self._rungs:
            return Outcome(broken="it fails on a file of one line")
        document = self._document(self._start(self._rungs[0], part))
        if document is not None:
            return _read(document, part)
        if len(part) == 1:
            return Outcome(troubles=(Trouble("semgrep failed on this file", part[0].target.path),))
        middle = len(part) // 2
        return _merged([self._again(part[:middle]), self._again(part[middle:])])

    def _works(self, rung: _Rung) -> bool:
        probe = self._copy(Target("probe.py", b"probe()\n", ("python",), ()))
        document = self._document(self._start(rung, [probe], [_PROBE]))
        return document is not None and len(document["results"]) == 1

    def _copy(self, target: Target) -> _Copy:
        """Write the copy under the same relative path; under a number where that cannot be: two names
        that this disk holds for one, a name that is too long or not UTF-8."""
        parts = [part for part in PurePosixPath(target.path).parts if part not in ("/", "..", ".")]
        shown = "/".join(parts).encode("utf-8", "replace").decode("utf-8")
        wanted = self._tree / shown
        try:
            return self._written(target, wanted, shown)
        except OSError:
            self._count += 1
            return self._written(target, self._folder / "more" / f"{self._count}{wanted.suffix}", shown)

    def _written(self, target: Target, file: Path, shown: str) -> _Copy:
        file.parent.mkdir(parents=True, exist_ok=True)
        with open(file, "xb") as stream:
            stream.write(target.text)
        return _Copy(target, str(file), shown)

    # The rungs

    def _core(self, rules: str, part: Sequence[_Copy]) -> list[str]:
        self._count += 1
        listed = self._folder / f"targets-{self._count}.json"
        entries = [
            [
                "CodeTarget",
                {
                    "path": {"fpath": copy.file, "ppath": f"/{copy.shown}"},
                    "analyzer": analyzer,
                    "products": ["sast"],
                },
            ]
            for copy in part
            for analyzer in copy.target.analyzers
        ]
        listed.write_text(json.dumps(["Targets", entries]), encoding="utf-8")
        limits = ["-timeout", str(_RULE_SECONDS), "-timeout_threshold", "3"]
        how = ["-json_nodots", "-json", "-fast", "-j", "1", *limits]
        return [self._engine.core, *how, "-rules", rules, "-targets", str(listed)]

    def _experimental(self, rules: str, part: Sequence[_Copy]) -> list[str]:
        return self._command("--experimental", rules, part)

    def _plain(self, rules: str, part: Sequence[_Copy]) -> list[str]:
        return self._command("--legacy", rules, part)

    def _command(self, flavour: str, rules: str, part: Sequence[_Copy]) -> list[str]:
        limits = ["--timeout", str(_RULE_SECONDS), "--max-target-bytes", str(self._max_bytes)]
        offline = ["--metrics=off", "--disable-version-check", "--oss-only", "--quiet"]
        # An ignored result is given all the same: the lane counts it as suppressed.
        how = [
            "--json",
            "-j",
            "1",
            "--no-git-ignore",
            "--scan-unknown-extensions",
            "--disable-nosem",
            *limits,
        ]
        files = [copy.file for copy in part]
        return [self._engine.command, "scan", flavour, *offline, *how, "--config", rules, *files]

    # The processes

    def _start(
        self, rung: _Rung, part: Sequence[_Copy], definitions: Sequence[Any] | None = None
    ) -> _Started | None:
        self._count += 1
        output = self._folder / f"out-{self._count}"
        rules = self._folder / f"rules-{self._count}.json"
        if definitions is None:
            names = {name for copy in part for name in copy.target.rules}
            definitions = [self._rules[name] for name in sorted(names)]
        rules.write_text(json.dumps({"rules": definitions}), encoding="utf-8")
        command = rung(str(rules), part)
        try:
            with open(output, "wb") as stream:
                process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=stream,
                    stderr=subprocess.DEVNULL,
                    cwd=self._tree,
                    env=_environment(self._folder),
                )
        except OSError:
            return None
        return process, output

    def _document(self, started: _Started | None) -> dict[str, Any] | None:
        """What a process wrote, once it has ended; None where it failed."""
        if started is None:
            return None
        process, output = started
        try:
            process.wait(_SHARD_SECONDS)
            document = json.loads(output.read_bytes().strip().rpartition(b"\n")[2])
        except (subprocess.TimeoutExpired, OSError, ValueError):
            return None
        finally:
            _end(started)
        whole = isinstance(document, dict) and all(
            isinstance(document.get(key), list) for key in ("results", "errors")
        )
        return document if whole else None


def _end(started: _Started | None) -> None:
    if started is not None and started[0].poll() is None:
        started[0].kill()
        started[0].wait()


def _read(document: dict[str, Any], part: Sequence[_Copy]) -> Outcome:
    """Results and troubles, under the paths of the repository."""
    paths = {copy.file: copy.target.path for copy in part}
    results = [(paths[result["path"]], result) for result in document["results"] if result["path"] in paths]
    return Outcome(tuple(results), tuple(_trouble(error, paths) for error in document["errors"]))


# What says that a part of a file, or nothing, was left out.
_MILD = frozenset({"PartialParsing", "SemgrepWarning"})


def _trouble(error: dict[str, Any], paths: dict[str, str]) -> Trouble:
    kind = error.get("error_type") or error.get("type") or ""
    kind = str(kind[0] if isinstance(kind, list) else kind)
    place = error.get("path") or (error.get("location") or {}).get("path", "")
    path = paths.get(str(place), "")
    rule = "" if path else str(error.get("rule_id") or "")
    text = " ".join(str(error.get("message") or kind).split())[:300]
    return Trouble(f"{kind}: {text}", path, rule, partly=kind in _MILD)


def _divide(targets: Sequence[Target], jobs: int) -> list[list[int]]:
    """Positions in shards: of files with the same rules, as far as a process of its own pays."""
    groups: dict[tuple[str, ...], list[int]] = {}
    for position, target in enumerate(targets):
        groups.setdefault(target.rules, []).append(position)
    large = [group for group in groups.values() if sum(len(targets[i].text) for i in group) >= _SHARD_BYTES]
    mixed = sorted(i for group in groups.values() if group not in large for i in group)
    return [
        [group[i] for i in part[start : start + _SHARD_FILES]]
        for group in [*large, *([mixed] if mixed else [])]
        for part in _balanced([len(targets[i].text) for i in group], jobs)
        for start in range(0, len(part), _SHARD_FILES)
    ]


def _balanced(weights: Sequence[int], jobs: int) -> list[list[int]]:
    return shards(weights, min(jobs, 1 + sum(weights) // _SHARD_BYTES, len(weights)))


def _merged(outcomes: Sequence[Outcome]) -> Outcome:
    return Outcome(
        tuple(result for one in outcomes for result in one.results),
        tuple(trouble for one in outcomes for trouble in one.troubles),
        next((one.broken for one in outcomes if one.broken), ""),
    )


def _environment(folder: Path) -> dict[str, str]:
    """The caller's environment without what configures semgrep, and with its files in our folder."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SEMGREP_", "OTEL_", "PYTHON"))
    }
    return {
        # The collector's default space is small for semgrep's trees: the half of the CPU went there.
        "OCAMLRUNPARAM": "s=4M",
        **kept,
        "SEMGREP_SEND_METRICS": "off",
        "SEMGREP_ENABLE_VERSION_CHECK": "0",
        "SEMGREP_SETTINGS_FILE": str(folder / "settings.yml"),
        "SEMGREP_LOG_FILE": str(folder / "log"),
        "SEMGREP_VERSION_CACHE_PATH": str(folder / "version"),
        "XDG_CONFIG_HOME": str(folder),
        "XDG_CACHE_HOME": str(folder),
        "XDG_STATE_HOME": str(folder),
    }
