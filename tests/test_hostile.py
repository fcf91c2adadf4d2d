"""Hostile repositories, each one attack. Whatever they try: nothing of theirs runs, nothing is written
but the cache and the named outputs, the scan ends, says what it must, and finds what it finds elsewhere.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hostile import attacks_of_code, attacks_of_files, attacks_of_git  # noqa: F401 - they register
from hostile.world import ATTACKS, SECRET, Attack, World, contents, new_world

_LIMIT = 300  # seconds; far more than any of them takes, it only ends a run that hangs
_ACTS = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e0fff]"
)
_CHECKOUT = Path(__file__).parent.parent
_OUTPUTS = ("json", "sarif", "github", "markdown")


def test_there_are_sixty_of_them() -> None:
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS) >= 60


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    yield new_world(tmp_path)
    # Some of these trees are too deep for anything written in Python to remove.
    subprocess.run(["rm", "-rf", str(tmp_path)], check=True)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_fails(attack: Attack, world: World) -> None:
    attack.build(world)
    before = contents(world.root)

    done = _scan(attack, world)

    assert not world.marker.exists(), "something of the repository ran"
    assert _written(before, contents(world.root), world) == []
    assert "Traceback" not in done.stderr
    assert done.returncode == attack.code, done.stderr
    assert attack.said in done.stderr
    _harmless(done.stdout, done.stderr, *(_output(world, name) for name in _OUTPUTS))
    assert "<img" not in re.sub(r"(`+)(?!`).*?\1", "", _output(world, "markdown")).replace("\\<", "")
    assert not _leaks(world, done)
    if attack.victim:
        found = json.loads(_output(world, "json"))["findings"]
        assert [
            (one["rule"], one["line"], one["column"]) for one in found if one["path"] == "shop/keys.py"
        ] == [("fallback-secret", 3, 7)]


def _scan(attack: Attack, world: World) -> subprocess.CompletedProcess[str]:
    """Run the command as installed: by a script in a folder of its own, inside the hostile tree."""
    script = world.root / "out" / "assay"
    script.write_text("import sys\nfrom scanner.cli import main\nmain()\n")
    outputs = [word for name in _OUTPUTS for word in ("-o", f"{name}={world.root}/out/{name}")]
    plain = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    extra = dict(attack.environment)
    path = f"{extra['PATH']}:{plain['PATH']}" if "PATH" in extra else plain["PATH"]
    imports = os.pathsep.join([str(_CHECKOUT), *([extra["PYTHONPATH"]] if "PYTHONPATH" in extra else [])])
    environment = {**plain, **extra, "PATH": path, "PYTHONPATH": imports}
    environment |= {"HOME": str(world.home), "TMPDIR": str(world.root / "temporary")}
    return subprocess.run(
        [sys.executable, str(script), "scan", "--no-semgrep", *outputs, *attack.arguments],
        cwd=world.tree,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",
        timeout=_LIMIT,
        check=False,
    )


def _written(before: dict[str, str], after: dict[str, str], world: World) -> list[str]:
    """What was made, changed or removed, where nothing may be."""
    allowed = (
        f"{world.root}/out/",
        f"{world.tree}/.assay_cache/",
        f"{world.home}/.local",
    )
    changed = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    return [name for name in changed if not name.startswith(allowed) and name != f"{world.tree}/.assay_cache"]


def _output(world: World, name: str) -> str:
    file = world.root / "out" / name
    return file.read_text(encoding="utf-8") if file.exists() else ""


def _harmless(*texts: str) -> None:
    for text in texts:
        assert _ACTS.search(text) is None
        assert not re.search(r"(?m)^ *::(?!(?:error|warning|notice) title=assay)", text)
        assert not re.search(r"##(?:vso)?\[", text)


def _leaks(world: World, done: subprocess.CompletedProcess[str]) -> list[str]:
    """Where a secret can be read that must not leave the code."""
    said = {"stdout": done.stdout, "stderr": done.stderr, **{name: _output(world, name) for name in _OUTPUTS}}
    cache = world.tree / ".assay_cache"
    if cache.is_dir() and not cache.is_symlink():
        said |= {file.name: file.read_bytes().decode("latin-1") for file in cache.iterdir() if file.is_file()}
    return [name for name, text in said.items() if SECRET in text or "hunter2" in text]
