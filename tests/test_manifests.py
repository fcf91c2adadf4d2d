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
[tool.hatch.metadata.hooks.custom.optional-dependencies]
tls = ["pyopenssl>=21"]
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
        ("pyopenssl", ">=21", "tls"),
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


def mentioned(path: str, text: str) -> list[tuple[str, str]]:
    return [(one.kind, one.name) for one in read(path, text)[1].mentions]


def test_what_a_requirements_file_includes() -> None:
    text = "-r base.txt\n--requirement=more.txt\n-c constraints.txt\nflask\n"
    assert mentioned("requirements.txt", text) == [
        ("include", "base.txt"),
        ("include", "more.txt"),
        ("constraint", "constraints.txt"),
    ]


def test_what_is_worked_out_when_it_is_built() -> None:
    told = '[project]\ndynamic = ["dependencies"]\n'
    assert mentioned("pyproject.toml", told) == [("dynamic", "dependencies")]
    file = '[tool.setuptools.dynamic]\ndependencies = { file = ["needs.txt"] }\n'
    assert mentioned("pyproject.toml", told + file) == [("include", "needs.txt"), ("run", "setuptools")]
    assert mentioned("setup.py", "setup(install_requires=read())") == [("dynamic", "install_requires")]
    assert mentioned("setup.py", "setup(extras_require=extras())") == [("dynamic", "optional-dependencies")]
    extras = '[project]\ndynamic = ["optional-dependencies"]\n'
    assert mentioned("pyproject.toml", extras) == [("dynamic", "optional-dependencies")]
    file = '[tool.setuptools.dynamic.optional-dependencies]\ndev = { file = "dev.txt" }\n'
    assert mentioned("pyproject.toml", extras + file) == [("include", "dev.txt"), ("run", "setuptools")]
    assert mentioned("setup.cfg", "[options]\ninstall_requires = file: a.txt, b.txt\n") == [
        ("include", "a.txt"),
        ("include", "b.txt"),
    ]


def test_what_a_tool_has_written_is_not_asked_for_by_anybody() -> None:
    text = "# This file was autogenerated by uv\nflask==3.0\nclick==8.1\n    # via flask\n"
    assert declared("requirements.txt", text) == [("flask", "==3.0", "locked"), ("click", "==8.1", "locked")]
    assert declared("requirements-lock.txt", "flask==3.0\n") == [("flask", "==3.0", "locked")]


def test_names_that_end_in_digits() -> None:
    text = "jinja2>=3\nboto3\npsycopg2 ==2.9\nurllib3[socks]<3\n"
    assert declared("requirements.txt", text) == [
        ("jinja2", ">=3", ""),
        ("boto3", "", ""),
        ("psycopg2", "==2.9", ""),
        ("urllib3", "<3", ""),
    ]


def test_markers_and_reasons() -> None:
    text = 'tomli; python_version < "3.11"\nurllib3==2.7  # pinned for CVE-2026-1\n# Web\nflask\n'
    requires = read("requirements.txt", text)[1].requires
    assert [(one.name, one.marker, one.explained) for one in requires] == [
        ("tomli", 'python_version < "3.11"', False),
        ("urllib3", "", True),
        ("flask", "", False),
    ]


def test_package_json() -> None:
    text = '{"dependencies": {"@xyflow/react": "^12"}, "devDependencies": {"vite": "5"}}'
    assert declared("package.json", text) == [("@xyflow/react", "", "npm"), ("vite", "", "npm-dev")]


def test_what_commands_install_and_run() -> None:
    text = """\
FROM python:3.12
# RUN pip install commented
RUN apt-get update \\
    && pip install --no-cache-dir -r requirements.txt "fastapi[all]==0.115" 'Uvicorn' \\
    && python3 -m pip install --index-url https://example.com/simple ./local torch
RUN --mount=type=cache uv pip install $EXTRA httpx && uv add rich
CMD ["celery", "worker"]
"""
    found = mentioned("Dockerfile", text)
    installed = [name for kind, name in found if kind == "install"]
    assert installed == ["fastapi", "uvicorn", "torch", "httpx", "rich"]
    assert ("run", "apt-get") in found


def test_what_people_are_told_to_type() -> None:
    text = (
        "Run `pip install reader[pdf]`.\n\n    uv tool install ruff\n\nThen pip install <your-package> go.\n"
    )
    assert mentioned("README.md", text) == [("install", "reader"), ("install", "ruff")]
