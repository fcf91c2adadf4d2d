"""The judge's own books that are files: the baseline, the weights, and what says which code is not the
project's own.

Where a change is judged, a book that lies in the repository is read as of the base: a change that could
write down its own findings as known, or its own weights, would judge itself.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import field
from pathlib import Path

from scanner.change import Change
from scanner.finding import Finding, Notice
from scanner.frozen import frozen
from scanner.history import GitError, History, NoHistory
from scanner.settings import Settings, UsageError, left_out_by_ruff, manifest_of
from scanner.weigh import Weights, load_weights

_MARKS = b"linguist-"
_EDITS = "this change edits its own judge"
_NO_FILES = ("none", "default")


@frozen
class Books:
    """The books of one run."""

    settings: Settings
    history: History | NoHistory
    change: Change | None
    _read: dict[str, bytes | None] = field(default_factory=dict, compare=False, repr=False)

    def baseline(self) -> frozenset[str]:
        """The fingerprints that are known already.

        Raises:
            UsageError: the file is missing, or is no baseline.
        """
        name = self.settings.baseline
        if not name:
            return frozenset()
        try:
            of_base = self._of_base(name)
            raw = Path(name).read_bytes() if of_base is None else of_base
            if not raw and of_base is not None:
                return frozenset()
            document = json.loads(raw.decode("utf-8"))
            return frozenset(entry["fingerprint"] for entry in document["findings"])
        except OSError as error:
            raise UsageError(f"--baseline {name}: {error.strerror}") from error
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise UsageError(
                f"--baseline {name}: not a baseline; write one with `assay baseline write`"
            ) from error

    def weights(self, findings: Collection[Finding]) -> Weights | None:
        """The weights of these findings; those of the package where the base has no such file yet. None
        where there is nothing to weigh, and no file that could be wrong.

        Raises:
            UsageError: as `load_weights`.
        """
        name = self.settings.weights
        if not findings and name in _NO_FILES:
            return None
        of_base = None if name in _NO_FILES else self._of_base(name)
        return load_weights("default") if of_base == b"" else load_weights(name, of_base)

    def left_out(self) -> tuple[str, ...]:
        """What the project tells its linter to pass by."""
        manifest = self._manifest()
        return left_out_by_ruff(manifest_of(self.settings.root) if manifest is None else manifest)

    def generated(self, folders: Sequence[str]) -> tuple[str, ...]:
        """Of folders that hold the mark of a generator, those that held it before the change."""
        before = self._before_change()
        if before is None:
            return tuple(folders)
        marks = [f"{folder}/.openapi-generator" for folder in folders]
        known = before.listing(self._base, marks) if marks else {}
        return tuple(
            folder
            for folder, mark in zip(folders, marks, strict=True)
            if any(p.startswith(mark) for p in known)
        )

    def marked(self) -> frozenset[str]:
        """The files that `.gitattributes` call generated or vendored (`linguist-generated`,
        `linguist-vendored`), as of the base, or of HEAD."""
        if not isinstance(self.history, History) or not self.history.head:
            return frozenset()
        # One look at the disk saves every other repository a call of git.
        if _MARKS not in (self.history.read(".gitattributes") or b""):
            return frozenset()
        rev = self._base if self._before_change() else self.history.head
        return self.history.with_attribute(rev, "linguist-generated", "linguist-vendored")

    def notices(self) -> tuple[Notice, ...]:
        """What a reader must know: a book that the change edits was read as it was before."""
        return tuple(self._edited())

    def _edited(self) -> Iterator[Notice]:
        manifest = self._manifest()
        if manifest is not None and self.left_out() != left_out_by_ruff(manifest_of(self.settings.root)):
            yield Notice(f"{_EDITS}: what ruff leaves out; the base's is used", "pyproject.toml")
        for name in (self.settings.baseline, self.settings.weights):
            of_base = self._of_base(name) if name and name not in _NO_FILES else None
            if of_base is None or not isinstance(self.history, History):
                continue
            path = self.history.path_of_file(name)
            if self.history.read(path) != of_base:
                yield Notice(f"{_EDITS}: {path}; the base's is used", path)

    def _manifest(self) -> bytes | None:
        return self._of_base(str(self.settings.root / "pyproject.toml"))

    @property
    def _base(self) -> str:
        return self.change.base if self.change else ""

    def _before_change(self) -> History | None:
        """The history, where a change is judged that is in it."""
        judging = self.settings.mode == "diff" and self.change is not None
        return self.history if judging and isinstance(self.history, History) else None

    def _of_base(self, name: str) -> bytes | None:
        if name not in self._read:
            self._read[name] = self._before(name)
        return self._read[name]

    def _before(self, name: str) -> bytes | None:
        """The file as of the base, empty where the base has none; None where no change can have written it:
        there is no change, or the file is none of the repository's."""
        history = self._before_change()
        if history is None:
            return None
        path = history.path_of_file(name)
        if not path:
            return None
        try:
            before = history.file_at(self._base, path)
            if before is None and path not in history.tracked_blobs():
                return None
        except GitError as error:
            raise UsageError(f"{name}: it could not be read as of the base: {error}") from error
        return before or b""
