"""Records of other tools: whogitit, entire.io, agentdiff's signatures, pull-request heads, working logs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from repositories import CLAUDE, GITHUB, GRACE, Repository

from scanner.finding import Finding, Location
from scanner.history import History
from scanner.provenance import Attribution, Provenance, attribute, blame_lines
from scanner.provenance.ed25519 import is_valid
from scanner.provenance.signatures import canonical


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository")


def lines(repository: Repository, path: str = "a.py") -> list[Provenance]:
    return [one.provenance for one in blame_lines(path, History.open(repository.root), environment={})]


def labels(repository: Repository, path: str = "a.py") -> list[str]:
    return [one.label.value for one in lines(repository, path)]


def asked(repository: Repository, line: int = 1, path: str = "a.py", **how: str) -> Attribution:
    finding = Finding("rule", Location(path, line))
    return attribute([finding], History.open(repository.root), environment={}, **how)


APART = "apart"


def put(repository: Repository, ref: str, files: Mapping[str, str]) -> None:
    """A commit of nothing but these files, on a ref of its own."""
    for path, text in files.items():
        blob = repository.git("hash-object", "-w", "--stdin", stdin=text)
        repository.git(
            "update-index", "--add", "--cacheinfo", f"100644,{blob},{path}", GIT_INDEX_FILE="apart"
        )
    tree = repository.git("write-tree", GIT_INDEX_FILE=APART)
    commit = repository.git("commit-tree", tree, "-m", "x", **repository.people("A <a@example.org>"))
    repository.git("update-ref", ref, commit)
    (repository.root / APART).unlink()


# whogitit


def whogitit(*lines: tuple[int, str, str], version: int = 2) -> str:
    told = [{"line_number": n, "content": text, "source": {"type": kind}} for n, text, kind in lines]
    return json.dumps(
        {
            "version": version,
            "session": {"model": {"id": "claude-opus-4-5-20251101", "provider": "anthropic"}},
            "prompts": [{"text": "a secret wish"}],
            "files": [{"path": "a.py", "lines": told}],
        }
    )


@pytest.mark.parametrize("ref", ["whogitit", "ai-blame"])
def test_whogitit_says_who_wrote_each_line(repository: Repository, ref: str) -> None:
    commit = repository.commit(a_py="one\ntwo\nthree\nfour\n")
    kinds = [(1, "one", "AI"), (2, "two", "AIModified"), (3, "three", "Human"), (4, "four", "Original")]
    repository.note(ref, commit, whogitit(*kinds))
    assert labels(repository) == ["ai", "mixed", "human", "no-evidence"]
    first = lines(repository)[0]
    assert (first.agent, first.model) == ("Claude Code", "claude-opus-4-5-20251101")
    assert first.evidence[0].where == f"refs/notes/{ref} on {commit[:12]}"


def test_a_line_of_whogitit_that_is_elsewhere_is_found_by_its_text(repository: Repository) -> None:
    commit = repository.commit(a_py="zero\none\ntwo\nsame\nsame\n")
    told = [(1, "one", "AI"), (2, "two", "Human"), (3, "same", "AI"), (9, "same", "Human"), (4, "x", "AI")]
    repository.note("whogitit", commit, whogitit(*told))
    assert labels(repository) == ["no-evidence", "ai", "human", "no-evidence", "no-evidence"]
    assert lines(repository)[1].confidence == 0.7


@pytest.mark.parametrize(
    "body",
    [
        "{}",
        "[]",
        "no json",
        whogitit(version=9),
        '{"version": 2, "session": {"model": {}}, "files": [{"path": "a.py", "lines": [{}]}]}',
        '{"version": 2, "session": {"model": {}}, "files": [1]}',
        "[" * 5000,
    ],
)
def test_a_broken_note_of_whogitit_is_named_and_its_lines_are_unknown(
    repository: Repository, body: str
) -> None:
    commit = repository.commit(a_py="one\n")
    repository.note("whogitit", commit, body)
    result = asked(repository)
    assert result.attributed[0].provenance.label.value == "unknown"
    assert f"refs/notes/whogitit on {commit[:12]} is no note of whogitit" in result.notices[0].text


# entire.io

CHECKPOINT = "Work\n\nEntire-Checkpoint: 0123456789ab"


def checkpoint(percent: float, **more: Any) -> dict[str, str]:
    told = {"agent_lines": percent, "agent_percentage": percent, **more}
    session = {"agent": "Claude Code", "files_touched": ["a.py"], "initial_attribution": told}
    return {"01/23456789ab/0/metadata.json": json.dumps(session), "01/23456789ab/0/prompt.txt": "secret"}


@pytest.mark.parametrize(
    ("percent", "more", "label"),
    [
        (100, {}, "ai"),
        (100, {"human_modified": 1}, "mixed"),
        (60, {"human_added": 4}, "mixed"),
        (0, {}, "no-evidence"),
    ],
)
def test_a_checkpoint_knows_better_than_its_trailer(
    repository: Repository, percent: float, more: dict[str, int], label: str
) -> None:
    repository.commit(CHECKPOINT, a_py="one\n", b_py="one\n")
    assert labels(repository) == ["mixed"]
    put(repository, "refs/remotes/origin/entire/checkpoints/v1", checkpoint(percent, **more))
    assert labels(repository) == [label]
    assert labels(repository, "b.py") == ["no-evidence"]


def test_a_checkpoint_does_not_silence_other_trailers(repository: Repository) -> None:
    repository.commit(f"{CHECKPOINT}\n{CLAUDE}", a_py="one\n")
    put(repository, "refs/heads/entire/checkpoints/v1", checkpoint(0))
    assert labels(repository) == ["ai"]


@pytest.mark.parametrize(
    "text",
    ["{}", "[]", "x", '{"files_touched": ["a.py"], "initial_attribution": {"agent_percentage": "much"}}'],
)
def test_a_broken_checkpoint_is_named(repository: Repository, text: str) -> None:
    repository.commit("Work", b_py="one\n")
    repository.commit(CHECKPOINT, a_py="one\n")
    put(repository, "refs/heads/entire/checkpoints/v1", {"01/23456789ab/0/metadata.json": text})
    result = asked(repository)
    assert "checkpoint 0123456789ab of" in result.notices[0].text
    assert result.attributed[0].provenance.label.value == "mixed"


# agentdiff. Key and signature were made by OpenSSL; the commit that they speak of is always the same.

PUBLIC = "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="
SIGNATURE = "T2HjfrIGeRzBXweUe8zpxuSB986+b0E+vW4FL8CKGIXLx9abeaJQQGKQCz04KM96D3volxGrCc1UB4TC9h24CA=="


def signed_record(revision: str, **more: Any) -> dict[str, Any]:
    talk = {
        "contributor": {"type": "ai", "model_id": "claude-opus-4-6"},
        "ranges": [{"start_line": 2, "end_line": 2}],
    }
    return {
        "version": "0.1.0",
        "id": "353633b0-1922-45c0-80b8-32ac3ce74e0d",
        "timestamp": "2026-04-14T10:18:33Z",
        "vcs": {"type": "git", "revision": revision},
        "tool": {"name": "claude-code"},
        "files": [{"path": "a.py", "conversations": [talk]}],
        "metadata": {"agentdiff": {"intent": 'schön \u2028 " \\ \t', "trust": 90}},
        "sig": {"alg": "ed25519", "key_id": "56475aa75463474c", "value": SIGNATURE},
        **more,
    }


def recorded(repository: Repository, *, key: str = PUBLIC, **more: Any) -> Attribution:
    commit = repository.commit(a_py="one\ntwo\n")
    record = {**signed_record(commit), **more}
    put(repository, "refs/agentdiff/meta", {"traces.jsonl": json.dumps(record) + "\n"})
    if key:
        put(repository, "refs/agentdiff/keys/56475aa75463474c", {"pub.key": key + "\n"})
    return asked(repository, 2)


def test_a_record_whose_signature_holds_is_signed(repository: Repository) -> None:
    found = recorded(repository)
    (evidence,) = found.attributed[0].provenance.evidence
    assert (evidence.proves.value, evidence.signed, evidence.confidence) == ("ai", True, 0.98)
    assert found.notices == ()
    assert labels(repository) == ["no-evidence", "ai"]


@pytest.mark.parametrize("change", [{"timestamp": "2026-04-14T10:18:34Z"}, {"tool": {"name": "cursor"}}])
def test_a_record_changed_after_it_was_signed_is_left_out(
    repository: Repository, change: dict[str, Any]
) -> None:
    found = recorded(repository, **change)
    assert found.attributed[0].provenance.evidence == ()
    assert "its signature does not fit" in found.notices[0].text


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"key": ""}, "its key is not here"),
        ({"key": "bm8ga2V5"}, "its key is not here"),
        ({"sig": {"alg": "rsa", "key_id": "56475aa75463474c"}}, "its algorithm is not known"),
    ],
)
def test_what_cannot_be_checked_is_never_signed(
    repository: Repository, how: dict[str, Any], why: str
) -> None:
    found = recorded(repository, **how)
    (evidence,) = found.attributed[0].provenance.evidence
    assert (evidence.proves.value, evidence.signed) == ("ai", False)
    assert "signature not verified" in found.notices[0].text
    assert why in found.notices[0].text


def test_a_branchs_records_and_the_consolidated_ones_are_read(repository: Repository) -> None:
    commit = repository.commit(a_py="one\ntwo\n")
    record = signed_record(commit)
    del record["sig"]
    put(repository, "refs/agentdiff/traces/feat%2Fx", {"traces.jsonl": json.dumps(record)})
    put(repository, "refs/agentdiff/meta", {"other.txt": ""})
    found = asked(repository, 2)
    assert found.attributed[0].provenance.label.value == "ai"
    assert "refs/agentdiff/meta has no traces.jsonl" in found.notices[0].text


# Vectors of RFC 8032, section 7.1

VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        "d25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
        "387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
        "4a7c15e9716ed28dc027beceea1ec40a",
    ),
]


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
def test_signatures_of_the_standard(public: str, message: str, signature: str) -> None:
    key, text, good = (bytes.fromhex(one) for one in (public, message, signature))
    assert is_valid(key, text, good)
    assert not is_valid(key, text + b"x", good)
    for at in (0, 31, 32, 63):
        assert not is_valid(key, text, good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
    assert not is_valid(key[:-1], text, good)
    # The same scalar written larger than the group's order would make a second signature for one text.
    order = 2**252 + 27742317777372353535851937790883648493
    larger = int.from_bytes(good[32:], "little") + order
    assert not is_valid(key, text, good[:32] + larger.to_bytes(32, "little"))


def test_canonical_json_of_the_standard() -> None:
    """RFC 8785, section 3.2.3, without its fractions: keys in the order of their UTF-16 units."""
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\x80", "\u00f6"]
    written = canonical(dict.fromkeys(keys, 1)).decode()
    assert list(json.loads(written)) == ["\r", "1", "\x80", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    with pytest.raises(ValueError, match="not whole"):
        canonical({"a": [1.5]})


# Squashes


def squashed(repository: Repository, *messages: str, author: str = GRACE) -> None:
    """A pull request of one commit a message, squashed on the platform, its head fetched."""
    repository.commit("Start")
    repository.git("checkout", "-q", "-b", "topic")
    for number, message in enumerate(messages):
        repository.write("a.py", "".join(f"line {n}\n" for n in range(number + 1)))
        repository.commit(message, author=author)
    repository.git("update-ref", "refs/pull/7/head", "topic")
    repository.git("checkout", "-q", "main")
    repository.git("branch", "-q", "-D", "topic")
    repository.write("a.py", "".join(f"line {n}\n" for n in range(len(messages))))
    repository.commit("Add a thing (#7)", author=GRACE, committer=GITHUB)


@pytest.mark.parametrize(
    ("messages", "label"),
    [
        (["One", "Two"], "no-evidence"),
        ([f"One\n\n{CLAUDE}", f"Two\n\n{CLAUDE}"], "ai"),
        (["One", f"Two\n\n{CLAUDE}"], "mixed"),
    ],
)
def test_the_branch_behind_a_squash_speaks(repository: Repository, messages: list[str], label: str) -> None:
    squashed(repository, *messages)
    assert set(labels(repository)) == {label}
    if label != "no-evidence":
        (evidence,) = lines(repository)[0].evidence
        assert (evidence.kind, evidence.where, evidence.agent) == (
            "pull-request",
            "refs/pull/7/head",
            "Claude Code",
        )


@pytest.mark.parametrize("ref", ["refs/remotes/origin/pr/7", "refs/remotes/up/pull/7/head"])
def test_heads_are_found_wherever_they_were_fetched_to(repository: Repository, ref: str) -> None:
    squashed(repository, f"One\n\n{CLAUDE}")
    repository.git("update-ref", ref, "refs/pull/7/head")
    repository.git("update-ref", "-d", "refs/pull/7/head")
    assert labels(repository) == ["ai"]


def test_a_number_of_somebody_elses_request_says_nothing(repository: Repository) -> None:
    squashed(repository, f"One\n\n{CLAUDE}", author="Someone Else <else@example.org>")
    assert labels(repository) == ["no-evidence"]


def test_a_branch_that_lost_its_objects_says_nothing(repository: Repository) -> None:
    squashed(repository, f"One\n\n{CLAUDE}")
    tip = repository.git("rev-parse", "refs/pull/7/head")
    (repository.root / ".git/objects" / tip[:2] / tip[2:]).unlink()
    found = asked(repository)
    assert found.attributed[0].provenance.label.value == "no-evidence"


# Before the commit: what tools noted on this machine


def staged(repository: Repository, text: str, path: str = "a.py") -> list[str]:
    repository.write(path, text)
    repository.git("add", path)
    history = History.open(repository.root)
    count = text.count("\n")
    findings = [Finding("rule", Location(path, line)) for line in range(1, count + 1)]
    result = attribute(findings, history, mode="staged", environment={})
    return [one.provenance.label.value for one in result.attributed]


def own(repository: Repository, name: str, text: str) -> None:
    file = repository.root / ".git" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def working_log(
    repository: Repository, content: str, *spans: tuple[int, int, str], blob: bool = True
) -> None:
    sha = hashlib.sha256(content.encode()).hexdigest()
    entry = {
        "file": "a.py",
        "blob_sha": sha,
        "line_attributions": [{"start_line": a, "end_line": b, "author_id": who} for a, b, who in spans],
    }
    row = {
        "kind": "AiAgent",
        "diff": "",
        "author": "ada",
        "timestamp": 1,
        "entries": [entry],
        "agent_id": {"tool": "cursor", "id": "talk", "model": "gpt-5"},
    }
    folder = f"ai/working_logs/{repository.git('rev-parse', 'HEAD')}"
    own(repository, f"{folder}/checkpoints.jsonl", json.dumps(row) + "\n")
    if blob:
        own(repository, f"{folder}/blobs/{sha}", content)


KEY = "s_" + hashlib.sha256(b"cursor:talk").hexdigest()[:14]


def test_the_working_log_of_git_ai_speaks_of_staged_lines(repository: Repository) -> None:
    repository.commit(a_py="old\n")
    working_log(repository, "old\nai\nme\n", (2, 2, f"{KEY}::t_00000000000000"), (3, 3, "h_0123456789abcd"))
    assert staged(repository, "old\nai\nme\n") == ["no-evidence", "ai", "human"]
    # What moved since is followed, what was changed is not known.
    assert staged(repository, "new\nold\nai\nmine\n") == ["no-evidence", "no-evidence", "ai", "no-evidence"]
    found = asked(repository, 3, mode="staged").attributed[0].provenance
    assert (found.agent, found.model, found.evidence[0].kind) == ("Cursor", "gpt-5", "session")


def test_without_its_content_a_log_speaks_only_of_that_very_file(repository: Repository) -> None:
    repository.commit(a_py="old\n")
    working_log(repository, "old\nai\n", (2, 2, KEY), blob=False)
    assert staged(repository, "old\nai\n") == ["no-evidence", "ai"]
    assert staged(repository, "old\nai\nmore\n") == ["no-evidence", "no-evidence", "no-evidence"]


def test_a_log_of_another_head_says_nothing(repository: Repository) -> None:
    repository.commit(a_py="old\n")
    working_log(repository, "old\nai\n", (2, 2, KEY))
    repository.commit("More", b_py="x\n")
    assert staged(repository, "old\nai\n") == ["no-evidence", "no-evidence"]


def test_initial_attributions_come_before_checkpoints(repository: Repository) -> None:
    repository.commit(a_py="old\n")
    content = "old\nai\n"
    sha = hashlib.sha256(content.encode()).hexdigest()
    initial = {
        "files": {"a.py": [{"start_line": 2, "end_line": 2, "author_id": "0123456789abcdef"}]},
        "prompts": {"0123456789abcdef": {"agent_id": {"tool": "claude", "id": "x", "model": "opus"}}},
        "file_blobs": {"a.py": sha},
    }
    own(repository, f"ai/working_logs/{repository.git('rev-parse', 'HEAD')}/INITIAL", json.dumps(initial))
    assert staged(repository, content) == ["no-evidence", "ai"]


def event(**more: Any) -> str:
    told = {"timestamp": "2026-01-01T00:00:00+00:00", "agent": "claude-code", "model": "claude-opus-4-6"}
    return json.dumps({**told, "file": "a.py", "tool": "Edit", **more}) + "\n"


def test_a_session_of_agentdiff_counts_where_its_text_stands(repository: Repository) -> None:
    repository.commit(a_py="old\n")
    own(repository, "agentdiff/session.jsonl", event(new="ai\n", lines=[2]) + event(new="gone", lines=[3]))
    assert staged(repository, "old\nai\nmore\n") == ["no-evidence", "ai", "no-evidence"]


@pytest.mark.parametrize("more", [{"timestamp": "2020-01-01T00:00:00+00:00"}, {"agent": "copilot"}])
def test_events_that_do_not_count(repository: Repository, more: dict[str, str]) -> None:
    repository.commit(a_py="old\n")
    own(repository, "agentdiff/session.jsonl", event(new="ai", **more))
    assert staged(repository, "old\nai\n") == ["no-evidence", "no-evidence"]


def test_what_whogitit_has_pending(repository: Repository) -> None:
    repository.commit(a_py="old\n")
    edits = [
        {"before": {"content": "old\n"}, "after": {"content": "old\nai\n"}},
        {"before": {"content": "me\nold\nai\n"}, "after": {"content": "me\nold\nai\nmore\n"}},
    ]
    pending = {
        "version": 3,
        "session": {"model": {"id": "claude-opus-4-6"}},
        "file_histories": {"a.py": {"edits": edits}},
    }
    repository.write(".whogitit-pending.json", json.dumps(pending))
    assert staged(repository, "me\nold\nai\nmore\nlast\n") == [
        "no-evidence",
        "no-evidence",
        "ai",
        "ai",
        "no-evidence",
    ]


def test_lines_on_disk_that_are_not_staged_are_found_too(repository: Repository) -> None:
    repository.commit(a_py="old\n")
    working_log(repository, "old\nai\n", (2, 2, KEY))
    repository.write("a.py", "old\nai\n")
    assert labels(repository) == ["no-evidence", "ai"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ai/working_logs/{head}/checkpoints.jsonl", "{"),
        ("ai/working_logs/{head}/checkpoints.jsonl", "[]"),
        (
            "ai/working_logs/{head}/checkpoints.jsonl",
            '{"entries": [{"file": "a.py", "line_attributions": [1]}]}',
        ),
        ("ai/working_logs/{head}/INITIAL", "[]"),
        ("ai/working_logs/{head}/INITIAL", '{"files": [1]}'),
        ("agentdiff/session.jsonl", "1"),
        ("agentdiff/session.jsonl", '{"file": "a.py", "agent": "x", "timestamp": "soon"}'),
        ("agentdiff/session.jsonl", "[" * 5000),
    ],
)
def test_a_broken_log_is_named_and_says_nothing(repository: Repository, name: str, text: str) -> None:
    head = repository.commit(a_py="old\n")
    own(repository, name.format(head=head), text)
    repository.write("a.py", "old\nnew\n")
    repository.git("add", "a.py")
    found = asked(repository, 2, mode="staged")
    assert found.attributed[0].provenance.label.value == "no-evidence"
    assert "could not be read, and says nothing of these lines" in found.notices[0].text


@pytest.mark.parametrize("text", ["1", "{}", '{"file_histories": {"a.py": {"edits": [{"after": {}}]}}}'])
def test_a_broken_pending_file_is_named(repository: Repository, text: str) -> None:
    repository.commit(a_py="old\n")
    repository.write(".whogitit-pending.json", text)
    found = asked(repository, 1, mode="staged")
    assert ".whogitit-pending.json could not be read" in found.notices[0].text


def test_a_log_that_is_a_link_is_not_followed(repository: Repository, tmp_path: Path) -> None:
    repository.commit(a_py="old\n")
    elsewhere = tmp_path / "elsewhere.jsonl"
    elsewhere.write_text(event(new="ai"))
    (repository.root / ".git/agentdiff").mkdir()
    (repository.root / ".git/agentdiff/session.jsonl").symlink_to(elsewhere)
    assert staged(repository, "old\nai\n") == ["no-evidence", "no-evidence"]
