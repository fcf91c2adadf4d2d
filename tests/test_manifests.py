"""Declared dependencies: what each format says, and what is said of one that cannot be read."""

from __future__ import annotations

import pytest

from scanner.analyse.file import analyse_file, handlers
from scanner.catalogue import load
from scanner.discover import File, language_of
from scanner.facts import Facts
from scanner.finding import Analysis

HANDLERS = handlers(load())


def read(path: str, text: str) -> tuple[Analysis, Facts]:
    return analyse_file(File(path, language_of(path), text.encode()), HANDLERS)


def declared(path: str, text: str) -> list[tuple[str, str, str]]:
    return [(one.name, one.specifier, one.group) for one in read(path, text)[1].requires]


def test_pyproject_of_every_tool() -> None:
    text = """
[build-system]
requires = ["hatchling>=1.24"]
[project]
requires-python = ">=3.11"
dependencies = ["Requests[socks] >= 2.31 ; python_version > '3'", "zope.interface"]
[project.optional-dependencies]
data = ["pandas==2.*"]
[dependency-groups]
test = ["pytest>8", { include-group = "lint" }]
lint = ["ruff"]
[tool.poetry.dependencies]
python = "^3.11"
httpx = "^0.27"
rich = { version = "13.0", optional = true }
[tool.poetry.group.docs.dependencies]
mkdocs = "*"
[tool.pdm.dev-dependencies]
types = ["mypy"]
[tool.hatch.envs.default]
dependencies = ["coverage"]
"""
    assert declared("pyproject.toml", text) == [
        ("python", ">=3.11", ""),
        ("requests", ">= 2.31", ""),
        ("zope-interface", "", ""),
        ("pandas", "==2.*", "data"),
        ("pytest", ">8", "test"),
        ("ruff", "", "lint"),
        ("hatchling", ">=1.24", "build"),
        ("python", "^3.11", ""),
        ("httpx", "^0.27", ""),
        ("rich", "13.0", "optional"),
        ("mkdocs", "", "docs"),
        ("mypy", "", "types"),
        ("coverage", "", "default"),
    ]


def test_a_requirements_file_with_all_that_pip_lets_pass() -> None:
    text = """\
# a comment
-r base.txt
-c constraints.txt
--index-url https://example.com/simple
Django>=4.2,<5  # the web
numpy==1.26.4 \\
    --hash=sha256:00
-e git+https://example.com/x.git#egg=My_Package
tool @ https://example.com/tool.whl
./local
"""
    assert declared("requirements-dev.txt", text) == [
        ("django", ">=4.2,<5", "dev"),
        ("numpy", "==1.26.4", "dev"),
        ("my-package", "", "dev"),
        ("tool", "@ https://example.com/tool.whl", "dev"),
    ]


def test_a_constraints_file_declares_nothing() -> None:
    assert declared("requirements/constraints.txt", "numpy<2\n") == []


def test_setup_cfg() -> None:
    text = (
        "[options]\npython_requires = >=3.9\ninstall_requires =\n    six\n    attrs>=20; python_version<'4'\n"
    )
    text += "[options.extras_require]\ntest =\n    pytest\n"
    assert declared("setup.cfg", text) == [
        ("six", "", ""),
        ("attrs", ">=20", ""),
        ("python", ">=3.9", ""),
        ("pytest", "", "test"),
    ]


def test_setup_py_as_far_as_it_is_literal() -> None:
    text = """
from setuptools import setup
needs = ["requests", "click>=8"]
setup(name="x", install_requires=needs, extras_require={"dev": ["pytest"]}, python_requires=">=3.10")
"""
    assert declared("setup.py", text) == [
        ("requests", "", ""),
        ("click", ">=8", ""),
        ("pytest", "", "dev"),
        ("python", ">=3.10", ""),
    ]


def test_pipfile_and_conda() -> None:
    pipfile = '[packages]\nflask = "*"\n[dev-packages]\nblack = {version = ">=24"}\n'
    assert declared("Pipfile", pipfile) == [("flask", "", ""), ("black", ">=24", "dev")]
    conda = "dependencies:\n  - python=3.11\n  - conda-forge::numpy=1.26\n  - pip:\n    - httpx>=0.27\n"
    assert declared("environment.yml", conda) == [
        ("python", "==3.11", ""),
        ("numpy", "", ""),
        ("httpx", ">=0.27", ""),
    ]


def test_a_requirement_is_found_where_it_is_written() -> None:
    facts = read("requirements.txt", "flask\n\n  numpy==1.26\n")[1]
    assert [tuple(one.place) for one in facts.requires] == [(1, 1, 1, 6), (3, 3, 3, 14)]


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("requirements.txt", "flask\n<<<<<<< HEAD\nnumpy\n", "not a requirement that can be read"),
        ("pyproject.toml", '[project]\ndependencies = ["flask", "!!", "numpy"]\n', "not a requirement"),
        ("setup.cfg", "[options]\ninstall_requires = six\n[options]\n", "its dependencies cannot be read"),
    ],
)
def test_what_cannot_be_read_is_named_and_the_rest_goes_on(path: str, text: str, said: str) -> None:
    analysis, facts = read(path, text)
    assert analysis.unreadable is None
    assert [notice.text.startswith(said) for notice in analysis.notices] == [True]
    expected = [] if path == "setup.cfg" else ["flask", "numpy"]
    assert [one.name for one in facts.requires] == expected


def test_a_manifest_that_is_no_toml_is_unreadable_with_its_line() -> None:
    unreadable = read("pyproject.toml", "[project\nname = 1\n")[0].unreadable
    assert unreadable is not None
    assert str(unreadable).startswith("pyproject.toml")


@pytest.mark.parametrize(
    "text", ["project = 3\n", "[project]\ndependencies = 5\n", '[tool]\npoetry = "x"\n', ""]
)
def test_a_manifest_of_another_shape_declares_nothing(text: str) -> None:
    assert declared("pyproject.toml", text) == []
