"""What a tree declares, locks, installs and imports, held against each other.

A manifest governs the files of its folder and below it; one in a folder of manifests (`requirements/`) the
folder above. Who concludes from absence is generous: what a manifest anywhere above, a command anywhere in
the tree, or the tree itself gives, is not missing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from scanner import distributions
from scanner.analyse.spoken import hashed
from scanner.facts import Facts, Import, Mention, Package, Requirement
from scanner.lazily import regex

if TYPE_CHECKING:
    from scanner.relate.repository import Repository

_Imported = tuple[Facts, Import]
_FOLDER_OF_MANIFESTS = regex(r"(?:^|/)(?:requirements|reqs|deps|dependencies|requirement)$")
_APART = frozenset({"test", "example", "vendored", "generated"})
# Namespaces that many distributions share, and that no table can list in full
_NAMESPACES = frozenset(
    "google azure opentelemetry zope backports ruamel jaraco llama_index sphinxcontrib airflow plone odoo "
    "collective msgraph kivy_garden haystack_integrations paste repoze snowflake livekit autogen".split()
)
# Code that builds, releases or looks after the project, and that its users never run
_TOOLING = frozenset(
    ".claude .agents .cursor skills playground scripts script tools tool bin ci .github .circleci hack dev "
    "devtools contrib release deploy evals conf noxfile tasks fabfile dodo setup hatch_build locustfile "
    "versioneer references test-data testdata fixtures hacking sandbox archive archives _archive attic "
    "demo_data experiments prototypes build_helpers tests-data test_data testdata".split()
)
_INTEGRATIONS = frozenset(
    "integrations integration plugins providers backends adapters extensions connectors dialects exports "
    "exporters".split()
)
# What only `pip freeze` writes down: nobody asks for these by hand, or not for several of them.
_LEAVES = frozenset(
    "idna charset-normalizer markupsafe soupsieve pyasn1 pycparser h11 httpcore sniffio six zipp mako vine "
    "billiard kombu amqp et-xmlfile ptyprocess wcwidth mdurl annotated-types pydantic-core aiosignal "
    "frozenlist multidict yarl cachetools rsa pluggy iniconfig pathspec threadpoolctl contourpy certifi "
    "urllib3 elastic-transport sqlparse asgiref text-unidecode filelock distlib cffi itsdangerous blinker "
    "greenlet kiwisolver fonttools cycler tzlocal jmespath s3transfer botocore uritemplate uc-micro-py "
    "httplib2 pyparsing regex safetensors tokenizers joblib typing-inspection".split()
)
_FEW_LEAVES = 4
_TELLING = 4  # letters of a word that stands for a library


class Missing(NamedTuple):
    """A distribution that live code imports, and that no manifest above it declares."""

    distribution: str
    module: str
    imported: tuple[_Imported, ...]
    through: str  # the declared distribution that brings it along, "" where none does
    is_known: bool  # is there a distribution known to give it?


class Unused(NamedTuple):
    """A declared distribution that nothing imports."""

    manifest: Facts
    requirement: Requirement


class NearMiss(NamedTuple):
    """A name that looks like a slip, or like a command's or a module's name in place of a distribution's."""

    facts: Facts
    said: Requirement | Mention
    meant: str


class Contradiction(NamedTuple):
    """Two exact versions of one distribution, and the manifests that ask for them."""

    one: tuple[Facts, Requirement]
    other: tuple[Facts, Requirement]


class Weight(NamedTuple):
    """What a distribution alone brings into an environment, itself included; 0 bytes where the lock does not
    tell sizes."""

    packages: tuple[str, ...]
    size: int

    def __str__(self) -> str:
        count = len(self.packages)
        packages = f"{count} package{'' if count == 1 else 's'}"
        return f"{packages}, {self.size / 1e6:.1f} MB" if self.size else packages


class Double(NamedTuple):
    """Two libraries for one job; `minor` is the one that fewer files import."""

    job: str
    minor: str
    major: str
    here: _Imported
    there: _Imported


class _Given(NamedTuple):
    """Distributions, and modules."""

    names: frozenset[str]
    modules: frozenset[str]


class Supply:
    """The dependencies of a repository."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._files = repository.files
        self._known = distributions.load()

    # What there is

    @cached_property
    def manifests(self) -> tuple[Facts, ...]:
        """The files that declare Python dependencies; those of fixtures and vendored trees left out."""
        return tuple(
            facts
            for facts in self._files.values()
            if facts.requires and facts.role != "vendored" and not is_npm(facts.path)
        )

    @cached_property
    def _by_folder(self) -> dict[str, list[Facts]]:
        found: dict[str, list[Facts]] = {}
        for facts in self.manifests:
            found.setdefault(folder_of(facts.path), []).append(facts)
        return found

    def governing(self, path: str) -> list[Facts]:
        """The manifests of a file's folder and of those above it, the nearest first."""
        return [facts for folder in _upwards(path) for facts in self._by_folder.get(folder, ())]

    def locked(self, path: str) -> Mapping[str, Package]:
        """What the locks hold that speak for a file: those of its folder and of the ones above it."""
        folder = path.rpartition("/")[0]
        if folder not in self._held:
            found: dict[str, Package] = {}
            for above in _upwards(path):
                for facts in self._locks.get(above, ()):
                    held = {package.name: package for package in facts.packages}
                    if self._speaks_for(held.keys(), above, path):
                        found = {**held, **found}
            self._held[folder] = found
        return self._held[folder]

    @cached_property
    def _held(self) -> dict[str, Mapping[str, Package]]:
        return {}

    def _speaks_for(self, held: Collection[str], folder: str, path: str) -> bool:
        """Does a lock know what the manifest nearest to a file asks for? One of a workspace does; one of
        another project, that happens to lie above, does not."""
        nearest = self._nearest(path)
        if nearest in ("", folder):
            return True
        asked = [one.name for facts in self._by_folder[nearest] for one in facts.requires]
        return 2 * sum(name in held for name in asked) >= len(asked)

    @cached_property
    def _locks(self) -> dict[str, list[Facts]]:
        found: dict[str, list[Facts]] = {}
        for facts in self._files.values():
            if facts.packages and not is_npm(facts.path):
                found.setdefault(folder_of(facts.path), []).append(facts)
        return found

    @cached_property
    def _installed(self) -> frozenset[str]:
        """What some command of the tree installs: for the code it is there."""
        return frozenset(
            mention.name
            for facts in self._files.values()
            for mention in facts.mentions
            if mention.kind == "install"
        )

    @cached_property
    def _run(self) -> frozenset[str]:
        return frozenset(
            mention.name.replace("_", "-").lower()
            for facts in self._files.values()
            for mention in facts.mentions
            if mention.kind == "run"
        )

    @cached_property
    def _own_names(self) -> dict[str, set[str]]:
        """Module or folder of this tree → the folders that it lies in."""
        found: dict[str, set[str]] = {}
        for path in self._files:
            if not path.endswith((".py", ".pyi", ".ipynb")):
                continue
            *folders, name = path.split("/")
            for end, part in enumerate([*folders, name.partition(".")[0]]):
                found.setdefault(part, set()).add("/".join(folders[:end]))
        return found

    def _is_own(self, module: str, path: str) -> bool:
        """May this name lead into the tree itself, from this file?"""
        top = module.partition(".")[0]
        if self._repository.file_of(module) is not None:
            return True
        folders = self._own_names.get(top, set())
        if folders and not self._known.names_module(top):
            return True
        above = set(_upwards(path))
        return any(folder in above or f"{folder}/__init__.py" not in self._files for folder in folders)

    @cached_property
    def is_untold(self) -> bool:
        """Does live code import distributions, and no manifest anywhere name one?"""
        if any(one.name != "python" for facts in self.manifests for one in facts.requires) or self._installed:
            return False
        if any(mention.kind == "dynamic" for facts in self._files.values() for mention in facts.mentions):
            return False
        return any(
            self._known.names_module(item.target.partition(".")[0]) and self._is_foreign(item, facts.path)
            for facts in self._files.values()
            if _is_code(facts)
            for item in facts.imports
        )

    # What is missing

    def missing(self) -> Iterator[Missing]:
        """Third-party modules that live code cannot do without, and that nothing above it declares; one for
        each distribution and set of manifests."""
        found: dict[tuple[str, str], list[_Imported]] = {}
        for facts in self._files.values():
            if not _is_code(facts) or not self._is_told(facts.path):
                continue
            asked_for = {item.target.partition(".")[0] for item in facts.imports if item.optional}
            for item in facts.imports:
                if (
                    item.target.partition(".")[0] not in asked_for
                    and self._is_foreign(item, facts.path)
                    and not self._is_declared(item.target, facts.path)
                    and not _is_integration(item.target, item, facts)
                ):
                    key = (self._nearest(facts.path), self._known.giving(item.target)[0])
                    found.setdefault(key, []).append((facts, item))
        for (_, name), imported in sorted(found.items()):
            facts, item = imported[0]
            through = self._through(self._known.giving(item.target), facts.path)
            module = self._known.module(item.target)
            yield Missing(name, module, tuple(imported), through, self._known.names_module(module))

    def _is_told(self, path: str) -> bool:
        """Do the manifests above a file say in full what it may import?"""
        governing = [
            facts for facts in self.governing(path) if facts.role not in _APART or _near(facts, path)
        ]
        asks = any(
            one.name != "python" and one.group != "build" for facts in governing for one in facts.requires
        )
        dynamic = {mention.name for mention in self._mentions_above(path) if mention.kind == "dynamic"}
        if "optional-dependencies" in dynamic:
            return False  # no list beside it says what the extras bring
        if any(facts.path in self._half_read for facts in governing):
            return False
        listed = any(facts.path.endswith((".txt", ".in")) for facts in governing)
        return asks and (listed or not dynamic)

    def _mentions_above(self, path: str) -> Iterator[Mention]:
        folders = set(_upwards(path))
        for facts in self._files.values():
            if facts.mentions and folder_of(facts.path) in folders:
                yield from facts.mentions

    def _is_foreign(self, item: Import, path: str) -> bool:
        top = item.target.partition(".")[0]
        return (
            bool(top)
            and not top.startswith("_")
            and not item.optional
            and not item.typing_only
            and top not in distributions.STDLIB
            and top not in self._known.hosts
            and top not in self._plugged_into
            and not top.endswith(("_pb2", "_pb2_grpc"))
            and not self._is_own(item.target, path)
        )

    @cached_property
    def _plugged_into(self) -> frozenset[str]:
        """The modules of the programs that call this tree's entry points: they are there when it runs."""
        return frozenset(
            mention.name
            for facts in self._files.values()
            for mention in facts.mentions
            if mention.kind == "host"
        )

    def _is_declared(self, module: str, path: str) -> bool:
        given = self._given_to(path)
        if any(name in given.names for name in self._known.giving(module)):
            return True
        if not given.modules.isdisjoint(_prefixes(module)) or _shares(module, given.names):
            return True
        return any(self._known.may_give(name, module) for name in given.names)

    def _given_to(self, path: str) -> _Given:
        """What the code of a file may count on: what the manifests above it declare, what those of other
        folders do (of an image, of a deployment), and what commands install."""
        folder = path.rpartition("/")[0]
        known = self._given.get(folder)
        if known is None:
            names = {one.name for facts in self.governing(path) for one in facts.requires}
            names |= self._installed | self._declared_anywhere | self._extras
            names |= {shown for name in names for shown in self._known.shows.get(name, ())}
            modules = {module for name in names for module in self._known.modules(name)}
            known = self._given[folder] = _Given(frozenset(names), frozenset(modules))
        return known

    @cached_property
    def _given(self) -> dict[str, _Given]:
        return {}

    @cached_property
    def _extras(self) -> frozenset[str]:
        """Many an extra is called like what it brings. Where that is known, the import is a borrowed one;
        but an extra of ours that asks for theirs does it for that."""
        found: set[str] = set()
        for one in (one for facts in self.manifests for one in facts.requires if one.extras):
            found.update(extra for extra in one.extras if one.name not in self._known.serves.get(extra, ()))
            if one.group:
                brought = (self._known.brings.get(f"{one.name}[{extra}]", ()) for extra in one.extras)
                found.update(name for names in brought for name in names)
        return frozenset(found)

    @cached_property
    def _declared_anywhere(self) -> frozenset[str]:
        return frozenset(
            one.name for facts in self.manifests if facts.role not in _APART for one in facts.requires
        )

    def _through(self, names: Iterable[str], path: str) -> str:
        """The declared distribution through which one of these comes in, by the lock or by what is known."""
        wanted = set(names)
        packages = self.locked(path)
        asked = [one for facts in self.governing(path) for one in facts.requires]
        for _, root, extras in sorted({(bool(one.group), one.name, one.extras) for one in asked}):
            asked_for = [root, *(f"{root}[{extra}]" for extra in extras)]
            asked_for += [extra for extra in extras if root in self._known.serves.get(extra, ())]
            here = wanted & reach(asked_for, packages, self._known.brings)
            if here and (not packages or here & packages.keys()):
                return root
        return next((name for name in sorted(wanted) if name in packages), "")

    # What is too much

    def unused(self) -> Iterator[Unused]:
        """Run-time requirements that nothing imports where their manifest holds; each once a folder."""
        said: set[tuple[str, str]] = set()
        for manifest in self.manifests:
            if manifest.role in _APART or _is_frozen(manifest):
                continue
            folder = folder_of(manifest.path)
            for requirement in self._idle(manifest):
                if (folder, requirement.name) not in said:
                    said.add((folder, requirement.name))
                    yield Unused(manifest, requirement)

    def _idle(self, manifest: Facts) -> list[Requirement]:
        asked = [one for one in manifest.requires if not one.group and one.name != "python"]
        # One whose own folder imports little of it speaks of other code: of the tree's, or of none of it.
        for folder, enough in ((folder_of(manifest.path), 0.5), ("", 0.25)):
            imported = self._imported_below(folder)
            idle = [one for one in asked if not self._is_imported(one.name, imported)]
            if len(idle) <= (1 - enough) * len(asked):
                return [one for one in idle if self._could_be_unused(one, manifest)]
        return []

    def _imported_below(self, folder: str) -> _Given:
        """What the files below a folder import, in whatever role: modules with all that they lie in, and
        the distributions that may give them."""
        if folder not in self._imported:
            start = f"{folder}/" if folder else ""
            targets = {
                item.target
                for path, facts in self._files.items()
                if path.startswith(start)
                for item in facts.imports
            }
            modules = {prefix for target in targets for prefix in _prefixes(target)}
            names = {name for target in targets for name in self._known.giving(target)}
            self._imported[folder] = _Given(
                frozenset(names), frozenset(modules | {module.lower() for module in modules})
            )
        return self._imported[folder]

    @cached_property
    def _imported(self) -> dict[str, _Given]:
        return {}

    def _could_be_unused(self, requirement: Requirement, manifest: Facts) -> bool:
        name = requirement.name
        if requirement.group or requirement.marker or requirement.explained or name == "python":
            return False
        if not self._imported_below("").names.isdisjoint(requirement.extras):
            return False  # what it is asked to bring along is in use
        if name in _LEAVES or name in self._run or name in self._own_distributions:
            return False
        if self._known.works_unimported(name):
            return False
        others = {one.name for facts in self.governing(manifest.path) for one in facts.requires} - {name}
        if others & set(self._known.serves.get(name, ())):
            return False
        if self._is_integrated(name, folder_of(manifest.path)) or self._is_borrowed_below(name):
            return False
        if name in reach(others, self.locked(manifest.path), self._known.brings):
            return False  # a floor under what comes in anyway: without the line, nothing would be lighter
        modules = {module.partition(".")[0] for module in self._known.modules(name)}
        return not any(module in self._own_names or hashed(module) in self._spoken for module in modules)

    def _is_borrowed_below(self, name: str) -> bool:
        """Does a file somewhere import it, and no manifest above that file declare it? Then this one may
        well speak for it."""
        return any(
            all(one.name != name for manifest in self.governing(f"{folder}/x") for one in manifest.requires)
            for folder in self._importing.get(name, ())
        )

    @cached_property
    def _importing(self) -> dict[str, set[str]]:
        """Distribution → the folders of the files that import what it may give."""
        found: dict[str, set[str]] = {}
        for facts in self._files.values():
            folder = facts.path.rpartition("/")[0]
            for target in {item.target for item in facts.imports}:
                for name in self._known.giving(target):
                    found.setdefault(name, set()).add(folder)
        return found

    def _is_integrated(self, name: str, folder: str) -> bool:
        """Is a part of another library imported that has its name, as `agno.models.openai` has openai's?"""
        word = next((word for word in name.split("-") if word not in distributions.WORDS_OF_MANY), "")
        return any(
            part == word or (word in part and len(word) >= _TELLING)
            for module in self._imported_below(folder).modules
            for top, _, rest in (module.partition("."),)
            if rest and top not in distributions.STDLIB and top not in self._own_names
            for part in rest.split(".")
        )

    @cached_property
    def _spoken(self) -> frozenset[int]:
        return frozenset(word for facts in self._files.values() for word in facts.spoken)

    @cached_property
    def _own_distributions(self) -> frozenset[str]:
        return frozenset(
            package.name for facts in self._files.values() for package in facts.packages if package.own
        )

    def _is_imported(self, name: str, imported: _Given) -> bool:
        modules = self._known.modules(name)
        if name in imported.names or any(
            module in imported.modules or module.lower() in imported.modules for module in modules
        ):
            return True
        return any(self._known.may_give(name, module) for module in self._unclaimed(imported))

    def _unclaimed(self, imported: _Given) -> Iterator[str]:
        """Imported modules that are neither the standard library's, nor the tree's, nor of a distribution
        that some manifest declares under the usual name."""
        for module in imported.modules:
            if "." in module or module in distributions.STDLIB or module in self._own_names:
                continue
            if self._declared_anywhere.isdisjoint(self._known.giving(module)):
                yield module

    # What it weighs

    def alone(self, name: str, path: str) -> Weight | None:
        """What only this distribution brings, by the lock that holds for a file; None where none holds it."""
        packages = self.locked(path)
        if name not in packages:
            return None
        without = reach(self._roots(path) - {name}, packages, {})
        brought = sorted((reach((name,), packages, {}) - without) & packages.keys())
        return Weight(tuple(brought), sum(packages[one].size for one in brought))

    def comes_anyway(self, name: str, path: str) -> bool:
        """Is it there for another declared distribution too?"""
        others = self._roots(path) - {name}
        return name in reach(others, self.locked(path), self._known.brings)

    def _roots(self, path: str) -> set[str]:
        """What the project itself asks for."""
        own = {one for package in self.locked(path).values() if package.own for one in package.requires}
        return own or {one.name for facts in self.governing(path) for one in facts.requires}

    # What is there twice

    def doubles(self) -> Iterator[Double]:
        """Libraries for one job, both imported by the live code of one project."""
        for folder, imported in sorted(self._imported_live.items()):
            for job, names in self._known.jobs.items():
                present = [name for name in names if name in imported]
                present.sort(key=lambda name: (len(imported[name]), name))
                for minor, major in pairwise(present):
                    if not self._belong_together(minor, major, f"{folder}/x".lstrip("/"), imported):
                        yield Double(job, minor, major, imported[minor][0], imported[major][0])
                        break

    @cached_property
    def _imported_live(self) -> dict[str, dict[str, list[_Imported]]]:
        """Project → declared distribution → the files that import it, each once."""
        found: dict[str, dict[str, list[_Imported]]] = {}
        for facts in self._files.values():
            if not _is_code(facts):
                continue
            here = found.setdefault(self._nearest(facts.path), {})
            declared = self._given_to(facts.path).names
            seen: set[str] = set()
            for item in facts.imports:
                if item.optional or item.typing_only or _is_named_after(item.target, [facts.path.lower()]):
                    continue  # the last: one of several back ends to choose from
                if _only_catches(item, facts):
                    continue
                for name in self._known.giving(item.target):
                    if name in declared and name not in seen:
                        seen.add(name)
                        here.setdefault(name, []).append((facts, item))
        return found

    def _nearest(self, path: str) -> str:
        """The folder of the nearest manifest: two programs of one tree may well differ."""
        governing = self.governing(path)
        return folder_of(governing[0].path) if governing else ""

    def _belong_together(
        self, minor: str, major: str, path: str, imported: Mapping[str, list[_Imported]]
    ) -> bool:
        """Is there a reason for both: does one lean on the other, is one of them for coroutines only?"""
        for one, other in ((minor, major), (major, minor)):
            if one in self._known.serves.get(other, ()) or other in reach(
                (one,), self.locked(path), self._known.brings
            ):
                return True
        kinds = [self._is_asynchronous(name, imported[name]) for name in (minor, major)]
        return kinds[0] != kinds[1]

    def _is_asynchronous(self, name: str, imported: list[_Imported]) -> bool:
        if name != "httpx":
            return name in self._known.asynchronous
        return any(use.name.startswith("httpx.Async") for facts, _ in imported for use in facts.uses)

    # What is named wrong

    def near_misses(self) -> Iterator[NearMiss]:
        """Names in manifests and install commands that no lock knows, and that look like another's."""
        for facts, one in self._unproven():
            meant = self._known.meant_by(one.name)
            if meant:
                yield NearMiss(facts, one, meant)

    def doubtful(self) -> Iterator[tuple[Facts, Requirement | Mention]]:
        """Names in manifests and install commands that neither a lock nor a table knows."""
        for facts, one in self._unproven():
            if one.name not in self._known.known and one.name not in self._own_distributions:
                yield facts, one

    def _unproven(self) -> Iterator[tuple[Facts, Requirement | Mention]]:
        """The distributions that manifests and install commands name, and that are in no lock."""
        for facts in self._files.values():
            if facts.role in _APART or is_npm(facts.path):
                continue
            said: list[Requirement | Mention] = [
                *(
                    one
                    for one in facts.requires
                    if one.group != "locked" and not one.specifier.startswith("@") and one.name != "python"
                ),
                *(mention for mention in facts.mentions if mention.kind == "install"),
            ]
            for one in said:
                if (
                    one.name
                    and one.name not in self.locked(facts.path)
                    and not self._is_own(one.name.replace("-", "_"), facts.path)
                ):
                    yield facts, one

    # What does not agree

    def unlocked(self) -> Iterator[tuple[Facts, Facts, tuple[Requirement, ...]]]:
        """Manifest, lock, and what the first declares and the second does not hold."""
        for facts in self._files.values():
            lock = self._lock_beside(facts)
            if lock is None:
                continue
            held = {package.name for package in lock.packages}
            absent = tuple(
                one
                for one in facts.requires
                if one.name not in held and one.name != "python" and one.group not in {"build", "locked"}
            )
            if absent:
                yield facts, lock, absent

    def _lock_beside(self, facts: Facts) -> Facts | None:
        folder, _, name = facts.path.rpartition("/")
        for lock in _LOCKS.get(name, ()):
            found = self._files.get(f"{folder}/{lock}".lstrip("/"))
            if found is not None and found.packages:
                return found
        return None

    def unread(self) -> Iterator[tuple[Facts, Mention]]:
        """The includes of requirements files that lead to no file that was read."""
        for facts in self.manifests_and_includes():
            for mention, target in self._includes(facts):
                if target not in self._files and mention.kind == "include":
                    yield facts, mention

    @cached_property
    def _half_read(self) -> frozenset[str]:
        return frozenset(facts.path for facts, _ in self.unread())

    def manifests_and_includes(self) -> Iterator[Facts]:
        """The manifests of live code, those among them that only include others."""
        for facts in self._files.values():
            if facts.role not in _APART and (facts.requires or facts.mentions) and not is_npm(facts.path):
                yield facts

    def contradictions(self) -> Iterator[Contradiction]:
        """Distributions that two manifests of one folder pin to different versions, for the same machines."""
        for manifests in self._by_folder.values():
            pins: dict[tuple[str, str], tuple[Facts, Requirement]] = {}
            for facts in manifests:
                for one in facts.requires:
                    found = _EXACT.fullmatch(one.specifier)
                    if found is None or facts.role in _APART:
                        continue
                    first = pins.setdefault((one.name, one.marker), (facts, one))
                    if (first[0] is not facts or first[1].group == one.group) and not _same_version(
                        first[1].specifier, one.specifier
                    ):
                        yield Contradiction(first, (facts, one))

    def circles(self) -> Iterator[tuple[Facts, Mention, tuple[str, ...]]]:
        """Requirements files that include each other: the file, the line, and the way round."""
        seen: set[frozenset[str]] = set()
        for facts in self._files.values():
            for mention, target in self._includes(facts):
                way = self._way_back(target, facts.path)
                if way and frozenset(way) not in seen:
                    seen.add(frozenset(way))
                    yield facts, mention, way

    def _includes(self, facts: Facts) -> Iterator[tuple[Mention, str]]:
        folder = facts.path.rpartition("/")[0]
        for mention in facts.mentions:
            if mention.kind in {"include", "constraint"}:
                yield mention, _joined(folder, mention.name)

    def _way_back(self, start: str, goal: str) -> tuple[str, ...]:
        """The files from `start` to `goal`, by includes; nothing where there is no way."""
        ways: list[tuple[str, ...]] = [(start,)]
        visited = {start}
        while ways:
            way = ways.pop(0)
            if way[-1] == goal:
                return way
            facts = self._files.get(way[-1])
            for _, target in self._includes(facts) if facts is not None else ():
                if target not in visited:
                    visited.add(target)
                    ways.append((*way, target))
        return ()


_EXACT = regex(r"===?\s*[\d][\w.+!-]*")


def _same_version(one: str, other: str) -> bool:
    """`==2.0` and `==2.0.0` are."""
    return _bare(one) == _bare(other)


def _bare(specifier: str) -> str:
    return re.sub(r"(\.0)+$", "", specifier.lstrip("= "))


_LOCKS = {
    "pyproject.toml": ("uv.lock", "poetry.lock", "pdm.lock"),
    "Pipfile": ("Pipfile.lock",),
    "package.json": ("package-lock.json",),
}


def is_npm(path: str) -> bool:
    """JavaScript's manifest and lock: their names are of another index."""
    return path.endswith(("package.json", "package-lock.json"))


def folder_of(path: str) -> str:
    """The folder that a manifest or lock speaks for."""
    folder = path.rpartition("/")[0]
    return folder.rpartition("/")[0] if _FOLDER_OF_MANIFESTS.search(folder) else folder


def reach(
    roots: Iterable[str], packages: Mapping[str, Package], brings: Mapping[str, tuple[str, ...]]
) -> set[str]:
    """All that comes in with some distributions; where no lock says it, by what is known of them."""
    found: set[str] = set()
    pending = list(roots)
    while pending:
        name = pending.pop()
        if name in found:
            continue
        found.add(name)
        package = packages.get(name)
        pending.extend(package.requires if package is not None else brings.get(name, ()))
    return found


def _prefixes(module: str) -> Iterator[str]:
    """`a.b.c` lies in itself, in `a.b` and in `a`."""
    while module:
        yield module
        module = module.rpartition(".")[0]


def _shares(module: str, names: frozenset[str]) -> bool:
    """Is it in a namespace that some declared distribution shares?"""
    top = module.partition(".")[0]
    if top not in _NAMESPACES:
        return False
    return any(name.startswith(f"{top.replace('_', '-')}-") or name == top for name in names)


def _upwards(path: str) -> Iterator[str]:
    folder = path.rpartition("/")[0]
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]
    yield ""


def _is_code(facts: Facts) -> bool:
    """Is it part of what the project is for?"""
    parts = facts.path.removesuffix(".py").split("/")
    return facts.role == "live" and facts.path.endswith(".py") and _TOOLING.isdisjoint(parts)


def _is_integration(module: str, item: Import, facts: Facts) -> bool:
    """Is the code there for those who have the library: in a folder of its name or of integrations, inside
    a function of its name or of a file of its name, or asking for it by name first?"""
    if hashed(module.partition(".")[0]) in facts.spoken:
        return True
    folders = facts.path.lower().split("/")[:-1]
    if _is_named_after(module, [*folders, item.scope.lower()]):
        return True
    apart = bool(item.scope) or not _INTEGRATIONS.isdisjoint(folders)
    return apart and _is_named_after(module, [facts.path.lower()])


def _is_named_after(module: str, parts: Iterable[str]) -> bool:
    word = module.lower().partition(".")[0].partition("_")[0]
    words = {word, word.removeprefix("py"), word.rstrip("0123456789")}
    return any(not words.isdisjoint(re.split(r"[_/.]", part)) for part in parts)


_ERROR = regex(r"\.\w*(?:Error|Exception|Timeout)\b|\.exceptions\b")


def _only_catches(item: Import, facts: Facts) -> bool:
    """Is nothing but errors of a library in use, which another one raises?"""
    if _ERROR.search(item.target):
        return True
    used = [use.name for use in facts.uses if use.name.startswith(f"{item.target}.")]
    return bool(used) and all(_ERROR.search(name) for name in used)


def _near(facts: Facts, path: str) -> bool:
    return folder_of(facts.path) == path.rpartition("/")[0]


def _is_frozen(manifest: Facts) -> bool:
    """Was it written down from what was installed? Then it names what nobody asked for."""
    return sum(one.name in _LEAVES for one in manifest.requires if not one.group) >= _FEW_LEAVES


def _joined(folder: str, name: str) -> str:
    parts: list[str] = folder.split("/") if folder else []
    for part in name.split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in {"", "."}:
            parts.append(part)
    return "/".join(parts)
