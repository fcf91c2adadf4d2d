"""JSON as we write it: the same bytes everywhere, one entry a line.

ASCII only, so that no console's code page, no redirect and no half character can break it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from scanner.lazily import regex

Shape = Mapping[str, Any]

_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(", ", ": "), allow_nan=False)
# The second part starts a command to a CI system, which may read our standard output.
_BEYOND_ASCII = regex("[^\x00-\x7e]|#(?=#(?:vso|teamcity)?\\[)")


def dumps(value: Any, shape: Shape) -> str:
    """The value as JSON. What `shape` names by key is broken into lines, an entry of a list or of an
    object a line (any iterable does for a list there); all else is compact. Keys keep their order. A half
    of a surrogate pair becomes U+FFFD: parsers refuse it."""
    return _BEYOND_ASCII.sub(_escaped, _broken(value, shape)) + "\n"


def _broken(value: Any, shape: Shape | None) -> str:
    if shape is None or not value:
        return _COMPACT.encode(value)
    if not isinstance(value, dict):
        entries = ",\n".join(_broken(entry, shape or None) for entry in value)
        return f"[\n{entries}\n]" if entries else "[]"
    pairs = (f"{_COMPACT.encode(key)}: {_broken(entry, shape.get(key))}" for key, entry in value.items())
    return "{\n" + ",\n".join(pairs) + "\n}"


def _escaped(found: re.Match[str]) -> str:
    code = ord(found.group())
    if code > 0xFFFF:
        return f"\\u{0xD7C0 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
    return f"\\u{0xFFFD if 0xD800 <= code <= 0xDFFF else code:04x}"
