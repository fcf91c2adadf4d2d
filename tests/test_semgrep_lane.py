"""The semgrep lane, through `scan`: when it starts, what it gives back, and what it says when it cannot."""

from __future__ import annotations

import json
import stat
import sys
from pathlib import Path

import pytest

from scanner.scan import scan
from scanner.settings import Settings
from scanner.weigh import Report

PACK = """\
rules:
  - id: no-shell
    languages: [python]
    severity: ERROR
    message: a shell runs $COMMAND
    pattern: os.system($COMMAND)
"""
NEEDS = """\
rules:
  - id: shell-after-input
    languages: [python]
    severity: ERROR
    message: a shell runs what was typed
    metadata: {identifiers: [[input], [system, popen]]}
    mode: taint
    pattern-sources: [{pattern: input(...)}]
    pattern-sinks: [{pattern: os.system(...)}]
"""
SHELL = "import os\n\n\ndef run(command):\n    os.system(command)\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "tree").mkdir()
    return tmp_path / "tree"


def _scan(
    root: Path, pack: str = PACK, *, cache: bool = False, semgrep: bool = True, jobs: int = 2
) -> Report:
    path = root.parent / f"pack-{hash(pack)}" / "pack.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(pack, encoding="utf-8")
    return scan(
        Settings(
            root=root,
            rule_paths=(str(path),),
            provenance="none",
            fail_on="warning",
            cache=cache,
            semgrep=semgrep,
            jobs=jobs,
        )
    )


def _places(report: Report) -> list[str]:
    return [f"{item.finding.rule} {item.finding.location}" for item in report.kept]


def _incomplete(report: Report) -> list[str]:
    return [notice.text for notice in report.notices if notice.incomplete]


@pytest.fixture
def no_semgrep(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An environment and a PATH without semgrep."""
    monkeypatch.setitem(sys.modules, "semgrep", None)
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))


@pytest.fixture
def fake_semgrep(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A semgrep that finds nothing, and leaves a mark when it is started."""
    folder, mark = tmp_path / "bin", tmp_path / "started"
    folder.mkdir()
    program = folder / "semgrep-core"
    program.write_text(f'#!/bin/sh\n: > "{mark}"\necho \'{{"results": [], "errors": []}}\'\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setitem(sys.modules, "semgrep", None)
    monkeypatch.setenv("PATH", str(folder))
    return mark


# What it gives back


def test_rules_of_a_pack_speak_with_place_symbol_and_names(root: Path) -> None:
    (root / "app.py").write_text(SHELL)

    report = _scan(root)

    assert _places(report) == ["no-shell app.py:5:5"]
    found = report.kept[0]
    assert (found.finding.location.end_line, found.finding.location.end_column) == (5, 23)
    assert found.finding.symbol == "run"
    assert found.card.text(found.finding) == "a shell runs command"
    assert report.exit_code == 1


def test_text_in_a_message_is_no_literal_of_the_code(root: Path) -> None:
    (root / "app.py").write_text('import os\nos.system("login --password hunter2")\n')

    (found,) = _scan(root).kept

    assert found.card.text(found.finding) == "a shell runs …"


def test_columns_count_characters_not_bytes(root: Path) -> None:
    (root / "app.py").write_text('import os\n"日本𝒳é"; os.system("é")\n', encoding="utf-8")

    (found,) = _scan(root).kept

    line = '"日本𝒳é"; os.system("é")'
    place = found.finding.location
    assert line[place.column - 1 : place.end_column - 1] == 'os.system("é")'


def test_other_encodings_line_ends_and_byte_order_marks_move_nothing(root: Path) -> None:
    (root / "latin.py").write_bytes('# coding: latin-1\nimport os\n"é"; os.system(x)\n'.encode("latin-1"))
    (root / "marked.py").write_bytes(b"\xef\xbb\xbfimport os; os.system(x)\n")
    (root / "old.py").write_bytes(b"import os\rx = 1\ros.system(x)\r")
    (root / "windows.py").write_bytes(b"import os\r\nos.system(x)\r\n")

    assert _places(_scan(root)) == [
        "no-shell latin.py:3:6",
        "no-shell marked.py:1:12",
        "no-shell old.py:3:1",
        "no-shell windows.py:2:1",
    ]


def test_test_files_are_looked_at_and_ignore_files_of_semgrep_are_not(root: Path) -> None:
    (root / "tests").mkdir()
    (root / "tests" / "test_app.py").write_text(SHELL)
    (root / ".semgrepignore").write_text("tests/\n")

    assert _places(_scan(root)) == ["no-shell tests/test_app.py:5:5"]


def test_a_flow_is_told_step_by_step_without_literals(root: Path) -> None:
    (root / "app.py").write_text(
        'import os\nasked = input("hunter2")\ncommand = f"ls {asked}"\nos.system(command)\n'
    )

    (found,) = _scan(root, NEEDS).kept

    assert [(step.location.line, step.label) for step in found.finding.flow] == [
        (2, "untrusted from here: `input`"),
        (2, "held in `asked`"),
        (3, "held in `command`"),
        (4, "used here"),
    ]


def test_its_own_ignore_comment_counts_as_suppressed(root: Path) -> None:
    (root / "app.py").write_text("import os\nos.system(x)  # nosemgrep: no-shell\n")

    report = _scan(root)

    assert report.kept == ()
    assert [(item.fate, item.reason) for item in report.passed] == [("suppressed", "nosemgrep")]
    assert report.exit_code == 0


def test_an_allow_comment_holds_for_its_rules_as_for_ours(root: Path) -> None:
    (root / "app.py").write_text("import os\nos.system(x)  # assay: allow[no-shell] x is ours\n")

    report = _scan(root)

    assert [(item.fate, item.reason) for item in report.passed] == [("allowed", "x is ours")]


def test_other_languages_are_read(root: Path) -> None:
    (root / "app.js").write_text("eval(x);\n")
    pack = PACK.replace("python", "javascript").replace("os.system", "eval")

    assert _places(_scan(root, pack)) == ["no-shell app.js:1:1"]


def test_any_number_of_jobs_gives_the_same(root: Path) -> None:
    padding = f"# {'x' * 1000}\n" * 150
    for number in range(6):
        (root / f"app{number}.py").write_text(SHELL + padding)

    one, many = _scan(root, jobs=1), _scan(root, jobs=4)

    assert _places(one) == _places(many) == [f"no-shell app{number}.py:5:5" for number in range(6)]


# When it starts


def test_it_is_not_started_for_files_that_lack_the_source_or_the_sink(root: Path, fake_semgrep: Path) -> None:
    (root / "source.py").write_text("name = input()\n")
    (root / "sink.py").write_text("import os\nos.system('input')  # input\n")

    report = _scan(root, NEEDS)

    assert not fake_semgrep.exists()
    assert report.exit_code == 0


def test_it_is_started_for_a_file_with_both(root: Path, fake_semgrep: Path) -> None:
    (root / "app.py").write_text("import os\nos.system(input())\n")

    _scan(root, NEEDS)

    assert fake_semgrep.exists()


def test_it_is_not_started_where_no_file_is_of_the_language(root: Path, fake_semgrep: Path) -> None:
    (root / "app.py").write_text(SHELL)

    _scan(root, PACK.replace("python", "go"))

    assert not fake_semgrep.exists()


def test_it_is_not_started_when_it_is_switched_off(root: Path, fake_semgrep: Path) -> None:
    (root / "app.py").write_text(SHELL)

    report = _scan(root, semgrep=False)

    assert not fake_semgrep.exists()
    assert (report.exit_code, _incomplete(report)) == (0, [])


def test_known_files_need_no_semgrep(root: Path, request: pytest.FixtureRequest) -> None:
    (root / "app.py").write_text(SHELL)
    first = _scan(root, cache=True)
    request.getfixturevalue("no_semgrep")

    second = _scan(root, cache=True)

    assert _places(second) == _places(first) == ["no-shell app.py:5:5"]
    assert second.exit_code == first.exit_code == 1


def test_a_changed_rule_is_run_again(root: Path) -> None:
    (root / "app.py").write_text(SHELL + "\n\ndef stop():\n    os.abort(0)\n")
    _scan(root, cache=True)

    report = _scan(root, PACK.replace("os.system", "os.abort"), cache=True)

    assert _places(report) == ["no-shell app.py:9:5"]


# When it cannot


@pytest.mark.usefixtures("no_semgrep")
def test_a_missing_semgrep_is_said_and_the_rest_goes_on(root: Path) -> None:
    (root / "app.py").write_text(SHELL + '\n\nimport os\nKEY = os.getenv("SECRET_KEY", "changeme")\n')

    report = _scan(root)

    assert [item.finding.rule for item in report.kept] == ["fallback-secret"]
    assert _incomplete(report) == [
        "semgrep is not installed, so 1 rule could not look at 1 file; "
        "`pip install semgrep` beside assay, or pass --no-semgrep"
    ]
    assert report.exit_code == 3


@pytest.mark.usefixtures("no_semgrep")
def test_a_missing_semgrep_that_nothing_needs_is_not_spoken_of(root: Path) -> None:
    (root / "app.py").write_text("x = 1\n")

    report = _scan(root, NEEDS)

    assert report.exit_code == 0
    assert [notice.text for notice in report.notices if "semgrep" in notice.text] == []


def test_a_broken_semgrep_is_said(root: Path, fake_semgrep: Path) -> None:
    (fake_semgrep.parent / "bin" / "semgrep-core").write_text("#!/bin/sh\nexit 2\n")
    (root / "app.py").write_text(SHELL)

    report = _scan(root)

    assert _incomplete(report) == [
        "semgrep does not work (it fails on a file of one line), so 1 rule could not look at 1 file; "
        "`pip install semgrep` beside assay, or pass --no-semgrep"
    ]
    assert report.exit_code == 3


def test_a_program_that_dies_on_one_file_loses_that_file_only(root: Path, fake_semgrep: Path) -> None:
    """The program knows one rule, finds it in every file handed to it, and dies where one is named bad.py."""
    program = fake_semgrep.parent / "bin" / "semgrep-core"
    program.write_text(
        f"#!{sys.executable}\n"
        "import json, sys\n"
        "value = lambda name: sys.argv[sys.argv.index(name) + 1]\n"
        "files = [target[1]['path']['fpath'] for target in json.load(open(value('-targets')))[1]]\n"
        "rule = json.load(open(value('-rules')))['rules'][0]['id']\n"
        "if any(file.endswith('bad.py') for file in files): sys.exit(139)\n"
        "place = {'start': {'line': 1, 'col': 1}, 'end': {'line': 1, 'col': 2}}\n"
        "found = [{'check_id': rule, 'path': file, **place, 'extra': {}} for file in files]\n"
        "print(json.dumps({'results': found, 'errors': []}))\n"
    )
    for name in ("a.py", "b.py", "bad.py", "c.py"):
        (root / name).write_text(SHELL)

    report = _scan(root, cache=True)

    assert _places(report) == [f"no-shell {name}:1:1" for name in ("a.py", "b.py", "c.py")]
    assert [(notice.path, notice.text) for notice in report.notices if notice.incomplete] == [
        ("bad.py", "semgrep did not finish this file (semgrep failed on this file)")
    ]
    assert _incomplete(_scan(root, cache=True)) == _incomplete(report), "a lost file is never taken as known"


@pytest.mark.parametrize("flavour", ["--experimental", "--legacy"])
def test_the_command_line_stands_in_for_the_binary(
    root: Path, monkeypatch: pytest.MonkeyPatch, flavour: str, tmp_path: Path
) -> None:
    """Where the binary cannot be called as its wrapper calls it, its command lines give the same."""
    from scanner.analyse import semgrep_engine

    command = semgrep_engine.find().command
    folder = tmp_path / "bin"
    folder.mkdir()
    only = folder / "semgrep"
    only.write_text(f'#!/bin/sh\ncase "$*" in *{flavour}*) exec "{command}" "$@";; esac\nexit 2\n')
    only.chmod(0o755)
    (root / "tests").mkdir()
    (root / "tests" / "test_app.py").write_text(SHELL + "    os.system(1)  # nosemgrep\n")
    monkeypatch.setitem(sys.modules, "semgrep", None)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")

    report = _scan(root)

    assert _incomplete(report) == []
    assert _places(report) == ["no-shell tests/test_app.py:5:5"]
    assert [item.fate for item in report.passed] == ["suppressed"]


def test_a_rule_that_semgrep_rejects_is_named_and_the_others_run(root: Path) -> None:
    (root / "app.py").write_text(SHELL)
    pack = PACK + "  - {id: broken, languages: [python], severity: INFO, message: m, pattern: 'foo( =='}\n"

    for _ in range(2):
        report = _scan(root, pack, cache=True)

        assert _places(report) == ["no-shell app.py:5:5"]
        (text,) = _incomplete(report)
        assert text.startswith(
            "semgrep rejects the rule broken of pack.yaml: Rule parse error: Invalid pattern"
        )
        assert report.exit_code == 3


def test_a_rule_for_a_language_that_is_not_read_is_named(root: Path) -> None:
    (root / "app.py").write_text(SHELL)

    report = _scan(root, PACK.replace("python", "cobol"))

    assert [notice.text for notice in report.notices] == [
        "the rule no-shell of pack.yaml has no effect: files of cobol are not read"
    ]
    assert report.exit_code == 0


def test_nothing_of_its_run_stays_behind(root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (root / "app.py").write_text(SHELL)
    home, temporary = tmp_path / "home", tmp_path / "temporary"
    home.mkdir()
    temporary.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setattr("tempfile.tempdir", str(temporary))

    _scan(root)

    assert list(home.iterdir()) == list(temporary.iterdir()) == []
    assert json.dumps(sorted(path.name for path in root.iterdir())) == '["app.py"]'
