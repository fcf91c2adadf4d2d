"""The ledger: whatever is done to its entries, `verify` names it."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Run
from repositories import CLAUDE, Repository

from scanner.ledger import Entry, name_of, seal, verify

Assay = Callable[..., Run]


def chain(length: int) -> list[Entry]:
    entries: list[Entry] = []
    for number in range(length):
        subject = {"name": "change", "digest": {"gitCommit": f"{number:040x}"}}
        entries.append(seal([subject], {"verdict": number % 2 == 0}, entries[-1] if entries else None))
    return entries


def numbers(entries: list[Entry], anchor: str = "") -> set[int]:
    return {problem.number for problem in verify(entries, anchor)}


def sealed_again(entry: Entry, before: Entry | None) -> Entry:
    """An entry with another verdict and every digest of its own put right."""
    statement = json.loads(entry.raw)
    predicate = {k: v for k, v in statement["predicate"].items() if k not in ("number", "previous", "digest")}
    return seal(statement["subject"], {**predicate, "verdict": "another"}, before)


WHOLE = chain(12)
ANCHOR = WHOLE[-1].digest


def test_what_was_recorded_verifies() -> None:
    assert verify(WHOLE, ANCHOR) == []
    assert verify([]) == []


def test_a_thousand_edits_drops_and_swaps() -> None:
    draw = random.Random(6)
    for _ in range(1000):
        kind = draw.choice(["edit", "drop", "swap", "reseal"])
        entries = list(WHOLE)
        at = draw.randrange(len(entries))
        if kind == "edit":
            raw = bytearray(entries[at].raw)
            raw[draw.randrange(len(raw))] ^= 1 << draw.randrange(8)
            entries[at] = Entry(entries[at].name, bytes(raw))
            touched = {at + 1}
        elif kind == "drop":
            del entries[at]
            touched = {at + 1} if at + 1 < len(WHOLE) else {0}
        elif kind == "reseal":
            entries[at] = sealed_again(entries[at], entries[at - 1] if at else None)
            touched = {at + 1} if at + 1 < len(WHOLE) else {0}
        else:
            other = draw.choice([n for n in range(len(entries)) if n != at])
            one, two = entries[at], entries[other]
            entries[at], entries[other] = Entry(one.name, two.raw), Entry(two.name, one.raw)
            touched = {at + 1, other + 1}
        assert touched <= numbers(entries, ANCHOR), (kind, at)


def test_a_ledger_cut_short_needs_an_anchor() -> None:
    assert verify(WHOLE[:-1]) == []
    assert [str(problem) for problem in verify(WHOLE[:-1], ANCHOR)] == [
        f"the entry {ANCHOR[:16]} is not in the ledger: it was cut short or rewritten"
    ]


def test_a_rewritten_ledger_needs_an_anchor() -> None:
    rewritten: list[Entry] = []
    for entry in WHOLE:
        rewritten.append(sealed_again(entry, rewritten[-1] if rewritten else None))
    assert verify(rewritten) == []
    assert numbers(rewritten, ANCHOR) == {0}


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b"\xff", b'{"predicate": {}}', b"[" * 5000])
def test_what_is_no_statement_is_named(raw: bytes) -> None:
    entries = [*WHOLE[:3], Entry(name_of(4), raw), *WHOLE[4:]]
    assert 4 in numbers(entries)


def test_a_file_that_is_no_entry_is_named() -> None:
    assert [str(one) for one in verify([Entry("x.json", b"{}")])] == [
        "entry 1: its name, 'x.json', is no number"
    ]


# In a repository


@pytest.fixture
def recorded(assay: Assay, tmp_path: Path) -> tuple[Repository, str]:
    """A repository whose ledger has three entries; and the anchor that the last one printed."""
    repository = Repository(tmp_path)
    for key, value in (("user.name", "Ada"), ("user.email", "ada@example.org")):
        repository.git("config", key, value)
    repository.write("pyproject.toml", "[tool.assay]\nsemgrep = false\n")
    repository.commit("Start")
    repository.git("checkout", "-q", "-b", "topic")
    said = ""
    for number in range(3):
        repository.write(f"new_{number}.py", "x = 1\n")
        repository.commit(f"Add\n\n{CLAUDE}")
        run = assay("ledger", "record", "main", "--no-cache", "--at", "2026-03-01T12:00:00Z", cwd=tmp_path)
        assert run.code == 0, run.err
        said = run.out
    return repository, said.split()[2]


def test_entries_say_what_was_reviewed(assay: Assay, recorded: tuple[Repository, str]) -> None:
    repository, anchor = recorded
    run = assay("ledger", "export", cwd=repository.root)
    last = json.loads(run.out.splitlines()[-1])
    predicate = last["predicate"]
    assert last["subject"][0]["digest"]["gitCommit"] == repository.git("rev-parse", "HEAD")
    assert (predicate["number"], predicate["recorded"]) == (3, "2026-03-01T12:00:00Z")
    assert sorted(predicate["files"]) == ["new_0.py", "new_1.py", "new_2.py"]
    assert predicate["files"]["new_2.py"]["blob"] == repository.git("rev-parse", "HEAD:new_2.py")
    assert predicate["verdict"]["passed"] is False
    assert len(predicate["patchId"]) == 40
    verified = assay("ledger", "verify", "--anchor", anchor, cwd=repository.root)
    assert (verified.code, verified.out, verified.err) == (0, "", "3 entries, as recorded\n")


def test_nothing_but_the_ledger_is_written(recorded: tuple[Repository, str]) -> None:
    repository, _ = recorded
    refs = repository.git("for-each-ref", "--format=%(refname)").split()
    assert refs == ["refs/assay/ledger", "refs/heads/main", "refs/heads/topic"]
    assert repository.git("status", "--porcelain") == ""


def test_a_ledger_whose_ref_was_moved_back(assay: Assay, recorded: tuple[Repository, str]) -> None:
    repository, anchor = recorded
    repository.git("update-ref", "refs/assay/ledger", "refs/assay/ledger~1")
    assert assay("ledger", "verify", cwd=repository.root).code == 0
    run = assay("ledger", "verify", "--anchor", anchor, cwd=repository.root)
    assert run.code == 1
    assert run.out.splitlines()[-1] == "entry 3: was dropped since the anchor"


def test_an_entry_edited_by_a_later_commit(assay: Assay, recorded: tuple[Repository, str]) -> None:
    repository, anchor = recorded
    raw = repository.git("cat-file", "blob", "refs/assay/ledger:00000002.json")
    blob = repository.git("hash-object", "-w", "--stdin", stdin=raw.replace("12:00", "13:00") + "\n")
    listed = repository.git("ls-tree", "refs/assay/ledger")
    old = repository.git("rev-parse", "refs/assay/ledger:00000002.json")
    tree = repository.git("mktree", stdin=listed.replace(old, blob) + "\n")
    commit = repository.git("commit-tree", tree, "-p", anchor, "-m", "x", **repository.people("A <a@b>"))
    repository.git("update-ref", "refs/assay/ledger", commit)
    run = assay("ledger", "verify", "--anchor", anchor, cwd=repository.root)
    assert run.code == 1
    assert run.out.splitlines()[0] == "entry 2: was edited: its own digest does not fit"


def test_no_ledger(assay: Assay, tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    repository.commit("Start")
    assert assay("ledger", "verify", cwd=tmp_path).code == 0
    assert assay("ledger", "verify", "--anchor", "a" * 40, cwd=tmp_path).code == 1
