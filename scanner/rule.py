"""What the author of a rule needs. One rule is one file: a class with its card and its check.

The name of the class, spelled with dashes, is the rule's id; the file is named alike. The module's
docstring says what is wrong. See `.github/CONTRIBUTING.md`.

    class UnboundedRetry(FileRule):
        message = "`{loop}` retries for ever when {call} keeps failing"
        why = "…"
        instead = "…"
        severity, confidence, family = Severity.MEDIUM, Confidence.HIGH, "exceptions"

        @on(ast.While)
        def check(self, source: Source, node: ast.While) -> Iterator[Found]:
            …
            yield self.at(source, node, loop="while True", call="fetch")
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from scanner.discover import Wanted
from scanner.facts import Facts, Function, Place
from scanner.finding import Allow, Candidate, Confidence, Finding, Fix, Location, Related, Severity, arguments
from scanner.frozen import frozen
from scanner.settings import matches
from scanner.source import Source

if TYPE_CHECKING:
    from scanner.change import Change
    from scanner.relate.repository import Repository

__all__ = [
    "FAMILIES",
    "Allow",
    "AllowRule",
    "Candidate",
    "Card",
    "ChangeRule",
    "Confidence",
    "Facts",
    "FileRule",
    "Finding",
    "Fix",
    "Function",
    "Location",
    "Place",
    "Related",
    "RepositoryRule",
    "Rule",
    "Severity",
    "Source",
    "on",
    "on_call",
    "on_file",
]

FAMILIES = frozenset(
    [
        "tests",
        "duplication",
        "dependencies",
        "security",
        "stubs",
        "exceptions",
        "deadcode",
        "infra",
        "agents",
        "llm",
        "performance",
        "comments",
        "api",
        "provenance",
    ]
)

# The priority of a finding before provenance: severity × confidence, 0 to 100. The steps keep every
# critical finding, and a high one that the rule is sure of, above the error threshold of 70.
BASE_RANK: dict[tuple[Severity, Confidence], float] = {
    (Severity.CRITICAL, Confidence.HIGH): 90.0,
    (Severity.CRITICAL, Confidence.MEDIUM): 80.0,
    (Severity.CRITICAL, Confidence.LOW): 70.0,
    (Severity.HIGH, Confidence.HIGH): 75.0,
    (Severity.HIGH, Confidence.MEDIUM): 65.0,
    (Severity.HIGH, Confidence.LOW): 55.0,
    (Severity.MEDIUM, Confidence.HIGH): 55.0,
    (Severity.MEDIUM, Confidence.MEDIUM): 47.0,
    (Severity.MEDIUM, Confidence.LOW): 40.0,
    (Severity.LOW, Confidence.HIGH): 35.0,
    (Severity.LOW, Confidence.MEDIUM): 28.0,
    (Severity.LOW, Confidence.LOW): 22.0,
    (Severity.INFO, Confidence.HIGH): 15.0,
    (Severity.INFO, Confidence.MEDIUM): 12.0,
    (Severity.INFO, Confidence.LOW): 10.0,
}


@frozen
class Card:
    """Everything that is said about a rule, whatever engine runs it."""

    id: str
    summary: str
    message: str
    why: str
    instead: str
    severity: Severity
    confidence: Confidence
    family: str
    engine: str  # file | repository | change | allow | semgrep
    origin: str  # the rule's file, relative to the folder of rules
    cwe: tuple[int, ...] = ()
    evidence: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    since: str = "0.1.0"
    preview: bool = False
    languages: tuple[str, ...] = ("python",)
    needs: tuple[str, ...] = ()
    security_severity: str = ""
    paths: tuple[tuple[str, str], ...] = ()
    masks: bool = False

    @property
    def whole_languages(self) -> tuple[str, ...]:
        """The languages of which it reads every file; of the others, only those that `paths` names."""
        return _whole(self.languages, self.paths)

    @property
    def base_rank(self) -> float:
        return BASE_RANK[self.severity, self.confidence]

    @property
    def name(self) -> str:
        """The id in PascalCase."""
        return "".join(part.capitalize() for part in re.split(r"[^0-9A-Za-z]+", self.id))

    def text(self, finding: Finding) -> str:
        """The stable message: no score, no model, nothing that changes by itself."""
        values = dict(finding.arguments)
        return re.sub(r"\{(\w+)\}", lambda found: values.get(found.group(1), found.group(0)), self.message)


def wanted(cards: Iterable[Card]) -> Wanted:
    """What these rules read together; Python always, notebooks too, for the facts."""
    listed = list(cards)
    return Wanted(
        frozenset(
            {"python", "notebook", *(language for card in listed for language in card.whole_languages)}
        ),
        tuple(sorted({pair for card in listed for pair in card.paths})),
    )


def _whole(languages: tuple[str, ...], paths: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    scoped = {language for language, _ in paths}
    return tuple(language for language in languages if language not in scoped)


Check = TypeVar("Check", bound=Callable[..., Any])


def on(*nodes: type[ast.AST]) -> Callable[[Check], Check]:
    """Hand the method each node of these classes."""
    return _mark("nodes", nodes)


def on_call(*names: str) -> Callable[[Check], Check]:
    """Hand the method each call of these, by dotted name: `requests.get`, `builtins.open`,
    `requests.Session().get`; or, with a dot in front, of whatever receiver: `.drop_all`. Imports and
    aliases are resolved, across files too: where the name comes from another module of the repository,
    the finding becomes a candidate by itself."""
    return _mark("calls", names)


def on_file(method: Check) -> Check:
    """Hand the method each file once, after its walk."""
    return _mark("file", (True,))(method)


def _mark(kind: str, values: Iterable[Any]) -> Callable[[Check], Check]:
    def mark(method: Check) -> Check:
        marks = {**getattr(method, "assay_handles", {}), kind: tuple(values)}
        method.assay_handles = marks  # type: ignore[attr-defined]
        return method

    return mark


class Rule:
    """The card that every rule carries. The docstring of its module is the summary."""

    message: ClassVar[str]
    why: ClassVar[str]
    instead: ClassVar[str]
    severity: ClassVar[Severity]
    confidence: ClassVar[Confidence]
    family: ClassVar[str]
    cwe: ClassVar[tuple[int, ...]] = ()
    evidence: ClassVar[tuple[str, ...]] = ()
    aliases: ClassVar[tuple[str, ...]] = ()
    since: ClassVar[str] = "0.1.0"
    preview: ClassVar[bool] = False
    languages: ClassVar[tuple[str, ...]] = ("python",)
    # (language, glob): of this language, only these files; nothing else of it is read for this rule.
    paths: ClassVar[tuple[tuple[str, str], ...]] = ()
    # Facts that a repository rule makes do with, where all selected rules do: ("copies",), or () for all.
    needs: ClassVar[tuple[str, ...]] = ()
    security_severity: ClassVar[str] = ""
    masks: ClassVar[bool] = False  # is all that a finding marks a secret, which no output may show?
    engine: ClassVar[str]
    id: ClassVar[str]

    def __init_subclass__(cls) -> None:
        cls.id = rule_id(cls.__name__)

    def reads(self, path: str, language: str) -> bool:
        """Is this a file that the rule speaks about?"""
        if language in _whole(self.languages, self.paths):
            return True
        return any(language == of and matches(path, glob) for of, glob in self.paths)


def rule_id(class_name: str) -> str:
    """`SwallowedException` -> `swallowed-exception`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", class_name).lower()


class FileRule(Rule):
    """Looks at one file at a time, through methods marked with `on`, `on_call` or `on_file`. Each is
    called as `method(source, node)`, or `method(source)`, and yields findings or candidates."""

    engine = "file"
    # Where the rule speaks; a test double that returns True is no fake success.
    roles: ClassVar[tuple[str, ...]] = ("live", "test", "example", "migration")

    def concerns(self, source: Source) -> bool:
        """Can the rule speak in this file at all? Asked once a file, before it is handed anything of it: the
        place for a cheap look at the text."""
        return source.role in self.roles

    def at(
        self,
        source: Source,
        node: ast.AST | Place,
        *,
        symbol: str | None = None,
        details: dict[str, object] | None = None,
        related: tuple[Related, ...] = (),
        fix: Fix | None = None,
        secret: ast.AST | Place | None = None,
        **values: object,
    ) -> Finding:
        """A finding at a node. Of a function or a class, the header line is marked, not the body. `secret`
        is the literal in it that no output may show."""
        if isinstance(node, Place):
            location = Location(source.path, *node)
            name = symbol or ""
        else:
            definition = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
            location = source.header_location(node) if definition else source.location(node)  # type: ignore[arg-type]
            name = source.symbol(node) if symbol is None else symbol
        return Finding(
            self.id,
            location,
            name,
            arguments(values),
            arguments(details or {}),
            related,
            fix=fix,
            secrets=() if secret is None else (_location(source, secret),),
        )


def _location(source: Source, node: ast.AST | Place) -> Location:
    return Location(source.path, *node) if isinstance(node, Place) else source.location(node)


class _PlacedRule(Rule):
    """Speaks of places in files that it holds no tree of."""

    def at(
        self,
        path: str,
        place: Place,
        symbol: str,
        *,
        details: dict[str, object] | None = None,
        related: tuple[Related, ...] = (),
        **values: object,
    ) -> Finding:
        """A finding at a place of a file; of a changed file, on its new side."""
        return Finding(
            self.id, Location(path, *place), symbol, arguments(values), arguments(details or {}), related
        )


class RepositoryRule(_PlacedRule):
    """Looks at the facts of all files at once."""

    engine = "repository"
    # Does it conclude from what it does not see (nobody calls this, no manifest declares that)? Then it
    # stays silent where only some files are known: in a hook, or when paths were given.
    whole: ClassVar[bool] = False

    def check(self, repository: Repository) -> Iterator[Finding]:
        raise NotImplementedError


class AllowRule(Rule):
    """Looks at each allow comment, once it is known whether it lets anything pass: True or False, or None
    where this run cannot tell, since not every rule that it names has looked at every file."""

    engine = "allow"

    def check(self, allow: Allow, used: bool | None) -> Iterator[Finding]:
        raise NotImplementedError

    def at(self, allow: Allow, **values: object) -> Finding:
        """A finding at the comment."""
        place = Location(allow.path, allow.line, allow.column, allow.line, allow.end_column)
        return Finding(self.id, place, "", arguments(values))


class ChangeRule(_PlacedRule):
    """Looks at one change: files before and after, with their hunks."""

    engine = "change"

    def check(self, change: Change) -> Iterator[Finding]:
        raise NotImplementedError
