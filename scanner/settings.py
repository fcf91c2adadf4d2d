"""The settings of one run: defaults, then `[tool.assay]`, then the environment, then flags.

Frozen, and read once. Reading never runs anything: a config file is data of the scanned repository.
"""

from __future__ import annotations

import datetime
import functools
import itertools
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field, fields, replace
from pathlib import Path
from typing import Any

from scanner import toml
from scanner.frozen import frozen
from scanner.lazily import regex


class UsageError(Exception):
    """The user asked for what cannot be: exit code 2. The text names the place and the next step."""


@frozen
class Waiver:
    """One `[[tool.assay.allow]]`: lets findings of a rule pass where no comment can stand."""

    rule: str
    reason: str
    path: str = "**"
    symbol: str = ""
    owner: str = ""
    expires: str = ""


@frozen
class Critical:
    """One `[[tool.assay.critical]]`: paths that must not break, who answers for them, and how critical they
    are, from 1. After the day in `expires` the entry holds on, and is named."""

    paths: tuple[str, ...]
    owner: str = ""
    tier: int = 1
    expires: str = ""


@frozen
class Settings:
    """Everything a run depends on, beside the tree and its history."""

    root: Path = Path(".")
    paths: tuple[str, ...] = ()
    mode: str = "tree"  # tree | staged | diff | stdin
    diff_base: str = ""
    hook: bool = False
    stdin_filename: str = ""
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    preview: bool = False
    exclude: tuple[str, ...] = ()
    expect_unreadable: tuple[str, ...] = ()
    rule_paths: tuple[str, ...] = ()
    critical_paths: tuple[str, ...] = ()
    allow: tuple[Waiver, ...] = ()
    baseline: str = ""
    weights: str = "default"
    provenance: str = "findings"  # none | findings
    code_claims: bool = False
    semgrep: bool = True
    cache: bool = True
    online: bool = False  # from the command line alone: no file of a tree opens the network
    jobs: int = 0
    fail_on: str = "error"
    min_rank: float = 0.0
    max_bytes: int = 5_000_000
    critical: tuple[Critical, ...] = ()
    gate: Mapping[str, Any] = field(default_factory=dict)  # read by `policy.policy_of`

    def excludes(self, path: str) -> bool:
        return any(matches(path, pattern) for pattern in self.exclude)


def matches(path: str, pattern: str) -> bool:
    """Does a root-relative POSIX path match a glob? `**` crosses folders, `*` does not; a pattern that
    ends in a slash, or names a folder, covers everything below it."""
    return _compiled(pattern).match(path) is not None


_STARS = regex(r"((?:(?<=/)|^)\*\*/|\*\*)")  # `a/**/b` also means `a/b`, and `**/b` also means `b`


@functools.lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str]:
    return glob(pattern.strip("/"), _END)


def glob(pattern: str, end: str, literal: Callable[[str], str] = re.escape) -> re.Pattern[str]:
    """A glob, and what follows it, as an expression that never looks back: globs are text of a stranger, and
    a dozen stars that each try every place would never end. The first place that fits is as good as any
    later one, for all but the last stretch, which must reach the end. `literal` spells what holds no star
    and no question mark."""
    first, *rest = _STARS.split(_RUNS.sub("**", pattern))
    stretches = [("", first), *zip(rest[::2], rest[1::2], strict=True)]
    groups = itertools.count()
    body = "".join(_once(_stretch(way, text, groups, literal), groups) for way, text in stretches[:-1])
    return re.compile(f"(?s:{body}{_stretch(*stretches[-1], groups, literal)}{end})")


_RUNS = regex(r"\*{3,}")
_END = r"(?:/|\Z)"
_CROSSING = {"": "", "**": ".*?", "**/": "(?:.*?/)??"}


def _stretch(way: str, text: str, groups: Iterator[int], literal: Callable[[str], str]) -> str:
    """What stands between two `**`, after the way there; its stars stay within one folder."""
    start, *others = ["[^/]".join(map(literal, part.split("?"))) for part in text.split("*")]
    if not others:
        return f"{_CROSSING[way]}{start}"
    *middle, last = [f"[^/]*?{part}" for part in others]
    return f"{_CROSSING[way]}{start}{''.join(_once(one, groups) for one in middle)}{last}"


def _once(text: str, groups: Iterator[int]) -> str:
    """An expression that is not tried again once it has fitted."""
    name = f"g{next(groups)}"
    return f"(?=(?P<{name}>{text}))(?P={name})"


KEYS = {
    "select": tuple,
    "ignore": tuple,
    "preview": bool,
    "exclude": tuple,
    "expect-unreadable": tuple,
    "critical-paths": tuple,
    "allow": list,
    "weights": str,
    "provenance": str,
    "code-claims": bool,
    "semgrep": bool,
    "cache": bool,
    "jobs": int,
    "fail-on": str,
    "min-rank": float,
    "max-bytes": int,
    "critical": list,
    "gate": dict,
}
# What says whether a change may pass: at a gate these come from the change's base.
JUDGING = (
    "select",
    "ignore",
    "preview",
    "exclude",
    "expect-unreadable",
    "critical-paths",
    "allow",
    "weights",
    "fail-on",
    "min-rank",
    "max-bytes",
    "critical",
    "gate",
)
_ENVIRONMENT = "environment"
_MAX_BYTES = 1_000_000  # of a settings file
# A repository must not be able to ask for all memory, nor for a thousand processes.
_BOUNDS: dict[str, tuple[int, int]] = {
    "jobs": (0, 256),
    "min-rank": (0, 100),
    "max-bytes": (0, 100_000_000),
}
_CHOICES = {
    "fail-on": ("error", "warning", "note", "never"),
    "provenance": ("none", "findings"),
}


def load(root: Path, config: Path | None = None, *, isolated: bool = False) -> Settings:
    """Settings of the repository at `root`, before flags.

    Raises:
        UsageError: the file is not TOML, a key is unknown, a value has the wrong type.
    """
    settings = Settings(root=root)
    for layer in layers(root, config, isolated=isolated):
        settings = from_table(settings, layer.table, layer.where)
    return settings


@frozen
class Layer:
    """One place that settings come from: a file, or the environment."""

    where: str
    table: Mapping[str, Any]


def layers(root: Path, config: Path | None = None, *, isolated: bool = False) -> tuple[Layer, ...]:
    """What lies over the defaults, the strongest last.

    Raises:
        UsageError: the file cannot be read or is not TOML, a variable of the environment has no such value.
    """
    environment = Layer(_ENVIRONMENT, _environment(os.environ))
    if isolated:
        return (environment,)
    found = _config_file(root) if config is None else (config, _read_toml(config))
    if found is None:
        return (environment,)
    path, document = found
    return (Layer(str(path), _table(path, document)), environment)


def described(
    root: Path, config: Path | None = None, *, isolated: bool = False
) -> list[tuple[str, Any, str]]:
    """Every key that a settings file may hold, with its value and where that comes from."""
    settings = load(root, config, isolated=isolated)
    origins = dict.fromkeys(KEYS, "default")
    for layer in layers(root, config, isolated=isolated):
        origins.update(dict.fromkeys(layer.table, layer.where))
    return [(key, getattr(settings, key.replace("-", "_")), origins[key]) for key in KEYS]


def _config_file(root: Path) -> tuple[Path, dict[str, Any]] | None:
    own = root / "assay.toml"
    if _lies_in(root, own):
        return own, _read_toml(own)
    shared = root / "pyproject.toml"
    if _lies_in(root, shared):
        with shared.open("rb") as stream:
            text = stream.read(_MAX_BYTES)
        # A manifest that is broken and does not mention us is the manifest readers' business, not ours.
        if b"tool.assay" not in text:
            return None
        return shared, _read_toml(shared)
    return None


def manifest_of(root: Path) -> bytes:
    """The project's `pyproject.toml` as it is on disk; empty where there is none that can be read."""
    manifest = root / "pyproject.toml"
    try:
        return manifest.read_bytes()[:_MAX_BYTES] if _lies_in(root, manifest) else b""
    except OSError:
        return b""


def left_out_by_ruff(manifest: bytes) -> tuple[str, ...]:
    """What a `pyproject.toml` tells ruff to pass by; nothing where it cannot be read."""
    if b"tool.ruff" not in manifest:
        return ()
    try:
        ruff = toml.loads(manifest.decode("utf-8"))["tool"]["ruff"]
        lists = [ruff.get(key) for key in ("exclude", "extend-exclude")]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return ()
    entries = [entry for listed in lists if isinstance(listed, list) for entry in listed]
    return tuple(entry for entry in entries if isinstance(entry, str))


def _lies_in(root: Path, path: Path) -> bool:
    """Is it a file of this tree? A link that leads out of it is not, nor is a pipe or a device."""
    return path.is_file() and path.resolve().is_relative_to(root.resolve())


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as stream:
            data = stream.read(_MAX_BYTES + 1)
        if len(data) > _MAX_BYTES:
            raise UsageError(f"{path}: settings of more than {_MAX_BYTES:,} bytes are not read")
        return toml.loads(data.decode("utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:  # a number may be too long, too
        raise UsageError(f"{path}: not valid TOML: {error}") from error


def from_bytes(root: Path, name: str, content: bytes | None) -> Settings:
    """Settings of the repository at `root` by a file's content, as of some revision; without the
    environment.

    Raises:
        UsageError: as `load`.
    """
    return from_table(Settings(root=root), table_of(name, content), name)


def table_of(name: str, content: bytes | None) -> dict[str, Any]:
    """Our table in a settings file; empty where there is no such file.

    Raises:
        UsageError: the file is not TOML.
    """
    try:
        document = toml.loads((content or b"").decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{name}: not valid TOML: {error}") from error
    return _table(Path(name), document)


def _table(path: Path, document: dict[str, Any]) -> dict[str, Any]:
    table = document if path.name != "pyproject.toml" else document.get("tool", {}).get("assay", {})
    if not isinstance(table, dict):
        raise UsageError(f"{path}: [tool.assay] must be a table")
    return table


def from_table(settings: Settings, table: Mapping[str, Any], where: str) -> Settings:
    """Lay one configuration table over `settings`."""
    changes: dict[str, Any] = {}
    for key, value in table.items():
        if key not in KEYS:
            import difflib  # here: it is not for those who spell well

            near = difflib.get_close_matches(key, KEYS, n=1)
            hint = f"; did you mean `{near[0]}`?" if near else f"; known keys: {', '.join(sorted(KEYS))}"
            raise UsageError(f"{where}: unknown key `{key}` in [tool.assay]{hint}")
        changes[key.replace("-", "_")] = _value(key, value, where)
    if "critical" in changes:
        named = [path for one in changes["critical"] for path in one.paths]
        plain = changes.get("critical_paths", settings.critical_paths)
        changes["critical_paths"] = tuple(dict.fromkeys((*plain, *named)))
    return replace(settings, **changes)


def _value(key: str, value: Any, where: str) -> Any:
    kind = KEYS[key]
    if kind is dict:
        return dict(_expect(value, dict, key, where))
    if key == "critical":
        return tuple(_critical(entry, where) for entry in _expect(value, list, key, where))
    if key == "allow":
        return tuple(_waiver(entry, where) for entry in _expect(value, list, key, where))
    if kind is tuple:
        items = _expect(value, list, key, where)
        if not all(isinstance(item, str) for item in items):
            raise UsageError(f"{where}: `{key}` must be a list of strings")
        return tuple(items)
    if kind is float:
        return float(_within(key, _expect(value, (int, float), key, where), where))
    checked = _expect(value, kind, key, where)
    if key == "weights" and where != _ENVIRONMENT and checked not in ("none", "default"):
        raise UsageError(f"{where}: `weights` must be none or default here; name a file with --weights")
    if kind is int:
        return _within(key, checked, where)
    if key in _CHOICES and checked not in _CHOICES[key]:
        raise UsageError(f"{where}: `{key}` must be one of {', '.join(_CHOICES[key])}, not {checked!r}")
    return checked


def _within(key: str, value: Any, where: str) -> Any:
    least, most = _BOUNDS[key]
    if not least <= value <= most:
        raise UsageError(f"{where}: `{key}` must lie between {least:,} and {most:,}, not {value!r}")
    return value


def _expect(value: Any, kind: Any, key: str, where: str) -> Any:
    wrong_bool = isinstance(value, bool) and kind is not bool
    if wrong_bool or not isinstance(value, kind):
        raise UsageError(f"{where}: `{key}` must be {_CALLED.get(kind, 'a number')}, not {value!r}")
    return value


def _critical(entry: Any, where: str) -> Critical:
    known = {one.name for one in fields(Critical)}
    if not isinstance(entry, dict) or not {"paths"} <= set(entry) <= known:
        raise UsageError(
            f"{where}: each [[tool.assay.critical]] needs `paths`, and may have owner, tier, expires; "
            f"got {entry!r}"
        )
    tier = entry.get("tier", 1)
    if type(tier) is not int or not 1 <= tier <= 9:
        raise UsageError(f"{where}: `critical.tier` must be a number from 1, not {tier!r}")
    paths = _value("exclude", entry["paths"], where)  # a list of strings, like that one
    return Critical(paths, str(entry.get("owner", "")), tier, str(entry.get("expires", "")))


_CALLED = {
    dict: "a table",
    bool: "true or false",
    int: "a whole number",
    str: "a string",
    list: "a list of strings",
}


def _waiver(entry: Any, where: str) -> Waiver:
    known = {field.name for field in fields(Waiver)}
    if not isinstance(entry, dict) or not {"rule", "reason"} <= set(entry) <= known:
        raise UsageError(
            f"{where}: each [[tool.assay.allow]] needs `rule` and `reason`, and may have "
            f"{', '.join(sorted(known - {'rule', 'reason'}))}; got {entry!r}"
        )
    waiver = Waiver(**{key: str(value) for key, value in entry.items()})
    try:
        if waiver.expires:
            datetime.date.fromisoformat(waiver.expires)
    except ValueError:
        raise UsageError(
            f"{where}: [[tool.assay.allow]] of `{waiver.rule}`: `expires` must be a date like 2030-01-31, "
            f"not {waiver.expires!r}"
        ) from None
    return waiver


def _environment(environ: Mapping[str, str]) -> dict[str, Any]:
    """`ASSAY_FAIL_ON=warning` and the like, as a table; `allow` has no such form."""
    table: dict[str, Any] = {}
    for key, kind in KEYS.items():
        name = "ASSAY_" + key.upper().replace("-", "_")
        text = environ.get(name)
        if text is None or kind in (list, dict):
            continue
        try:
            table[key] = _from_text(text, kind)
        except ValueError as error:
            raise UsageError(
                f"environment: {name}={text!r}: must be {_CALLED.get(kind, 'a number')}"
            ) from error
    return table


def _from_text(text: str, kind: Any) -> Any:
    if kind is tuple:
        return [part.strip() for part in text.split(",") if part.strip()]
    if kind is bool:
        if text.lower() not in {"1", "0", "true", "false", "yes", "no"}:
            raise ValueError(text)
        return text.lower() in {"1", "true", "yes"}
    return kind(text)
