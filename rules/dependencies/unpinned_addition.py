"""A change adds a dependency without a version, to a manifest whose other dependencies have one.

Tomorrow's installation brings another release than today's, and nobody decides when: the one line undoes
what all the others are for.
"""

from collections.abc import Iterator

from scanner.analyse import documents, locks, manifests
from scanner.change import Change, ChangedFile
from scanner.discover import language_of
from scanner.facts import Requirement
from scanner.lazily import regex
from scanner.rule import ChangeRule, Confidence, Finding, Severity, Source

_EXACT = regex(r"={2,3}\s*[\d][^*,]*$|\d[\w.]*$")
_FEW = 3  # siblings that show a custom
_MOST = 0.8  # of them follow it


class UnpinnedAddition(ChangeRule):
    message = "`{name}` is added {how}, and the dependencies beside it are {kind}"
    why = "An agent writes the bare name from memory, and does not look at the lines around it."
    instead = "Give `{name}` a version as its neighbours have one, and lock again where there is a lock."
    severity, confidence, family = Severity.LOW, Confidence.HIGH, "dependencies"
    cwe = (1357,)
    evidence = ("E37",)
    languages = ("manifest", "lock")

    def check(self, change: Change) -> Iterator[Finding]:
        held = {package for file in change.files for package in _held(file)}
        for file in change.files:
            if file.before is None or file.after is None or language_of(file.path) != "manifest":
                continue
            before, after = _asked(file.path, file.before), _asked(file.path, file.after)
            known = {one.name for one in before}
            for one in after:
                kind = _custom(before)
                if (
                    one.name in known
                    or one.name in held
                    or not _is_open(one)
                    or not kind
                    or _follows(one, kind)
                ):
                    continue
                how = f"as `{one.specifier}`" if one.specifier else "without a version"
                yield self.at(file.path, one.place, "", name=one.name, how=how, kind=kind)


def _custom(siblings: list[Requirement]) -> str:
    """What most of them are: pinned, bounded, or nothing in common."""
    if len(siblings) < _FEW:
        return ""
    for kind in ("pinned", "bounded"):
        if sum(_follows(one, kind) for one in siblings) >= _MOST * len(siblings):
            return kind
    return ""


def _follows(one: Requirement, kind: str) -> bool:
    return bool(_EXACT.match(one.specifier)) if kind == "pinned" else bool(one.specifier)


def _is_open(one: Requirement) -> bool:
    """Does nothing hold it back? A range with an end is somebody's decision."""
    return not _EXACT.match(one.specifier) and not any(sign in one.specifier for sign in "<~^@")


def _asked(path: str, data: bytes) -> list[Requirement]:
    """What a manifest asks for at run time; the Python left out."""
    source = documents.read(path, "manifest", data)
    if not isinstance(source, Source):
        return []
    return [one for one in manifests.collect(source).requires if not one.group and one.name != "python"]


def _held(file: ChangedFile) -> Iterator[str]:
    """What a lock of the change holds: the lock pins it."""
    if file.after is None or language_of(file.path) != "lock":
        return
    source = documents.read(file.path, "lock", file.after)
    if isinstance(source, Source):
        yield from (package.name for package in locks.collect(source)[0])
