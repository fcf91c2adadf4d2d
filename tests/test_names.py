"""Names: a rule asks for `requests.get`, and finds it whatever the code calls it.

One tiny rule stands for all: it speaks at every call of the names that it was given. Where it must
speak, the line ends in `# here`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from scanner import analyse
from scanner.analyse.cache import Cache
from scanner.catalogue import Catalogue
from scanner.discover import File
from scanner.relate import Repository, relate
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call
from scanner.settings import Settings


def spoken(files: Mapping[str, str], *names: str) -> list[str]:
    """Where a rule that asks for these names speaks, after the whole repository was heard."""

    class Asked(FileRule):
        message, why, instead = "asked for", "", ""
        severity, confidence, family = Severity.LOW, Confidence.HIGH, "api"

        @on_call(*names)
        def check(self, source: Source, call: ast.Call) -> Iterator[Finding]:
            yield self.at(source, call)

    catalogue = Catalogue((), given=(Asked(),))
    analysed, cache = _analysed(files, catalogue)
    together = relate(analysed.candidates, analysed.facts, catalogue, cache)
    found = [*analysed.findings, *together.findings]
    return sorted(f"{one.location.path}:{one.location.line}" for one in found)


def marked(files: Mapping[str, str]) -> list[str]:
    """The places that end in `# here`."""
    lines = ((path, *line) for path, text in files.items() for line in enumerate(text.splitlines(), 1))
    return sorted(f"{path}:{number}" for path, number, line in lines if line.endswith("# here"))


def _analysed(files: Mapping[str, str], catalogue: Catalogue) -> tuple[analyse.Analysed, Cache]:
    cache = Cache(Path("."), enabled=False)
    sources = [File(path, "python", text.encode()) for path, text in sorted(files.items())]
    return analyse.analyse(sources, catalogue, Settings(jobs=1), cache), cache


def repository(files: Mapping[str, str]) -> Repository:
    return Repository(_analysed(files, Catalogue(()))[0].facts.load())


def _case(name: str, code: str) -> object:
    return pytest.param(code, id=name)


@pytest.mark.parametrize(
    "code",
    [
        _case("by its module", "import requests\nrequests.get('/')  # here"),
        _case("module alias", "import requests as http\nhttp.get('/')  # here"),
        _case("from-import", "from requests import get\nget('/')  # here"),
        _case("from-import alias", "from requests import get as fetch\nfetch('/')  # here"),
        _case("assigned to another name", "import requests\nfetch = requests.get\nfetch('/')  # here"),
        _case("imported where it is used", "def f():\n    import requests\n    requests.get('/')  # here"),
        _case(
            "imported in one function, unknown in another",
            "def f():\n    import requests\n    return requests\ndef g(requests):\n    requests.get('/')",
        ),
        _case("shadowed by a parameter", "from requests import get\ndef f(get):\n    get('/')"),
        _case("shadowed by a function", "def get(url):\n    pass\nget('/')"),
        _case(
            "shadowed by a local",
            "import requests\ndef f(build):\n    requests = build()\n    requests.get('/')",
        ),
        _case("another library", "import httplib\nhttplib.get('/')"),
        _case("a name alone proves nothing", "get('/')"),
        _case("an unknown receiver", "def f(session):\n    session.get('/')"),
        _case(
            "optional import",
            "try:\n    import requests\nexcept ImportError:\n    pass\nrequests.get(1)  # here",
        ),
    ],
)
def test_a_function_of_a_library(code: str) -> None:
    files = {"app.py": code}
    assert spoken(files, "requests.get") == marked(files)


@pytest.mark.parametrize(
    "code",
    [
        _case("chained", "import requests\nrequests.Session().get('/')  # here"),
        _case("in a variable", "import requests\ns = requests.Session()\ns.get('/')  # here"),
        _case("with-as", "import requests\nwith requests.Session() as s:\n    s.get('/')  # here"),
        _case(
            "annotated parameter",
            "from requests import Session\ndef f(s: Session):\n    s.get('/')  # here",
        ),
        _case(
            "parameter of another class",
            "from requests import Session\nclass Own: ...\ndef f(s: Own):\n    s.get('/')",
        ),
        _case(
            "attribute set in the class",
            "import requests\nclass Client:\n    def __init__(self):\n"
            "        self.http = requests.Session()\n"
            "    def load(self):\n        return self.http.get('/')  # here",
        ),
        _case(
            "attribute set twice, to different things",
            "import requests\nclass Client:\n    def __init__(self, other):\n"
            "        self.http = requests.Session()\n"
            "        self.http = other\n    def load(self):\n        return self.http.get('/')",
        ),
        _case(
            "super",
            "import requests\nclass Own(requests.Session):\n    def get(self, url):\n"
            "        return super().get(url)  # here",
        ),
        _case(
            "bound twice",
            "import requests\ndef f(build):\n    s = requests.Session()\n    s = build()\n    s.get('/')",
        ),
    ],
)
def test_a_method_of_a_library(code: str) -> None:
    files = {"app.py": code}
    assert spoken(files, "requests.Session().get", "requests.Session.get") == marked(files)


def test_builtins_unless_they_are_taken() -> None:
    files = {
        "plain.py": "eval('1')  # here",
        "own.py": "def eval(text):\n    return text\neval('1')",
        "imported.py": "from numexpr import evaluate as eval\neval('1')",
        "spelled.py": "import builtins\nbuiltins.eval('1')  # here",
    }
    assert spoken(files, "builtins.eval") == marked(files)


# Across files: what looks like the repository's own name may be a library's, and the other way round


def test_a_re_export_is_followed() -> None:
    files = {
        "pkg/__init__.py": "from pkg.compat import get",
        "pkg/compat.py": "from requests import get",
        "app.py": "from pkg import get as load\nimport pkg\nload('/')  # here\npkg.get('/')  # here",
    }
    assert spoken(files, "requests.get") == marked(files)


@pytest.mark.xfail(reason="calls are looked up by their last name, before other files are known")
def test_a_re_export_under_another_name_is_followed() -> None:
    files = {
        "pkg/__init__.py": "",
        "pkg/compat.py": "from requests import get as fetch",
        "app.py": "from pkg.compat import fetch\nfetch('/')  # here",
    }
    assert spoken(files, "requests.get") == marked(files)


def test_a_star_import_is_followed() -> None:
    files = {
        "pkg/__init__.py": "",
        "pkg/net.py": "from requests import get",
        "pkg/all.py": "from pkg.net import *",
        "app.py": "from pkg.all import get\nget('/')  # here",
    }
    assert spoken(files, "requests.get") == marked(files)


def test_a_star_import_passes_on_what_all_names_and_no_more() -> None:
    files = {
        "pkg/__init__.py": "",
        "pkg/net.py": "from requests import get, post\n__all__ = ['post']",
        "pkg/all.py": "from pkg.net import *",
        "app.py": "from pkg.all import get, post\nget('/')\npost('/')  # here",
    }
    assert spoken(files, "requests.get", "requests.post") == marked(files)


def test_a_relative_import_is_followed() -> None:
    files = {
        "src/pkg/__init__.py": "",
        "src/pkg/compat.py": "from requests import get",
        "src/pkg/deep/__init__.py": "",
        "src/pkg/deep/use.py": "from ..compat import get\nget('/')  # here",
    }
    assert spoken(files, "requests.get") == marked(files)


def test_the_repositorys_own_function_of_the_same_name_is_not_meant() -> None:
    files = {
        "pkg/__init__.py": "",
        "pkg/net.py": "def get(url):\n    return url",
        "app.py": "from pkg.net import get\nget('/')",
    }
    assert spoken(files, "requests.get") == []


def test_a_circle_of_imports_ends() -> None:
    files = {
        "a.py": "from b import get",
        "b.py": "from a import get",
        "app.py": "from a import get\nget('/')",
    }
    assert spoken(files, "requests.get") == []


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("pkg.text.slugify", "src.pkg.text.slugify"),  # as it is imported
        ("src.pkg.text.slugify", "src.pkg.text.slugify"),  # as it lies in the tree
        ("pkg.slugify", "src.pkg.text.slugify"),  # as the package passes it on
        ("pkg.Page.title", "src.pkg.text.Base.title"),  # as a base class defines it
        ("pkg.get", "requests.get"),  # as a library's
        ("requests.get", "requests.get"),  # foreign
        ("pkg.text", "src.pkg.text"),  # a module
        ("pkg.nothing", "src.pkg.nothing"),  # nowhere
    ],
)
def test_a_dotted_name_leads_to_its_definition(name: str, target: str) -> None:
    known = repository(
        {
            "src/pkg/__init__.py": "from pkg.text import Page, slugify\nfrom requests import get",
            "src/pkg/text.py": (
                "class Base:\n    def title(self): ...\nclass Page(Base): ...\ndef slugify(text): ..."
            ),
        }
    )
    assert known.resolve(name) == target


def test_a_definition_comes_with_its_file() -> None:
    known = repository({"pkg/__init__.py": "", "pkg/text.py": "def slugify(text, sep): ..."})
    found = known.definition("pkg.text.slugify")
    assert found is not None
    assert (found[0].path, found[1].name) == ("pkg/text.py", "slugify")
    assert known.definition("pkg.text.missing") is None


def test_code_imports_a_file_by_its_package() -> None:
    known = repository({"src/pkg/__init__.py": "", "src/pkg/text.py": "", "tools/run.py": ""})
    assert known.import_name("src/pkg/text.py") == "pkg.text"
    assert known.import_name("src/pkg/__init__.py") == "pkg"
    assert known.import_name("tools/run.py") == "run"
