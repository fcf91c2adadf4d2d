"""The outputs: each format is one file with `render(report) -> str`."""

from __future__ import annotations

import importlib
from collections.abc import Callable

from scanner.weigh import Report

# Format → module; imported only when asked for, since some cost more to import than a hook may.
FORMATS = {
    "text": "scanner.report.text",
    "json": "scanner.report.json_",
    "sarif": "scanner.report.sarif",
    "github": "scanner.report.github",
    "markdown": "scanner.report.markdown",
}


def renderer(name: str) -> Callable[..., str]:
    """`render` of a format."""
    render: Callable[..., str] = importlib.import_module(FORMATS[name]).render
    return render


def render(report: Report, name: str) -> str:
    """The report in one of `FORMATS`."""
    return renderer(name)(report)
