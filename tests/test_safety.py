"""What no attack of one repository shows: expressions that never look back, secrets that nobody quotes,
a clock that only aborts, and a cache that survives whatever ends a run."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import json
import os
import pkgutil
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from repositories import Repository

import scanner
from scanner import masking
from scanner.analyse import clock
from scanner.analyse.cache import FOLDER, Cache
from scanner.analyse.documents import read as read_document
from scanner.analyse.file import analyse_file, handlers
from scanner.catalogue import Catalogue, rules_root
from scanner.discover import File
from scanner.finding import Finding, Location, Reason, Unreadable
from scanner.rule import FileRule, Source, on_file
from scanner.settings import matches

Project = Callable[..., Path]
Assay = Callable[..., "Run"]  # noqa: F821 - the fixture's own class
CHECKOUT = Path(__file__).parent.parent


# Expressions of ours


_OURS_TO_READ = {"scanner.cli.docs", "scanner.pages"}  # they read this repository only
# Lines of messages, and the text before a hole, are cut before.
_CUT = {"scanner.provenance.trailers", "scanner.provenance.review", "interpolated_sql"}
_LONG, _LINE = 100_000, 500
_BUDGET = 5.0  # seconds of processor time for one text; a linear one takes a few milliseconds


def _modules() -> Iterator[tuple[str, ModuleType, str]]:
    for info in pkgutil.walk_packages(scanner.__path__, "scanner."):
        spec = importlib.util.find_spec(info.name)
        if spec is not None and spec.origin and info.name not in _OURS_TO_READ and ".rules" not in info.name:
            yield info.name, importlib.import_module(info.name), Path(spec.origin).read_text("utf-8")
    for path in sorted(rules_root().rglob("*.py")):
        spec = importlib.util.spec_from_file_location(f"tried_{path.stem}", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        yield path.stem, module, path.read_text("utf-8")


def _expressions() -> Iterator[tuple[str, re.Pattern[str] | re.Pattern[bytes], bool, int]]:
    """Name, expression, whether it is searched for, and how long a text it may meet."""
    for name, module, text in _modules():
        for key, value in vars(module).items():
            for one in value if isinstance(value, tuple) else (value,):
                one = getattr(one, "compiled", one)
                if isinstance(one, re.Pattern):
                    searched = not re.search(rf"\b{key}\.(?:match|fullmatch)\b", text) or bool(
                        re.search(rf"\b{key}\.(?:search|finditer|findall|sub|split)\b", text)
                    )
                    yield f"{name}.{key}", one, searched, _LINE if name in _CUT else _LONG


@functools.lru_cache(maxsize=1)
def _all_expressions() -> list[tuple[str, re.Pattern[str] | re.Pattern[bytes], bool, int]]:
    return list(_expressions())


def test_there_are_expressions_to_try() -> None:
    assert len(_all_expressions()) > 50


@pytest.mark.skipif(sys.version_info < (3, 11), reason="the parser of expressions is elsewhere")
@pytest.mark.parametrize("number", range(len(_all_expressions())), ids=lambda n: _all_expressions()[n][0])
def test_an_expression_never_looks_back_for_long(number: int) -> None:
    _, expression, searched, length = _all_expressions()[number]
    for text in _worst(expression, length):
        subject = text.encode("utf-8", "replace") if isinstance(expression.pattern, bytes) else text
        with _ends_within(_BUDGET):
            (expression.search if searched else expression.match)(subject)  # type: ignore[arg-type]


def _ends_within(seconds: float) -> object:
    return clock.aborting(seconds)


def _worst(expression: re.Pattern[str] | re.Pattern[bytes], length: int) -> set[str]:
    """Texts that fit an expression again and again, and never to its end."""
    from re import _parser  # type: ignore[attr-defined]

    tree = list(_parser.parse(expression.pattern, expression.flags))
    texts = {"\n" * length, " " * length, "a" * length}
    for before, pump in [*_pumps(tree), (_sample(tree), ""), (_sample(tree)[:-1], "")]:
        if pump:
            texts.add((before + pump * length)[:length] + "\x01")
            texts.add(((pump + "\n") * length)[:length])
        if before + pump:
            texts.add(((before + pump * 3) * length)[:length])
    return texts


def _pumps(tree: list, before: str = "") -> Iterator[tuple[str, str]]:  # type: ignore[type-arg]
    """What leads to each repetition of an expression, and what it repeats."""
    for number, (op, value) in enumerate(tree):
        start, name = before + _sample(tree[:number]), str(op)
        if name in ("MAX_REPEAT", "MIN_REPEAT"):
            if value[1] > 50:
                yield start, _sample(value[2])
                yield from ((start, one) for one in _members(value[2]))
            yield from _pumps(list(value[2]), start)
        elif name == "SUBPATTERN":
            yield from _pumps(list(value[3]), start)
        elif name == "BRANCH":
            for branch in value[1]:
                yield from _pumps(list(branch), start)
        elif name in ("ASSERT", "ASSERT_NOT"):
            yield from _pumps(list(value[1]), start)


def _sample(tree: list) -> str:  # type: ignore[type-arg]
    """One text that an expression fits, more or less."""
    text = ""
    for op, value in tree:
        name = str(op)
        if name == "LITERAL":
            text += chr(value)
        elif name in ("ANY", "NOT_LITERAL"):
            text += "z"
        elif name == "IN":
            text += (_class(value) or ["z"])[0]
        elif name in ("MAX_REPEAT", "MIN_REPEAT"):
            text += _sample(value[2]) * min(value[0], 40)
        elif name == "SUBPATTERN":
            text += _sample(value[3])
        elif name == "BRANCH":
            text += _sample(value[1][0])
    return text


def _members(tree: list) -> list[str]:  # type: ignore[type-arg]
    return _class(tree[0][1])[:8] if str(tree[0][0]) == "IN" else []


def _class(members: list) -> list[str]:  # type: ignore[type-arg]
    found = []
    for op, value in members:
        if str(op) == "NEGATE":
            return ["z", " ", "\t"]
        if str(op) == "LITERAL":
            found.append(chr(value))
        elif str(op) == "RANGE":
            found.append(chr(value[0]))
        elif str(op) == "CATEGORY":
            found.append({"DIGIT": "1", "SPACE": " ", "WORD": "a"}.get(str(value).rpartition("_")[2], "z"))
    return found


# Globs


def _fits(path: str, pattern: str) -> bool:
    """What a glob means, said slowly."""
    if not pattern:
        return not path or path.startswith("/")
    if pattern.startswith("**"):
        rest = pattern.lstrip("*")
        return any(_fits(path[cut:], rest) for cut in range(len(path) + 1))
    if pattern[0] == "*":
        reach = len(path.split("/")[0])
        return any(_fits(path[cut:], pattern[1:]) for cut in range(reach + 1))
    if not path or not (path[0] == pattern[0] or (pattern[0] == "?" and path[0] != "/")):
        return False
    return _fits(path[1:], pattern[1:])


def _meant(path: str, pattern: str) -> bool:
    """`a/**/b` also means `a/b`, and `**/b` also means `b`."""
    pattern = re.sub(r"\*{3,}", "**", pattern.strip("/"))
    spellings = {pattern}
    for _ in range(4):
        spellings |= {
            re.sub(r"(^|/)\*\*/", r"\1", one, count=count) for one in spellings for count in (1, 2)
        } | {one.replace("/**/", "/", 1) for one in spellings}
    for one in list(spellings):
        parts = [match.start() for match in re.finditer(r"(?:(?<=/)|^)\*\*/", one)]
        spellings |= {one[:at] + one[at + 3 :] for at in parts}
    return any(_strict(path, one) for one in spellings)


def _strict(path: str, pattern: str) -> bool:
    return _fits(path, pattern)


@given(st.text("ab/", min_size=1, max_size=9), st.text("ab/*?", min_size=1, max_size=8))
def test_a_glob_means_what_it_says_slowly(path: str, pattern: str) -> None:
    if (
        "//" in pattern
        or "//" in path
        or path.startswith("/")
        or path.endswith("/")
        or not pattern.strip("/")
    ):
        return
    assert matches(path, pattern) == _meant(path, pattern)


def test_a_glob_of_many_stars_ends() -> None:
    with clock.aborting(_BUDGET):
        assert not matches("a" * 4000, "**a*" * 300 + "b")
        assert not matches("a/" * 2000, "**/a/*" * 300 + "b")


# YAML


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(
            ["a0: &a0 [x, x]", *(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}, *a{i - 1}]" for i in range(1, 40))]
        ),
        "\n".join(["a0: &a0 {x: 1}", *(f"a{i}: &a{i} {{<<: [*a{i - 1}, *a{i - 1}]}}" for i in range(1, 40))]),
        "a: &a [*a]",
    ],
    ids=["lists", "merges", "itself"],
)
def test_yaml_that_stands_for_more_than_it_says_is_named(text: str) -> None:
    found = read_document("a.yaml", "yaml", text.encode())
    assert isinstance(found, Unreadable)
    assert (found.reason, "alias" in found.detail) == (Reason.FORMAT, True)


def test_yaml_numbers_to_base_60_end() -> None:
    with clock.aborting(_BUDGET):
        found = read_document("a.yaml", "yaml", b"a: 1" + b":1" * 200_000)
    assert isinstance(found, Source)


def test_yaml_without_bottom_is_named() -> None:
    found = read_document("a.yaml", "yaml", b"[" * 100_000)
    assert isinstance(found, Unreadable)


# Secrets


CODE = """import os

KEY = os.getenv("JWT_SECRET", "correct-horse")
OLD = "correct-horse"


def check(key):
    if key == "correct-horse":
        return os.environ.get("DB_PASSWORD", 'battery-é\U0001f40e-staple')
"""


@pytest.mark.parametrize("name", ["text", "json", "sarif", "github", "markdown"])
def test_no_output_and_no_cache_quotes_a_secret(
    assay: Assay, project: Project, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    root = project({"app.py": CODE}, commit="Add it")
    monkeypatch.setenv("XDG_STATE_HOME", str(root.parent / "state"))
    first, again = (assay("scan", "-f", name, "--no-semgrep", cwd=root) for _ in range(2))

    assert first.out == again.out
    assert "JWT_SECRET" in first.out
    kept = b"".join(file.read_bytes() for file in (root / FOLDER).iterdir())
    for text in (first.out, first.err, kept.decode("latin-1")):
        assert "correct-horse" not in text
        assert "staple" not in text


def test_masked_places_stay_where_they_are(assay: Assay, project: Project) -> None:
    root = project({"app.py": CODE})
    log = json.loads(assay("scan", "-f", "sarif", "--no-cache", "--no-semgrep", cwd=root).out)
    regions = [result["locations"][0]["physicalLocation"]["region"] for result in log["runs"][0]["results"]]
    assert [(one["startLine"], one["startColumn"], one["endColumn"]) for one in regions] == [
        (3, 7, 47),
        (9, 16, 67),
    ]
    assert regions[0]["snippet"]["text"] == 'os.getenv("JWT_SECRET", "*************")'


def test_a_secret_in_words_of_the_finding_is_blotted_out() -> None:
    place = Location("a.py", 1, 5, 1, 14)
    finding = Finding("x", place, arguments=(("value", "is hunter2!"),), secrets=(place,))
    shown, secrets = masking.blotted_texts({"a.py": "k = 'hunter2'\n", "b.py": "# hunter2\n"}, [place])
    assert shown == {"a.py": "k = '*******'\n", "b.py": "# *******\n"}
    assert masking.blotted_finding(finding, secrets).arguments == (("value", "is *******!"),)


# The clock


class EndlessRule(FileRule):
    """Never ends."""

    message = why = instead = "x"

    @on_file
    def check(self, source: Source) -> Iterator[Finding]:
        while True:
            try:
                time.process_time()
            except Exception:  # noqa: BLE001 - as rules do
                continue
        yield


def test_a_rule_that_never_ends_is_aborted_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "PER_FILE", 0.2)
    analysis, _ = analyse_file(
        File("a.py", "python", b"x = 1\n"), handlers(Catalogue((), given=(EndlessRule(),)))
    )
    assert analysis.unreadable is not None
    assert analysis.unreadable.reason is Reason.TOO_LONG


# The cache


TREE = {
    f"pkg/m{number}.py": f'import os\nKEY{number} = os.getenv("K{number}_SECRET", "x-{number}-y")\n' * 30
    for number in range(12)
}


_MAIN = "from scanner.cli import main; main()"


def _command(root: Path, home: Path, *arguments: str) -> subprocess.Popen[bytes]:
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": str(CHECKOUT)}
    return subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from scanner.cli import main; main()",
            "scan",
            "-f",
            "json",
            "--no-semgrep",
            *arguments,
        ],
        cwd=root,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_a_killed_run_leaves_nothing_that_the_next_one_trips_over(project: Project, tmp_path: Path) -> None:
    """SIGKILL at moments spread over the whole run, alone and two at once; real processes."""
    root = project({f"tree/{name}": text for name, text in TREE.items()}) / "tree"
    home = tmp_path / "home"
    home.mkdir()
    expected = _command(root, home, "--no-cache", "--jobs", "1").communicate()[0]
    dice = random.Random(7)
    for number in range(8):
        jobs = str(1 + number % 2)
        runs = [_command(root, home, "--jobs", jobs, "-o", "json=out.json") for _ in range(1 + number % 2)]
        with_luck = dice.random() * 0.6
        for run in runs:
            try:
                run.wait(with_luck)
            except subprocess.TimeoutExpired:
                run.send_signal(signal.SIGKILL)
            run.communicate()
        out = root / "out.json"
        assert not out.exists() or out.read_bytes() == expected  # whole, or not there
        out.unlink(missing_ok=True)
    for _ in range(2):
        said, errors = _command(root, home).communicate()
        assert said == expected
        assert b"cache" not in errors


def test_two_runs_at_once_say_the_same(project: Project, tmp_path: Path) -> None:
    root = project({f"tree/{name}": text for name, text in TREE.items()}) / "tree"
    runs = [_command(root, tmp_path, "--jobs", "2") for _ in range(3)]
    said = [run.communicate() for run in runs]
    assert len({out for out, _ in said}) == 1
    assert all(b"cache" not in errors for _, errors in said)


def test_without_a_home_the_run_goes_on_and_says_so(
    assay: Assay, project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    root = project({"tree/app.py": CODE}) / "tree"
    (tmp_path / "no-home").write_text("a file")
    monkeypatch.setenv("HOME", str(tmp_path / "no-home"))
    run = assay("scan", "--no-semgrep", cwd=root)
    assert run.code == 1
    assert "the cache .assay_cache cannot be used (Not a directory)" in run.err


def test_a_full_disk_is_said(project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    root = project({"tree/app.py": CODE}) / "tree"
    with Cache(root) as cache:
        assert cache._connection is not None
        cache._connection.execute("PRAGMA max_page_count=1")
        cache.write([("k", "[]" * 100_000, "[]")])
        assert cache.problem == "the cache .assay_cache could not be written (database or disk is full)"


def test_a_checkout_that_cannot_be_written_is_said(
    assay: Assay, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = project({"tree/app.py": CODE}) / "tree"
    monkeypatch.setattr(Path, "mkdir", _refuse)
    run = assay("scan", "--no-semgrep", cwd=root)
    assert run.code == 1
    assert "the cache .assay_cache cannot be used (Read-only file system)" in run.err


def _refuse(*arguments: object, **options: object) -> None:
    raise OSError(30, "Read-only file system")


def test_an_entry_that_somebody_else_wrote_is_not_read(
    project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    root = project({"tree/app.py": CODE}) / "tree"
    with Cache(root) as cache:
        cache.write([("k", "[1]", "[]"), ("k\udcff", "[2]", "[]")])
        assert cache.read(["k", "k\udcff"], "findings") == {"k": [1], "k\udcff": [2]}
        assert cache._connection is not None
        cache._connection.execute("UPDATE results SET findings = '[3]' WHERE key = 'k'")
        assert cache.read(["k"], "findings") == {}


# A bug of ours


def test_a_bug_is_no_finding(assay: Assay, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scanner.scan.scan", _break)
    run = assay("scan", cwd=project({"app.py": ""}))
    assert run.code == 3
    assert "this is a bug of ours" in run.err
    assert "\x1b" not in run.err


def _break(*arguments: object) -> None:
    raise RuntimeError("\x1b[2J")


def test_a_staged_file_of_any_size_is_not_read_whole(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    repository.write("a.py", "x = 1\n" * 1000)
    repository.git("add", "a.py")
    from scanner.history import History

    history = History.open(tmp_path)
    assert isinstance(history, History)
    assert history.staged_blobs(["a.py"], limit=100) == {}


def test_a_report_is_written_through_no_link_of_the_repository(assay: Assay, project: Project) -> None:
    root = project({"tree/app.py": CODE, "precious": "kept"}) / "tree"
    for name in ("report.json", "report.json.part"):
        (root / name).symlink_to("../precious")
    assert assay("scan", "--no-semgrep", "-o", "json=report.json", cwd=root).code == 1
    assert (root.parent / "precious").read_text(encoding="utf-8") == "kept"
    assert '"findings"' in (root / "report.json").read_text(encoding="utf-8")


def test_a_report_into_a_pipe_leaves_the_pipe_in_place(assay: Assay, project: Project) -> None:
    root = project({"tree/app.py": CODE}) / "tree"
    os.mkfifo(root.parent / "pipe")
    with subprocess.Popen(["cat", str(root.parent / "pipe")], stdout=subprocess.PIPE) as reader:
        assert assay("scan", "--no-semgrep", "-o", "json=../pipe", cwd=root).code == 1
        assert b'"findings"' in (reader.communicate()[0])
    assert (root.parent / "pipe").is_fifo()
