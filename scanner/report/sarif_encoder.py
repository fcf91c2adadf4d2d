"""SARIF objects of `sarif_om` → plain values for JSON.

`jschema_to_python.to_json`, which comes with them, drops every value that equals the class's default: a
result of level "warning" under a rule of level "error" would lose its level, and be read as an error. It
also takes fourteen times as long.
"""

from __future__ import annotations

import functools
from typing import Any

import attr
import sarif_om

_SCALARS = frozenset({str, int, float, bool})
# Said even where they equal the default: without them a consumer falls back to the rule, or guesses.
_SAID = frozenset({"level", "kind"})
# The object model was generated from a schema with a typo (oasis-tcs/sarif-spec#449).
_RENAMED = {(sarif_om.Suppression, "state"): "status"}
# What a person looks for first, and what some readers sniff for, comes first.
_FIRST = (
    *("$schema", "version", "id", "ruleId", "ruleIndex", "kind", "level", "rank", "name", "text", "message"),
    *("uri", "startLine", "startColumn", "endLine", "endColumn"),
)


def plain(value: Any) -> Any:
    """The value with every SARIF object in it as a dict, absent and default properties left out."""
    if value is None or type(value) in _SCALARS:
        return value
    if isinstance(value, dict):
        return {key: plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(entry) for entry in value]
    said = {}
    held = vars(value)
    for field, name, default in _fields(value.__class__):
        entry = held[field]
        if entry is None or (entry == default and name not in _SAID):
            continue
        said[name] = entry if type(entry) in _SCALARS else plain(entry)
    return said


@functools.cache
def _fields(kind: type) -> tuple[tuple[str, str, Any], ...]:
    """Attribute, property name and default of each field, in the order of the output."""
    found = []
    for field in attr.fields(kind):
        name = field.metadata["schema_property_name"]
        factory = getattr(field.default, "factory", None)
        default = field.default if factory is None else factory()
        found.append((field.name, _RENAMED.get((kind, name), name), default))
    return tuple(sorted(found, key=lambda entry: _place(entry[1])))


def _place(name: str) -> int:
    return _FIRST.index(name) if name in _FIRST else len(_FIRST)
