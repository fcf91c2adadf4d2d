"""SARIF: the whole log once, and each thing that a consumer trips over."""
# ruff: noqa: E501 — whole screens are as wide as they are

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot
from made_reports import (
    AI,
    CARDS,
    COPIED,
    COPIED_FINDING,
    ON_TRIAL,
    SHELL,
    SHELL_FINDING,
    TEXTS,
    named,
    odd,
    report,
)

from scanner import report as reports
from scanner.finding import Edit, Fix, Location, Notice, Reason, Related, Unreadable
from scanner.provenance.record import Attributed
from scanner.report.line_hash import line_hashes
from scanner.scan import scan
from scanner.settings import Settings
from scanner.weigh import Report

ROOT = Path(__file__).parent.parent
VERSION = {"repository": "https://example.com/o/r", "revision": "b" * 40, "branch": "main"}


def run_of(given_report: Report) -> dict[str, Any]:
    log = json.loads(reports.render(given_report, "sarif"))
    assert (log["$schema"], log["version"]) == ("https://json.schemastore.org/sarif-2.1.0.json", "2.1.0")
    (run,) = log["runs"]
    return dict(run)


def result_of(given_report: Report) -> dict[str, Any]:
    (result,) = run_of(given_report)["results"]
    return dict(result)


def place_of(given_report: Report) -> dict[str, Any]:
    return dict(result_of(given_report)["locations"][0]["physicalLocation"])


def test_a_whole_log() -> None:
    found = [Attributed(SHELL_FINDING, AI)]
    assert run_of(report(found, cards=(SHELL,), version=VERSION)) == snapshot(
        {
            "tool": {
                "driver": {
                    "version": "0.1.0",
                    "name": "assay",
                    "fullName": "assay, a scanner for code that AI agents write",
                    "informationUri": "https://github.com/assay-scan/assay",
                    "rules": [
                        {
                            "id": "shell-from-input",
                            "name": "ShellFromInput",
                            "defaultConfiguration": {"level": "error", "rank": 90.0},
                            "fullDescription": {
                                "text": "A command is put together from input. The shortest example on the web does it."
                            },
                            "help": {
                                "text": """\
A command is put together from input.

Why agents do it: The shortest example on the web does it.

What to do instead: Pass a list, without a shell.

Severity critical, confidence high: base rank 90 of 100. The rank of a finding is its priority after weighing who wrote the line and who reviewed it.\
""",
                                "markdown": """\
A command is put together from input.

**Why agents do it.** The shortest example on the web does it.

**What to do instead.** Pass a list, without a shell.

Severity critical, confidence high: base rank 90 of 100. The rank of a finding is its priority after weighing who wrote the line and who reviewed it.\
""",
                            },
                            "helpUri": "https://github.com/assay-scan/assay/blob/main/rules/security/shell_from_input.md",
                            "properties": {
                                "tags": [
                                    "security",
                                    "category:security",
                                    "external/cwe/cwe-078",
                                    "owasp:A03:2021",
                                ],
                                "precision": "high",
                                "problem.severity": "error",
                                "security-severity": "9.8",
                            },
                            "relationships": [
                                {
                                    "target": {
                                        "id": "CWE-78",
                                        "index": 0,
                                        "toolComponent": {"name": "CWE", "index": 0},
                                    },
                                    "kinds": ["superset"],
                                },
                                {
                                    "target": {
                                        "id": "A03",
                                        "index": 2,
                                        "toolComponent": {"name": "OWASP", "index": 1},
                                    },
                                    "kinds": ["superset"],
                                },
                            ],
                            "shortDescription": {"text": "A command is put together from input."},
                        }
                    ],
                    "semanticVersion": "0.1.0",
                    "supportedTaxonomies": [{"name": "CWE", "index": 0}, {"name": "OWASP", "index": 1}],
                }
            },
            "columnKind": "utf16CodeUnits",
            "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": []}],
            "originalUriBaseIds": {"SRCROOT": {"description": {"text": "The root of the repository."}}},
            "properties": {"assay/provenanceSummary": {"ai": 1}, "assay/letPass": {}},
            "taxonomies": [
                {
                    "name": "CWE",
                    "informationUri": "https://cwe.mitre.org/",
                    "organization": "MITRE",
                    "shortDescription": {"text": "The MITRE Common Weakness Enumeration."},
                    "taxa": [{"id": "CWE-78", "helpUri": "https://cwe.mitre.org/data/definitions/78.html"}],
                },
                {
                    "version": "2021",
                    "name": "OWASP",
                    "informationUri": "https://owasp.org/Top10/2021/",
                    "organization": "OWASP Foundation",
                    "shortDescription": {"text": "The OWASP Top 10 of 2021."},
                    "taxa": [
                        {"id": "A01", "shortDescription": {"text": "Broken Access Control"}},
                        {"id": "A02", "shortDescription": {"text": "Cryptographic Failures"}},
                        {"id": "A03", "shortDescription": {"text": "Injection"}},
                        {"id": "A04", "shortDescription": {"text": "Insecure Design"}},
                        {"id": "A05", "shortDescription": {"text": "Security Misconfiguration"}},
                        {"id": "A06", "shortDescription": {"text": "Vulnerable and Outdated Components"}},
                        {
                            "id": "A07",
                            "shortDescription": {"text": "Identification and Authentication Failures"},
                        },
                        {"id": "A08", "shortDescription": {"text": "Software and Data Integrity Failures"}},
                        {
                            "id": "A09",
                            "shortDescription": {"text": "Security Logging and Monitoring Failures"},
                        },
                        {"id": "A10", "shortDescription": {"text": "Server-Side Request Forgery"}},
                    ],
                },
            ],
            "versionControlProvenance": [
                {
                    "repositoryUri": "https://example.com/o/r",
                    "branch": "main",
                    "mappedTo": {"uriBaseId": "SRCROOT"},
                    "revisionId": "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
                }
            ],
            "results": [
                {
                    "ruleId": "shell-from-input",
                    "ruleIndex": 0,
                    "kind": "fail",
                    "level": "error",
                    "rank": 94.0,
                    "message": {
                        "text": "input reaches the shell through `os.system`.",
                        "markdown": """\
input reaches the shell through `os.system`.

**Instead:** Pass a list, without a shell.

**Origin:** ai, claude-code (claude-x), commit aaaaaaaaaa, by trailer (p 0.93); no review on record

**Rank:** 90:10 × 1.367 security, ai (E04, E19, E20; against it E06, E57) × 1.276 unreviewed (E49) = 1.74 → rank 94\
""",
                    },
                    "codeFlows": [
                        {
                            "threadFlows": [
                                {
                                    "locations": [
                                        {
                                            "location": {
                                                "message": {"text": "input"},
                                                "physicalLocation": {
                                                    "artifactLocation": {
                                                        "uri": "app/run.py",
                                                        "uriBaseId": "SRCROOT",
                                                    },
                                                    "region": {
                                                        "startLine": 4,
                                                        "startColumn": 9,
                                                        "endLine": 4,
                                                        "endColumn": 13,
                                                        "snippet": {"text": "name"},
                                                    },
                                                },
                                            }
                                        },
                                        {
                                            "location": {
                                                "message": {"text": "the command"},
                                                "physicalLocation": {
                                                    "artifactLocation": {
                                                        "uri": "app/run.py",
                                                        "uriBaseId": "SRCROOT",
                                                    },
                                                    "region": {
                                                        "startLine": 5,
                                                        "startColumn": 27,
                                                        "endLine": 5,
                                                        "endColumn": 31,
                                                        "snippet": {"text": "name"},
                                                    },
                                                },
                                            }
                                        },
                                    ]
                                }
                            ]
                        }
                    ],
                    "fixes": [
                        {
                            "artifactChanges": [
                                {
                                    "artifactLocation": {"uri": "app/run.py", "uriBaseId": "SRCROOT"},
                                    "replacements": [
                                        {
                                            "deletedRegion": {
                                                "startLine": 5,
                                                "startColumn": 19,
                                                "endLine": 5,
                                                "endColumn": 31,
                                            },
                                            "insertedContent": {"text": "['ls', name]"},
                                        }
                                    ],
                                }
                            ],
                            "description": {"text": "Pass a list (may change what the program does)"},
                        }
                    ],
                    "locations": [
                        {
                            "logicalLocations": [{"fullyQualifiedName": "run"}],
                            "physicalLocation": {
                                "artifactLocation": {"uri": "app/run.py", "uriBaseId": "SRCROOT"},
                                "contextRegion": {
                                    "startLine": 4,
                                    "startColumn": 1,
                                    "endLine": 6,
                                    "endColumn": 1,
                                    "snippet": {
                                        "text": """\
def run(name):
	return os.system('ls ' + name)  # é
"""
                                        # ruff: noqa: E501 — whole screens are as wide as they are
                                    },
                                },
                                "region": {
                                    "startLine": 5,
                                    "startColumn": 9,
                                    "endLine": 5,
                                    "endColumn": 32,
                                    "snippet": {"text": "os.system('ls ' + name)"},
                                },
                            },
                        }
                    ],
                    "partialFingerprints": {
                        "primaryLocationLineHash": "f62282671b70f630:1",
                        "assayFingerprint/v1": "b2364fe71d2836553fc4b0102129c917",
                    },
                    "properties": {
                        "assay/provenance": "ai",
                        "assay/provenanceConfidence": 0.93,
                        "assay/agent": "claude-code",
                        "assay/model": "claude-x",
                        "assay/reviewTier": "none",
                        "assay/baseRank": 90.0,
                        "assay/weighing": "90:10 × 1.367 security, ai (E04, E19, E20; against it E06, E57) × 1.276 unreviewed (E49) = 1.74 → rank 94",
                        "tags": ["ai-authored"],
                    },
                }
            ],
        }
    )


def test_results_come_by_rank_and_then_by_place() -> None:
    found = [COPIED_FINDING, odd("app/run.py", 1, 1, 1, 7), SHELL_FINDING, odd("app/run.py", 4, 1, 4, 4)]
    results = run_of(report(found))["results"]
    said = [
        (result["rank"], result["locations"][0]["physicalLocation"]["region"]["startLine"])
        for result in results
    ]
    assert said == [(90.0, 5), (55.0, 5), (22.0, 1), (22.0, 4)]


def test_a_clean_run_has_results_and_all_its_rules() -> None:
    run = run_of(report())
    assert run["results"] == []
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == [card.id for card in CARDS]
    assert run["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]


def test_a_rule_says_what_github_reads() -> None:
    rules = {rule["id"]: rule for rule in run_of(report())["tool"]["driver"]["rules"]}
    assert {name: rule["properties"] for name, rule in rules.items()} == snapshot(
        {
            "copied-helper": {
                "tags": ["category:duplication"],
                "precision": "high",
                "problem.severity": "warning",
            },
            "on-trial": {
                "tags": ["category:comments", "preview"],
                "precision": "low",
                "problem.severity": "recommendation",
            },
            "shell-from-input": {
                "tags": ["security", "category:security", "external/cwe/cwe-078", "owasp:A03:2021"],
                "precision": "high",
                "problem.severity": "error",
                "security-severity": "9.8",
            },
        }
    )
    assert rules["on-trial"]["defaultConfiguration"] == {"level": "note", "rank": 22.0}
    assert "helpUri" not in rules["on-trial"], "a rule of a user's pack has no page of ours"


@pytest.mark.parametrize("said", ["HIGH", "11", "-1", "nan", ""])
def test_a_security_severity_that_is_no_number_is_replaced(said: str) -> None:
    rule = run_of(report(cards=(replace(SHELL, security_severity=said),)))["tool"]["driver"]["rules"][0]
    assert rule["properties"]["security-severity"] == "9.5"


def test_a_long_description_is_cut_where_github_cuts() -> None:
    rule = run_of(report(cards=(replace(ON_TRIAL, summary="x" * 2000),)))["tool"]["driver"]["rules"][0]
    assert len(rule["shortDescription"]["text"]) == len(rule["fullDescription"]["text"]) == 1024


def test_a_rule_of_a_users_pack_has_a_name_too() -> None:
    card = replace(ON_TRIAL, id="python.lang.security_audit.eval-use", engine="semgrep")
    rule = run_of(report(cards=(card,)))["tool"]["driver"]["rules"][0]
    assert (rule["id"], rule["name"]) == (card.id, "PythonLangSecurityAuditEvalUse")


def test_at_most_ten_tags() -> None:
    rule = run_of(report(cards=(replace(SHELL, cwe=tuple(range(1, 30))),)))["tool"]["driver"]["rules"][0]
    assert len(rule["properties"]["tags"]) == 10
    assert rule["properties"]["tags"][:3] == ["security", "category:security", "external/cwe/cwe-001"]


def test_the_message_is_stable_and_links_to_the_other_place() -> None:
    result = result_of(report([Attributed(COPIED_FINDING, AI)]))
    assert result["message"] == snapshot(
        {
            "text": "`slugify` does what app.text.slug does; see [the helper to call](1).",
            "markdown": """\
`slugify` does what app.text.slug does; see [the helper to call](1).

- similarity: `100 %`

**Instead:** Call `app.text.slug`.

**Origin:** ai, claude-code (claude-x), commit aaaaaaaaaa, by trailer (p 0.93); no review on record

**Rank:** 55:45 × 1.548 duplication, ai (E24; against it E54) × 1.276 unreviewed (E49) = 1.98 → rank 70.7\
""",
        }
    )
    assert [other["id"] for other in result["relatedLocations"]] == [1]
    plain_result = result_of(report([COPIED_FINDING]))
    assert plain_result["message"]["text"] == result["message"]["text"]
    assert plain_result["partialFingerprints"] == result["partialFingerprints"]


def test_code_is_no_link_and_labels_are_escaped() -> None:
    finding = replace(
        COPIED_FINDING,
        arguments=(("copy", "handlers[0](1)"), ("original", "<b>*x*</b>")),
        related=(Related(Location("app/run.py", 1), "a [b] \\c"),),
    )
    assert result_of(report([finding]))["message"] == snapshot(
        {
            "text": "`handlers\\[0](1)` does what <b>*x*</b> does; see [a \\[b\\] \\\\c](1).",
            "markdown": """\
`handlers[0](1)` does what \\<b\\>\\*x\\*\\</b\\> does; see [a \\[b\\] \\\\c](1).

- similarity: `100 %`

**Instead:** Call `<b>*x*</b>`.

**Origin:** unknown

**Rank:** 55:45 → rank 55\
""",
        }
    )


def test_many_related_places_do_not_change_the_message() -> None:
    other = COPIED_FINDING.related[0]
    few = result_of(report([replace(COPIED_FINDING, related=(other,) * 3)]))
    many = result_of(report([replace(COPIED_FINDING, related=(other,) * 500)]))
    assert few["message"]["text"] == many["message"]["text"]
    assert len(many["relatedLocations"]) == 100


def test_every_result_has_the_same_flat_properties() -> None:
    results = run_of(report([Attributed(SHELL_FINDING, AI), COPIED_FINDING]))["results"]
    assert [result["properties"] for result in results] == snapshot(
        [
            {
                "assay/provenance": "ai",
                "assay/provenanceConfidence": 0.93,
                "assay/agent": "claude-code",
                "assay/model": "claude-x",
                "assay/reviewTier": "none",
                "assay/baseRank": 90.0,
                "assay/weighing": "90:10 × 1.367 security, ai (E04, E19, E20; against it E06, E57) × 1.276 unreviewed (E49) = 1.74 → rank 94",
                "tags": ["ai-authored"],
            },
            {
                "assay/provenance": "unknown",
                "assay/provenanceConfidence": 0.0,
                "assay/agent": "",
                "assay/model": "",
                "assay/reviewTier": "unknown",
                "assay/baseRank": 55.0,
                "assay/weighing": "55:45 → rank 55",
                "tags": [],
            },
        ]
    )


def test_a_rule_stays_free_of_provenance() -> None:
    one, other = (run_of(report([each])) for each in (COPIED_FINDING, Attributed(COPIED_FINDING, AI)))
    assert one["tool"] == other["tool"]
    assert [run["results"][0]["level"] for run in (one, other)] == ["warning", "error"]


def test_what_was_let_pass_is_counted_and_left_out() -> None:
    run = run_of(report([replace(SHELL_FINDING, excused="# nosec")]))
    assert run["results"] == []
    assert run["properties"]["assay/letPass"] == {"suppressed": 1}


# Places


@pytest.mark.parametrize(
    ("text", "place", "region", "snippet"),
    [
        ("s = '\U0001f600'; eval(x)\n", (1, 10, 1, 17), (1, 11, 1, 18), "eval(x)"),
        ("s = 'é'; eval(x)\n", (1, 10, 1, 17), (1, 10, 1, 17), "eval(x)"),
        ("\teval(x)\n", (1, 2, 1, 9), (1, 2, 1, 9), "eval(x)"),
        ("a\r\nb = (\r\n1)\r\n", (2, 5, 3, 3), (2, 5, 3, 3), "(\r\n1)"),
        ("a\rb\r", (2, 1, 2, 2), (2, 1, 2, 2), "b"),
        ("a\x0cb\u2028c\nd\n", (2, 1, 2, 2), (2, 1, 2, 2), "d"),
        ("one\n", (1, 1, 1, 0), (1, 1, 1, 4), "one"),
        ("one\n", (7, 3, 9, 2), (2, 1, 2, 1), ""),
        ("one\n", (1, 99, 1, 100), (1, 4, 1, 4), ""),
        ("one\ntwo\n", (2, 3, 1, 1), (2, 3, 2, 3), ""),
        ("", (1, 1, 1, 1), (1, 1, 1, 1), ""),
    ],
    ids="non-bmp accent tab crlf cr form-feed end-of-line past-the-end past-the-line backwards empty".split(),
)
def test_regions_are_utf16_and_within_the_file(
    text: str, place: tuple[int, int, int, int], region: tuple[int, int, int, int], snippet: str
) -> None:
    found = place_of(report([odd("a.py", *place)], {"a.py": text}))["region"]
    keys = ("startLine", "startColumn", "endLine", "endColumn")
    assert tuple(found[key] for key in keys) == region
    assert found["snippet"]["text"] == snippet


@given(
    st.text(alphabet="ab\U0001f600é\n\r\t\x0c ", max_size=40),
    st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(0, 9), st.integers(0, 9)),
)
def test_context_is_a_proper_superset_or_absent(text: str, place: tuple[int, int, int, int]) -> None:
    found = place_of(report([odd("a.py", *place)], {"a.py": text}))
    if "contextRegion" not in found:
        assert found["region"]["snippet"]["text"] == text
        return
    inner, outer = _span(found["region"]), _span(found["contextRegion"])
    assert outer[0] <= inner[0] <= inner[1] <= outer[1]
    assert outer != inner
    assert found["region"]["snippet"]["text"] in found["contextRegion"]["snippet"]["text"]


def _span(region: dict[str, Any]) -> tuple[tuple[int, int], tuple[int, int]]:
    return (region["startLine"], region["startColumn"]), (region["endLine"], region["endColumn"])


def test_of_an_endless_line_only_the_part_around_is_quoted() -> None:
    text = "x" * 100_000
    found = place_of(report([odd("a.py", 1, 50_001, 1, 50_011)], {"a.py": text}))
    assert found["region"]["snippet"]["text"] == "x" * 10
    assert len(found["contextRegion"]["snippet"]["text"]) == 610
    whole = place_of(report([odd("a.py", 1, 1, 1, 0)], {"a.py": text}))
    assert "snippet" not in whole["region"]


def test_a_file_that_is_not_at_hand_has_a_place_but_no_text() -> None:
    gone = replace(COPIED_FINDING, location=Location("gone.py", 40, 2, 41, 3))
    result = result_of(report([replace(gone, fix=Fix("x", (Edit(gone.location, ""),)))]))
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "gone.py", "uriBaseId": "SRCROOT"},
        "region": {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 1},
    }
    assert list(result["partialFingerprints"]) == ["assayFingerprint/v1"]
    assert "fixes" not in result


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("sp ace é#%.py", "sp%20ace%20%C3%A9%23%25.py"),
        ("a:b/[c]?.py", "a%3Ab/%5Bc%5D%3F.py"),
        ("caf\udce9.py", "caf%E9.py"),
        ("half\ud800.py", "half%3F.py"),
    ],
)
def test_paths_are_percent_encoded(path: str, uri: str) -> None:
    assert place_of(report([odd(path, 1, 1, 1, 2)], {path: "abc\n"}))["artifactLocation"]["uri"] == uri


def test_a_deletion_has_a_text() -> None:
    fix = Fix(
        "Drop it",
        (Edit(Location("app/run.py", 5, 40, 5, 41), ""), Edit(Location("app/run.py", 1, 1, 1, 4), "")),
    )
    (said,) = result_of(report([replace(SHELL_FINDING, fix=replace(fix, safe=True))]))["fixes"]
    assert said["description"] == {"text": "Drop it"}
    replacements = said["artifactChanges"][0]["replacements"]
    assert [each["insertedContent"] for each in replacements] == [{"text": ""}, {"text": ""}]
    assert [each["deletedRegion"]["startLine"] for each in replacements] == [1, 5]


# Identity


def test_the_line_hash_is_the_files_own() -> None:
    result = result_of(report([SHELL_FINDING]))
    assert (
        result["partialFingerprints"]["primaryLocationLineHash"] == line_hashes(TEXTS["app/run.py"], {5})[5]
    )


def test_a_byte_order_mark_counts_for_the_hash_and_for_no_column(tmp_path: Path) -> None:
    source = "import os\nos.environ.get('SECRET_KEY', 'hunter2')\n"
    (tmp_path / "a.py").write_bytes(b"\xef\xbb\xbfimport os; os.environ.get('SECRET_KEY', 'hunter2')\n")
    (tmp_path / "b.py").write_text(source)
    results = run_of(_scanned(tmp_path))["results"]
    marked, bare = (result["locations"][0]["physicalLocation"]["region"] for result in results)
    assert (marked["startColumn"], bare["startColumn"]) == (12, 1)
    text = (tmp_path / "a.py").read_bytes().decode("utf-8")
    hashes = [result["partialFingerprints"]["primaryLocationLineHash"] for result in results]
    assert hashes == [line_hashes(text, {1})[1], line_hashes(source, {2})[2]]


def test_equal_findings_have_fingerprints_of_their_own() -> None:
    found = [odd("app/run.py", line, 1, line, 2) for line in (1, 2, 3)]
    prints = [
        result["partialFingerprints"]["assayFingerprint/v1"] for result in run_of(report(found))["results"]
    ]
    assert len(set(prints)) == 3


# The run


def test_what_is_missing_is_a_notification() -> None:
    broken = [
        Unreadable("a b.py", Reason.SYNTAX, "unmatched \x1b[31m ')'", 3),
        Unreadable("old/py2.py", Reason.PYTHON_2, "print statement", 1),
    ]
    notices = [Notice("a shallow clone"), Notice("semgrep is missing", incomplete=True)]
    settings = Settings(expect_unreadable=("old/**",))
    (invocation,) = run_of(report(settings=settings, unreadable=broken, notices=notices))["invocations"]
    assert invocation == snapshot(
        {
            "executionSuccessful": False,
            "toolExecutionNotifications": [
                {
                    "level": "error",
                    "message": {"text": "not analysed: syntax error: unmatched \\x1b[31m ')'"},
                    "locations": [
                        {
                            "physicalLocation": {
                                "artifactLocation": {"uri": "a%20b.py", "uriBaseId": "SRCROOT"},
                                "region": {"startLine": 3},
                            }
                        }
                    ],
                },
                {
                    "level": "note",
                    "message": {"text": "not analysed: Python 2 code: print statement"},
                    "locations": [
                        {
                            "physicalLocation": {
                                "artifactLocation": {"uri": "old/py2.py", "uriBaseId": "SRCROOT"},
                                "region": {"startLine": 1},
                            }
                        }
                    ],
                },
                {"level": "note", "message": {"text": "a shallow clone"}},
                {"level": "error", "message": {"text": "semgrep is missing"}},
            ],
        }
    )


def test_an_incomplete_run_is_not_successful() -> None:
    (invocation,) = run_of(report(incomplete=True))["invocations"]
    assert invocation["executionSuccessful"] is False


@pytest.mark.parametrize(
    "repository", ["", "git@example.com:o/r", "file:///home/x", "http://example.com/o/r"]
)
def test_a_repository_that_no_viewer_can_fetch_from_is_not_named(repository: str) -> None:
    assert "versionControlProvenance" not in run_of(report(version={**VERSION, "repository": repository}))


def test_more_than_github_takes_are_cut_by_rank(tmp_path: Path) -> None:
    found = [odd("a.py", line, 1, line, 2) for line in range(1, 25_002)]
    found.append(replace(SHELL_FINDING, location=Location("a.py", 25_002, 1, 25_002, 2), flow=(), fix=None))
    run = run_of(report(found, {"a.py": "xy\n" * 25_002}))
    assert len(run["results"]) == 25_000
    assert run["results"][0]["ruleId"] == "shell-from-input"
    (said,) = run["invocations"][0]["toolExecutionNotifications"]
    assert said == snapshot(
        {
            "level": "warning",
            "message": {
                "text": "25002 findings; only the 25000 of the highest rank are listed: GitHub takes no more."
            },
        }
    )


def test_hostile_text_breaks_nothing() -> None:
    nasty = "\x00\x1b]0;x\x07\u202e\ud800\n`](1)<script>"
    finding = replace(
        named(COPIED_FINDING, "n.py"),
        symbol=nasty,
        arguments=(("copy", nasty), ("original", nasty)),
        details=((nasty, nasty),),
        related=(Related(Location("n.py", 1), nasty),),
    )
    text = reports.render(report([finding], {"n.py": f"{nasty}\n" * 9}), "sarif")
    assert text.isascii()
    message = json.loads(text)["runs"][0]["results"][0]["message"]
    assert message == snapshot(
        {
            "text": "`\\x00\\x1b]0;x\\x07\\u202e\\ud800\\n`](1)<script>` does what \\x00\\x1b]0;x\\x07\\u202e\\ud800\\n`](1)<script> does; see [\\\\x00\\\\x1b\\]0;x\\\\x07\\\\u202e\\\\ud800\\\\n`\\](1)<script>](1).",
            "markdown": """\
`\\x00\\x1b]0;x\\x07\\u202e\\ud800\\n'](1)<script>` does what \\\\x00\\\\x1b\\]0;x\\\\x07\\\\u202e\\\\ud800\\\\n\\`\\](1)\\<script\\> does; see [\\\\x00\\\\x1b\\]0;x\\\\x07\\\\u202e\\\\ud800\\\\n\\`\\](1)\\<script\\>](1).

- \\\\x00\\\\x1b\\]0;x\\\\x07\\\\u202e\\\\ud800\\\\n\\`\\](1)\\<script\\>: ``\\x00\\x1b]0;x\\x07\\u202e\\ud800\\n`](1)<script>``

**Instead:** Call `\\x00\\x1b]0;x\\x07\\u202e\\ud800\\n'](1)<script>`.

**Origin:** unknown

**Rank:** 55:45 → rank 55\
""",
        }
    )


def test_the_homepage_is_the_projects() -> None:
    homepage = run_of(report())["tool"]["driver"]["informationUri"]
    assert f'Source = "{homepage}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("format_", ["sarif", "json", "text", "github", "markdown"])
def test_the_same_tree_gives_the_same_bytes(tmp_path: Path, format_: str) -> None:
    for name in ("a.py", "b/c.py", "b/sp ace é.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(
            "import os\n\nKEY = os.environ.get('SECRET_KEY', 'x')\n", encoding="utf-8"
        )
    (tmp_path / "broken.py").write_text("def f(:\n")
    program = (
        "import sys; from pathlib import Path; from scanner.scan import scan; from scanner.settings import Settings;"
        "from scanner.report import render; settings = Settings(root=Path(sys.argv[1]), cache=False,"
        "provenance='none', semgrep=False, jobs=int(sys.argv[2]));"
        "sys.stdout.buffer.write(render(scan(settings), sys.argv[3]).encode())"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program, str(tmp_path), jobs, format_],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        ).stdout
        for jobs, seed in (("1", "0"), ("2", "1"))
    }
    assert len(outputs) == 1
    assert str(tmp_path).encode() not in outputs.pop()


def _scanned(root: Path) -> Report:
    return scan(Settings(root=root, select=("fallback-secret",), provenance="none", cache=False, jobs=1))


def test_the_card_of_a_copy_is_no_security_rule() -> None:
    (rule,) = run_of(report(cards=(COPIED,)))["tool"]["driver"]["rules"]
    assert "security-severity" not in rule["properties"]
    assert "security" not in rule["properties"]["tags"]
