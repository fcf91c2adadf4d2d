"""What a gate needs to know of a change, gathered from the repository: data for `gate.judge`.

The judge's own books (settings, CODEOWNERS, ignored revisions, attributes, baseline, what ruff leaves out)
are read from the base, never from the change; where the change edits them, that is said, and so it is where
it edits what runs the judge.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from scanner import catalogue as rules
from scanner import codeowners
from scanner.analyse import analyse
from scanner.analyse.cache import Cache
from scanner.blast import blast_of
from scanner.discover import discover
from scanner.gate import Approval, Proposal, Touched, names_of
from scanner.history import Commit, GitError, History, Person
from scanner.hunks import Ranges, lines_of, ranges_of
from scanner.lazily import regex
from scanner.policy import Policy
from scanner.provenance import identity, review, trailers
from scanner.provenance.patches import FilePatch, parse
from scanner.provenance.record import Tier
from scanner.provenance.tree import tally_range
from scanner.relate.repository import Repository
from scanner.rule import wanted
from scanner.settings import Settings, UsageError, from_bytes, left_out_by_ruff, matches, table_of
from scanner.source import role_of

_CONFIGS = ("assay.toml", "pyproject.toml")
_JUDGES = frozenset([*codeowners.PLACES, ".git-blame-ignore-revs", ".mailmap"])
# What may run the judge: of these, the files that speak of it.
_RUNNERS = regex(
    r"\.github/(?:workflows|actions)/|\.gitlab/|(?:.*/)?(?:\.gitlab-ci|\.pre-commit-config|azure-pipelines)\.ya?ml\Z"
    r"|(?:.*/)?(?:Jenkinsfile|Makefile|noxfile\.py|tox\.ini)\Z|\.circleci/"
)
_OWN_NAME = b"assay"
_BASES = "the base's is used"
_SUPPRESSION = regex(
    rb"(?:#|//|/\*|--|<!--|%)\s*(?P<what>assay:\s*allow|(?:(?:ruff|flake8):\s*)?noqa\b|nosec\b|nosemgrep\b|nolint\b"
    rb"|(?:mypy|pyright|pyre|pytype|type|ty):\s*(?:ignore|basic|disable)|pyre-(?:ignore|fixme)|pylint:\s*(?:disable|skip)"
    rb"|eslint-disable|biome-ignore|@ts-(?:ignore|nocheck|expect-error)|noinspection\b|nosonar\b|lgtm\b|codeql\["
    rb"|pragma:\s*(?:no cover|no mutate|allowlist secret)|(?:istanbul|c8|v8) ignore|gitleaks:\s*allow"
    rb"|trufflehog:\s*ignore|(?:checkov|skipcq)[:\b]|(?:tfsec|trivy|hadolint|kics-scan)[: ]\s*ignore"
    rb"|shellcheck\s+disable|sourcery\s+skip)",
    re.IGNORECASE,
)
_MOST_NAMED = 20
_KINDS = {
    "120000": "is a link: what it leads to was not looked at",
    "160000": "is a submodule: what it brings was not looked at",
}


def settings_at(history: History, revision: str) -> Settings:
    """The settings of the repository as of a commit.

    Raises:
        UsageError: the file there is not valid.
    """
    name, content = _config(history, revision)
    return from_bytes(history.root, name, content)


def owners_at(history: History, revision: str) -> codeowners.Owners:
    """CODEOWNERS as of a commit, read as the platform reads it that the tree was made for."""
    found = history.blobs_at(revision, codeowners.PLACES)
    place, gitlab = codeowners.place_of(found, history.top(revision))
    return codeowners.parse(found.get(place, b"").decode("utf-8", "replace"), gitlab=gitlab)


def repository_of(settings: Settings, history: History) -> Repository:
    """The facts of the whole tree: from the cache, where a scan of the same tree has left them there."""
    catalogue = rules.load(settings.rule_paths).select(settings)
    found = discover(settings, history.tracked_files(), wanted(catalogue.cards)).files
    python = [file for file in found if file.language == "python"]
    with Cache(settings.root, enabled=settings.cache) as cache:
        return Repository(analyse(python, catalogue, replace(settings, semgrep=False), cache).facts.load())


def gather(
    history: History,
    base: str,
    policy: Policy,
    repository: Repository,
    settings: Settings,
    findings: Sequence[str] = (),
    author: str = "",
) -> Proposal:
    """The change from the commit `base` to HEAD.

    Raises:
        GitError: the history could not be read.
    """
    head = history.head
    ((raw, lost),) = history.patches([f"{head} {base}"])
    patches = list(parse(raw))
    files = _touched(history, base, patches, lost)
    changed = {patch.path: _ranges(patch) for patch in patches if not patch.deleted}
    tiers = [tier for one in files for place in one.places if (tier := policy.tier_of(place))]
    commits = list(history.commits(history.commits_since(base)).values())
    return Proposal(
        base,
        head,
        files,
        names_of(author) | _authors(history, base, commits),
        blast_of(changed, repository, tiers),
        tuple(_judges(history, base, settings, [name for one in files for name in (one.path, one.was)])),
        _shortened([*_suppressions(history, changed), *_called_generated(history, base, patches)]),
        tuple(findings),
        _shortened(_unseen(history, changed)),
        bool(author),
    )


def reviewed_as(history: History, base: str) -> frozenset[str]:
    """The commits that a review may name. A platform checks out a merge that it made by itself for every
    request; reviewers saw its second parent, which is all of it where the merge brings no line of its own."""
    head = history.head
    parents = history.commits([head])[head].parents
    if len(parents) != 2 or parents[0] != base:
        return frozenset([head])
    ((raw, lost),) = history.patches([head], merges=True)
    own = lost or any(map(_has_lines_of_its_own, parse(raw)))
    return frozenset([head] if own else [head, parents[1]])


def _has_lines_of_its_own(patch: FilePatch) -> bool:
    """Does a merge's file hold a line that none of its parents has?"""
    new = [
        {line for one in side for line in range(one.new_start, one.new_start + one.new_size)}
        for side in patch.replaced
    ]
    return patch.binary or bool(new and set.intersection(*new))


def claims(history: History, base: str) -> list[Approval]:
    """The reviews that the change's own commits claim."""
    found: dict[str, Approval] = {}
    for commit in history.commits(history.commits_since(base)).values():
        told = review.of_commit(commit)
        for name in told.by if told.tier is Tier.NAMED else ():
            found[name] = Approval(name, names_of(name), claimed=True)
    return [found[name] for name in sorted(found)]


def _touched(
    history: History, base: str, patches: Sequence[FilePatch], lost: Sequence[str]
) -> tuple[Touched, ...]:
    counted = tally_range(history, base, history.head)
    names = {patch.path for patch in patches} | set(lost)
    was = {patch.path: patch.before[0] for patch in patches if patch.moved}
    found = []
    for path in sorted(names):
        labels: dict[str, int] = {}
        for group, lines in counted.files.get(path, {}).items():
            labels[group.label] = labels.get(group.label, 0) + lines
        found.append(Touched(path, labels, opaque=not labels, was=was.get(path, "")))
    return tuple(found)


def _ranges(patch: FilePatch) -> Ranges:
    replaced = patch.replaced[0] if patch.replaced else ()
    return ranges_of(
        line for one in replaced for line in range(one.new_start + 1, one.new_start + one.new_size + 1)
    )


def _authors(history: History, base: str, commits: Sequence[Commit]) -> frozenset[str]:
    """Every name of everybody who wrote, asked for, or made a commit, agents left out, and what the mailmap
    of either side calls them."""
    people = {
        person
        for commit in commits
        for person in (commit.author, commit.committer, *trailers.requesters(commit))
        if identity.is_person(person) and person.email.lower() != "noreply@github.com"
    }
    for revision in (base, history.head):
        people |= history.mapped(revision, people)
    return frozenset(name for person in people for name in names_of(*_aliases(person)))


def _aliases(person: Person) -> tuple[str, ...]:
    login = person.email.partition("@")[0].rpartition("+")[2]
    return person.name, person.email, login


# The judge's own books


def linter_at(history: History, revision: str) -> tuple[str, ...]:
    """What the project's linter leaves out, as of a commit."""
    return left_out_by_ruff(history.file_at(revision, "pyproject.toml") or b"")


def _config(history: History, revision: str) -> tuple[str, bytes | None]:
    found = history.blobs_at(revision, _CONFIGS)
    if "assay.toml" in found:
        return "assay.toml", found["assay.toml"]
    manifest = found.get("pyproject.toml", b"")
    return "pyproject.toml", manifest if b"tool.assay" in manifest else None


def _judges(history: History, base: str, settings: Settings, touched: Sequence[str]) -> Iterator[str]:
    before = _table(*_config(history, base))
    after = _table(*_config(history, history.head))
    for key in sorted(before.keys() | after.keys()):
        if before.get(key) != after.get(key):
            yield f"`{key}` of the settings; {_BASES}"
    if linter_at(history, base) != linter_at(history, history.head):
        yield f"what ruff leaves out; {_BASES}"
    named = {history.path_of_file(name) for name in (settings.baseline, settings.weights) if "." in name}
    packs = [*filter(None, map(history.path_of_file, settings.rule_paths))]
    for path in sorted({*filter(None, touched)}):
        attributes = path.rpartition("/")[2] == ".gitattributes"
        if attributes or path in _JUDGES or path in named:
            yield f"{path}; {_BASES}"
        elif any(matches(path, pack) for pack in packs):
            yield f"{path}, a rule of the project's own"
        elif _RUNNERS.match(path) and _speaks_of_us(history, base, path):
            yield f"{path}, which runs it"


def _speaks_of_us(history: History, base: str, path: str) -> bool:
    sides = (history.file_at(revision, path) or b"" for revision in (base, history.head))
    return any(_OWN_NAME in content for content in sides)


def _table(name: str, content: bytes | None) -> Mapping[str, Any]:
    try:
        return table_of(name, content)
    except UsageError:
        return {"(not valid TOML)": ""}


def _suppressions(history: History, changed: Mapping[str, Ranges]) -> Iterator[str]:
    """The comments that silence a checker, among the lines that the change brings."""
    contents = history.blobs_at(history.head, changed)
    for path in sorted(contents):
        lines = lines_of(contents[path])
        for number in (n for start, end in changed[path] for n in range(start, end + 1)):
            match = _SUPPRESSION.search(lines[number - 1]) if number <= len(lines) else None
            if match:
                yield f"`{match['what'].decode().lower()}` at {path}:{number}"


def _called_generated(history: History, base: str, patches: Sequence[FilePatch]) -> Iterator[str]:
    """The files whose header calls them generated, and did not before: many rules do not speak there."""
    names = {one.path: one.before[0] for one in patches if not one.deleted and one.before}
    now, before = history.blobs_at(history.head, names), history.blobs_at(base, filter(None, names.values()))
    for path, was in sorted(names.items()):
        if _calls_itself_generated(path, now.get(path)) and not _calls_itself_generated(was, before.get(was)):
            yield f"a header that calls {path} generated"


def _calls_itself_generated(path: str, content: bytes | None) -> bool:
    head = (content or b"")[:4000].decode("utf-8", "replace")
    return role_of(path, head) == "generated" != role_of(path)


def _unseen(history: History, changed: Mapping[str, Ranges]) -> Iterator[str]:
    """What the change brings and nobody can look into, and files on disk that are not what is judged."""
    for path, mode in sorted(history.modes(history.head, changed).items()):
        if mode in _KINDS:
            yield f"{path} {_KINDS[mode]}"
    for path in history.unclean():
        yield f"{path} is not on disk as it was committed: findings speak of what is on disk"


def _shortened(said: Iterable[str]) -> tuple[str, ...]:
    """The first of them, and how many more there are."""
    every = list(said)
    more = len(every) - _MOST_NAMED
    return (*every[:_MOST_NAMED], *([f"{more} more of this kind"] if more > 0 else []))


def reviews_file(history: History, name: str) -> str:
    """The text of an exported list of reviews.

    Raises:
        UsageError: it cannot be read, or it is part of the repository, where the change could write it.
    """
    file = Path(name)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--reviews {name}: {getattr(error, 'strerror', error)}") from error
    path = history.path_of_file(name)
    try:
        tracked = bool(path) and history.file_at(history.head, path) is not None
    except GitError:
        return text
    if tracked:
        raise UsageError(
            f"--reviews {name}: the file is part of the repository, so the change could write it"
        )
    return text
