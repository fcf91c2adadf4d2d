"""What is known of distributions by their names: which module comes with which, which work unimported.

The knowledge is `distributions.toml`, which travels with the package. No environment is asked: what happens
to be installed beside the scanner says nothing of the scanned project.
"""

from __future__ import annotations

import re
import sys
from fnmatch import fnmatchcase
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from scanner import toml
from scanner.kept import kept

# Modules that some supported Python has and another has not: one answer, whatever runs the scan.
STDLIB = frozenset(sys.stdlib_module_names) | frozenset(
    "aifc annotationlib asynchat asyncore audioop binhex cgi cgitb chunk compression crypt distutils "
    "ensurepip formatter imghdr imp lib2to3 mailcap msilib nis nntplib ossaudiodev parser pathlib pipes "
    "smtpd sndhdr spwd string sunau symbol telnetlib tomllib tkinter uu xdrlib zoneinfo __future__".split()
)
_PREFIXES = ("python-", "py-", "py", "lib")
_SUFFIXES = ("-python", "-py", "-sdk", "-client", "-cpu", "-gpu", "-binary", "-api", "-core")


_TELLING = 6  # letters of a module from which on a distribution of nearly that name gives it


class Distributions:
    """The tables, and the guesses where they are silent."""

    def __init__(self, tables: dict[str, Any]) -> None:
        self._imports: dict[str, tuple[str, ...]] = _lists(tables["imports"])
        self.hosts = frozenset(tables["hosts"]["modules"].split())
        self._unimported = frozenset(tables["unimported"]["names"].split())
        self._globs = tuple(tables["unimported"]["globs"].split())
        self.serves = _lists(tables["serves"])
        self.brings = _lists(tables["brings"])
        self.shows = _lists(tables["shows"])
        self.jobs = _lists(tables["jobs"])
        self.asynchronous = frozenset(tables["async"]["names"].split())
        self._conflated: dict[str, str] = tables["conflated"]
        self.impostors = frozenset(tables["impostors"]["names"].split())
        self._accepted = frozenset(tables["accepted"]["names"].split())
        self._listed = frozenset(tables["known"]["names"].split())

    @cached_property
    def _modules(self) -> dict[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for module, names in self._imports.items():
            for name in names:
                found.setdefault(name, set()).add(module)
        return {name: frozenset(modules) for name, modules in found.items()}

    @cached_property
    def known(self) -> frozenset[str]:
        """Every distribution that some table names."""
        tables = (self._imports, self.brings, self.shows, self.serves, self.jobs)
        named = {name for table in tables for names in table.values() for name in names}
        return frozenset(
            {
                *named,
                *self.brings,
                *self.shows,
                *self.serves,
                *self._listed,
                *self._unimported,
                *self._accepted,
            }
        )

    def giving(self, module: str) -> tuple[str, ...]:
        """The distributions that may give a dotted module, the usual one first. Where no table knows it,
        the one that is spelled like it."""
        parts = module.split(".")
        for end in range(len(parts), 0, -1):
            names = self._imports.get(".".join(parts[:end]))
            if names is not None:
                return names
        return (parts[0].replace("_", "-").lower(),)

    def names_module(self, top: str) -> bool:
        """Is this the name of a module that many projects import from elsewhere?"""
        return top in self._imports or top.replace("_", "-") in self.known

    def module(self, target: str) -> str:
        """The part of a dotted import that stands for a distribution: `google.genai` of a namespace."""
        parts = target.split(".")
        known = (".".join(parts[:end]) for end in range(len(parts), 0, -1))
        return next((name for name in known if name in self._imports), parts[0])

    def modules(self, name: str) -> frozenset[str]:
        """The modules that a distribution may give, dotted where they share a namespace. Where no table
        knows it: its own name, and that without the words that authors put around it."""
        known = self._modules.get(name)
        guesses = {name.replace("-", "_"), name.replace("-", "."), name.replace("-", "")}
        if known is not None:
            return known | {name.replace("-", "_")}
        for prefix in _PREFIXES:
            guesses.add(name.removeprefix(prefix).replace("-", "_"))
        for suffix in _SUFFIXES:
            guesses.add(name.removesuffix(suffix).replace("-", "_"))
        return frozenset(guesses)

    def may_give(self, name: str, module: str) -> bool:
        """Could a distribution that no table knows give this module, going by the words of its name?
        `panzi-json-logic` may well give `json_logic`, `graphrag` may bring `graphrag_llm`, and
        `ft-scikit-optimize` is another edition of `scikit-optimize`."""
        if name in self._modules:
            return False
        top = module.partition(".")[0]
        words = top.replace("_", "-").lower()
        if f"-{words}-" in f"-{name}-" or (words.startswith(f"{name}-") and name not in self.known):
            return True
        if self.names_module(top):
            return any("-" in usual and f"-{usual}-" in f"-{name}-" for usual in self.giving(module))
        return name not in self.known and _resembles(words, name)

    def works_unimported(self, name: str) -> bool:
        """A tool, plugin, driver, server or stub package: nobody needs to import it."""
        return name in self._unimported or any(fnmatchcase(name, glob) for glob in self._globs)

    def meant_by(self, name: str) -> str:
        """The well-known distribution that a name was confused with; "" where it is a name like others."""
        if name in self._conflated:
            return self._conflated[name]
        if name in self._accepted or name in self.known:
            return ""
        for module in (name, name.replace("-", "_"), *_CASED.get(name, ())):
            names = self._imports.get(module)
            if names and name not in names:
                return names[0]
        return self._near(name)

    def _near(self, name: str) -> str:
        """A popular name that is one slip away: two letters swapped, one doubled, lost or wrong."""
        if len(name) < _SHORT:
            return ""
        near = sorted(other for other in self._listed if _one_slip(name, other))
        return near[0] if near else ""


def _resembles(words: str, name: str) -> bool:
    """Is a word of an unknown module also in the name of an unknown distribution, or nearly? So
    `django-admin-autocomplete-filter` gives `admin_auto_filters`, `flask-reuploaded` `flask_uploads`, and
    `volcengine-python-sdk` `volcenginesdkarkruntime`."""
    first = next((word for word in name.split("-") if word not in WORDS_OF_MANY), name)
    if len(first) > _STEM and words.startswith(first):
        return True
    if len(words) >= _STEM - 1 and name.startswith(words):
        return True  # `toonify` gives `toon`
    return any(
        word[:_STEM] in name if len(word) >= _STEM else word in name.split("-")
        for word in words.split("-")
        if word not in WORDS_OF_MANY and len(word) > 2
    )


# Words that tell nothing of what a distribution is for
WORDS_OF_MANY = frozenset(
    "python py flask django fastapi pytest sphinx async asyncio aio aws azure google cloud data text types "
    "typing langchain llama json http web sqlalchemy base core utils client api".split()
)
_STEM = 5
_SHORT = 6  # shorter names lie next to each other by chance
_CASED = {
    name.lower(): (name,)
    for name in ("PIL", "Crypto", "OpenSSL", "MySQLdb", "Bio", "Xlib", "OpenGL", "Levenshtein", "IPython")
}


def _one_slip(name: str, other: str) -> bool:
    """Would one slip of the fingers make one of the other? A letter more at the end is no slip but another
    word: `aioredis`, `httpx`."""
    if name == other or abs(len(name) - len(other)) > 1 or name[0] != other[0]:
        return False
    if re.sub(r"\d", "", name) == re.sub(r"\d", "", other):
        return False  # another version of it
    if len(name) == len(other):
        wrong = [index for index in range(len(name)) if name[index] != other[index]]
        swapped = len(wrong) == 2 and wrong[1] == wrong[0] + 1
        return swapped and name[wrong[0]] == other[wrong[1]] and name[wrong[1]] == other[wrong[0]]
    long, short = (name, other) if len(name) > len(other) else (other, name)
    return any(
        long[:index] + long[index + 1 :] == short and long[index] == long[index - 1]
        for index in range(1, len(long))
    )


def _lists(table: dict[str, str]) -> dict[str, tuple[str, ...]]:
    return {key: tuple(value.split()) for key, value in table.items()}


@lru_cache(maxsize=1)
def load() -> Distributions:
    """Read the tables that travel with the package. A hook asks for them too, so they are kept as JSON."""
    text = Path(__file__).with_name("distributions.toml").read_text(encoding="utf-8")
    return Distributions(kept("distributions", [text], lambda: [toml.loads(text)])[0])
