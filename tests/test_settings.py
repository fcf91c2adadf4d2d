"""Settings: defaults, then the file, then the environment; what is wrong is named with its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.settings import KEYS, Settings, UsageError, Waiver, described, load, matches

Project = Callable[..., Path]


def test_without_a_file_the_defaults_hold(project: Project) -> None:
    root = project({"app.py": ""})
    assert load(root) == Settings(root=root)


def test_pyproject_is_read(project: Project) -> None:
    root = project(
        {"pyproject.toml": '[tool.assay]\nfail-on = "warning"\nexclude = ["vendor/"]\nmin-rank = 30\n'}
    )
    settings = load(root)
    assert (settings.fail_on, settings.exclude, settings.min_rank) == ("warning", ("vendor/",), 30.0)


def test_assay_toml_comes_before_pyproject(project: Project) -> None:
    root = project({"assay.toml": "jobs = 1\n", "pyproject.toml": "[tool.assay]\njobs = 2\n"})
    assert load(root).jobs == 1


def test_a_broken_pyproject_that_does_not_speak_of_us_is_not_ours(project: Project) -> None:
    assert load(project({"pyproject.toml": "[project\n"})).fail_on == "error"


def test_the_environment_beats_the_file(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    root = project({"assay.toml": 'fail-on = "warning"\npreview = true\n'})
    monkeypatch.setenv("ASSAY_FAIL_ON", "note")
    monkeypatch.setenv("ASSAY_EXCLUDE", "a/, b/")
    settings = load(root)
    assert (settings.fail_on, settings.preview, settings.exclude) == ("note", True, ("a/", "b/"))


def test_isolated_reads_no_file(project: Project) -> None:
    assert load(project({"assay.toml": "no such = toml"}), isolated=True).jobs == 0


def test_a_waiver_has_a_rule_and_a_reason(project: Project) -> None:
    text = '[[tool.assay.allow]]\nrule = "copied-helper"\nreason = "generated"\npath = "gen/**"\n'
    assert load(project({"pyproject.toml": text})).allow == (Waiver("copied-helper", "generated", "gen/**"),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("fail_on = 'note'", "unknown key `fail_on` in [tool.assay]; did you mean `fail-on`?"),
        ("colour = 'red'", "unknown key `colour` in [tool.assay]; known keys: allow, "),
        ("fail-on = 'fatal'", "`fail-on` must be one of error, warning, note, never, not 'fatal'"),
        ("jobs = true", "`jobs` must be a whole number, not True"),
        ("exclude = 'vendor/'", "`exclude` must be a list of strings, not 'vendor/'"),
        ("exclude = [1]", "`exclude` must be a list of strings"),
        ("[[allow]]\nrule = 'x'", "each [[tool.assay.allow]] needs `rule` and `reason`"),
        ("jobs = ", "not valid TOML"),
    ],
)
def test_what_is_wrong_is_named_with_its_file(project: Project, text: str, said: str) -> None:
    root = project({"assay.toml": text})
    with pytest.raises(UsageError) as raised:
        load(root)
    assert str(raised.value).startswith(f"{root / 'assay.toml'}: ")
    assert said in str(raised.value)


def test_a_variable_that_is_no_value_is_named(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_JOBS", "many")
    with pytest.raises(UsageError, match="ASSAY_JOBS='many': must be a whole number"):
        load(project({}))


def test_each_value_says_where_it_comes_from(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    root = project({"assay.toml": "jobs = 2\npreview = true\n"})
    monkeypatch.setenv("ASSAY_JOBS", "4")
    origins = {key: (value, origin) for key, value, origin in described(root)}
    assert list(origins) == list(KEYS)
    assert origins["jobs"] == (4, "environment")
    assert origins["preview"] == (True, str(root / "assay.toml"))
    assert origins["fail-on"] == ("error", "default")


@pytest.mark.parametrize(
    ("path", "pattern", "match"),
    [
        ("app/pay.py", "app/", True),
        ("app/pay.py", "app", True),
        ("application/pay.py", "app", False),
        ("app/pay.py", "*.py", False),  # one star stays in its folder
        ("pay.py", "*.py", True),
        ("app/deep/pay.py", "**/*.py", True),
        ("pay.py", "**/*.py", True),
        ("app/pay.py", "app/**/pay.py", True),
        ("app/a/b/pay.py", "app/**/pay.py", True),
        ("app/pay.py", "**", True),
        ("app/pay.py", "app/pa?.py", True),
        ("app/pay.py", "app/p.y.py", False),  # a dot is a dot
        ("app/[x].py", "app/[x].py", True),  # and a bracket a bracket
    ],
)
def test_globs(path: str, pattern: str, match: bool) -> None:
    assert matches(path, pattern) is match


segments = st.text(st.characters(codec="utf-8", exclude_characters="/*?\x00"), min_size=1)
paths = st.lists(segments, min_size=1, max_size=4).map("/".join)


@given(paths)
def test_a_path_matches_itself_and_its_folders(path: str) -> None:
    assert matches(path, path)
    assert matches(path, "**")
    for end in range(len(path.split("/"))):
        assert end == 0 or matches(path, "/".join(path.split("/")[:end]) + "/")
