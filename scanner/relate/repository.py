"""The whole repository as its facts tell it: modules, symbols, and who stands behind a name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from scanner.facts import Class, Facts, Function, Import
from scanner.relate.oracles import Oracles
from scanner.relate.routes import Web
from scanner.relate.supply import Supply

if TYPE_CHECKING:
    from scanner.index import Index

_MAX_HOPS = 12  # re-exports of re-exports
_MANIFESTS = frozenset({"pyproject.toml", "setup.py", "setup.cfg"})


class Repository:
    """What a repository rule is handed.

    Names come in three spellings: by path (`src.pkg.text.slugify`, as facts write them), as they are
    imported (`pkg.text.slugify`), and foreign (`requests.get`). `resolve` turns the first two into the
    first, and follows re-exports and star imports; foreign names come back as they are.
    """

    def __init__(self, files: Mapping[str, Facts], index: Index | None = None) -> None:
        self.files = files
        self.index = index  # who wants the network left alone has none

    @cached_property
    def modules(self) -> dict[str, str]:
        """Dotted module name, in every spelling that an import may use → path. Where two files answer to
        one name (two projects in one tree), the name by path wins, then the shortest path."""
        found: dict[str, str] = {}
        names: list[tuple[int, str, str]] = []
        for path in self.files:
            if not path.endswith((".py", ".pyi")):
                continue
            dotted = module_name(path)
            parts = dotted.split(".")
            for start in range(len(parts)):
                names.append((start, ".".join(parts[start:]), path))
        importable = {path: self._import_start(path) for path in self.files}
        for start, name, path in sorted(names, key=lambda item: (item[0], len(item[2]), item[2])):
            if start == 0 or start == importable[path]:
                found.setdefault(name, path)
        return found

    def _import_start(self, path: str) -> int:
        """How many leading folders of a path do not belong to the name that it is imported by: those
        above the outermost package."""
        folders = path.split("/")[:-1]
        # The outermost package; a folder without `__init__.py` inside it is part of it all the same.
        packages = (end - 1 for end in range(1, len(folders) + 1) if self._is_package(folders[:end]))
        start = next(packages, len(folders))
        if start == len(folders) and start and folders[0] in {"src", "lib"}:
            return 1  # a namespace package below src/
        return start

    def _is_package(self, folders: list[str]) -> bool:
        return "/".join([*folders, "__init__.py"]) in self.files

    def import_name(self, path: str) -> str:
        """The module name that code of this repository imports a file by."""
        return ".".join(module_name(path).split(".")[self._import_start(path) :])

    def project_of(self, path: str) -> str:
        """The folder of the nearest manifest above a file: its project; "" for the root's."""
        folder = path.rpartition("/")[0]
        while folder and folder not in self._projects:
            folder = folder.rpartition("/")[0]
        return folder

    @cached_property
    def _projects(self) -> frozenset[str]:
        folders = (path.rpartition("/")[0] for path in self.files if path.rpartition("/")[2] in _MANIFESTS)
        # A `setup.py` inside a package is a module of that name.
        return frozenset(folder for folder in folders if f"{folder}/__init__.py" not in self.files)

    def functions(self) -> Iterator[tuple[Facts, Function]]:
        """Every function of every file, in the order of paths."""
        for facts in self.files.values():
            for function in facts.functions:
                yield facts, function

    @cached_property
    def _symbols(self) -> dict[str, tuple[Facts, Function | Class]]:
        found: dict[str, tuple[Facts, Function | Class]] = {}
        for facts in self.files.values():
            module = module_name(facts.path)
            for known in facts.classes:
                found.setdefault(f"{module}.{known.name}", (facts, known))
            for function in facts.functions:
                found.setdefault(f"{module}.{function.name}", (facts, function))
        return found

    @cached_property
    def _imports(self) -> dict[str, dict[str, Import]]:
        return {
            path: {item.local: item for item in facts.imports if item.local != "*" and not item.scope}
            for path, facts in self.files.items()
        }

    @cached_property
    def _stars(self) -> dict[str, tuple[str, ...]]:
        return {
            path: tuple(item.target for item in facts.imports if item.local == "*")
            for path, facts in self.files.items()
        }

    def resolve(self, name: str) -> str:
        """Follow a dotted name through the repository's own re-exports to where it is defined.

        Returns the name by path of a symbol of the repository, or the foreign name that it turns out to
        be; a name that leads nowhere comes back as it came.
        """
        for _ in range(_MAX_HOPS):
            split = self._split(name)
            if split is None:
                return name
            path, rest = split
            module = module_name(path)
            if not rest:
                return module
            first, dot, tail = rest.partition(".")
            bare = first.partition("(")[0].partition("[")[0]
            if f"{module}.{bare}" in self._symbols or bare in self.files[path].names:
                return self._inherited(f"{module}.{rest}")
            target = self._passed_on(path, bare)
            if target is None:
                return f"{module}.{rest}"
            name = target + first[len(bare) :] + dot + tail
        return name

    def file_of(self, name: str) -> str | None:
        """The path of the module that a dotted name leads into, if it is the repository's own."""
        split = self._split(name)
        return split[0] if split else None

    def _split(self, name: str) -> tuple[str, str] | None:
        """The file of the longest module prefix of a name, and what is left of it."""
        parts = name.split(".")
        for end in range(len(parts), 0, -1):
            path = self.modules.get(".".join(parts[:end]))
            if path is not None:
                return path, ".".join(parts[end:])
        return None

    def _passed_on(self, path: str, local: str) -> str | None:
        item = self._imports[path].get(local)
        if item is not None:
            return item.target
        for star in self._stars[path]:
            split = self._split(star)
            if split is None or split[1]:
                continue
            inner = split[0]
            facts = self.files[inner]
            if (facts.exports and local not in facts.exports) or (
                not facts.exports and local.startswith("_")
            ):
                continue
            if local in facts.names or local in self._imports[inner] or self._stars[inner]:
                return f"{module_name(inner)}.{local}"
        return None

    def _inherited(self, name: str) -> str:
        """`Class.method` that a base class defines, under the name of the base."""
        for _ in range(_MAX_HOPS):
            if name in self._symbols:
                return name
            owner, _, member = name.rpartition(".")
            known = self._symbols.get(owner)
            if known is None or not isinstance(known[1], Class):
                return name
            for base in known[1].bases:
                resolved = self.resolve(base)
                if resolved in self._symbols and resolved != owner:
                    name = f"{resolved}.{member}"
                    break
            else:
                return name
        return name

    @cached_property
    def oracles(self) -> Oracles:
        """Which functions are tests, and which of them check anything."""
        return Oracles(self)

    @cached_property
    def web(self) -> Web:
        """The routes of the web applications, and what guards them."""
        return Web(self)

    @cached_property
    def supply(self) -> Supply:
        """What is declared, locked, installed and imported."""
        return Supply(self)

    def definition(self, name: str) -> tuple[Facts, Function | Class] | None:
        """The file and the definition behind a dotted name, if they are the repository's own."""
        return self._symbols.get(self.resolve(name))


def module_name(path: str) -> str:
    """`src/pkg/text.py` → `src.pkg.text`; a package's `__init__.py` is the package."""
    dotted = path.removesuffix(".pyi").removesuffix(".py").replace("/", ".")
    return dotted.removesuffix(".__init__") if dotted != "__init__" else ""
