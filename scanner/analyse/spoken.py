"""Modules that a file imports by name, as text: `import_module("cv2")`, `INSTALLED_APPS = ["corsheaders"]`.

The texts themselves may be anything, secrets too; only hashes of the words leave the file.
"""

from __future__ import annotations

from zlib import crc32

from scanner.lazily import regex
from scanner.source import Source

# What a file says that imports by name, in whatever way, or that tells another program what it needs: names,
# which are quick to look through, and other texts
_NAMES = (
    *("import_", "_import", "importlib", "find_spec", "INSTALLED_APPS", "load_plugin", "entry_point"),
    *("include", "MIDDLEWARE", "imports", "dependencies", "pip_install", "install_packages"),
)
_TEXTS = ("plugins", "BACKEND", "ENGINE", '"class"', "# /// script")
_WORD = regex(r"""["']([A-Za-z_]\w{1,40})(?:\.\w+){0,8}["']""")


def collect(source: Source) -> tuple[int, ...]:
    """Hashes of the first words of the dotted names in quotes; nothing of a file that shows no sign."""
    if not any(map(source.names, _NAMES)) and not any(text in source.text for text in _TEXTS):
        return ()
    return tuple(sorted(map(hashed, set(_WORD.findall(source.text)))))


def hashed(word: str) -> int:
    """The hash that stands for a module's name."""
    return crc32(word.encode())
