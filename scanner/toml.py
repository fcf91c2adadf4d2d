"""TOML, by the reader that this Python has; a run that meets none does not import it."""

from __future__ import annotations

import sys
from typing import Any


def loads(text: str) -> dict[str, Any]:
    """The document in a text.

    Raises:
        ValueError: not TOML.
        RecursionError: nested too deeply.
    """
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    return tomllib.loads(text)
