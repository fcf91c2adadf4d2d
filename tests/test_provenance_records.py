"""Line-level records: git-ai notes with all their deviations, and Agent Trace."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from repositories import CLAUDE, Repository

from scanner.finding import Finding, Location
from scanner.history import History
from scanner.provenance import Label, Provenance, attribute, blame_lines, git_ai, layers

SESSION = "s_0123456789abcd"
NOTE = f"""src/a.py
  {SESSION}::t_aaaaaaaaaaaaaa 1-2,5
  h_0123456789abcd 3
"with space.py"
  0123456789abcdef 1
---
{
    json.dumps(
        {
            "schema_version": "authorship/3.0.0",
            "prompts": {"0123456789abcdef": {"agent_id": {"tool": "cursor", "id": "x", "model": "default"}}},
            "sessions": {
                SESSION: {
                    "agent_id": {"tool": "claude", "id": "x", "model": "claude-opus-4-6"},
                    "human_author": "Ada Lovelace <ada@example.org>",
                }
            },
            "humans": {"h_0123456789abcd": {"author": "Ada Lovelace <ada@example.org>"}},
        }
    )
}
"""


def said(note: git_ai.Note, path: str, line: int) -> tuple[str, str, str] | None:
    found = git_ai.Notes({"c" * 40: (("refs/notes/ai", note),)}).evidence("c" * 40, path, line)
    return None if found is None else (found.proves.value, found.agent, found.model)


def test_a_note_says_who_wrote_each_line() -> None:
    note = git_ai.parse(NOTE.encode())

    assert [said(note, "src/a.py", line) for line in range(1, 7)] == [
        ("ai", "Claude Code", "claude-opus-4-6"),
        ("ai", "Claude Code", "claude-opus-4-6"),
        ("human", "", ""),
        None,
        ("ai", "Claude Code", "claude-opus-4-6"),
        None,
    ]
    assert said(note, "with space.py", 1) == ("ai", "Cursor", "")
    assert note.problems == ()


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("fedcba9876543210", ("ai", "", "")),
        ("abcdef0", ("ai", "", "")),
        ("s_ffffffffffffff::t_00000000000000", ("ai", "", "")),
        (SESSION, ("ai", "Claude Code", "claude-opus-4-6")),
        ("ai_agent", ("ai", "", "")),
        ("01234567-89ab-cdef-0123-456789abcdef", ("ai", "", "")),
        ("human", ("human", "", "")),
        ("h_ffffffffffffff", ("human", "", "")),
    ],
)
def test_keys_of_every_age_are_read(key: str, expected: tuple[str, str, str]) -> None:
    metadata = NOTE.partition("---\n")[2]
    note = git_ai.parse(f"a.py\n  {key} 4\n---\n{metadata}".encode())
    assert said(note, "a.py", 4) == expected
    assert note.problems == ()


def test_the_last_entry_over_a_line_wins() -> None:
    note = git_ai.parse(f"a.py\n  {SESSION} 9-12,1-10\n  h_0123456789abcd 2\n---\n{{}}".encode())
    assert [said(note, "a.py", line) for line in (1, 2, 12, 13)] == [
        ("ai", "", ""),
        ("human", "", ""),
        ("ai", "", ""),
        None,
    ]


@given(st.lists(st.tuples(st.integers(1, 12), st.integers(0, 5)), max_size=8))
def test_overlapping_stretches_are_read_from_the_top(spans: list[tuple[int, int]]) -> None:
    stretches = [(start, start + size) for start, size in spans]
    found = layers.Layers(enumerate(stretches))
    for line in range(20):
        covering = [at for at, (start, end) in enumerate(stretches) if start <= line <= end]
        assert found.top(line) == (covering[-1] if covering else None)


@pytest.mark.parametrize(
    ("tool", "model", "expected"),
    [
        ("mock_ai", "unknown", ("ai", "", "")),
        ("codex", '"gpt-5"', ("ai", "Codex", "gpt-5")),
        ("claude", "<synthetic>", ("ai", "Claude Code", "")),
        ("brand-new-tool", None, ("ai", "brand-new-tool", "")),
        ("<script>\n", ["x"], ("ai", "script", "")),
        (None, 3, ("ai", "", "")),
    ],
)
def test_placeholders_are_not_models(tool: object, model: object, expected: tuple[str, str, str]) -> None:
    metadata = json.dumps({"sessions": {SESSION: {"agent_id": {"tool": tool, "model": model}}}})
    assert said(git_ai.parse(f"a.py\n  {SESSION} 1\n---\n{metadata}".encode()), "a.py", 1) == expected


@pytest.mark.parametrize(
    "metadata", ["", "{", "[]", '{"sessions": []}', json.dumps({"sessions": {SESSION: 3}}), "[" * 10**5]
)
def test_broken_metadata_leaves_the_attestation(metadata: str) -> None:
    assert said(git_ai.parse(f"a.py\n  {SESSION} 1\n---\n{metadata}".encode()), "a.py", 1) == ("ai", "", "")


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"", "there is no `---` line"),
        (b"a.py\n  abcdef0 1-\n---\n{}", "line 2 is not an attestation"),
        (b"a.py\n  abcdef0 0\n---\n{}", "line 2 is not an attestation"),
        (b"a.py\n  somebody 1\n---\n{}", "line 2 is not an attestation"),
        (b"  abcdef0 1\n---\n{}", "line 1 is not an attestation"),
        (b"a.py\n abcdef0 1\n---\n{}", "line 2 is not an attestation"),
        (b"\xff\xfe\n  \x00\n---\n{}", "line 2 is not an attestation"),
    ],
)
def test_what_does_not_fit_is_named_and_left_out(raw: bytes, problem: str) -> None:
    note = git_ai.parse(raw)
    assert note.problems[0] == problem
    assert said(note, "a.py", 1) is None


# In a repository


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository")


def lines(repository: Repository, path: str = "a.py") -> list[Provenance]:
    history = History.open(repository.root)
    return [one.provenance for one in blame_lines(path, history, environment={})]


def labels(repository: Repository, path: str = "a.py") -> list[str]:
    return [one.label.value for one in lines(repository, path)]


def test_a_note_counts_only_for_lines_that_its_commit_added(repository: Repository) -> None:
    repository.commit(a_py="old\nold too\n")
    second = repository.commit(a_py="old\nold too\nnew\n")
    repository.note("ai", second, f"a.py\n  {SESSION} 1-3\n---\n{{}}")

    assert labels(repository) == ["no-evidence", "no-evidence", "ai"]


def test_a_note_speaks_of_the_path_and_number_of_its_own_commit(repository: Repository) -> None:
    first = repository.commit(**{"old name_py": "one\ntwo\nthree\n"})
    repository.note("ai", first, f'"old name.py"\n  {SESSION} 2\n---\n{{}}')
    repository.git("mv", "old name.py", "new.py")
    repository.commit("Move")
    repository.commit(new_py="zero\none\ntwo\nthree\n")

    assert labels(repository, "new.py") == ["no-evidence", "no-evidence", "ai", "no-evidence"]
    assert lines(repository, "new.py")[2].evidence[0].where == f"refs/notes/ai on {first[:12]}"


def test_notes_of_a_remote_are_read_and_the_local_ones_go_first(repository: Repository) -> None:
    first = repository.commit(a_py="one\ntwo\n")
    repository.note("refs/notes/ai-remote/origin", first, f"a.py\n  {SESSION} 1-2\n---\n{{}}")
    repository.note("ai", first, "a.py\n  h_0123456789abcd 1\n---\n{}")

    assert labels(repository) == ["human", "ai"]


def test_trailer_and_note_add_up(repository: Repository) -> None:
    first = repository.commit(f"Work\n\n{CLAUDE}", a_py="one\ntwo\nthree\n")
    repository.note("ai", first, f"a.py\n  {SESSION} 1\n  h_0123456789abcd 2\n---\n{{}}")

    assert [(one.label.value, one.confidence) for one in lines(repository)] == [
        ("ai", 0.95),
        ("mixed", 0.8),
        ("ai", 0.8),
    ]


def test_older_refs_of_git_ai_are_ignored(repository: Repository) -> None:
    first = repository.commit(a_py="one\n")
    blob = repository.git("hash-object", "-w", "--stdin", stdin='{"files":{"a.py":{"authors":[]}}}')
    repository.git("update-ref", f"refs/ai/authorship/{first}", blob)
    assert labels(repository) == ["no-evidence"]


def test_a_malformed_note_becomes_a_notice_and_its_lines_unknown(repository: Repository) -> None:
    first = repository.commit(a_py="one\ntwo\n")
    repository.note("ai", first, f"a.py\n  nonsense\n  {SESSION} 2\n---\n{{}}")
    finding = Finding("rule", Location("a.py", 1))

    result = attribute([finding], History.open(repository.root), environment={})

    assert [notice.text for notice in result.notices] == [
        f"refs/notes/ai: the note on {first[:12]}: line 2 is not an attestation; that part was left out"
    ]
    assert result.attributed[0].provenance.label is Label.UNKNOWN
    assert labels(repository) == ["unknown", "ai"]


def test_a_note_that_is_missing_becomes_a_notice_and_its_lines_unknown(repository: Repository) -> None:
    first = repository.commit(a_py="one\n")
    repository.note("ai", first, f"a.py\n  {SESSION} 1\n---\n{{}}")
    blob = repository.git("notes", "--ref=ai", "list", first)
    (repository.root / ".git" / "objects" / blob[:2] / blob[2:]).unlink()

    result = attribute([Finding("rule", Location("a.py", 1))], History.open(repository.root), environment={})

    assert result.attributed[0].provenance.label is Label.UNKNOWN
    assert "missing or too large" in result.notices[0].text


# Agent Trace


def trace(
    revision: str, *ranges: tuple[int, int], version: str = "0.1.0", kind: str = "ai", path: str = "a.py"
) -> str:
    record = {
        "version": version,
        "id": "0",
        "timestamp": "2026-01-01T00:00:00Z",
        "vcs": {"type": "git", "revision": revision},
        "tool": {"name": "cursor"},
        "files": [
            {
                "path": path,
                "conversations": [
                    {
                        "contributor": {"type": kind, "model_id": "anthropic/claude-opus-4-6"},
                        "ranges": [{"start_line": start, "end_line": end} for start, end in ranges],
                    }
                ],
            }
        ],
    }
    return json.dumps(record)


def test_a_trace_of_the_commit_itself_counts(repository: Repository) -> None:
    repository.commit(a_py="one\n")
    second = repository.commit(a_py="one\ntwo\nthree\n")
    repository.write(".agent-trace/traces.jsonl", trace(second, (1, 2)) + "\n")

    found = lines(repository)

    assert [one.label.value for one in found] == ["no-evidence", "ai", "no-evidence"]
    assert (found[1].agent, found[1].model, found[1].confidence) == (
        "Cursor",
        "anthropic/claude-opus-4-6",
        0.9,
    )


def test_the_reference_writer_names_the_parent_and_only_the_parent_counts(repository: Repository) -> None:
    first = repository.commit(a_py="one\ntwo\n")
    repository.commit(a_py="one\ntwo\nthree\n")
    repository.write(".agent-trace/traces.jsonl", trace(first, (2, 3), version="1.0"))

    assert labels(repository) == ["no-evidence", "no-evidence", "ai"]


def test_other_revisions_do_not_count(repository: Repository) -> None:
    first = repository.commit(a_py="one\n")
    repository.commit("Between", b_py="x\n")
    repository.commit(a_py="one\ntwo\n")
    repository.write(".agent-trace/traces.jsonl", trace(first, (2, 2)))

    assert labels(repository) == ["no-evidence", "no-evidence"]


def test_lines_not_committed_yet_are_found_by_their_future_parent(repository: Repository) -> None:
    head = repository.commit(a_py="one\n")
    repository.write("a.py", "one\ntwo\nthree\n")
    repository.write(".agent-trace/traces.jsonl", trace(head, (2, 2), version="1.0"))

    assert labels(repository) == ["no-evidence", "ai", "no-evidence"]


def test_a_trace_in_a_note_hangs_on_its_commit(repository: Repository) -> None:
    first = repository.commit(a_py="one\ntwo\n")
    repository.note("sce-agent-trace", first, trace("", (2, 2), kind="mixed"))

    assert labels(repository) == ["no-evidence", "mixed"]


@pytest.mark.parametrize("path", [".sessions", ".shell-history", ".unknown"])
def test_events_without_a_file_are_dropped(repository: Repository, path: str) -> None:
    first = repository.commit(a_py="one\n")
    repository.write(".agent-trace/traces.jsonl", trace(first, (1, 1), path=path))
    assert labels(repository) == ["no-evidence"]


def test_broken_traces_become_notices(repository: Repository) -> None:
    first = repository.commit(a_py="one\n")
    broken = ["{", "[]", '{"files": 3}', '{"vcs": {"revision": "x"}, "files": [3]}', "\udcff"]
    good = trace(first, (1, 1), kind="human")
    repository.write(
        ".agent-trace/traces.jsonl", "\n".join([*broken, good]).encode("utf-8", "surrogateescape")
    )

    result = attribute([Finding("rule", Location("a.py", 1))], History.open(repository.root), environment={})

    assert [notice.text.partition(" ")[0] for notice in result.notices] == [
        f".agent-trace/traces.jsonl:{number}" for number in range(1, 6)
    ]
    assert result.attributed[0].provenance.label is Label.HUMAN
