"""What `peers.py` measured as tables and a plot: `figures.md`, `figures.svg`, the table in the README."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

_BLOCK = re.compile(r"(<!-- figures -->\n).*?(<!-- end of figures -->)", re.DOTALL)
_PICTURE = "![CPU seconds over lines of code, ours, the floor and the peers](benchmarks/figures.svg)"
_OURS = ("ast.parse", "cold", "warm")
_NAMES = {"ast.parse": "`ast.parse` of every file", "cold": "assay, cold", "warm": "assay, nothing changed"}
_Runs = Sequence[Sequence[float]]  # CPU seconds, wall seconds, megabytes
_Tree = Mapping[str, Any]


class Row(NamedTuple):
    """One bar of the design: what it is, the most that it may be, how it is reckoned from a tree, and from
    how many lines on it holds."""

    what: str
    bar: float
    value: Callable[[_Tree], float]
    form: str = "{:.2f}"
    lines: int = 0


def _cpu(tree: _Tree, name: str) -> float:
    return median(run[0] for run in tree["costs"][name])


def _wall(tree: _Tree, name: str) -> float:
    return median(run[1] for run in tree["costs"][name])


def _net(tree: _Tree, name: str) -> float:
    """Without what it costs to start."""
    return _cpu(tree, name) - _cpu(tree, "no file parsed" if name == "ast.parse" else "--version")


ROWS = (
    Row("hook, three files, wall s", 0.12, lambda tree: _wall(tree, "staged, known")),
    Row("hook, three files, CPU / `import click`", 3.0, lambda tree: _hook(tree, "staged, known")),
    Row("the same, contents never seen before, wall s", 0.12, lambda tree: _wall(tree, "staged, new")),
    Row("the same, CPU / `import click`", 3.0, lambda tree: _hook(tree, "staged, new")),
    Row("the same, with semgrep and provenance, wall s", 0.30, lambda tree: _wall(tree, "hook, all lanes")),
    Row(
        "cold scan from 200 KLOC on, CPU / `ast.parse`",
        2.5,
        lambda tree: _net(tree, "cold") / _net(tree, "ast.parse"),
        lines=200_000,
    ),
    Row(
        "the same, wall",
        1.5,
        lambda tree: _wall(tree, "cold") / _wall(tree, "ast.parse"),
        lines=200_000,
    ),
    Row("nothing changed / cold, CPU", 0.05, lambda tree: _net(tree, "warm") / _net(tree, "cold"), "{:.3f}"),
    Row("pull request, cold cache / cold, CPU", 1.3, lambda tree: _pull(tree)),
)


def _hook(tree: _Tree, name: str) -> float:
    return _cpu(tree, name) / _cpu(tree, "import click")


def _pull(tree: _Tree) -> float:
    return _net(tree, "pull request, cold") / _net(tree, "cold")


def write(data: Mapping[str, Any], folder: Path) -> None:
    """Write all that is made from the figures."""
    (folder / "figures.md").write_text(page(data), encoding="utf-8")
    (folder / "figures.svg").write_text(plot(data), encoding="utf-8")
    readme = folder.parent / "README.md"
    text = readme.read_text(encoding="utf-8")
    block = "\n".join([*bars(data), "", _PICTURE, ""])
    readme.write_text(_BLOCK.sub(lambda found: f"{found[1]}{block}{found[2]}", text), encoding="utf-8")


def page(data: Mapping[str, Any]) -> str:
    machine = data["machine"]
    return "\n".join(
        [
            "# Speed and memory",
            "",
            "Written by `peers.py`, from one run. Every figure is a median; CPU is user and system, memory "
            "the peak of all processes together.",
            f"{data['date']}, {machine['processor']}, {machine['cores']} cores, {machine['memory']}, "
            f"{machine['system']}, Python {machine['python']}, load {machine['load']} at the end.",
            "A busy machine moves wall times far, CPU by up to a third, and ratios little.",
            "",
            "## The bars",
            "",
            *bars(data),
            "",
            "## Beside the peers",
            "",
            "Each does another part of the work, so this says what a run costs, not which is better.",
            "",
            *_peers(data),
            "",
            "## Growth",
            "",
            *_growth(data),
            "",
            "![CPU seconds over lines of code](figures.svg)",
            "",
            "## Versions",
            "",
            ", ".join(f"{name} {version}" for name, version in data["versions"].items()),
            "",
        ]
    )


def bars(data: Mapping[str, Any]) -> list[str]:
    """Every bar for speed and memory, met or not."""
    trees = data["trees"]
    rows = [[row.what, f"≤ {row.bar:g}", *(_cell(row, tree) for tree in trees)] for row in ROWS]
    blank = [""] * (len(trees) - 1)
    steepest = max(slopes(data["growth"]), default=0.0)
    whole = data["growth"][-1]
    sizes = f"growth, steepest slope of a doubling, {_kloc(data['growth'][0])} to {_kloc(whole)}"
    rows.append([sizes, "≤ 1.1", *blank, _judged(steepest, 1.1, "{:.2f}")])
    peak = median(run[2] for run in whole["costs"]["cold"])
    rows.append([f"peak memory at {_kloc(whole)}, MB", "≤ 1200", *blank, _judged(peak, 1200, "{:.0f}")])
    return _table(["what", "bar", *(f"{tree['name']}, {_kloc(tree)}" for tree in trees)], rows)


def _cell(row: Row, tree: _Tree) -> str:
    value = row.value(tree)
    return _judged(value, row.bar, row.form) if tree["lines"] >= row.lines else row.form.format(value)


def slopes(growth: Sequence[_Tree]) -> list[float]:
    """Of each doubling, the exponent: 1 is linear."""
    return [
        math.log(_cpu(more, "cold") / _cpu(less, "cold")) / math.log(more["lines"] / less["lines"])
        for less, more in itertools.pairwise(growth)
    ]


def _judged(value: float, bar: float, form: str) -> str:
    shown = form.format(value)
    return shown if value <= bar else f"**{shown}**, not met"


def _peers(data: Mapping[str, Any]) -> list[str]:
    trees = data["trees"]
    names = [name for name in trees[0]["costs"] if name in _OURS or _is_peer(name)]
    head = ["CPU s, wall s, MB", *(f"{tree['name']}, {_kloc(tree)}" for tree in trees)]
    return _table(head, [[_NAMES.get(name, name), *_cells(name, data)] for name in names])


_OF_OURS = (
    "no file parsed|ast.parse|--version|cold|warm|one percent changed|import click|staged, new|staged, known"
    "|hook, all lanes|pull request, cold".split("|")
)


def _is_peer(name: str) -> bool:
    return name not in _OF_OURS


def _cells(name: str, data: Mapping[str, Any]) -> Iterable[str]:
    late = False
    for tree in data["trees"]:
        runs: _Runs | None = tree["costs"].get(name)
        if runs:
            cpu, wall, memory = (median(run[position] for run in runs) for position in range(3))
            yield f"{cpu:.2f}, {wall:.2f}, {memory:.0f}"
        else:
            yield "not tried" if late else f"not finished in {data['limit']:.0f} s"
            late = True


def _growth(data: Mapping[str, Any]) -> list[str]:
    rows = []
    for size, slope in zip(
        data["growth"], ["", *(f"{one:.2f}" for one in slopes(data["growth"]))], strict=True
    ):
        least, cold = _cpu(size, "ast.parse"), _cpu(size, "cold")
        memory = median(run[2] for run in size["costs"]["cold"])
        rows.append(
            [_kloc(size), f"{least:.2f}", f"{cold:.2f}", f"{cold / least:.2f}", slope, f"{memory:.0f}"]
        )
    return _table(["lines", "`ast.parse`, CPU s", "cold, CPU s", "ratio", "slope", "MB"], rows)


def _kloc(size: Mapping[str, Any]) -> str:
    return f"{size['lines'] / 1000:,.0f} KLOC"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return ["| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows)]


# The plot

_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _RIGHT, _TOP = 760, 460, 60, 50, 190, 20
_COLOURS = "#1b7f5c #888888 #c0392b #8e44ad #2c6fbb #d68910 #16a085 #7f8c8d #6e2c00 #b03a5b #4a5568".split()


def plot(data: Mapping[str, Any]) -> str:
    """CPU seconds over lines, both in decades: a line for each tool, over the trees that it finished."""
    lines = {
        "assay, cold": [(size["lines"], _cpu(size, "cold")) for size in data["growth"]],
        "ast.parse": [(size["lines"], _cpu(size, "ast.parse")) for size in data["growth"]],
    }
    for tree in data["trees"]:
        for name, runs in tree["costs"].items():
            if runs and _is_peer(name):
                lines.setdefault(name, []).append((tree["lines"], median(run[0] for run in runs)))
    points = [point for line in lines.values() for point in line]
    across = _scale([x for x, _ in points], _LEFT, _WIDTH - _RIGHT)
    up = _scale([y for _, y in points], _HEIGHT - _BOTTOM, _TOP)
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}" '
        'font-family="sans-serif" font-size="12" fill="#444444">',
        '<rect width="100%" height="100%" fill="white"/>',
        *_grid(across, up),
    ]
    labels: list[float] = []
    for (name, line), colour in zip(lines.items(), _COLOURS * 3, strict=False):
        where = [(across.at(x), up.at(y)) for x, y in line]
        width = 4 if name == "assay, cold" else 2
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in where)
        drawn.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}"/>')
        drawn += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{width}" fill="{colour}"/>' for x, y in where]
        x, y = where[-1]
        while any(abs(y - other) < 14 for other in labels):
            y -= 2
        labels.append(y)
        drawn.append(f'<text x="{x + 8:.1f}" y="{y + 4:.1f}" fill="{colour}">{name}</text>')
    return "\n".join([*drawn, "</svg>", ""])


class _Scale(NamedTuple):
    low: int  # decades
    high: int
    start: float
    end: float

    def at(self, value: float) -> float:
        return self.start + (math.log10(value) - self.low) / (self.high - self.low) * (self.end - self.start)


def _scale(values: Sequence[float], start: float, end: float) -> _Scale:
    return _Scale(math.floor(math.log10(min(values))), math.ceil(math.log10(max(values))), start, end)


def _grid(across: _Scale, up: _Scale) -> Iterable[str]:
    for decade in range(across.low, across.high + 1):
        x = across.at(10**decade)
        yield f'<line x1="{x:.1f}" y1="{up.start}" x2="{x:.1f}" y2="{up.end}" stroke="#dddddd"/>'
        yield f'<text x="{x:.1f}" y="{up.start + 18}" text-anchor="middle">{10**decade:,}</text>'
    for decade in range(up.low, up.high + 1):
        y = up.at(10**decade)
        yield f'<line x1="{across.start}" y1="{y:.1f}" x2="{across.end}" y2="{y:.1f}" stroke="#dddddd"/>'
        yield f'<text x="{across.start - 6}" y="{y + 4:.1f}" text-anchor="end">{10.0**decade:g}</text>'
    middle = (across.start + across.end) / 2
    yield f'<text x="{middle}" y="{up.start + 38}" text-anchor="middle">lines of Python</text>'
    yield f'<text x="{across.start}" y="{up.end - 6}">CPU seconds</text>'
