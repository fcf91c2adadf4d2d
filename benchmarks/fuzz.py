"""Broken input, by the hundred thousand: `python benchmarks/fuzz.py [COUNT [PARSER …]]`.

Each parser of text that a stranger wrote is fed COUNT mutations of its seeds (100,000 unless said), the
same ones for the same COUNT. An exception that its callers do not expect, or more than five seconds of
processor time, ends the run with the input that did it. `python benchmarks/fuzz.py scan COUNT FOLDER`
scans that many mutated Python files of a folder, and asks that each is either scanned or named.
"""

from __future__ import annotations

import contextlib
import json
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from scanner import codeowners, hunks
from scanner.analyse import allows, documents, notebook, python
from scanner.books import Books
from scanner.history import Commit, NoHistory, Person, unquote
from scanner.history.values import commit_of, parse_patch
from scanner.provenance import (
    agent_trace,
    blame,
    entire,
    gerrit,
    git_ai,
    git_appraise,
    identity,
    review,
    sessions,
    signatures,
    slsa,
    trailers,
    whogitit,
)
from scanner.report.hostile import code, escaped, safe
from scanner.scan import scan
from scanner.settings import Settings, UsageError, load, matches
from scanner.shell import commands
from scanner.source import Source
from scanner.weigh import load_weights

_LIMIT = 5.0
_OID = "0123456789abcdef0123456789abcdef01234567"
_ADA = Person("Ada", "ada@example.org")


class _NoGit:
    """A history in which every file, every note and every log is the same text."""

    head = "0" * 40

    def __init__(self, raw: bytes) -> None:
        self.raw = raw

    def read(self, path: str) -> bytes:
        return self.raw

    def read_own(self, name: str, limit: int) -> bytes:
        return self.raw

    def notes(self, *patterns: str) -> dict[str, dict[str, str]]:
        return {pattern: {_OID: _OID} for pattern in patterns}

    def blobs(self, oids: Iterable[str], *, limit: int = 0) -> Iterator[tuple[str, bytes]]:
        return ((oid, self.raw) for oid in oids)

    def blobs_at(self, rev: str, paths: Iterable[str], *, limit: int = 0) -> dict[str, bytes]:
        return dict.fromkeys(paths, b"x = 1\ny = 2\n")

    def commits(self, ids: Iterable[str]) -> dict[str, Commit]:
        return {oid: Commit(oid, (), _ADA, _ADA, f"Entire-Checkpoint: {'0' * 12}", 1) for oid in ids}

    def refs(self, *patterns: str) -> str:
        return f"{_OID} {patterns[0]}"

    def listing(self, rev: str, paths: Sequence[str] = ()) -> dict[str, str]:
        return {f"00/{'0' * 10}/0/metadata.json": _OID}

    def resolve(self, ref: str) -> str:
        return _OID


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _note(data: bytes) -> None:
    note = git_ai.parse(data)
    _ = note.records


def _trace(data: bytes) -> None:
    agent_trace.read(_NoGit(data), [])  # type: ignore[arg-type]


def _store(data: bytes) -> None:
    history: Any = _NoGit(data)
    whogitit.read(history, [_OID])
    entire.read(history, history.commits([_OID]).values())
    for reader in (gerrit, git_appraise, slsa):
        reader.read(history, [_OID])


def _log(data: bytes) -> None:
    noted = sessions.read(_NoGit(data))  # type: ignore[arg-type]
    for path in noted.of_path:
        noted.evidence(path, b"x = 1\ny = 2\n")


def _signed(data: bytes) -> None:
    with contextlib.suppress(ValueError, RecursionError):
        signatures.canonical(json.loads(data))


def _owners(data: bytes) -> None:
    for gitlab in (False, True):
        codeowners.parse(_text(data), gitlab=gitlab).of("docs/a b/c.py")


def _message(data: bytes) -> None:
    commit = Commit(_OID, (_OID,), _ADA, _ADA, data.decode("utf-8", "replace"))
    trailers.of_commit(commit)
    trailers.of_branch(commit)
    trailers.requesters(commit)
    identity.of_commit(commit)
    review.of_commit(commit, (review.Merge(commit, (_ADA,)),))


def _object(data: bytes) -> None:
    commit = commit_of(_OID, data)
    identity.of_commit(commit)
    _ = commit.subject, commit.body


def _settings(data: bytes) -> None:
    folder = Path(_FOLDER.name)
    (folder / "assay.toml").write_bytes(data)
    _asked(lambda: load(folder))


def _known(data: bytes) -> None:
    file = Path(_FOLDER.name, "baseline.json")
    file.write_bytes(data)
    _asked(Books(Settings(baseline=str(file)), NoHistory(""), None).baseline)


def _weights(data: bytes) -> None:
    file = Path(_FOLDER.name, "weights.toml")
    file.write_bytes(data)
    _asked(lambda: load_weights(str(file)))


def _asked(work: Callable[[], object]) -> None:
    try:
        work()
    except UsageError as error:
        safe(str(error))


def _comments(data: bytes) -> None:
    source = python.read("a.py", data)
    if isinstance(source, Source):
        allows.of_python(source)
    text = data.decode("utf-8", "replace")
    allows.of_text(Source("a.yaml", data, text, "yaml"))


def _document(path: str, language: str) -> Callable[[bytes], None]:
    def parse(data: bytes) -> None:
        source = documents.read(path, language, data)
        if isinstance(source, Source):
            documents.collect(source)
            if language in ("json", "yaml", "toml"):
                source.place_of(("a", 0))

    return parse


def _diff(data: bytes) -> None:
    parse_patch(data)
    half = len(data) // 2
    hunks.added_ranges(data[:half], data[half:])


def _shown(data: bytes) -> None:
    for text in (_text(data), data.decode("latin-1")):
        for shown in (safe(text), escaped(text), code(text)):
            assert "\x1b" not in shown, shown
            assert "\n" not in shown, shown


def _globs(data: bytes) -> None:
    path, _, pattern = _text(data).partition("\n")
    matches(path, pattern)


_FOLDER = tempfile.TemporaryDirectory(prefix="assay-fuzz-")
_TOML = b'[tool.assay]\nselect = ["a", "b"]\nmin-rank = 1.5\nallow = [{rule = "x", reason = "y", expires = "2030-01-31"}]\n'
_JSON = b'{"a": [1, 2.5e3, true, null, "\\u001b\\ud800x"], "b": {"c": {}}, "findings": [{"fingerprint": "f"}], "schema": 1}'
_YAML = b"a: &x [1, 2:30, 0x1f, ~, yes]\nb: {<<: *y, c: *x}\n---\n- !!str 1\n- |\n  text\n- 2001-01-01\n"
_MESSAGE = (
    b"aider: Work (#12)\n\nCo-Authored-By: Claude Opus 4.6 <noreply@anthropic.com>\nAssisted-by: Codex:gpt-5.2 / x (y)\n"
    b"Reviewed-by: Eve &lt;e@x.org&gt;\nGenerated with [Claude Code](https://x)\nEntire-Attribution: 73% agent (1/2 lines)\n"
    b"Reviewed By: eve\nDifferential Revision: https://x/D1\nReplit-Commit-Author: Agent\nMerge pull request #1 from a/claude/b\n"
)
_NOTE = (
    b'src/a.py\n  abcdef0123456789 1-4,9,12-19\n"b c.py"\n  s_0123456789abcd::t_0123 3\n  h_12 4-5\n---\n'
    b'{"schema_version": "authorship/3.0.0", "prompts": {"abcdef0123456789": {"agent_id": {"tool": "claude", "model": "x"}}}}'
)
_TRACE = (
    b'{"version": "0.1", "vcs": {"type": "git", "revision": "0123"}, "tool": {"name": "claude"}, "files": [{"path": "a.py", '
    b'"conversations": [{"contributor": {"type": "ai", "model_id": "x"}, "ranges": [{"start_line": 1, "end_line": 9}]}]}]}\n'
)
_WHOGITIT = (
    b'{"version": 2, "session": {"model": {"id": "x", "provider": "anthropic"}}, "files": [{"path": "a.py", "lines": '
    b'[{"line_number": 1, "content": "x = 1", "source": {"type": "AI"}}, {"line_number": 2, "content": "z", "source": {"type": "Human"}}]}]}'
)
_CHECKPOINT = (
    b'{"agent": "Claude Code", "files_touched": ["a.py"], "initial_attribution": {"agent_lines": 3, "human_added": 1, '
    b'"agent_percentage": 75.0}}'
)
_APPRAISE = (
    b'{"requester": "ada@x.org", "targetRef": "r"}\n\n{"author": "eve", "resolved": true, "Parent": ""}\n'
)
_SLSA = (
    b'{"dsseEnvelope": {"payload": "eyJzdWJqZWN0IjogW3siZGlnZXN0IjogeyJnaXRDb21taXQiOiAiMDEyMyJ9fV0sICJwcmVkaWNhdGVUeXBlIjog'
    b'Imh0dHBzOi8vc2xzYS5kZXYvdmVyaWZpY2F0aW9uX3N1bW1hcnkvdjEiLCAicHJlZGljYXRlIjoge319"}}\n'
)
_GERRIT = b"Code-Review+2: Eve <eve@x.org>\nVerified+1: CI\nSubmitted-by: Eve\nReviewed-on: https://x/1\n"
_LOG = (
    b'{"entries": [{"file": "a.py", "blob_sha": "ab", "line_attributions": [{"start_line": 1, "end_line": 2, "author_id": '
    b'"s_0123456789abcd::t_0"}]}], "agent_id": {"tool": "cursor", "id": "x", "model": "y"}}\n'
)
_SESSION = b'{"file": "a.py", "agent": "codex", "timestamp": "2026-01-01T00:00:00+00:00", "new": "x = 1", "lines": [1]}\n'
_PENDING = (
    b'{"session": {"model": {"id": "x"}}, "file_histories": {"a.py": {"edits": [{"before": {"content": "x"}, '
    b'"after": {"content": "x = 1\\ny"}}]}}}'
)
_OWNERS = b"* @all # x\n^[Opt][2] @def\ndocs/**/*.py\n!docs/[a-c]?.py\n[opt]\n\\#x a\\ b/ @me\n[S]\n/docs/*\n"
_BLAME = (
    f"{_OID} 1 1 2\nauthor Ada\nauthor-mail <a@b>\nsummary x\nboundary\nfilename a.py\n{_OID} 5 3 1\n"
    'filename "b\\303\\244.py"\n'
).encode()
_PATCH = (
    b'diff --git a/a.py b/a.py\nindex 1..2 100644\n--- a/a.py\n+++ b/a.py\n@@ -1,2 +1,3 @@ def\n-x\n+y\n+z\ndiff --git "a/\\303.py" '
    b'"b/x.py"\nsimilarity index 90%\nrename from x.py\nrename to y.py\n--- "a/\\t.py"\n+++ "b/\\"q.py"\n@@ -0,0 +1 @@\n+a\n'
)
_COMMIT = (
    f"tree {_OID}\nparent {_OID}\nauthor Ada <ada@example.org> 1 +0000\ncommitter bot[bot] <1+x@users.noreply.github.com> 2 -1\n"
    "encoding latin-1\ngpgsig x\n y\n\nSubject\n\nBody\n"
).encode()
_CODE = "# assay: allow[a-b, c] because\nx = 1  # assay: allow\ndef f():  #assay:allow[x]\n    'assay: '\n    return é\n".encode()
_BOOK = b'{"cells": [{"cell_type": "code", "source": ["x = 1\\n", "%time y"]}, {"source": "a", "cell_type": "markdown"}], "metadata": {"language_info": {"name": "python"}}, "nbformat": 4}'
_NEEDS = (
    b"a>=1,<2; python_version < '3'\n-r other.txt\n-e git+https://x/y#egg=z\nb[c]==1.* --hash=sha256:0 # x\n"
)
_PROJECT = b'[project]\ndependencies = ["a>=1", "b"]\n[project.optional-dependencies]\ndev = ["c"]\n[tool.poetry.dependencies]\npython = "^3"\nd = {version = "1", extras = ["x"]}\n[dependency-groups]\ng = [{include-group = "h"}, "e"]\n'
_SHELL = b'set -e\nif [ -n "$X" ]; then rm -rf "${A:-/}"/* && echo `date` $(ls); fi\ncat <<\'EOF\' | sh\nx\nEOF\nfor i in 1 2; do terraform destroy -auto-approve; done # x\n'
_INI = b"[metadata]\nname = x\n[options]\ninstall_requires =\n    a>=1\n    b %(x)s\n"

PARSERS: dict[str, tuple[Callable[[bytes], object], tuple[bytes, ...]]] = {
    "git-ai notes": (_note, (_NOTE,)),
    "Agent Trace": (_trace, (_TRACE,)),
    "stores and reviews": (_store, (_WHOGITIT, _CHECKPOINT, _APPRAISE, _SLSA, _GERRIT)),
    "working logs": (_log, (_LOG, _SESSION, _PENDING)),
    "signed records": (_signed, (_TRACE, _JSON)),
    "CODEOWNERS": (_owners, (_OWNERS,)),
    "commit messages": (_message, (_MESSAGE,)),
    "commit objects": (_object, (_COMMIT,)),
    "blame": (blame.parse, (_BLAME,)),
    "patches and hunks": (_diff, (_PATCH,)),
    "quoted paths": (lambda data: unquote(_text(data)), (b'"a\\303\\244\\t\\"b\\\\.py"', b'"\\7\\77\\777x"')),
    "settings": (_settings, (_TOML.replace(b"[tool.assay]\n", b""),)),
    "weights": (_weights, (b"cap = 3.0\n[family.x]\nfactor = 1.5\nsources = ['a']\n",)),
    "baselines": (_known, (_JSON,)),
    "allow comments": (_comments, (_CODE,)),
    "JSON": (_document("a.json", "json"), (_JSON,)),
    "TOML": (_document("pyproject.toml", "toml"), (_TOML, _PROJECT)),
    "YAML": (_document("a.yaml", "yaml"), (_YAML,)),
    "INI": (_document("setup.cfg", "ini"), (_INI,)),
    "requirements": (_document("requirements.txt", "requirements"), (_NEEDS,)),
    "notebooks": (lambda data: notebook.read("a.ipynb", data), (_BOOK,)),
    "shell": (lambda data: commands(data.decode("utf-8", "replace")), (_SHELL,)),
    "globs": (_globs, (b"a/b/c.py\n**/b/*.py", b"aaa/bbb\n**a*/**?b**")),
    "what is shown": (_shown, ("\x1b[2J ::error:: ##[x] \u202e é".encode(),)),
}
_PIECES = (
    *tuple(
        b"\x00 \n \r\n \xff \xed\xa0\x80 \xe2\x80\xae \x1b[2J ' \" \\ { } [ ] ( ) : , # ; < > & * - -- --- % @@ 0 -1 1e999 NaN null "
        b"true 99999999999999999999 \\ud800 !!python/object: &a *a <<: \t".split(b" ")
    ),
    b" ",
    b"9" * 5000,
    b"[" * 2000,
    b"a" * 3000,
    b"\n" * 500,
    b" " * 500,
)


def mutated(data: bytes, dice: random.Random) -> bytes:
    """The same with a few cuts, copies and insertions."""
    for _ in range(dice.choice((1, 1, 2, 3, 8))):
        at, to = sorted(dice.randrange(len(data) + 1) for _ in range(2))
        match dice.randrange(7):
            case 0:
                data = data[:at] + data[to:]
            case 1:
                data = data[:to] + data[at:to] + data[to:]
            case 2 | 3:
                data = data[:at] + dice.choice(_PIECES) + data[at:]
            case 4:
                data = data[:at] + bytes([dice.randrange(256)]) + data[at + 1 :]
            case 5:
                data = data[:at]
            case _:
                data = data[:at] + dice.choice(_PIECES) + data[to:]
        data = data[:20_000]
    return data


def _hangs(signum: int, frame: FrameType | None) -> NoReturn:
    raise TimeoutError(f"more than {_LIMIT} s")


def feed(name: str, count: int) -> str:
    """Feed one parser; what happened, in one line."""
    parse, seeds = PARSERS[name]
    dice = random.Random(name)
    pool = list(seeds)
    slowest = 0.0
    start = time.process_time()
    for number in range(count):
        data = mutated(dice.choice(pool), dice)
        if number % 50 == 0 and len(pool) < 200:
            pool.append(data)  # mutations of mutations
        before = time.process_time()
        signal.setitimer(signal.ITIMER_VIRTUAL, _LIMIT)
        try:
            parse(data)
        except BaseException:
            print(f"{name}: failed on input {number}:\n{data[:2000]!r}", file=sys.stderr)
            raise
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        slowest = max(slowest, time.process_time() - before)
    spent = time.process_time() - start
    return f"{name}: {count:,} inputs, none failed; {spent:.0f} s, the slowest {slowest * 1000:.0f} ms"


def scan_mutated(count: int, folder: Path) -> str:
    """Scan mutated copies of the Python files of a folder."""
    dice = random.Random(count)
    seeds = [path.read_bytes()[:30_000] for path in sorted(folder.rglob("*.py"))]
    seeds = [seed for seed in seeds if seed]
    with tempfile.TemporaryDirectory(prefix="assay-fuzz-") as name:
        for number in range(count):
            target = Path(name, str(number % 100), f"f{number}.py")
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(mutated(dice.choice(seeds), dice))
        report = scan(Settings(root=Path(name), cache=False, semgrep=False, preview=True, provenance="none"))
    failed = [str(item) for item in report.unreadable if item.reason.name == "CRASH"]
    failed += [notice.text for notice in report.notices if notice.incomplete]
    named = {item.path for item in report.unreadable}
    # What is not decodable or broken is among the files that were read, too.
    missing = count - report.files
    reasons: dict[str, int] = {}
    for item in report.unreadable:
        reasons[item.reason.value] = reasons.get(item.reason.value, 0) + 1
    return json.dumps(
        {
            "files": count,
            "read": report.files,
            "named as unreadable": len(named),
            "missing": missing,
            "reasons": reasons,
            "failures of ours": failed[:20],
            "failures": len(failed),
        },
        indent=1,
    )


def main(arguments: Sequence[str]) -> None:
    if arguments[:1] == ["scan"]:
        print(scan_mutated(int(arguments[1]), Path(arguments[2])))
        return
    signal.signal(signal.SIGVTALRM, _hangs)
    count = int(arguments[0]) if arguments else 100_000
    for name in arguments[1:] or PARSERS:
        print(feed(name, count), flush=True)


if __name__ == "__main__":
    _any: Any = main(sys.argv[1:])
