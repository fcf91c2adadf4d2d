"""The judge's own books that are files: the baseline and the weights.

Where a change is judged, a book that lies in the repository is read as of the base: a change that could
write down its own findings as known, or its own weights, would judge itself.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import field
from pathlib import Path

from scanner.change import Change
from scanner.finding import Finding, Notice
from scanner.frozen import frozen
from scanner.history import GitError, History, NoHistory
from scanner.settings import Settings, UsageError
from scanner.weigh import Weights, load_weights

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

    def notices(self) -> tuple[Notice, ...]:
        """What a reader must know: a book that the change edits was read as it was before."""
        return tuple(self._edited())

    def _edited(self) -> Iterator[Notice]:
        for name in (self.settings.baseline, self.settings.weights):
            of_base = self._of_base(name) if name and name not in _NO_FILES else None
            if of_base is None or not isinstance(self.history, History):
                continue
            path = self.history.path_of_file(name)
            if self.history.read(path) != of_base:
                yield Notice(f"this change edits its own judge: {path}; the base's is used", path)

    def _of_base(self, name: str) -> bytes | None:
        if name not in self._read:
            self._read[name] = self._before(name)
        return self._read[name]

    def _before(self, name: str) -> bytes | None:
        """The file as of the base, empty where the base has none; None where no change can have written it:
        there is no change, or the file is none of the repository's."""
        if self.settings.mode != "diff" or self.change is None or not isinstance(self.history, History):
            return None
        path = self.history.path_of_file(name)
        if not path:
            return None
        try:
            before = self.history.file_at(self.change.base, path)
            if before is None and path not in self.history.tracked_blobs():
                return None
        except GitError as error:
            raise UsageError(f"{name}: it could not be read as of the base: {error}") from error
        return before or b""
