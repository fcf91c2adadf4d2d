"""The ledger: whatever is done to its entries, `verify` names it."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
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


# Two chains, joined


def beside(length: int = 12, common: int = 6, other: int = 4) -> list[Entry]:
    """A ledger of `length` entries, with those of another that left it after `common`, joined by one more."""
    here, there = chain(length), chain(common)
    for number in range(other):
        there.append(seal([], {"theirs": number}, there[-1]))
    new = [Entry(name_of(common + 1 + n, one.digest), one.raw) for n, one in enumerate(there[common:])]
    join = seal([], {"joins": [there[-1].digest]}, here[-1])
    return sorted([*here, *new, join], key=lambda entry: entry.name)


JOINED = beside()


def test_two_chains_that_were_joined_verify() -> None:
    assert verify(JOINED, JOINED[-1].digest) == []


def test_a_thousand_edits_drops_and_swaps_of_joined_chains() -> None:
    draw = random.Random(7)
    anchor = JOINED[-1].digest
    for _ in range(1000):
        kind = draw.choice(["edit", "drop", "swap", "reseal"])
        entries = list(JOINED)
        at = draw.randrange(len(entries))
        if kind == "edit":
            raw = bytearray(entries[at].raw)
            raw[draw.randrange(len(raw))] ^= 1 << draw.randrange(8)
            entries[at] = Entry(entries[at].name, bytes(raw))
        elif kind == "drop":
            del entries[at]
        elif kind == "reseal":
            again = sealed_again(entries[at], None)
            entries[at] = Entry(entries[at].name, again.raw)
        else:
            other = draw.choice([n for n in range(len(entries)) if n != at])
            one, two = entries[at], entries[other]
            entries[at], entries[other] = Entry(one.name, two.raw), Entry(two.name, one.raw)
        assert verify(entries, anchor), (kind, at)


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


# Several people


def clone(repository: Repository, folder: Path) -> Repository:
    other = Repository(folder)
    for key, value in (("user.name", "Grace"), ("user.email", "grace@example.org")):
        other.git("config", key, value)
    other.git("fetch", "-q", str(repository.root), "+refs/*:refs/*", "--update-head-ok")
    other.git("checkout", "-q", "-f", "topic")
    return other


def test_what_two_people_recorded_at_once_is_merged(
    assay: Assay, recorded: tuple[Repository, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    here, _ = recorded
    there = clone(here, tmp_path_factory.mktemp("clone"))
    for repository in (here, there):
        run = assay(
            "ledger",
            "record",
            "main",
            "--no-cache",
            "--at",
            f"2026-04-0{1 if repository is here else 2}T00:00:00Z",
            cwd=repository.root,
        )
        assert run.code == 0, run.err
    here.git("fetch", "-q", str(there.root), "refs/assay/ledger:refs/assay/remotes/origin")
    behind = assay("ledger", "verify", cwd=here.root)
    assert behind.code == 1
    assert "refs/assay/remotes/origin has what this ledger has not" in behind.out

    joined = assay(
        "ledger", "merge", "refs/assay/remotes/origin", "--at", "2026-05-01T00:00:00Z", cwd=here.root
    )
    assert joined.code == 0, joined.err
    verified = assay("ledger", "verify", cwd=here.root)
    assert (verified.code, verified.out, verified.err) == (0, "", "6 entries, as recorded\n")
    lines = assay("ledger", "export", cwd=here.root).out.splitlines()
    assert [json.loads(line)["predicate"]["number"] for line in lines] == [1, 2, 3, 4, 4, 5]
    assert len(here.git("rev-list", "--parents", "-1", "refs/assay/ledger").split()) == 3

    # The other side only follows, and both go on from there.
    there.git("fetch", "-q", str(here.root), "refs/assay/ledger:refs/assay/remotes/origin")
    assert assay("ledger", "merge", "refs/assay/remotes/origin", cwd=there.root).out == joined.out
    assert assay("ledger", "record", "main", "--no-cache", cwd=there.root).out.startswith("00000006 ")
    assert assay("ledger", "verify", cwd=there.root).code == 0


def test_a_merge_that_drops_an_entry_is_named(
    assay: Assay, recorded: tuple[Repository, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    here, anchor = recorded
    there = clone(here, tmp_path_factory.mktemp("clone"))
    assert assay("ledger", "record", "main", "--no-cache", cwd=there.root).code == 0
    here.git("fetch", "-q", str(there.root), "refs/assay/ledger:refs/heads/theirs")
    tree = here.git("rev-parse", f"{anchor}^{{tree}}")
    people = here.people("A <a@b>")
    forged = here.git("commit-tree", tree, "-p", anchor, "-p", "theirs", "-m", "x", **people)
    here.git("update-ref", "refs/assay/ledger", forged)
    run = assay("ledger", "verify", cwd=here.root)
    assert run.code == 1
    assert run.out == f"entry 4: was dropped by the ledger's commit {forged[:12]}\n"


def test_a_broken_ledger_is_not_merged(assay: Assay, recorded: tuple[Repository, str]) -> None:
    here, anchor = recorded
    empty = here.git("mktree", stdin="")
    people = here.people("A <a@b>")
    apart = here.git("commit-tree", empty, "-m", "x", **people)
    blob = here.git("hash-object", "-w", "--stdin", stdin="{}")
    tree = here.git("mktree", stdin=f"100644 blob {blob}\t00000001.json\n")
    apart = here.git("commit-tree", tree, "-p", apart, "-m", "x", **people)
    run = assay("ledger", "merge", apart, cwd=here.root)
    assert run.code == 2
    assert "is no statement of this ledger" in run.err
    assert here.git("rev-parse", "refs/assay/ledger") == anchor


# Signed


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """Makes a signing key the user's own; the file of those who may sign with it."""
    if shutil.which("ssh-keygen") is None:
        pytest.skip("ssh-keygen is not installed")
    folder = tmp_path_factory.mktemp("keys")
    made = folder / "id"
    asked = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "ada@example.org", "-f", str(made)]
    subprocess.run(asked, check=True)
    public = made.with_suffix(".pub").read_text(encoding="ascii")
    (folder / "signers").write_text(f"ada@example.org {public}", encoding="ascii")
    config = folder / "config"
    config.write_text(f"[gpg]\n\tformat = ssh\n[user]\n\tsigningKey = {made}.pub\n", encoding="utf-8")

    def use() -> Path:
        # Only now: other fixtures empty the environment.
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
        return folder / "signers"

    return use


def signed(assay: Assay, repository: Repository) -> str:
    run = assay("ledger", "record", "main", "--no-cache", "--sign", cwd=repository.root)
    assert run.code == 0, run.err
    return run.out.split()[2]


def test_a_signed_ledger_verifies_and_a_rewritten_one_does_not(
    assay: Assay, recorded: tuple[Repository, str], key: Callable[[], Path]
) -> None:
    repository, _ = recorded
    repository.git("update-ref", "-d", "refs/assay/ledger")
    signers = key()
    tip = signed(assay, repository)
    signed(assay, repository)
    run = assay("ledger", "verify", "--signers", str(signers), cwd=repository.root)
    assert (run.code, run.out) == (0, "")

    # Somebody writes the whole of it anew, every digest right, and has no key.
    repository.git("update-ref", "refs/assay/ledger", tip)
    repository.git("update-ref", "-d", "refs/assay/ledger")
    for _ in range(2):
        assert assay("ledger", "record", "main", "--no-cache", cwd=repository.root).code == 0
    assert assay("ledger", "verify", cwd=repository.root).code == 0
    run = assay("ledger", "verify", "--signers", str(signers), cwd=repository.root)
    assert run.code == 1
    assert len([line for line in run.out.splitlines() if "the signature of the ledger's commit" in line]) == 2


def test_a_key_that_may_not_sign_is_named(
    assay: Assay, recorded: tuple[Repository, str], key: Callable[[], Path], tmp_path: Path
) -> None:
    repository, _ = recorded
    repository.git("update-ref", "-d", "refs/assay/ledger")
    key()
    signed(assay, repository)
    nobody = tmp_path.parent / "nobody"
    nobody.write_text("", encoding="ascii")
    assert assay("ledger", "verify", "--signers", str(nobody), cwd=repository.root).code == 1


def test_what_the_repository_configures_signs_nothing(
    assay: Assay, recorded: tuple[Repository, str], key: Callable[[], Path], tmp_path: Path
) -> None:
    """A stranger's `.git/config` names a program for signatures: it is never started."""
    repository, _ = recorded
    trap = tmp_path.parent / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path.parent}/sprung\n", encoding="ascii")
    trap.chmod(0o755)
    for name in ("gpg.program", "gpg.ssh.program", "gpg.ssh.defaultKeyCommand"):
        repository.git("config", name, str(trap))
    signers = key()
    signed(assay, repository)
    assay("ledger", "verify", "--signers", str(signers), cwd=repository.root)
    assert not (tmp_path.parent / "sprung").exists()


def test_without_a_key_of_ones_own_nothing_is_signed(assay: Assay, recorded: tuple[Repository, str]) -> None:
    repository, anchor = recorded
    repository.git("config", "user.signingKey", "/etc/hostname")
    run = assay("ledger", "record", "main", "--no-cache", "--sign", cwd=repository.root)
    assert run.code == 2
    assert "there is no key to sign with" in run.err
    assert repository.git("rev-parse", "refs/assay/ledger") == anchor
