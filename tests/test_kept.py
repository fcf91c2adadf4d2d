"""What is kept of our own files: right whatever happens to them, and to what was kept."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from scanner.kept import digests, kept


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    folder = tmp_path / "state" / "assay"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def code(tmp_path: Path) -> Path:
    folder = tmp_path / "code"
    for name, text in {"one.py": "1\n", "inner/two.py": "2\n", "table.toml": "", "notes.md": "x\n"}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def _true(folder: Path, *names: str) -> dict[str, str]:
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}


def test_digests_are_those_of_the_contents_before_and_after_an_edit(state: Path, code: Path) -> None:
    for _ in range(2):
        assert digests(code, (".py", ".toml")) == _true(code, "inner/two.py", "one.py", "table.toml")
    assert len(list(state.iterdir())) == 1

    (code / "one.py").write_text("1 + 1\n", encoding="utf-8")
    (code / "three.py").write_text("3\n", encoding="utf-8")

    assert digests(code, (".py",)) == _true(code, "inner/two.py", "one.py", "three.py")


@pytest.mark.parametrize("damage", ["", "[[", "\x00\xff"])
def test_what_is_damaged_is_made_anew(state: Path, code: Path, damage: str) -> None:
    true = digests(code, (".py",))
    for file in state.iterdir():
        file.write_text(damage, encoding="latin-1")

    assert digests(code, (".py",)) == true


def test_without_a_folder_of_the_user_nothing_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "nowhere"))
    made: list[int] = []

    def make() -> list[int]:
        made.append(1)
        return made[:]

    assert (kept("rows", ["a"], make), kept("rows", ["a"], make)) == ([1], [1, 1])
    assert not (tmp_path / "nowhere").exists()
