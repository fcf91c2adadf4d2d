"""Terminal output as a picture: `assay scan --color always PATH | python benchmarks/picture.py > out.svg`.

Needs rich, which semgrep brings along. `--lines N` keeps the first N lines (default 48).
"""

from __future__ import annotations

import argparse
import io
import sys

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text


def picture(output: str, command: str) -> str:
    """An SVG of a terminal that shows `output` after `command`."""
    width = max(60, *(Text.from_ansi(line).cell_len for line in output.splitlines()))
    console = Console(
        record=True,
        width=width,
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        legacy_windows=False,
    )
    console.print(Text.assemble(("$ ", "dim"), command, "\n"), soft_wrap=True)
    console.print(Text.from_ansi(output), soft_wrap=True)
    return console.export_svg(title="assay", theme=MONOKAI, unique_id="assay")


def main() -> None:
    """Standard input to standard output."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=48)
    parser.add_argument("--command", default="assay scan")
    asked = parser.parse_args()
    lines = sys.stdin.read().splitlines()[: asked.lines]
    sys.stdout.write(picture("\n".join(lines), asked.command))


if __name__ == "__main__":
    main()
