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
import secrets
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

FOLDER = ".assay_cache"
_SCHEMA = 1
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
            self._connection = _open(root / FOLDER)
        except (OSError, sqlite3.Error) as error:
            self.problem = f"the cache {FOLDER} cannot be used ({error}); the run goes on without it"

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
        try:
            for start in range(0, len(keys), 500):
                part = keys[start : start + 500]
                marks = ",".join("?" * len(part))
                query = f"SELECT key, {column}, {column}_mac FROM results WHERE key IN ({marks})"
                for key, text, mac in self._connection.execute(query, part):
                    if hmac.compare_digest(self._mac(key, column, text), mac):
                        found[key] = json.loads(text)
        except (sqlite3.Error, ValueError) as error:
            self.problem = f"the cache {FOLDER} is damaged ({error}); delete it. The run goes on without it"
            return {}
        return found

    def write(self, rows: Iterable[tuple[str, str, str]]) -> None:
        """Keep (key, findings, facts) rows."""
        if self._connection is None:
            return
        entries = [
            (key, findings, self._mac(key, "findings", findings), facts, self._mac(key, "facts", facts))
            for key, findings, facts in rows
        ]
        try:
            with self._connection:
                self._connection.executemany("INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?, ?)", entries)
        except sqlite3.Error as error:
            self.problem = f"the cache {FOLDER} could not be written ({error})"

    def _mac(self, key: str, column: str, text: str) -> str:
        message = f"{key}\0{column}\0{text}".encode("utf-8", "surrogatepass")
        return hashlib.blake2b(message, key=self._key, digest_size=16).hexdigest()


def _open(folder: Path) -> sqlite3.Connection:
    folder.mkdir(exist_ok=True)
    if folder.is_symlink():
        raise OSError("it is a link")
    for name, text in (("CACHEDIR.TAG", _TAG), (".gitignore", "*\n")):
        if not (folder / name).exists():
            (folder / name).write_text(text, encoding="utf-8")
    connection = sqlite3.connect(folder / f"results-{_SCHEMA}.sqlite", timeout=5)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute(
        "CREATE TABLE IF NOT EXISTS results "
        "(key TEXT PRIMARY KEY, findings TEXT, findings_mac TEXT, facts TEXT, facts_mac TEXT) WITHOUT ROWID"
    )
    return connection


def _user_key() -> bytes:
    """The user's key, made at first use, readable by the user only."""
    base = os.environ.get("XDG_STATE_HOME") or os.path.join(os.path.expanduser("~"), ".local", "state")
    path = Path(base) / "assay" / "cache.key"
    try:
        return path.read_bytes()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    key = secrets.token_bytes(32)
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
