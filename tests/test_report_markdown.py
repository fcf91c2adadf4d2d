"""The summary of a job."""
# ruff: noqa: E501 — whole screens are as wide as they are

from dataclasses import replace

from inline_snapshot import snapshot
from made_reports import AI, COPIED_FINDING, SHELL_FINDING, odd, report

from scanner.finding import Notice, Reason, Unreadable
from scanner.provenance.record import Attributed
from scanner.report.markdown import render


def test_a_summary() -> None:
    hostile = replace(
        COPIED_FINDING, arguments=(("copy", "a|b`c"), ("original", "<img src=x> | [x](y)\n# h"))
    )
    whole = report(
        [Attributed(SHELL_FINDING, AI), hostile, replace(COPIED_FINDING, excused="# noqa")],
        unreadable=[Unreadable("bad|.py", Reason.SYNTAX, "unmatched ')'", 3)],
        notices=[Notice("a *shallow* clone")],
    )
    assert render(whole) == snapshot("""\
## assay: 1 error, 1 warning

2 files scanned; origin of the findings: 1 ai, 1 unknown; let pass: 1 suppressed; 1 not analysed.

By rank:

| rank | level | rule | place | what | origin |
|--:|---|---|---|---|---|
| 94 | error | shell-from-input | `app/run.py:5:9` | input reaches the shell through `os.system` | ai, claude-code (claude-x), commit aaaaaaaaaa, by trailer (p 0.93); no review on record |
| 55 | warning | copied-helper | `app/text.py:5:1` | `a\\|b'c` does what \\<img src=x\\> \\| \\[x\\](y)\\\\n\\# h does | unknown |

Not analysed, or to be known:

- `bad|.py`: not analysed: syntax error: unmatched ')'
- a \\*shallow\\* clone
""")


def test_nothing_found() -> None:
    assert render(report()) == "## assay: no findings\n\n2 files scanned.\n"


def test_it_stays_small() -> None:
    found = [odd("a.py", line, 1, line, 2) for line in range(1, 500)]
    broken = [Unreadable("x" * 200, Reason.SYNTAX, "y" * 5000)] * 300
    text = render(report(found, {"a.py": "xy\n" * 500}, unreadable=broken))
    assert "The 20 of the highest rank, of 499:" in text
    assert "- and 280 more" in text
    assert len(text) < 20_000
