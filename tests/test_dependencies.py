"""Dependencies as a whole tree tells them: every heavy case has its fixtures, and what a library weighs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fixture_trees import FIXTURES, lay_out

from scanner import distributions
from scanner.analyse.heavy import CASES, Case
from scanner.facts import Facts, Package, Place, Requirement
from scanner.relate.repository import Repository
from scanner.scan import scan
from scanner.settings import Settings

HEAVY = ("heavyweight_for_trivial", "heavyweight_on_trial")


def _folders() -> list[Path]:
    return [folder for name in HEAVY for folder in sorted((FIXTURES / "dependencies" / name).iterdir())]


def test_every_heavy_case_is_met_in_its_fixture(tmp_path: Path) -> None:
    met: set[tuple[str, str]] = set()
    for name in HEAVY:
        root = tmp_path / name
        lay_out(FIXTURES / "dependencies" / name, root)
        settings = Settings(
            root=root, select=(name.replace("_", "-"),), preview=True, provenance="none", cache=False, jobs=1
        )
        found = [dict(item.finding.arguments) for item in scan(settings).kept]
        met |= {(one["library"], one["job"]) for one in found}
    assert met == {(case.library, case.job) for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.library} {case.job}")
def test_every_heavy_case_has_a_look_alike(case: Case) -> None:
    imports = re.compile(rf"^\s*(?:import|from) (?:{'|'.join(case.modules)})\b", re.MULTILINE)
    texts = [(path / "app.py").read_text() for path in _folders() if (path / "app.py").exists()]
    assert any(imports.search(text) for text in texts if "ruleid" not in text)


def _repository(*packages: Package, asked: tuple[str, ...]) -> Repository:
    here = Place(1, 1, 1, 2)
    return Repository(
        {
            "pyproject.toml": Facts(
                "pyproject.toml", requires=tuple(Requirement(name, "", "", here) for name in asked)
            ),
            "uv.lock": Facts("uv.lock", packages=packages),
        }
    )


def test_a_library_weighs_what_only_it_brings() -> None:
    supply = _repository(
        Package("a", ("b", "shared"), 10, False),
        Package("b", ("c",), 20, False),
        Package("c", ("b",), 30, False),
        Package("other", ("shared",), 1, False),
        Package("shared", (), 1000, False),
        asked=("a", "other"),
    ).supply
    weight = supply.alone("a", "app.py")
    assert weight is not None
    assert (weight.packages, weight.size) == (("a", "b", "c"), 60)
    assert supply.alone("absent", "app.py") is None


def test_what_comes_in_through_another_is_not_missed() -> None:
    packages = (Package("a", ("b",), 0, False), Package("b", (), 0, False))
    assert _repository(*packages, asked=("a", "b")).supply.comes_anyway("b", "app.py")
    assert not _repository(*packages, asked=("b",)).supply.comes_anyway("b", "app.py")


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("PIL.Image", "pillow"),
        ("yaml", "pyyaml"),
        ("google.cloud.storage.blob", "google-cloud-storage"),
        ("google.protobuf", "protobuf"),
        ("sklearn.svm", "scikit-learn"),
        ("typing_extensions", "typing-extensions"),
        ("Unknown_Thing.part", "unknown-thing"),
    ],
)
def test_the_distribution_of_a_module(module: str, name: str) -> None:
    assert distributions.load().giving(module)[0] == name


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("requsets", "requests"),
        ("reqquests", "requests"),
        ("beautifulsoup", "beautifulsoup4"),
        ("crypto", "pycryptodome"),
        ("requests", ""),
        ("httpx2", ""),
        ("aioredis", ""),
        ("pypdf4", ""),
        ("some-private-thing", ""),
    ],
)
def test_what_a_name_was_confused_with(name: str, meant: str) -> None:
    assert distributions.load().meant_by(name) == meant


def test_the_standard_library_is_the_same_under_every_python() -> None:
    assert {"tomllib", "distutils", "asyncore", "cgi", "annotationlib"} <= distributions.STDLIB


# What a tree does not say clearly

_CIRCLE = "requirements-x.txt → requirements.txt → requirements-x.txt"
_PLAIN = "import flask\nimport requests\nprint(eval(input()))\n"
_ASKS = '[project]\nname = "shop"\nversion = "1"\n'


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (
            {
                "requirements.txt": "-r requirements-x.txt\n",
                "requirements-x.txt": "flask\n-r requirements.txt\n",
            },
            [f"requirements-x.txt:2: includes itself: {_CIRCLE}"],
        ),
        (
            {"requirements.txt": "flask\n-r nowhere.txt\n"},
            ["requirements.txt:2: what `nowhere.txt` asks for is not known: it is not among the files read"],
        ),
        (
            {"pyproject.toml": f'{_ASKS}dependencies = ["flask==2.0"]\n', "requirements.txt": "flask==3.0\n"},
            ["requirements.txt:1: `flask` is `==3.0` here, and `==2.0` in `pyproject.toml`"],
        ),
        (
            {"requirements.txt": "flask==2.0\nflask==3.0\n"},
            ["requirements.txt:2: `flask` is `==3.0` here, and `==2.0` above"],
        ),
        (
            {"setup.py": "from setuptools import setup\nsetup(install_requires=read())\n"},
            ["setup.py:2: what it depends on is worked out when it is built: what is missing cannot be told"],
        ),
        ({}, ["no manifest says what this tree depends on: what is missing or unused cannot be told"]),
        (
            {"requirements.txt": "flask==3.0\nrequests\n?\n"},
            ["requirements.txt:3: not a requirement that can be read: `?`"],
        ),
        ({"requirements.txt": "flask==3.0\nrequests\n"}, []),
    ],
    ids=["circle", "lost", "contradiction", "twice", "dynamic", "none", "malformed", "plain"],
)
def test_what_is_not_said_clearly_is_named_and_the_rest_goes_on(
    tmp_path: Path, files: dict[str, str], said: list[str]
) -> None:
    for name, text in {
        "app.py": _PLAIN,
        **files,
    }.items():
        (tmp_path / name).write_text(text)
    settings = Settings(root=tmp_path, provenance="none", cache=True, semgrep=False, jobs=1)
    for _ in range(2):  # the second time from the cache
        report = scan(settings)
        told = [f"{one.path}:{one.line}: {one.text}" if one.path else one.text for one in report.notices]
        assert told == said
        assert [item.card.id for item in report.kept if item.card.family == "security"] == [
            "code-from-untrusted-input"
        ]


def test_what_an_unread_include_may_ask_for_is_not_missing(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("import flask\nimport requests\n")
    (tmp_path / "requirements.txt").write_text("flask\n-r more.list\n")
    settings = Settings(root=tmp_path, provenance="none", cache=False, jobs=1, select=("undeclared-import",))
    assert scan(settings).kept == ()
