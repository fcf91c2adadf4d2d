"""Terminal output as a picture: `assay scan --color always PATH | python benchmarks/picture.py > out.svg`.

Needs rich, which semgrep brings along.
"""

from __future__ import annotations

import argparse
import io
import re
import sys

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

WIDTH = 116  # columns; longer lines are wrapped
_WEB_FONT = re.compile(r"\s*@font-face \{.*?\n    \}", re.DOTALL)


def picture(output: str, command: str) -> str:
    """An SVG of a terminal that shows `output` after `command`; it loads nothing from anywhere."""
    console = Console(
        record=True,
        width=WIDTH,
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        legacy_windows=False,
    )
    console.print(Text.assemble(("$ ", "dim"), command, "\n"))
    console.print(Text.from_ansi(output))
    return _WEB_FONT.sub("", console.export_svg(title="assay", theme=MONOKAI, unique_id="assay"))


def main() -> None:
    """Standard input to standard output."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=40, help="keep the first N lines")
    parser.add_argument("--command", default="assay scan", help="what the picture shows as typed")
    asked = parser.parse_args()
    lines = sys.stdin.read().splitlines()[: asked.lines]
    sys.stdout.write(picture("\n".join(lines), asked.command))


if __name__ == "__main__":
    main()
