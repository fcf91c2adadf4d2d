"""The index that a user's pip and uv name, asked over the loopback and nowhere else."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from fixture_trees import FIXTURES, lay_out
from hypothesis import given
from hypothesis import strategies as st

from scanner import index
from scanner.index import PUBLIC, Answer, Index, Reply, configured, get
from scanner.scan import scan
from scanner.settings import Settings, UsageError, from_table

_PAGE = json.dumps({"meta": {"api-version": "1.0"}, "files": [{"filename": "a-1.0.tar.gz"}]}).encode()
_EMPTY = b'{"files": []}'


class _Shelf(BaseHTTPRequestHandler):
    """An index with a few names; what it was asked, and by whom, is kept on the server."""

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers["Authorization"]))  # type: ignore[attr-defined]
        name = self.path.strip("/").rpartition("/")[2]
        status, body = {
            "quiet-little-package": (200, _PAGE),
            "an-html-page": (200, b"<!DOCTYPE html><a href='a-1.0.tar.gz'>a</a>"),
            "withdrawn-package": (200, _EMPTY),
            "only-for-members": (403, b""),
            "broken": (500, b""),
            "moved": (302, b""),
            "endless": (200, b"[" * 3_000_000),
        }.get(name, (404, b""))
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "http://localhost:1/stolen/")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Iterator[ThreadingHTTPServer]:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Shelf)
    server.asked = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def _address(server: ThreadingHTTPServer, user: str = "") -> str:
    return f"http://{user}127.0.0.1:{server.server_port}/simple"


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("quiet-little-package", Answer.THERE),
        ("an-html-page", Answer.THERE),
        ("endless", Answer.THERE),
        ("never-heard-of", Answer.ABSENT),
        ("withdrawn-package", Answer.ABSENT),
        ("only-for-members", Answer.SILENT),
        ("broken", Answer.SILENT),
        ("moved", Answer.SILENT),
    ],
)
def test_what_an_index_answers(shelf: ThreadingHTTPServer, name: str, answer: Answer) -> None:
    assert Index([_address(shelf)]).ask([name]) == {name: answer}


def test_no_index_at_all_is_no_answer() -> None:
    closed = ThreadingHTTPServer(("127.0.0.1", 0), _Shelf)
    closed.server_close()
    asked = Index([f"http://127.0.0.1:{closed.server_port}/simple", "file:///no/such", "nonsense"])
    assert asked.ask(["a"]) == {"a": Answer.SILENT}
    assert asked.unanswered == ("a",)


def test_an_index_may_be_a_folder(tmp_path: Path) -> None:
    (tmp_path / "quiet-little-package").mkdir()
    shelf = Index([tmp_path.as_uri()])
    assert shelf.ask(["quiet-little-package", "other"]) == {
        "other": Answer.ABSENT,
        "quiet-little-package": Answer.THERE,
    }


def test_a_private_index_is_asked_with_the_users_own_name(shelf: ThreadingHTTPServer) -> None:
    Index([_address(shelf, "ann:s%40fe@")]).ask(["quiet-little-package"])
    assert shelf.asked == [("/simple/quiet-little-package/", "Basic YW5uOnNAZmU=")]  # type: ignore[attr-defined]


def test_a_name_is_absent_only_if_every_index_says_so() -> None:
    replies = {"https://a/x/": Reply(404), "https://b/x/": Reply(200, _PAGE), "https://c/x/": Reply(0)}
    assert Index(["https://a", "https://b"], replies.__getitem__).ask(["x"]) == {"x": Answer.THERE}
    assert Index(["https://a"], replies.__getitem__).ask(["x"]) == {"x": Answer.ABSENT}
    assert Index(["https://a", "https://c"], replies.__getitem__).ask(["x"]) == {"x": Answer.SILENT}


def test_a_name_is_asked_for_once_and_few_are_asked_for() -> None:
    asked: list[str] = []

    def fetch(address: str) -> Reply:
        asked.append(address)
        return Reply(404)

    names = [f"n{number}" for number in range(600)]
    shop = Index(["https://a"], fetch)
    shop.ask(names)
    answers = shop.ask(names)
    assert len(asked) == len(set(asked)) == 500
    assert sum(answer is Answer.SILENT for answer in answers.values()) == 100


@given(st.binary())
def test_whatever_an_index_sends_is_data(body: bytes) -> None:
    assert Index(["https://a"], lambda address: Reply(200, body)).ask(["x"])["x"] is not Answer.SILENT


def test_a_page_of_another_shape_still_says_that_the_name_is_there() -> None:
    for body in (b"{}", b"[]", b'{"files": {}}', b"[" * 100_000, b'{"files": [' + b"[" * 100_000):
        assert Index(["https://a"], lambda address, body=body: Reply(200, body)).ask(["x"]) == {
            "x": Answer.THERE
        }


# What the user has set


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home" / ".config" / "pip").mkdir(parents=True)
    (tmp_path / "home" / ".config" / "uv").mkdir()
    return tmp_path / "home"


def _addresses(environ: dict[str, str], home: Path) -> tuple[str, ...]:
    return configured(environ, home, home.parent / "tree")


def test_who_has_set_nothing_asks_the_public_index(home: Path) -> None:
    assert _addresses({}, home) == (PUBLIC,)


def test_what_the_environment_names(home: Path) -> None:
    assert _addresses({"PIP_INDEX_URL": "https://corp/simple"}, home) == ("https://corp/simple",)
    assert _addresses({"UV_INDEX": "corp=https://corp/simple https://b?x=1"}, home) == (
        PUBLIC,
        "https://corp/simple",
        "https://b?x=1",
    )


def test_what_the_files_of_pip_and_uv_name(home: Path) -> None:
    (home / ".config/pip/pip.conf").write_text(
        "[global]\nindex-url = https://mirror/simple\nextra-index-url =\n    https://one\n    https://two\n"
    )
    (home / ".config/uv/uv.toml").write_text(
        '[[index]]\nurl = "https://three"\n[[index]]\nurl = "https://main"\ndefault = true\n'
    )
    assert _addresses({}, home) == (
        "https://main",
        "https://mirror/simple",
        "https://three",
        "https://one",
        "https://two",
    )


def test_files_that_cannot_be_read_name_nothing(home: Path) -> None:
    (home / ".config/pip/pip.conf").write_bytes(b"\xff[global")
    (home / ".config/uv/uv.toml").write_text('index = "no list"\nindex-url = 3\n[pip')
    assert _addresses({}, home) == (PUBLIC,)


def test_a_file_of_the_scanned_tree_sends_nobody_anywhere(tmp_path: Path, home: Path) -> None:
    (tmp_path / "tree" / ".venv").mkdir(parents=True)
    (tmp_path / "tree" / ".venv" / "pip.conf").write_text("[global]\nindex-url = https://trap\n")
    (tmp_path / "tree" / "uv.toml").write_text('index-url = "https://trap"\n')
    environ = {"VIRTUAL_ENV": str(tmp_path / "tree" / ".venv")}
    assert configured(environ, home, tmp_path / "tree") == (PUBLIC,)


def test_no_settings_file_of_a_tree_opens_the_network() -> None:
    with pytest.raises(UsageError, match="unknown key `online`"):
        from_table(Settings(), {"online": True}, "pyproject.toml")


# The rule


def _settings(root: Path, *, online: bool) -> Settings:
    return Settings(
        root=root, select=("absent-from-index",), provenance="none", cache=False, jobs=1, online=online
    )


def test_the_rule_speaks_exactly_where_it_is_marked(
    tmp_path: Path, shelf: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "configured", lambda *asked: (_address(shelf),))
    marks = lay_out(FIXTURES / "dependencies" / "absent_from_index", tmp_path)
    report = scan(_settings(tmp_path, online=True))
    expected = sorted((mark.path, mark.line, mark.text) for mark in marks if mark.kind == "ruleid")
    assert (
        sorted(
            (item.finding.location.path, item.finding.location.line, f"`{item.finding.argument('name')}`")
            for item in report.kept
        )
        == expected
    )
    assert [notice.text for notice in report.notices] == [
        "no package index answered for `only-for-members`: ask again"
    ]
    assert report.exit_code == 3
    asked = {path.strip("/").rpartition("/")[2] for path, _ in shelf.asked}  # type: ignore[attr-defined]
    assert "flask" not in asked  # what everybody knows is nobody's business
    assert "shop-stock" not in asked  # nor is what the tree itself has


def test_nobody_is_asked_unless_the_user_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(index, "get", lambda address: asked.append(address) or Reply(404))
    lay_out(FIXTURES / "dependencies" / "absent_from_index", tmp_path)
    report = scan(_settings(tmp_path, online=False))
    assert (report.kept, asked) == ((), [])


def test_a_slow_index_is_not_waited_for(shelf: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.monotonic", itertools.count(0, 100).__next__)
    assert get(f"{_address(shelf)}/quiet-little-package/") == Reply(0)
