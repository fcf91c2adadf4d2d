"""What a run looks at: the tree, a diff, what is staged, or standard input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path

from scanner.change import Change, ChangedFile
from scanner.discover import Discovered, Wanted, discover, from_bytes, language_of, relative, too_large
from scanner.finding import Notice
from scanner.frozen import frozen
from scanner.history import NOT_A_REPOSITORY, GitError, History, NoHistory, StagedFile
from scanner.settings import Settings, UsageError

# Where a branch usually came from, best first.
_BASES = ("@{upstream}", "origin/HEAD", "origin/main", "origin/master", "main", "master")


@frozen
class Sources:
    """The files of a run, and the change that findings are held against, if there is one.

    `others` are tracked files that the run does not read: path → id of their blob, by which the cache may
    know what they tell. `whole` says that no file of the tree is missing: only then may a rule conclude
    from what it does not see. `mode` is the settings' own, or what became of it.
    """

    found: Discovered
    mode: str
    change: Change | None = None
    base: str = ""
    others: Mapping[str, str] = field(default_factory=dict)
    whole: bool = False


def read(
    settings: Settings,
    history: History | NoHistory,
    wanted: Wanted,
    stdin: bytes = b"",
    *,
    before: bool = True,
) -> Sources:
    """Read what the settings name. `before` says that some rule asks for the old side of a change.

    Raises:
        UsageError: a path that is not there, or a mode that needs a history where there is none.
    """
    if settings.mode == "stdin":
        return Sources(from_bytes(settings, {_name_of_stdin(settings): stdin}, wanted), "stdin")
    if isinstance(history, NoHistory):
        if settings.mode != "tree" and not (settings.hook and settings.paths):
            raise UsageError(f"--{settings.mode} needs a git repository: {history}")
        # A folder that is no repository is nothing to speak of; each finding says that its origin is unknown.
        plain = history.reason == NOT_A_REPOSITORY
        notices = () if plain else (Notice(f"no history is read: {history}"),)
        return _tree(settings, None, wanted, *notices)
    try:
        if settings.mode == "staged":
            return _staged(settings, history, wanted, before=before)
        if settings.mode == "diff":
            return _diff(settings, history, wanted, before=before)
    except GitError as error:
        raise UsageError(f"--{settings.mode}: {error}") from error
    try:
        return _tree(settings, history.tracked_files(), wanted)
    except GitError as error:
        return _tree(settings, None, wanted, Notice(f"git's list of files could not be read: {error}"))


def _tree(settings: Settings, tracked: list[str] | None, wanted: Wanted, *notices: Notice) -> Sources:
    found = discover(settings, tracked, wanted)
    if not found.files and not found.unreadable:
        notices = (*notices, Notice("nothing to scan: no Python file was found"))
    return Sources(replace(found, notices=(*found.notices, *notices)), "tree", whole=not _asked(settings))


def _asked(settings: Settings) -> tuple[str, ...]:
    """The paths of the command line, relative to the root; none where the root itself is among them."""
    asked = tuple(relative(settings.root, path) for path in settings.paths)
    return () if "" in asked else asked


def _name_of_stdin(settings: Settings) -> str:
    """The name that standard input is given, relative to the root where it lies below it."""
    try:
        return Path(settings.stdin_filename).absolute().relative_to(settings.root).as_posix()
    except ValueError:
        return Path(settings.stdin_filename).as_posix().lstrip("/")


def _staged(settings: Settings, history: History, wanted: Wanted, *, before: bool) -> Sources:
    """What is staged, as it is staged, whatever the working tree holds. A hook that is given files that
    are not staged (`pre-commit run --all-files`, `--from-ref`) scans what it is given: never nothing."""
    asked = _asked(settings)
    entries = history.staged()
    staged = [entry for entry in entries if not entry.gone]
    if settings.hook and not set(asked) <= {entry.path for entry in staged}:
        return _tree(settings, history.tracked_files(), wanted)
    if asked:
        below = tuple(f"{one}/" for one in asked)
        staged = [entry for entry in staged if entry.path in asked or entry.path.startswith(below)]
    if not staged:
        return Sources(Discovered((), notices=(Notice("nothing is staged"),)), "staged")
    gone = [entry for entry in entries if entry.gone and _is_read(entry.path, settings, wanted)]
    limit = settings.max_bytes
    change = _change_of((*staged, *gone) if before else staged, history, limit, before=before)
    blobs = {file.path: file.after for file in change.files if file.after is not None}
    index = history.tracked_blobs()
    others = {path: blob for path, blob in index.items() if path not in blobs and not settings.excludes(path)}
    found = from_bytes(settings, blobs, wanted)
    large = tuple(
        too_large(entry.path, limit)
        for entry in staged
        if entry.path in others and wanted.covers(entry.path, language_of(entry.path))
    )
    return Sources(replace(found, unreadable=(*found.unreadable, *large)), "staged", change, others=others)


def _is_read(path: str, settings: Settings, wanted: Wanted) -> bool:
    return wanted.covers(path, language_of(path)) and not settings.excludes(path)


def _change_of(entries: Sequence[StagedFile], history: History, limit: int, *, before: bool) -> Change:
    """What is staged, with the old side where that is asked for."""
    ids = [entry.blob for entry in entries] + [entry.old_blob for entry in entries if before]
    contents = dict(history.blobs(filter(None, ids), limit=limit))
    lines = history.changed_lines(None, staged=True)
    files = [
        ChangedFile(
            entry.path,
            contents.get(entry.old_blob) if before else None,
            contents.get(entry.blob),
            lines.get(entry.path, ()),
            entry.old_path if before and entry.old_path != entry.path else "",
        )
        for entry in entries
        # What is no regular file, or too large, takes no part.
        if contents.get(entry.old_blob if entry.gone else entry.blob) is not None
    ]
    return Change(tuple(sorted(files, key=lambda file: file.path)), history.head)


def _diff(settings: Settings, history: History, wanted: Wanted, *, before: bool) -> Sources:
    """The whole tree, held against the lines that changed since the merge base."""
    ref = settings.diff_base or _usual_base(history)
    base = history.merge_base(ref)
    tree = _tree(settings, history.tracked_files(), wanted)
    lines = history.changed_lines(ref, staged=False)
    now = {file.path: file.data for file in tree.found.files}
    # What no rule reads takes no part: it is neither new nor deleted.
    change = Change(
        tuple(ChangedFile(path, None, now[path], lines[path]) for path in sorted(lines) if path in now), base
    )
    if before:
        change = _with_before(change, settings, history, wanted)
    return replace(tree, mode="diff", change=change, base=ref)


def _with_before(change: Change, settings: Settings, history: History, wanted: Wanted) -> Change:
    """A change with the old side of its files, and with those that it deletes."""
    moves = history.moves(change.base, staged=False)
    gone = [path for path in moves.deleted if _is_read(path, settings, wanted)]
    named = {file.path: moves.renamed.get(file.path, file.path) for file in change.files}
    old = history.blobs_at(change.base, [*named.values(), *gone], limit=settings.max_bytes)
    files = [
        replace(file, before=old.get(was), old_path="" if was == file.path else was)
        for file in change.files
        for was in (named[file.path],)
    ]
    files += [ChangedFile(path, old[path], None) for path in gone if path in old]
    return replace(change, files=tuple(sorted(files, key=lambda file: file.path)))


def _usual_base(history: History) -> str:
    for ref in _BASES:
        try:
            history.merge_base(ref)
        except GitError:
            continue
        return ref
    raise UsageError(
        f"--diff: this branch has no upstream, and there is none of {', '.join(_BASES[1:])}; name a base"
    )
