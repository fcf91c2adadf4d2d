"""A function that repeats one the repository already has.

Whoever mends one of the two will not know of the other. The finding names the one to keep.
"""

from collections import Counter
from collections.abc import Iterator
from posixpath import commonpath

from scanner.lazily import regex
from scanner.relate.clones import Copy, Unit, copies, gathered, imports_of, is_family, literals_shared
from scanner.relate.repository import Repository
from scanner.rule import Confidence, Finding, Location, Related, RepositoryRule, Severity

ALTERNATIVES = regex(
    r"(?:\w+_)?(?:backend|provider|plugin|adapter|driver|engine|connector|exporter|writer|reader|loader|module"
    r"|handler|strateg(?:y|ie)|integration|extractor|scraper|fetcher|client|language|dialect|platform)s?"
)
_NAMED = 6  # of the copies in one finding, how many are named


class CopiedHelper(RepositoryRule):
    message = "copies `{original}`; {advice}"
    why = "An agent sees the file it works on, not the helper two folders away, and writes it again."
    instead = "Keep one of the two; where they must differ, pass the difference as a parameter."
    severity, confidence, family = Severity.MEDIUM, Confidence.HIGH, "duplication"
    cwe = (1041,)
    evidence = ("E24", "E02", "E28")
    needs = ("copies",)
    languages = ("python", "manifest")  # manifests tell which projects a tree holds

    def check(self, repository: Repository) -> Iterator[Finding]:
        groups = list(gathered(copies(repository)))
        spoken = _spoken(repository) if groups else Counter()
        for group in groups:
            copy = group[0]
            unit, original = copy.unit, copy.original
            place = Location(original.path, *original.function.place)
            whole = len(group) > 1 and not is_family(group)
            module = _module(original.path, repository, spoken)
            yield self.at(
                unit.path,
                unit.function.place,
                unit.function.name,
                original=original.path if whole else _spelled(copy, module),
                advice=_advice_on_files(group) if whole else _advice(group, module, repository),
                details={"alike": _alike_in_all(group) if whole else _alike(copy)},
                related=(
                    Related(place, f"the original, `{original.function.name}`", dated=True),
                    *(() if whole else map(_one_more, group[1:])),
                ),
            )


def _one_more(copy: Copy) -> Related:
    place = Location(copy.unit.path, *copy.unit.function.place)
    return Related(place, f"one more copy, `{copy.unit.function.name}`")


def _spoken(repository: Repository) -> Counter[str]:
    """Dotted module name → how many imports say it."""
    return Counter(
        target.rsplit(".", cut)[0]
        for facts in repository.files.values()
        for item in imports_of(facts)
        for target in [item.target]
        for cut in (0, 1)
    )


def _module(path: str, repository: Repository, spoken: Counter[str]) -> str:
    """The name that the repository's own code imports a file by; where none does, the one that it has by
    its packages."""
    known = repository.import_name(path)
    if spoken[known]:
        return known
    parts = known.split(".")
    shorter = [".".join(parts[start:]) for start in range(1, len(parts) - 1)]
    return next((name for name in shorter if spoken[name]), known)


def _spelled(copy: Copy, module: str) -> str:
    original = copy.original
    if original.path == copy.unit.path:
        return original.function.name
    return f"{module}.{original.function.name}".strip(".")


def _advice(group: tuple[Copy, ...], module: str, repository: Repository) -> str:
    """The next step, by what the original is and where both stand."""
    copy = group[0]
    unit, original = copy.unit, copy.original
    if "pytest.fixture" in original.function.decorators:
        return "share it through a conftest.py"
    if original.path == unit.path:
        every = "all" if len(group) > 1 else "both"
        of_name = " definitions of that name" if original.function.name == unit.function.name else ""
        return f"make one function of {every}{of_name}, what differs as a parameter"
    if original.kind != "function":
        return "move what both do into one function that both call"
    name = original.function.name
    if copy.runs or not _importable(original.path, unit.path, repository):
        return f"move it from {original.path} to where both can import it"
    if _is_run(original, module, repository) or _are_alternatives(copy):
        return "move it to a module that both import"
    if original.facts.role == "test":
        return "move it to a helper module of the tests"
    if name.startswith("_"):
        return f"give that one a public name, and import it from `{module}`"
    if copy.similarity < 1.0 or literals_shared(unit, original) < 0.8:
        return f"import it, what differs as a parameter: `from {module} import {name}`"
    return f"import it: `from {module} import {name}`"


def _is_run(original: Unit, module: str, repository: Repository) -> bool:
    """Is the original's file a program or a plugin: started by its `main()`, and imported by nobody?"""
    starts = any(call.callee.rpartition(".")[2] == "main" for call in original.facts.calls)
    return starts and not any(
        item.target == module or item.target.startswith(f"{module}.")
        for facts in repository.files.values()
        if facts.role == "live"
        for item in facts.imports
    )


def _are_alternatives(copy: Copy) -> bool:
    """Do both stand in one folder of back ends, each for itself, of which none leans on another?"""
    paths = (copy.unit.path, copy.original.path)
    name = commonpath([f"/{path}" for path in paths]).rpartition("/")[2]
    beside = len({path.rpartition("/")[0] for path in paths}) == 1
    # `backend/orders` and `backend/sizes` are parts of one; `backends/a` and `backends/b` are two
    return ALTERNATIVES.fullmatch(name) is not None and (beside or name.endswith("s"))


def _advice_on_files(group: tuple[Copy, ...]) -> str:
    if _pairs(group) > 1:
        return "so do files beside it: keep one of the two folders"
    return "so do other functions of this file: keep what both files do in one of them"


def _importable(path: str, by: str, repository: Repository) -> bool:
    """Can one file import the other: part of a package, at the top or beside it, and not in a circle?"""
    folder = path.rpartition("/")[0]
    module = repository.import_name(path)
    if repository.file_of(module) != path or not all(part.isidentifier() for part in module.split(".")):
        return False
    if any(repository.file_of(item.target) == by for item in repository.files[path].imports):
        return False
    if _turns_the_layers(by, path, repository):
        return False
    return "." in module or folder in {"", "src", "lib", by.rpartition("/")[0]}


def _turns_the_layers(by: str, path: str, repository: Repository) -> bool:
    """Would an import of one file by the other be the first from its package to the other's, which already
    leans on it: shared code that imports from a plugin, a library that imports from the commands?"""
    around = commonpath([f"/{by}", f"/{path}"]).rstrip("/") + "/"
    one, other = (f"/{file}".removeprefix(around).partition("/") for file in (by, path))
    if not one[1] or not other[1]:
        return False  # one of the two stands above the other
    upper, lower = (f"{around}{first}/".lstrip("/") for first, *_ in (one, other))
    return _leans(lower, upper, repository) and not _leans(upper, lower, repository)


def _leans(package: str, on: str, repository: Repository) -> bool:
    """Does any file in one folder import from another folder?"""
    return any(
        (repository.file_of(item.target) or "").startswith(on)
        for path, facts in repository.files.items()
        if path.startswith(package) and facts.role == "live"
        for item in facts.imports
    )


def _alike_in_all(group: tuple[Copy, ...]) -> str:
    names = ", ".join(f"`{copy.unit.function.name}`" for copy in group[:_NAMED])
    more = f" and {len(group) - _NAMED} more" if len(group) > _NAMED else ""
    pairs = _pairs(group)
    where = "the two files" if pairs == 1 else f"{pairs} pairs of files"
    return f"{len(group)} functions of {where}: {names}{more}"


def _pairs(group: tuple[Copy, ...]) -> int:
    """Between how many pairs of files copies lie, whichever of the two is the older."""
    return len({frozenset((copy.unit.path, copy.original.path)) for copy in group})


def _alike(copy: Copy) -> str:
    if copy.similarity == 1.0:
        return "all statements, names and literals aside"
    return f"{100 * copy.similarity:.0f} % of the statements; {copy.differing} stand in only one of the two"
