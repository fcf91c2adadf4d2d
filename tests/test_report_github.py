"""Annotations of GitHub Actions."""
# ruff: noqa: E501 — whole screens are as wide as they are

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot
from made_reports import AI, COPIED_FINDING, SHELL_FINDING, named, odd, report

from scanner.finding import Location, Notice, Reason, Unreadable
from scanner.provenance.record import Attributed
from scanner.report.github import render
from scanner.settings import Settings


def test_findings_come_by_rank_and_what_is_missing_before_them() -> None:
    broken = [
        Unreadable("bad.py", Reason.SYNTAX, "unmatched ')'", 3),
        Unreadable("known.py", Reason.LFS, "fetch it"),
    ]
    found = report(
        [odd("app/run.py", 4, 1, 5, 3), COPIED_FINDING, Attributed(SHELL_FINDING, AI)],
        settings=Settings(expect_unreadable=("known.py",)),
        unreadable=broken,
        notices=[Notice("a shallow clone"), Notice("semgrep is missing", "a.py", incomplete=True)],
    )
    assert render(found) == snapshot("""\
::error title=assay%3A not analysed,file=bad.py,line=3::not analysed: syntax error: unmatched ')'
::notice title=assay%3A not analysed,file=known.py::not analysed: a Git LFS pointer, its content is not here: fetch it
::notice title=assay::a shallow clone
::error title=assay,file=a.py::a.py: semgrep is missing
::error title=assay%3A shell-from-input,file=app/run.py,line=5,endLine=5,col=9,endColumn=32::input reaches the shell through `os.system`%0AInstead: Pass a list, without a shell.%0AOrigin: ai, claude-code (claude-x), commit aaaaaaaaaa, by trailer (p 0.93); no review on record%0ARank: 90:10 × 1.367 security, ai (E04, E19, E20; against it E06, E57) × 1.276 unreviewed (E49) = 1.74 → rank 94
::warning title=assay%3A copied-helper,file=app/text.py,line=5,endLine=5,col=1,endColumn=12::`slugify` does what app.text.slug does%0Athe helper to call: app/text.py:1:1%0AInstead: Call `app.text.slug`.%0AOrigin: unknown%0ARank: 55:45 → rank 55
::notice title=assay%3A on-trial,file=app/run.py,line=4,endLine=5::odd%0AOrigin: unknown%0ARank: 22:78 → rank 22
""")


def test_a_clean_run_says_nothing() -> None:
    assert render(report()) == ""


def test_ten_of_a_kind_and_the_total() -> None:
    found = [odd("a.py", line, 1, line, 2) for line in range(1, 15)]
    found.append(replace(SHELL_FINDING, location=Location("a.py", 15, 1, 15, 2)))
    lines = render(report(found, {"a.py": "xy\n" * 20})).splitlines()
    assert [line.partition(" ")[0] for line in lines] == ["::error", *["::notice"] * 10, "assay:"]
    assert lines[-1] == "assay: 10 of 14 annotations of kind notice, by rank; the full report has the rest"


def test_names_are_escaped() -> None:
    finding = named(odd("", 1, 1, 1, 2), "a,b:c%\nd\udce9.py")
    (line,) = render(report([finding], {"a,b:c%\nd\udce9.py": "abc"})).splitlines()
    assert line.startswith("::notice title=assay%3A on-trial,file=a%2Cb%3Ac%25\\nd\\udce9.py,line=1,")


@given(st.text(alphabet="a:%,\r\n\x1b\u2028#[]", max_size=20))
def test_no_text_starts_another_command(value: str) -> None:
    finding = replace(COPIED_FINDING, arguments=(("copy", value), ("original", "::error::owned")))
    said = render(report([finding]))
    assert said.count("\n") == 1
    assert said.isprintable() or said.rstrip("\n").isprintable()
    assert said.count("::error") <= 2
    assert said.startswith("::warning title=assay%3A copied-helper,")
