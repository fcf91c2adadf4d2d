"""A change lowers the coverage that the project asks of itself, or stops asking.

`fail_under` of coverage.py in pyproject.toml, .coveragerc, setup.cfg or tox.ini, and `--cov-fail-under` in
the options of pytest, in workflows, Makefiles and scripts. Seen: from 80 % to 58 %, and from there to 57 %.
"""

import re
from collections.abc import Iterator

from scanner.change import Change, ChangedFile
from scanner.lazily import regex
from scanner.rule import ChangeRule, Confidence, Finding, Place, Severity

# A key of coverage.py's own settings at the start of a line, or the option of pytest-cov
THRESHOLD = regex(
    rb"^[ \t]*fail_under[ \t]*=[ \t]*[\"']?(\d+(?:\.\d+)?)|--(?:cov-)?fail-under[= ]+(\d+(?:\.\d+)?)",
    re.MULTILINE,
)
SPEAKS = regex(rb"--(?:cov-)?fail-under|fail_under")


class LoweredCoverageThreshold(ChangeRule):
    message = "the coverage that `{file}` asks for goes from {before} to {after}"
    why = "New code without tests fails the threshold, and the threshold is one line."
    instead = "Test what is new; where the old figure was wrong, lower it in a change of its own."
    severity, confidence, family = Severity.MEDIUM, Confidence.HIGH, "tests"
    evidence = ("E35",)
    languages = ("python", "manifest", "ini", "yaml", "makefile", "shell")
    paths = (("yaml", ".github/workflows/*"), ("yaml", ".gitlab-ci.yml"), ("yaml", ".pre-commit-config.yaml"))

    def check(self, change: Change) -> Iterator[Finding]:
        asked = [_highest(file.after) for file in change.files]
        for file, now in zip(change.files, asked, strict=True):
            before = _highest(file.before)
            if before is None or _is_python(file) or not _is_lowered(before, now, asked):
                continue
            after = "nothing" if now is None else f"{now:g} %"
            yield self.at(
                file.path if file.after is not None else _other(change, file),
                _place(file.after),
                "",
                file=file.path,
                before=f"{before:g} %",
                after=after,
            )


def _is_python(file: ChangedFile) -> bool:
    return file.path.endswith((".py", ".md", ".rst"))


def _is_lowered(before: float, now: float | None, asked: list[float | None]) -> bool:
    """Is less asked now, here? A threshold that moved to another file of the change is still there."""
    if now is not None:
        return now < before
    return not any(other is not None and other >= before for other in asked)


def _highest(data: bytes | None) -> float | None:
    """The highest threshold that a file names."""
    if data is None or SPEAKS.search(data) is None:
        return None
    return max((float(one or other) for one, other in THRESHOLD.findall(data)), default=None)


def _place(data: bytes | None) -> Place:
    """Where the threshold is written now; where it is gone, the options of pytest, or the top of the file."""
    found = THRESHOLD.search(data or b"") or re.search(rb"^[ \t]*addopts.*", data or b"", re.MULTILINE)
    if found is None or data is None:
        return Place(1, 1, 1, 1)
    line = data.count(b"\n", 0, found.start()) + 1
    start = found.start() - (data.rfind(b"\n", 0, found.start()) + 1)
    return Place(line, start + 1, line, start + 1 + found.end() - found.start())


def _other(change: Change, file: ChangedFile) -> str:
    """A file that is still there, for a finding about one that is not."""
    return next((other.path for other in change.files if other.after is not None), file.path)
