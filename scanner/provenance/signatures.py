"""agentdiff's signatures over its records: Ed25519 over the record's canonical JSON.

Format: github.com/codeprakhar25/agentdiff, src/keys.rs: `sig` holds the algorithm, the first 16 digits of
the SHA-256 of the public key, and the signature over the record without `sig`, written as RFC 8785 says.
Keys are published at `refs/agentdiff/keys/<id>:pub.key`. So a signature says that the holder of a key that
somebody with write access registered made this record, and no more. Real signed records were met, but no
registered key: the check was held against signatures that OpenSSL made.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from scanner.finding import Notice
from scanner.history import GitError, History
from scanner.provenance.ed25519 import is_valid

_KEYS = "refs/agentdiff/keys/"
_FILE = "pub.key"
_LARGEST_KEY = 1000
_MOST = 300  # each takes some milliseconds


class SignatureError(ValueError):
    """The record is not what was signed."""


@dataclass
class Checks:
    """Checks the records of one repository; what could not be checked becomes a notice, once."""

    history: History
    _keys: Mapping[str, bytes] | None = None
    _unchecked: dict[str, int] = field(default_factory=dict)
    _done: int = 0

    def is_signed(self, record: Mapping[str, Any]) -> bool:
        """Does the record carry a signature that holds? No where nobody can tell.

        Raises:
            SignatureError: it carries one that does not.
        """
        signature = record["sig"]
        key = self._registered().get(str(signature.get("key_id", "")))
        why = self._why_not(signature, key)
        if why or key is None:
            self._unchecked[why] = self._unchecked.get(why, 0) + 1
            return False
        self._done += 1
        message = canonical({name: value for name, value in record.items() if name != "sig"})
        if not is_valid(key, message, base64.b64decode(str(signature["value"]), validate=True)):
            raise SignatureError("its signature does not fit")
        return True

    def _why_not(self, signature: Mapping[str, Any], key: bytes | None) -> str:
        if signature.get("alg") != "ed25519":
            return "its algorithm is not known"
        if key is None:
            return "its key is not here: git fetch origin '+refs/agentdiff/keys/*:refs/agentdiff/keys/*'"
        return "there are too many" if self._done >= _MOST else ""

    @property
    def notices(self) -> tuple[Notice, ...]:
        return tuple(
            Notice(f"{count} signed records of agentdiff count as unsigned, signature not verified: {why}")
            for why, count in sorted(self._unchecked.items())
        )

    def _registered(self) -> Mapping[str, bytes]:
        if self._keys is None:
            self._keys = _keys_of(self.history)
        return self._keys


def _keys_of(history: History) -> dict[str, bytes]:
    found = {}
    for line in history.refs(_KEYS).splitlines():
        tip = line.partition(" ")[0]
        try:
            text = history.blobs_at(tip, [_FILE], limit=_LARGEST_KEY).get(_FILE, b"")
            key = base64.b64decode(text.strip(), validate=True)
        except (GitError, ValueError):
            continue  # then its records are unsigned, and that is said
        found[hashlib.sha256(key).hexdigest()[:16]] = key
    return found


def canonical(value: Any) -> bytes:
    """JSON as RFC 8785 writes it; numbers are whole ones only.

    Raises:
        ValueError: it holds another number, whose one spelling we would have to guess.
    """
    _refuse_fractions(value)
    return json.dumps(_sorted(value), separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def _refuse_fractions(value: Any) -> None:
    if isinstance(value, float) or (isinstance(value, int) and abs(value) > 2**53):
        raise ValueError("it holds a number that is not whole, or too large")
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in inside:
        _refuse_fractions(one)


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
        return {name: _sorted(value[name]) for name in names}
    return [_sorted(one) for one in value] if isinstance(value, list) else value
