"""Our own JSON: complete, with a schema number, and readable as a baseline."""
# ruff: noqa: E501 — whole screens are as wide as they are

import json
from dataclasses import replace
from pathlib import Path

from inline_snapshot import snapshot
from made_reports import AI, COPIED, COPIED_FINDING, SHELL_FINDING, odd, report

from scanner import report as reports
from scanner.finding import Notice, Reason, Unreadable
from scanner.provenance.record import Attributed
from scanner.scan import scan
from scanner.settings import Settings


def test_a_whole_document() -> None:
    found = [Attributed(COPIED_FINDING, AI), replace(COPIED_FINDING, excused="# noqa")]
    whole = report(
        found,
        cards=(COPIED,),
        unreadable=[Unreadable("bad.py", Reason.SYNTAX, "unmatched ')'", 3)],
        notices=[Notice("a shallow clone")],
        version={"repository": "https://example.com/o/r"},
    )
    assert json.loads(reports.render(whole, "json")) == snapshot(
        {
            "schema": 1,
            "tool": {"name": "assay", "version": "0.1.0"},
            "settings": {
                "paths": [],
                "mode": "tree",
                "diff_base": "",
                "select": [],
                "ignore": [],
                "preview": False,
                "exclude": [],
                "critical_paths": [],
                "weights": "default",
                "provenance": "findings",
                "semgrep": True,
                "baseline": "",
                "fail_on": "error",
                "min_rank": 0.0,
            },
            "version": {"repository": "https://example.com/o/r"},
            "summary": {
                "files": 2,
                "exit_code": 1,
                "findings": 1,
                "levels": {"error": 1, "warning": 0, "note": 0},
                "provenance": {"ai": 1},
                "fates": {"kept": 1, "allowed": 0, "known": 0, "suppressed": 1, "cleared": 0},
                "unreadable": 1,
            },
            "rules": [
                {
                    "id": "copied-helper",
                    "summary": "A helper that is there already is written again.",
                    "why": "What is outside the context window is written anew.",
                    "instead": "Call `{original}`.",
                    "family": "duplication",
                    "severity": "medium",
                    "confidence": "high",
                    "base_rank": 55.0,
                    "cwe": [],
                    "evidence": ["E24"],
                    "engine": "repository",
                    "preview": False,
                }
            ],
            "findings": [
                {
                    "rule": "copied-helper",
                    "family": "duplication",
                    "level": "error",
                    "rank": 70.7,
                    "base_rank": 55.0,
                    "weighing": "55:45 × 1.548 duplication, ai (E24; against it E54) × 1.276 unreviewed (E49) = 1.98 → rank 70.7",
                    "factors": [
                        {"value": 1.548, "words": "duplication, ai", "sources": ["E24"], "against": ["E54"]},
                        {"value": 1.276, "words": "unreviewed", "sources": ["E49"], "against": []},
                    ],
                    "path": "app/text.py",
                    "line": 5,
                    "column": 1,
                    "end_line": 5,
                    "end_column": 12,
                    "symbol": "slugify",
                    "arguments": {"copy": "slugify", "original": "app.text.slug"},
                    "details": {"similarity": "100 %"},
                    "related": [
                        {
                            "label": "the helper to call",
                            "path": "app/text.py",
                            "line": 1,
                            "column": 1,
                            "end_line": 1,
                            "end_column": 9,
                        }
                    ],
                    "flow": [],
                    "fix": None,
                    "message": "`slugify` does what app.text.slug does",
                    "instead": "Call `app.text.slug`.",
                    "fingerprint": "3a4a09bb64a327e096537eb9a466dc82",
                    "provenance": {
                        "label": "ai",
                        "confidence": 0.93,
                        "agent": "claude-code",
                        "model": "claude-x",
                        "commit": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                        "unattended": False,
                        "reason": "",
                        "evidence": [
                            {
                                "kind": "trailer",
                                "where": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                                "proves": "ai",
                                "confidence": 0.93,
                                "agent": "claude-code",
                                "model": "claude-x",
                                "signed": False,
                            }
                        ],
                        "review": {"tier": "none", "by": [], "evidence": "", "signed": False},
                    },
                    "fate": "kept",
                    "reason": "",
                }
            ],
            "passed": [
                {
                    "rule": "copied-helper",
                    "family": "duplication",
                    "level": "warning",
                    "rank": 55.0,
                    "base_rank": 55.0,
                    "weighing": "55:45 → rank 55",
                    "factors": [],
                    "path": "app/text.py",
                    "line": 5,
                    "column": 1,
                    "end_line": 5,
                    "end_column": 12,
                    "symbol": "slugify",
                    "arguments": {"copy": "slugify", "original": "app.text.slug"},
                    "details": {"similarity": "100 %"},
                    "related": [
                        {
                            "label": "the helper to call",
                            "path": "app/text.py",
                            "line": 1,
                            "column": 1,
                            "end_line": 1,
                            "end_column": 9,
                        }
                    ],
                    "flow": [],
                    "fix": None,
                    "message": "`slugify` does what app.text.slug does",
                    "instead": "Call `app.text.slug`.",
                    "fingerprint": "839e4773afee061cccb3c39fe9435701",
                    "provenance": {
                        "label": "unknown",
                        "confidence": 0.0,
                        "agent": "",
                        "model": "",
                        "commit": "",
                        "unattended": False,
                        "reason": "",
                        "evidence": [],
                        "review": {"tier": "unknown", "by": [], "evidence": "", "signed": False},
                    },
                    "fate": "suppressed",
                    "reason": "# noqa",
                }
            ],
            "unreadable": [
                {
                    "path": "bad.py",
                    "line": 3,
                    "reason": "syntax error",
                    "detail": "unmatched ')'",
                    "expected": False,
                }
            ],
            "notices": [{"text": "a shallow clone", "path": "", "line": 0, "incomplete": False}],
        }
    )


def test_fix_and_flow() -> None:
    (finding,) = json.loads(reports.render(report([SHELL_FINDING]), "json"))["findings"]
    assert (finding["fix"], finding["flow"]) == snapshot(
        (
            {
                "description": "Pass a list",
                "safe": False,
                "edits": [
                    {
                        "path": "app/run.py",
                        "line": 5,
                        "column": 19,
                        "end_line": 5,
                        "end_column": 31,
                        "text": "['ls', name]",
                    }
                ],
            },
            [
                {
                    "label": "input",
                    "path": "app/run.py",
                    "line": 4,
                    "column": 9,
                    "end_line": 4,
                    "end_column": 13,
                },
                {
                    "label": "the command",
                    "path": "app/run.py",
                    "line": 5,
                    "column": 27,
                    "end_line": 5,
                    "end_column": 31,
                },
            ],
        )
    )


def test_a_finding_a_line_and_ascii() -> None:
    text = reports.render(report([odd("app/run.py", 1, 1, 1, 2), SHELL_FINDING]), "json")
    assert text.isascii()
    assert sum(line.startswith('{"rule": ') for line in text.splitlines()) == 2


def test_it_is_a_baseline(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import os\nKEY = os.environ.get('SECRET_KEY', 'x')\n")
    settings = Settings(root=tmp_path, select=("fallback-secret",), provenance="none", cache=False, jobs=1)
    before = scan(settings)
    known = tmp_path / "known.json"
    known.write_text(reports.render(before, "json"))
    after = scan(replace(settings, baseline=str(known)))
    assert (len(before.kept), len(after.kept), [item.fate for item in after.passed]) == (1, 0, ["known"])
