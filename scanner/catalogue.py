"""rules/ → one table of cards, whatever engine runs them. The only file that knows .py from .yaml.

Rules are found by walking a folder: a file is a rule, its folder is its topic. A rule that cannot load
stops the run with its file and line.
"""

from __future__ import annotations

import hashlib
import importlib.util
import itertools
import json
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import fields
from functools import cache, cached_property, lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

import scanner
from scanner.frozen import frozen
from scanner.kept import digests, kept
from scanner.rule import (
    FAMILIES,
    AllowRule,
    Card,
    ChangeRule,
    Confidence,
    FileRule,
    RepositoryRule,
    Rule,
    Severity,
)
from scanner.settings import Settings, UsageError

# semgrep's name of a language -> how its binary is told, and what a file of it is called here
ANY_LANGUAGE = "generic"
SEMGREP_LANGUAGES = {
    **{name: (name, name) for name in "python javascript typescript go java ruby php rust c cpp".split()},
    **{name: (name, name) for name in "csharp kotlin scala swift terraform yaml json dockerfile".split()},
    "py": ("python", "python"),
    "python2": ("python2", "python"),
    "python3": ("python3", "python"),
    "js": ("javascript", "javascript"),
    "ts": ("typescript", "typescript"),
    "golang": ("go", "go"),
    "c++": ("cpp", "cpp"),
    "c#": ("csharp", "csharp"),
    "kt": ("kotlin", "kotlin"),
    "rb": ("ruby", "ruby"),
    "tf": ("terraform", "terraform"),
    "hcl": ("terraform", "terraform"),
    "docker": ("dockerfile", "dockerfile"),
    "bash": ("bash", "shell"),
    "sh": ("bash", "shell"),
    "regex": ("regex", ANY_LANGUAGE),
    "none": ("regex", ANY_LANGUAGE),
    "generic": ("generic", ANY_LANGUAGE),
}
_SEMGREP_SEVERITY = {"ERROR": Severity.HIGH, "WARNING": Severity.MEDIUM, "INFO": Severity.LOW}


class RuleError(Exception):
    """A rule file that cannot be used; the text names the file, the line and the reason."""


@frozen
class SemgrepRule:
    """A rule that semgrep runs: its card, and its definition as semgrep reads it.

    `needs` holds sets of identifiers without which it cannot match: of each set, one has to occur
    (one set for the sources, one for the sinks). `roles` are the files that it speaks in, () all.
    """

    card: Card
    definition: dict[str, Any]
    needs: tuple[frozenset[str], ...] = ()
    roles: tuple[str, ...] = ()

    @property
    def asks(self) -> bool:
        """Does it hang on what a file holds, beside its language?"""
        return bool(self.needs or self.roles)

    @property
    def readable(self) -> bool:
        """Is it for a language whose files are discovered?"""
        return any(SEMGREP_LANGUAGES.get(name) for name in self.definition["languages"])

    def reads(self, language: str) -> bool:
        return bool({language, ANY_LANGUAGE} & set(self.card.languages))

    def analyzers(self, language: str) -> tuple[str, ...]:
        """The languages of semgrep that a file of ours is to be read as for this rule."""
        spelled = (SEMGREP_LANGUAGES.get(name, (name, "")) for name in self.definition["languages"])
        return tuple(analyzer for analyzer, ours in spelled if ours in (language, ANY_LANGUAGE))


@frozen
class Catalogue:
    """The rules of one run, in the order of their ids."""

    cards: tuple[Card, ...]
    semgrep_rules: tuple[SemgrepRule, ...] = ()
    code: tuple[str, ...] = ()  # digests of the rule files that can change a file's result
    names: frozenset[str] = frozenset()  # ids and aliases of every rule there is, selected or not
    given: tuple[Rule, ...] = ()  # rules that no file of the folder holds

    @cached_property
    def file_rules(self) -> tuple[FileRule, ...]:
        return tuple(rule for rule in self._of("file") if isinstance(rule, FileRule))

    @cached_property
    def repository_rules(self) -> tuple[RepositoryRule, ...]:
        return tuple(rule for rule in self._of("repository") if isinstance(rule, RepositoryRule))

    @cached_property
    def change_rules(self) -> tuple[ChangeRule, ...]:
        return tuple(rule for rule in self._of("change") if isinstance(rule, ChangeRule))

    @cached_property
    def allow_rules(self) -> tuple[AllowRule, ...]:
        return tuple(rule for rule in self._of("allow") if isinstance(rule, AllowRule))

    def _of(self, engine: str) -> Iterator[Rule]:
        """The rules of one engine; only now are their files imported."""
        yield from self.given
        for card in self.cards:
            if card.engine == engine and card.origin:
                yield _rule(rules_root() / card.origin)

    def speaks(self, engine: str) -> bool:
        """May there be a rule of this engine? Imports none."""
        return bool(self.given) or any(card.engine == engine for card in self.cards)

    def card(self, rule: str) -> Card:
        return self._by_id[rule]

    @cached_property
    def _by_id(self) -> dict[str, Card]:
        return {card.id: card for card in self.cards}

    def __contains__(self, rule: object) -> bool:
        return rule in self._by_id

    def named(self, name: str) -> Card | None:
        """A card by id or alias."""
        for card in self.cards:
            if name == card.id or name in card.aliases:
                return card
        return None

    def select(self, settings: Settings) -> Catalogue:
        """The rules that this run asks for.

        Raises:
            UsageError: `--select` or `--ignore` names what is neither a rule nor a family.
        """
        for name in (*settings.select, *settings.ignore):
            if name not in FAMILIES and self.named(name) is None:
                raise UsageError(f"no rule and no family is called `{name}`; `assay rules` lists them")
        chosen = {card.id for card in self.cards if _wanted(card, settings)}
        return Catalogue(
            tuple(card for card in self.cards if card.id in chosen),
            tuple(rule for rule in self.semgrep_rules if rule.card.id in chosen),
            self.code,
            self.names,
            self.given,
        )

    @cached_property
    def digest(self) -> str:
        """Changes with anything that can change what a file gives: our code, the rules, the parsers."""
        parts = [scanner.__version__, f"{sys.version_info[0]}.{sys.version_info[1]}", engine_digest()]
        parts += [card.id for card in self.cards]
        parts += self.code
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _wanted(card: Card, settings: Settings) -> bool:
    names = {card.id, card.family, *card.aliases}
    if names & set(settings.ignore):
        return False
    if settings.select:
        return bool(names & set(settings.select))
    return settings.preview or not card.preview


def rules_root() -> Path:
    """The folder of rules: inside the wheel, or beside the package in a checkout."""
    inside = Path(__file__).parent / "rules"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "rules"


def load(extra: Iterable[str] = ()) -> Catalogue:
    """Every rule of ours, and the semgrep rules found at the paths of `extra`.

    Raises:
        RuleError: a rule file is broken, or two rules share an id.
    """
    return _load(tuple(extra))


@lru_cache(maxsize=4)
def _load(extra: tuple[str, ...]) -> Catalogue:
    root = rules_root()
    files = digests(root, (".py", ".yaml"))
    code = list(files.values())
    cards = _kept_cards({name: digest for name, digest in files.items() if name.endswith(".py")}, root)
    semgrep: list[SemgrepRule] = []
    for name, digest in files.items():
        if name.endswith(".yaml"):
            definitions = _our_yaml(root / name, digest)
            semgrep.extend(_semgrep_rules(root / name, root, definitions, strict=True))
    for given in extra:
        for path in _pack(Path(given)):
            code.append(hashlib.sha256(path.read_bytes()).hexdigest())
            semgrep.extend(_semgrep_rules(path, path.parent, _yaml_rules(path), strict=False))
    cards = sorted([*cards, *(rule.card for rule in semgrep)], key=lambda card: card.id)
    for one, other in itertools.pairwise(cards):
        if one.id == other.id:
            raise RuleError(f"{other.origin}: the id `{other.id}` is taken by {one.origin}")
    return Catalogue(
        tuple(cards),
        tuple(sorted(semgrep, key=lambda rule: rule.card.id)),
        tuple(code),
        frozenset(name for card in cards for name in (card.id, *card.aliases)),
    )


def _kept_cards(files: dict[str, str], root: Path) -> list[Card]:
    """The cards of our own rules. Once all have been seen to load, what their cards say is kept, by the
    content of the files."""

    def made() -> list[list[Any]]:
        cards = [_card(_rule(root / name), root / name, root) for name in files]
        return [[getattr(card, field.name) for field in fields(Card)] for card in cards]

    return [_card_of(row) for row in kept("cards", [engine_digest(), *files, *files.values()], made)]


def _card_of(row: list[Any]) -> Card:
    values: dict[str, Any] = {
        field.name: tuple(value) if isinstance(value, list) else value
        for field, value in zip(fields(Card), row, strict=True)
    }
    values["severity"], values["confidence"] = Severity(values["severity"]), Confidence(values["confidence"])
    values["paths"] = tuple((language, glob) for language, glob in values["paths"])
    return Card(**values)


@cache
def _rule(path: Path) -> Rule:
    """The one rule that a file holds."""
    module = _module(path)
    made = [
        value()
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Rule) and value.__module__ == module.__name__
    ]
    named = [rule for rule in made if rule.id == path.stem.replace("_", "-")]
    if len(made) != 1 or not named:
        said = ", ".join(f"`{rule.id}`" for rule in made) or "none"
        raise RuleError(f"{path}: holds the rule {said}; the file must hold one, and be named alike")
    return named[0]


@cache
def _module(path: Path) -> ModuleType:
    name = f"scanner_rules_{path.parent.name}_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise RuleError(f"{path}: not a Python file")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # whatever a rule file raises, its author needs the place
        import traceback

        line = next(
            (
                f.lineno
                for f in reversed(traceback.extract_tb(error.__traceback__))
                if f.filename == str(path)
            ),
            0,
        )
        line = getattr(error, "lineno", None) or line
        raise RuleError(f"{path}:{line}: cannot load: {type(error).__name__}: {error}") from error
    return module


_REQUIRED = ("message", "why", "instead", "severity", "confidence", "family")


def _card(rule: Rule, path: Path, root: Path) -> Card:
    docstring = _module(path).__doc__
    origin = path.relative_to(root).as_posix()
    missing = [name for name in _REQUIRED if not getattr(rule, name, None)]
    if missing:
        raise RuleError(f"{origin}: the rule `{rule.id}` lacks {', '.join(missing)}")
    if rule.family not in FAMILIES:
        raise RuleError(f"{origin}: family `{rule.family}` is none of {', '.join(sorted(FAMILIES))}")
    if not docstring:
        raise RuleError(f"{origin}: the module's docstring must say, in one sentence, what is wrong")
    return Card(
        rule.id,
        " ".join(docstring.split("\n\n")[0].split()),
        rule.message,
        rule.why,
        rule.instead,
        rule.severity,
        rule.confidence,
        rule.family,
        rule.engine,
        origin,
        rule.cwe,
        rule.evidence,
        rule.aliases,
        rule.since,
        rule.preview,
        rule.languages,
        rule.needs,
        rule.security_severity,
        rule.paths,
        rule.masks,
    )


def _pack(path: Path) -> list[Path]:
    """The rule files of a user's pack: a file, or every YAML file below a folder."""
    if path.is_dir():
        return sorted([*path.rglob("*.yaml"), *path.rglob("*.yml")])
    if path.is_file():
        return [path]
    raise UsageError(f"--rules {path}: no such file or folder")


def _our_yaml(path: Path, digest: str) -> list[dict[str, Any]]:
    """What a rule file of ours holds: parsing YAML costs more than the start of a hook may."""
    return kept("yaml", [engine_digest(), digest], lambda: _yaml_rules(path))


def _semgrep_rules(
    path: Path, root: Path, definitions: list[dict[str, Any]], *, strict: bool
) -> Iterator[SemgrepRule]:
    origin = path.relative_to(root).as_posix()
    for definition in definitions:
        try:
            card = _semgrep_card(definition, origin, strict=strict)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise RuleError(f"{path}: rule {definition.get('id', '?')!r}: {error!r}") from error
        if strict and card.id != path.stem.replace("_", "-"):
            raise RuleError(f"{path}: holds the rule `{card.id}`; the file must be named alike")
        meta = definition.get("metadata") or {}
        roles = tuple(meta.get("roles", ("live",) if strict else ()))
        yield SemgrepRule(card, definition, tuple(map(frozenset, meta.get("identifiers", ()))), roles)


def _yaml_rules(path: Path) -> list[dict[str, Any]]:
    import yaml

    try:
        document = yaml.load(
            path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        )
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise RuleError(f"{path}: cannot be read as YAML: {error}") from error
    rules = document.get("rules") if isinstance(document, dict) else None
    if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
        raise RuleError(f"{path}: a semgrep rule file has a list `rules`")
    return rules


def _semgrep_card(definition: dict[str, Any], origin: str, *, strict: bool) -> Card:
    meta = definition.get("metadata", {}) or {}
    said = meta if strict else {"why": "", "instead": "", "family": "security", **meta}
    severity = (
        Severity(said["severity"])
        if strict
        else _SEMGREP_SEVERITY.get(str(definition.get("severity")), Severity.MEDIUM)
    )
    # A metavariable of the message becomes an argument of the finding.
    message = re.sub(r"\$([A-Z_][A-Z_0-9]*)", r"{\1}", " ".join(str(definition["message"]).split()))
    if said["family"] not in FAMILIES:
        raise ValueError(f"family {said['family']!r} is none of ours")
    return Card(
        str(definition["id"]),
        " ".join(str(said.get("summary") or message).split()),
        message,
        " ".join(str(said["why"]).split()),
        " ".join(str(said["instead"]).split()),
        severity,
        Confidence(str(said.get("confidence", "medium")).lower()),
        str(said["family"]),
        "semgrep",
        origin,
        tuple(_cwe(value) for value in _as_list(said.get("cwe"))),
        tuple(str(value) for value in _as_list(said.get("evidence"))),
        tuple(str(value) for value in _as_list(said.get("aliases"))),
        str(said.get("since", "0.1.0")),
        bool(said.get("preview", False)),
        _languages(definition),
        (),
        str(said.get("security-severity", "")),
        masks=bool(said.get("masks", False)),
    )


def _languages(definition: dict[str, Any]) -> tuple[str, ...]:
    """The rule's languages in our words; one that no file of ours is in keeps its name."""
    return tuple(
        dict.fromkeys(
            SEMGREP_LANGUAGES.get(str(name), ("", str(name)))[1] for name in definition["languages"]
        )
    )


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _cwe(value: Any) -> int:
    digits = "".join(character for character in str(value).split(":")[0] if character.isdigit())
    return int(digits)


@lru_cache(maxsize=1)
def engine_digest() -> str:
    """A digest of our own code and tables: a cache entry of another build is not ours."""
    files = digests(Path(__file__).parent, (".py", ".toml"))
    ours = (f"{name} {digest}" for name, digest in files.items() if not name.startswith("rules/"))
    return hashlib.sha256("\0".join(ours).encode()).hexdigest()


def as_json(rules: Iterable[SemgrepRule]) -> str:
    """Semgrep rules as semgrep reads them, in a steady form."""
    return json.dumps({"rules": [rule.definition for rule in rules]}, sort_keys=True)
