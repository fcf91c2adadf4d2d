"""Per-file results, kept in `.assay_cache/` by content: never by time.

An entry's key is the git blob id of the file, its path and the engine digest. Its value is data, two JSON
texts, and carries a keyed hash made with a key of the user: an entry that somebody else wrote is not
read. Where the folder cannot be used, the run goes on without it and says so.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

FOLDER = ".assay_cache"
_SCHEMA = 1
_PATIENCE = 5  # seconds to wait for another run that writes
_TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# This folder was made by assay; see https://bford.info/cachedir/\n"


def blob_id(data: bytes) -> str:
    """The id that git gives to these bytes (SHA-1 object format)."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


class Cache:
    """A table of key → (JSON text, JSON text). A context manager; what fails inside it fails softly."""

    def __init__(self, root: Path, *, enabled: bool = True) -> None:
        self.problem = ""
        self._connection: sqlite3.Connection | None = None
        self._key = b""
        if not enabled:
            return
        try:
            self._key = _user_key()
            own = f"results-{_SCHEMA}-{self._mac('', 'name', '')[:16]}.sqlite"
            self._connection = _open(root / FOLDER, own)
            if _foreign(root / FOLDER, own):
                self.problem = f"{FOLDER} holds what this user's assay did not write; that is not read"
        except (OSError, sqlite3.Error) as error:
            self.problem = f"the cache {FOLDER} cannot be used ({_said(error)}); the run goes on without it"

    def __enter__(self) -> Cache:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connection is not None:
            self._connection.close()

    @property
    def usable(self) -> bool:
        return self._connection is not None

    def read(self, keys: Sequence[str], column: str) -> dict[str, Any]:
        """The decoded `findings` or `facts` of the keys that are there."""
        if self._connection is None:
            return {}
        found: dict[str, Any] = {}
        asked = {_stored(key): key for key in keys}
        names = list(asked)
        try:
            for start in range(0, len(names), 500):
                part = names[start : start + 500]
                marks = ",".join("?" * len(part))
                query = f"SELECT key, {column}, {column}_mac FROM results WHERE key IN ({marks})"
                for name, text, mac in self._connection.execute(query, part):
                    if hmac.compare_digest(self._mac(name, column, text), mac):
                        found[asked[name]] = json.loads(text)
        except (sqlite3.Error, ValueError, TypeError) as error:
            self.problem = f"the cache {FOLDER} is damaged ({error}); delete it. The run goes on without it"
            return {}
        return found

    def write(self, rows: Iterable[tuple[str, str, str]]) -> None:
        """Keep (key, findings, facts) rows."""
        if self._connection is None:
            return
        entries = [
            (name, findings, self._mac(name, "findings", findings), facts, self._mac(name, "facts", facts))
            for name, findings, facts in ((_stored(key), *rest) for key, *rest in rows)
        ]
        try:
            with self._connection:
                self._connection.executemany("INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?, ?)", entries)
        except sqlite3.Error as error:
            self.problem = f"the cache {FOLDER} could not be written ({error})"

    def _mac(self, key: str, column: str, text: str) -> str:
        message = f"{key}\0{column}\0{text}".encode("utf-8", "surrogatepass")
        return hashlib.blake2b(message, key=self._key, digest_size=16).hexdigest()


def _stored(key: str) -> str:
    """A key as SQLite takes it: names of files may hold bytes that are no text."""
    return key if key.isascii() and not key.startswith('"') else json.dumps(key)


def _open(folder: Path, own: str) -> sqlite3.Connection:
    """The table of this user in a folder that anybody may have filled. Its name hangs on the user's key,
    so that a repository cannot bring a file of that name for SQLite to open."""
    if folder.is_symlink():
        raise OSError("it is a link")
    folder.mkdir(exist_ok=True)
    for name, text in ((".gitignore", "*\n"), ("CACHEDIR.TAG", _TAG)):
        _put(folder / name, text)
    if (folder / own).is_symlink():
        raise OSError("its table is a link")
    connection = sqlite3.connect(folder / own, timeout=_PATIENCE)
    connection.execute("PRAGMA trusted_schema=OFF")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute(
        "CREATE TABLE IF NOT EXISTS results "
        "(key TEXT PRIMARY KEY, findings TEXT, findings_mac TEXT, facts TEXT, facts_mac TEXT) WITHOUT ROWID"
    )
    return connection


def _put(file: Path, text: str) -> None:
    """Write a file that is not there yet; never through a link."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as stream:
        stream.write(text)


def _foreign(folder: Path, own: str) -> bool:
    known = (own, f"{own}-wal", f"{own}-shm", f"{own}-journal", "CACHEDIR.TAG", ".gitignore")
    with os.scandir(folder) as entries:
        return any(entry.name not in known for entry in entries)


def _said(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


def _user_key() -> bytes:
    """The user's key, made at first use, readable by the user only."""
    base = os.environ.get("XDG_STATE_HOME") or os.path.join(os.path.expanduser("~"), ".local", "state")
    path = Path(base) / "assay" / "cache.key"
    try:
        return path.read_bytes()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    key = os.urandom(32)
    part = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(key)
    try:
        os.link(part, path)  # of two runs that start at once, the first one's key is kept
    except FileExistsError:
        pass
    finally:
        part.unlink()
    return path.read_bytes()
