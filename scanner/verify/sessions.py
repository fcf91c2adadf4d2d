"""Sessions of pytest in copies of the repository: started, watched, ended, and what they told."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from scanner.frozen import frozen
from scanner.settings import UsageError
from scanner.verify.interpreter import Interpreter
from scanner.verify.sandbox import Sandbox, environment

PLUGIN = "_assay_verify"
_INSIDE = Path(__file__).with_name("inside")
_COLLECTING = 300.0  # seconds that the collection of tests may take
_RUNS = 20  # of one test, more than there can be
_LOOK = 0.05
_LONG = 300

Target = tuple[str, str]  # path, name within the file


@frozen
class Job:
    """What every session of a run shares."""

    root: Path
    scratch: Path  # everything of the run lies below it
    paths: tuple[str, ...]  # what a copy holds
    tests: tuple[str, ...]  # files that are tests, not code under test
    python: Interpreter
    command: str
    box: Sandbox
    timeout: float
    trace: bool
    environ: Mapping[str, str]


def run(
    job: Job, shares: Sequence[tuple[str, list[Target]]], most: int, copy: Callable[[Path], object]
) -> Iterator[tuple[list[Target], dict[str, Any]]]:
    """Run a session for each share of the tests, so many at a time, and give what they tell, row by row.
    The last row of a session is `{"kind": "end", "why": …}`, with a sentence where it did not come to its
    end.

    Args:
        shares: the folder of a project, relative to the root, and tests in it.
        copy: lays a copy of the repository below a folder.
    """
    waiting = list(enumerate(shares))
    running: list[_Session] = []
    try:
        while waiting or running:
            while waiting and len(running) < most:
                number, (folder, targets) = waiting.pop(0)
                running.append(_Session(job, folder, targets, job.scratch / f"session-{number}", copy))
            for session in tuple(running):
                for row in session.told():
                    yield session.targets, row
                if session.why is not None:
                    running.remove(session)
                    session.end()
                    yield session.targets, {"kind": "end", "why": session.why}
            time.sleep(_LOOK)
    finally:
        for session in running:
            session.end()


class _Session:
    """One pytest, under way. `why` is None until it has ended, and empty if it came to its end."""

    def __init__(
        self, job: Job, folder: str, targets: list[Target], place: Path, copy: Callable[[Path], object]
    ) -> None:
        self.targets = targets
        self.why: str | None = None
        self._place = place
        self._patience, self._heard, self._pending = _COLLECTING, time.monotonic(), ""
        self._after = _RUNS * job.timeout + _COLLECTING
        tree = place / "tree"
        for name in ("home", "tmp"):
            (place / name).mkdir(parents=True)
        copy(tree)
        (place / "pytest.ini").touch()  # a project without settings must not be given those of a folder above
        results = place / "results.jsonl"
        results.touch()
        self._results = results.open(encoding="utf-8")
        task = _task(job, folder, targets, tree, results)
        (place / "task.json").write_text(json.dumps(task), encoding="utf-8")
        self._process = _started(job, folder, targets, place)

    def told(self) -> list[dict[str, Any]]:
        """What it told since it was asked last."""
        ended = self._process.poll() is not None
        self._pending += self._results.read()
        *lines, self._pending = self._pending.split("\n")
        rows = [json.loads(line) for line in lines]
        if rows:
            self._heard, self._patience = time.monotonic(), self._after
        if any(row["kind"] == "done" for row in rows):
            self.why = ""
        elif ended:
            self.why = _why(self._place / "log", self._process.returncode)
        elif time.monotonic() - self._heard > self._patience:
            self.why = f"the tests' process said nothing for {self._patience:.0f} s, and was ended"
        return rows

    def end(self) -> None:
        """End it with all its children, and remove its folder."""
        with contextlib.suppress(OSError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._results.close()
        shutil.rmtree(self._place, ignore_errors=True)


def words_of(command: str) -> list[str]:
    """The program and its arguments.

    Raises:
        UsageError: the text is empty, or a quotation in it does not end.
    """
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise UsageError(f"--command: {error}") from error
    if not words:
        raise UsageError("--command: names no program")
    return words


def _started(job: Job, folder: str, targets: Sequence[Target], place: Path) -> subprocess.Popen[bytes]:
    command, tree = _command(job, folder, targets), place / "tree"
    temporary = job.scratch if job.python.in_tmp else place / "tmp"
    try:
        with (place / "log").open("wb") as said:
            return subprocess.Popen(
                command,
                cwd=tree / folder,
                env=_environment(job, place, tree / folder, tree),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=partial(job.box.enter, temporary),
            )
    except (OSError, subprocess.SubprocessError) as error:
        raise UsageError(f"{command[0]} cannot be started: {error}") from error


def _environment(job: Job, place: Path, start: Path, tree: Path) -> dict[str, str]:
    options = ["-p", f"{PLUGIN}.plugin", "-s", "-q", f"--rootdir={start}", *job.python.options]
    given = job.environ.get("PYTHONPATH", "").split(os.pathsep)
    outside = [one for one in given if os.path.isabs(one) and not Path(one).is_relative_to(job.root)]
    folders = [_plugin(place), *(str(tree / inner) for inner in job.python.inside), *outside]
    return {
        **environment(job.environ, place / "home", place / "tmp"),
        "ASSAY_VERIFY": str(place / "task.json"),
        "PYTHONPATH": os.pathsep.join(folders),
        "PYTEST_ADDOPTS": shlex.join(options),
        "PATH": os.pathsep.join([os.path.dirname(job.python.path), job.environ.get("PATH", os.defpath)]),
    }


def _plugin(place: Path) -> str:
    """A folder with our plugin in it and nothing else of ours: all of it may be imported."""
    folder = place / "plugin"
    shutil.copytree(_INSIDE, folder / PLUGIN, ignore=shutil.ignore_patterns("__pycache__"))
    return str(folder)


def _task(job: Job, folder: str, targets: Sequence[Target], tree: Path, results: Path) -> dict[str, Any]:
    return {
        "root": str(tree),
        "folder": folder,
        "origin": str(job.root),
        "pristine": str(job.scratch / "pristine"),
        "tests": job.tests,
        "targets": targets,
        "timeout": job.timeout,
        "trace": job.trace,
        "guard": job.box.guarded,
        "results": str(results),
    }


def _command(job: Job, folder: str, targets: Sequence[Target]) -> list[str]:
    if job.command:
        return words_of(job.command)
    files = dict.fromkeys(path[len(folder) + 1 :] if folder else path for path, _ in targets)
    return [job.python.path, "-m", "pytest", *files]


def _why(log: Path, code: int) -> str:
    """Why pytest did not come to its end, in its own words."""
    with contextlib.suppress(OSError):
        lines = [line.strip() for line in log.read_text("utf-8", "replace").splitlines() if line.strip()]
        causes = [line for line in lines if re.match(r"E  |.{1,80}: error: \w", line)]
        errors = [line for line in lines if re.match(r"ERROR|INTERNALERROR", line)]
        for told in (causes, errors, lines):
            if told:
                return f"pytest ended with code {code}: {told[-1].removeprefix('E  ').strip()[:_LONG]}"
    return f"pytest ended with code {code} and said nothing"
