"""`assay hook`: what an agent edits is on record from then on, and is scanned at once."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Run
from repositories import Repository

from scanner.history import History
from scanner.provenance import blame_lines

Assay = Callable[..., Run]
Hook = Callable[..., Run]
SECRET = "    return os.getenv('SIGNING_SECRET', 'change-me')\n"
BEFORE = "import os\n\n\ndef key():\n    return None\n"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path)
    made.write("app/keys.py", BEFORE)
    made.commit("Start")
    return made


@pytest.fixture
def hook(assay: Assay, repository: Repository, monkeypatch: pytest.MonkeyPatch) -> Hook:
    def call(agent: str, event: Any) -> Run:
        raw = event if isinstance(event, bytes) else json.dumps(event).encode()
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw)))
        return assay("hook", agent, cwd=repository.root)

    return call


def claude(repository: Repository, **more: Any) -> dict[str, Any]:
    return {
        "session_id": "s-1",
        "hook_event_name": "PostToolUse",
        "tool_name": "Edit",
        "tool_input": {
            "file_path": str(repository.root / "app/keys.py"),
            "old_string": "    return None\n",
            "new_string": SECRET,
        },
        **more,
    }


def records(repository: Repository) -> list[dict[str, Any]]:
    store = repository.root / ".agent-trace/traces.jsonl"
    return [json.loads(line) for line in store.read_text().splitlines()] if store.exists() else []


def spans(repository: Repository) -> list[tuple[str, int, int]]:
    return [
        (file["path"], span["start_line"], span["end_line"])
        for record in records(repository)
        for file in record["files"]
        for talk in file["conversations"]
        for span in talk["ranges"]
    ]


def test_claude_is_told_what_is_wrong_with_what_it_wrote(repository: Repository, hook: Hook) -> None:
    repository.write("app/keys.py", BEFORE.replace("    return None\n", SECRET))
    run = hook("claude", claude(repository))
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith("app/keys.py:5: fallback-secret: ")
    (record,) = records(repository)
    assert record["vcs"] == {"type": "git", "revision": repository.git("rev-parse", "HEAD")}
    assert (record["tool"], record["metadata"]) == ({"name": "claude-code"}, {"session": "s-1"})
    assert "SIGNING_SECRET" not in json.dumps(record)
    assert spans(repository) == [("app/keys.py", 5, 5)]


def test_the_record_attributes_the_commit_that_follows(repository: Repository, hook: Hook) -> None:
    repository.write("app/keys.py", BEFORE.replace("return None", "return 1"))
    event = claude(repository)
    event["tool_input"]["new_string"] = "    return 1\n"
    assert hook("claude", event).code == 0
    repository.git("add", "app")
    repository.git("commit", "-q", "-m", "Go on", **repository.people("Ada <ada@example.org>"))
    lines = blame_lines("app/keys.py", History.open(repository.root), environment={})
    assert [one.provenance.label.value for one in lines] == ["no-evidence"] * 4 + ["ai"]
    assert lines[-1].provenance.agent == "Claude Code"


def test_the_patch_of_claude_says_which_lines(repository: Repository, hook: Hook) -> None:
    repository.write("app/keys.py", "import os\n# a\n# b\n\n\ndef key():\n    return None\n")
    patch = [
        {"oldStart": 1, "oldLines": 1, "newStart": 1, "newLines": 3, "lines": [" import os", "+# a", "+# b"]}
    ]
    hook("claude", claude(repository, tool_response={"structuredPatch": patch}))
    assert spans(repository) == [("app/keys.py", 2, 3)]


def test_a_file_written_whole(repository: Repository, hook: Hook) -> None:
    repository.write("new.py", "x = 1\ny = 2\n")
    given = {"file_path": str(repository.root / "new.py"), "content": "x = 1\ny = 2\n"}
    hook("claude", claude(repository, tool_name="Write", tool_input=given))
    assert spans(repository) == [("new.py", 1, 2)]


def test_cursor(repository: Repository, hook: Hook) -> None:
    repository.write("app/keys.py", BEFORE + "\n\nMORE = 1\n")
    event = {
        "hook_event_name": "afterFileEdit",
        "conversation_id": "c-1",
        "model": "gpt-5",
        "file_path": str(repository.root / "app/keys.py"),
        "edits": [{"old_string": "", "new_string": "MORE = 1\n"}],
    }
    assert hook("cursor", event).code == 0
    assert spans(repository) == [("app/keys.py", 8, 8)]
    (record,) = records(repository)
    assert record["files"][0]["conversations"][0]["contributor"] == {"type": "ai", "model_id": "gpt-5"}


def test_what_edits_nothing_is_not_recorded(repository: Repository, hook: Hook) -> None:
    assert hook("claude", claude(repository, tool_name="Bash")).code == 0
    elsewhere = claude(repository, tool_input={"file_path": "/nowhere/x.py", "new_string": "x"})
    assert hook("claude", elsewhere).code == 0
    assert records(repository) == []


@pytest.mark.parametrize("event", [b"", b"[]", b"{", b"[" * 5000, b'{"tool_name": "Edit"}', b"\xff"])
def test_a_broken_event_is_the_hooks_own_failure(event: bytes, hook: Hook) -> None:
    run = hook("claude", event)
    assert (run.code, run.out) == (1, "")
    assert run.err.startswith("assay hook: ")


def test_a_store_that_is_a_link_is_not_written(repository: Repository, hook: Hook, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (repository.root / ".agent-trace").symlink_to(outside)
    repository.write("app/keys.py", BEFORE.replace("return None", "return 1"))
    event = claude(repository)
    event["tool_input"]["new_string"] = "    return 1\n"
    assert hook("claude", event).code == 1
    assert list(outside.iterdir()) == []
