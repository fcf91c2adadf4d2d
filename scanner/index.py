"""The package indexes that the user's own pip and uv are set to: which of some names they have.

The one place of the scanner that opens a socket, and only for who asks for it (`--online`). Who is asked
says the user's environment and configuration, never a file of the scanned tree: a stranger's tree must not
send requests anywhere. What comes back is data: of a bounded length, parsed and never run. That an index has
no such name (`ABSENT`) is one thing, that it gave no answer, or did not let us in (`SILENT`), another.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple

from scanner import toml

PUBLIC = "https://pypi.org/simple/"
_SECONDS = 5.0  # for one name, from the first byte that is sent to the last one that comes back
_MOST_BYTES = 2_000_000
_MOST_NAMES = 500
_AT_ONCE = 8
_JSON = "application/vnd.pypi.simple.v1+json"
_NO_SUCH = (404, 410)


class Answer(Enum):
    """What the indexes say of a name."""

    THERE = "there"
    ABSENT = "absent"
    SILENT = "no answer"


class Reply(NamedTuple):
    """Of one request: the status, 0 where no answer came, and the body, cut at `_MOST_BYTES`."""

    status: int
    body: bytes = b""


Fetch = Callable[[str], Reply]


class Index:
    """Some indexes, asked as one: a name is there if one has it, and absent if all say so."""

    def __init__(self, addresses: Iterable[str], fetch: Fetch | None = None) -> None:
        self._addresses = tuple(addresses)
        self._fetch = fetch or get
        self._answers: dict[str, Answer] = {}

    def ask(self, names: Iterable[str]) -> Mapping[str, Answer]:
        """Normalised name → answer; no name is asked for twice."""
        from concurrent.futures import ThreadPoolExecutor

        wanted = sorted(set(names))
        new = [name for name in wanted if name not in self._answers]
        asked, left = new[:_MOST_NAMES], new[_MOST_NAMES:]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            self._answers.update(zip(asked, pool.map(self._of_all, asked), strict=True))
        self._answers.update(dict.fromkeys(left, Answer.SILENT))
        return {name: self._answers[name] for name in wanted}

    @property
    def unanswered(self) -> tuple[str, ...]:
        """The names that were asked for, and that no index answered for."""
        return tuple(sorted(name for name, answer in self._answers.items() if answer is Answer.SILENT))

    def _of_all(self, name: str) -> Answer:
        answers = set()
        for address in self._addresses:
            answer = _answer(self._fetch(f"{address.rstrip('/')}/{name}/"))
            if answer is Answer.THERE:
                return answer
            answers.add(answer)
        return Answer.ABSENT if answers == {Answer.ABSENT} else Answer.SILENT


def _answer(reply: Reply) -> Answer:
    if reply.status in _NO_SUCH:
        return Answer.ABSENT
    if reply.status != 200:
        return Answer.SILENT
    return Answer.ABSENT if _is_empty(reply.body) else Answer.THERE


def _is_empty(body: bytes) -> bool:
    """Is it a page without a single file? An index keeps that of a project whose releases were taken back."""
    import json

    if len(body) > _MOST_BYTES or not body.lstrip().startswith(b"{"):
        return False
    try:
        page = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(page, dict) and page.get("files") == []


# ------------------------------------------------------------------------------------- over the network


def get(address: str) -> Reply:
    """Ask for one page; whatever goes wrong is a reply of status 0. Redirects lead to no other host. An index
    may also be a folder of this machine, with one for each name."""
    if address.startswith("file:"):
        return _of_folder(address)
    import http.client
    import time
    import urllib.error
    import urllib.request

    until = time.monotonic() + _SECONDS
    try:
        handlers = (_stay_home(), urllib.request.HTTPSHandler(context=_trusted()))
        request, opener = _request(address), urllib.request.build_opener(*handlers)
        with opener.open(request, timeout=_SECONDS) as response:
            body = bytearray()
            while len(body) <= _MOST_BYTES:
                block = response.read1(1 << 16)
                if not block:
                    return Reply(response.status, bytes(body))
                if time.monotonic() > until:
                    return Reply(0)
                body += block
            return Reply(response.status, bytes(body))
    except urllib.error.HTTPError as error:
        with error:
            return Reply(error.code)
    except (OSError, ValueError, http.client.HTTPException):
        return Reply(0)


def _of_folder(address: str) -> Reply:
    import urllib.parse
    import urllib.request

    folder = Path(urllib.request.url2pathname(urllib.parse.urlsplit(address).path))
    if not folder.parent.is_dir():
        return Reply(0)
    return Reply(200 if folder.is_dir() else 404)


def _trusted() -> Any:
    """The certificates that pip is told to trust, or those of the system.

    Raises:
        OSError: the file cannot be read.
    """
    import ssl

    return ssl.create_default_context(cafile=os.environ.get("PIP_CERT") or None)


def _request(address: str) -> Any:
    """The request for a page, with what the address or the user's netrc says of who asks.

    Raises:
        ValueError: it is no address of a web server.
    """
    import base64
    import urllib.parse
    import urllib.request

    parts = urllib.parse.urlsplit(address)
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise ValueError("no address of an index")
    plain = urllib.parse.urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    request = urllib.request.Request(plain, headers={"Accept": f"{_JSON}, text/html;q=0.5"})
    user, password = urllib.parse.unquote(parts.username or ""), urllib.parse.unquote(parts.password or "")
    if not user:
        user, password = _of_netrc(parts.hostname)
    if user:
        token = base64.b64encode(f"{user}:{password}".encode()).decode()
        request.add_unredirected_header("Authorization", f"Basic {token}")
    return request


def _of_netrc(host: str) -> tuple[str, str]:
    import netrc

    try:
        known = netrc.netrc().hosts.get(host)
    except (OSError, netrc.NetrcParseError):
        return "", ""
    return (known[0], known[2] or "") if known else ("", "")


def _stay_home() -> Any:
    import urllib.parse
    import urllib.request

    class StayHome(urllib.request.HTTPRedirectHandler):
        """Follows a redirect within the host that the user named, and no other."""

        def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
            old, new = urllib.parse.urlsplit(req.full_url), urllib.parse.urlsplit(newurl)
            if (old.scheme, old.netloc) != (new.scheme, new.netloc):
                return None
            return super().redirect_request(req, fp, code, msg, headers, newurl)

    return StayHome()


# ----------------------------------------------------------------------------------- what the user has set


class _Named(NamedTuple):
    """The index that stands in for the public one, "" where none does, and those beside it."""

    main: str = ""
    more: tuple[str, ...] = ()


def of_user(root: Path) -> Index:
    """The indexes of whoever runs this, to ask for the names in the tree below `root`."""
    return Index(configured(os.environ, Path.home(), root))


def configured(environ: Mapping[str, str], home: Path, root: Path) -> tuple[str, ...]:
    """The addresses of the indexes that pip and uv would ask, by environment and the user's own files;
    files below `root`, the scanned tree, are not read. What only one of the two names counts too: a name
    is called absent only if nobody has it."""
    named = [_of_environment(environ)]
    for path in _files(environ, home):
        if path.is_file() and not path.resolve().is_relative_to(root.resolve()):
            named.append(_of_uv(path) if path.suffix == ".toml" else _of_pip(path))
    mains = [one.main for one in named if one.main] or [PUBLIC]
    return tuple(dict.fromkeys([*mains, *(address for one in named for address in one.more)]))


def _of_environment(environ: Mapping[str, str]) -> _Named:
    mains = (environ.get(name, "") for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL"))
    lists = (environ.get(name, "") for name in ("UV_INDEX", "UV_EXTRA_INDEX_URL", "PIP_EXTRA_INDEX_URL"))
    more = tuple(_bare(word) for words in lists for word in words.split())
    return _Named(_bare(next((main for main in mains if main), "")), more)


def _bare(word: str) -> str:
    """uv lets an index have a name: `corp=https://…`."""
    name, equals, address = word.partition("=")
    return address if equals and name.replace("-", "_").isidentifier() else word


def _files(environ: Mapping[str, str], home: Path) -> Iterator[Path]:
    settings = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    yield Path("/etc/uv/uv.toml")
    yield settings / "uv" / "uv.toml"
    yield Path("/etc/pip.conf")
    yield Path("/etc/xdg/pip/pip.conf")
    yield home / ".pip" / "pip.conf"
    yield settings / "pip" / "pip.conf"
    yield home / "Library" / "Application Support" / "pip" / "pip.conf"
    if environ.get("APPDATA"):
        yield Path(environ["APPDATA"]) / "pip" / "pip.ini"
        yield Path(environ["APPDATA"]) / "uv" / "uv.toml"
    for variable, name in (("UV_CONFIG_FILE", ""), ("PIP_CONFIG_FILE", ""), ("VIRTUAL_ENV", "pip.conf")):
        if environ.get(variable):
            yield Path(environ[variable]) / name


def _of_pip(path: Path) -> _Named:
    import configparser

    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, configparser.Error):
        return _Named()
    sections = [name for name in ("install", "global") if parser.has_section(name)]
    mains = [parser.get(section, "index-url", fallback="").strip() for section in sections]
    more = [parser.get(section, "extra-index-url", fallback="").split() for section in sections]
    return _Named(next((main for main in mains if main), ""), tuple(one for words in more for one in words))


def _of_uv(path: Path) -> _Named:
    try:
        document = toml.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return _Named()
    pip = document.get("pip")
    tables = [document, pip if isinstance(pip, dict) else {}]
    entries = [one for one in _list(document.get("index")) if isinstance(one, dict)]
    mains = [one.get("url") for one in entries if one.get("default")]
    mains += [table.get("index-url") for table in tables]
    more = [one.get("url") for one in entries if not one.get("default")]
    more += [one for table in tables for one in _list(table.get("extra-index-url"))]
    return _Named(
        next((main for main in mains if isinstance(main, str)), ""),
        tuple(one for one in more if isinstance(one, str)),
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
