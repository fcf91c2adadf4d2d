"""From findings to provenance: exact lines, the working tree, shallow clones, reviews."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from repositories import ADA, CLAUDE, GITHUB, GRACE, Repository

from scanner.finding import Finding, Location, Related
from scanner.history import History, NoHistory
from scanner.provenance import Attribution, Evidence, Label, Provenance, Tier, attribute, blame_lines, labels

DEVIN = "Devin AI <158243242+devin-ai-integration[bot]@users.noreply.github.com>"
AI = f"Work\n\n{CLAUDE}"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository")


def lines(root: Path, path: str = "a.py", environment: dict[str, str] | None = None) -> list[Provenance]:
    found = blame_lines(path, History.open(root), environment=environment or {})
    assert [one.line for one in found] == list(range(1, len(found) + 1))
    return [one.provenance for one in found]


def origins(repository: Repository, path: str = "a.py") -> list[str]:
    return [one.label.value for one in lines(repository.root, path)]


def found_in(repository: Repository, *places: Location, **how: str) -> Attribution:
    findings = [Finding("rule", place) for place in places]
    result = attribute(findings, History.open(repository.root), environment={}, **how)
    assert [one.finding for one in result.attributed] == findings
    return result


# Lines


def test_each_line_has_the_label_of_its_commit(repository: Repository) -> None:
    repository.commit(a_py="one\ntwo\n")
    by_ai = repository.commit(AI, a_py="one\nTWO\nthree\n")
    repository.commit("Work", author=DEVIN, a_py="one\nTWO\nthree\nfour\n")

    found = lines(repository.root)

    assert [(one.label.value, one.agent, one.unattended) for one in found] == [
        ("no-evidence", "", False),
        ("ai", "Claude Code", False),
        ("ai", "Claude Code", False),
        ("ai", "Devin", True),
    ]
    assert (found[1].commit, found[1].model, found[1].confidence) == (by_ai, "claude-opus-4-6", 0.8)


def test_lines_follow_a_file_through_renames(repository: Repository) -> None:
    repository.commit(AI, old_py="one\ntwo\nthree\n")
    repository.git("mv", "old.py", "new.py")
    repository.commit("Move")
    repository.git("mv", "new.py", "a.py")
    repository.write("a.py", "zero\none\ntwo\nthree\n")
    repository.git("add", "-A")

    assert origins(repository) == ["no-evidence", "ai", "ai", "ai"]
    assert lines(repository.root)[0].review.tier is Tier.PENDING


def test_edits_on_disk_do_not_shift_the_others(repository: Repository) -> None:
    repository.commit(a_py="one\n")
    repository.commit(AI, a_py="one\ntwo\nthree\n")
    repository.write("a.py", "new\none\nthree\r\nlast")

    found = lines(repository.root, environment={"CLAUDECODE": "1"})

    assert [(one.label.value, one.review.tier.value, one.reason) for one in found] == [
        ("ai", "pending", "not committed yet"),
        ("no-evidence", "none", ""),
        ("ai", "none", ""),
        ("ai", "pending", "not committed yet"),
    ]
    assert found[0].evidence[0].kind == "environment"
    assert lines(repository.root)[0].label is Label.NO_EVIDENCE


def test_line_ends_of_any_kind_count_as_python_counts_them(repository: Repository) -> None:
    repository.write("a.py", b"one\r\ntwo\rtwo and a half\n")
    repository.commit("Work")
    repository.write("a.py", b"one\r\ntwo\rtwo and a half\nthree\n\n")
    repository.commit(AI)
    repository.write("a.py", b"one\ntwo\rtwo and a half\nthree\n\n")

    assert origins(repository) == ["no-evidence", "no-evidence", "no-evidence", "ai", "ai"]


def test_given_text_stands_for_the_disk(repository: Repository) -> None:
    repository.commit(AI, a_py="one\n")
    found = blame_lines("a.py", History.open(repository.root), "zero\none\n", environment={})
    assert [one.provenance.label.value for one in found] == ["no-evidence", "ai"]


@pytest.mark.parametrize("path", ['ünïcode "quoted"\t.txt', "*.py", "-L", ":(top)x"])
def test_any_path_can_be_blamed(repository: Repository, path: str) -> None:
    repository.write(path, "one\ntwo\n")
    repository.commit(AI)
    assert origins(repository, path) == ["ai", "ai"]


def test_files_that_no_commit_holds_are_pending(
    repository: Repository,
) -> None:
    repository.write("a.py", "one\n")
    (found,) = lines(repository.root)
    assert (found.label, found.review.tier) == (Label.NO_EVIDENCE, Tier.PENDING)

    repository.commit(AI)
    repository.write("new.py", "one\n")
    (found,) = lines(repository.root, "new.py")
    assert (found.label, found.review.tier) == (Label.NO_EVIDENCE, Tier.PENDING)


def test_a_file_that_is_not_there_has_no_lines(repository: Repository) -> None:
    repository.commit(a_py="one\n")
    (repository.root / "a.py").unlink()
    assert lines(repository.root) == []
    result = found_in(repository, Location("a.py", 1))
    assert result.attributed[0].provenance.reason == "the file is not in the working tree"


def test_large_files_kept_elsewhere_have_no_history(repository: Repository) -> None:
    repository.commit(AI, a_bin="version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 4\n")
    repository.write("a.bin", "one\n")
    (found,) = lines(repository.root, "a.bin")
    assert (found.label, found.reason) == (
        Label.UNKNOWN,
        "Git LFS keeps the content, so lines have no history",
    )


# Revisions that blame looks through


@pytest.mark.parametrize("configured", [False, True])
def test_ignored_revisions_are_looked_through(repository: Repository, configured: bool) -> None:
    name = "ignored" if configured else ".git-blame-ignore-revs"
    repository.commit(AI, a_py="one = 1\n")
    reformat = repository.commit("Reformat", a_py="one  =  1\n")
    repository.write(name, f"# Reformat\n{reformat}  # spaces\n{'0' * 40}\nHEAD~1\n")
    if configured:
        repository.git("config", "blame.ignoreRevsFile", name)
    repository.commit("Ignore")

    assert origins(repository) == ["ai"]
    (notice,) = found_in(repository, Location("a.py", 1)).notices
    assert (notice.path, notice.line) == (name, 4)


def test_an_entry_that_is_not_committed_hides_nothing(repository: Repository) -> None:
    repository.commit(a_py="one = 1\n")
    by_ai = repository.commit(AI, a_py="one  =  1\n")
    repository.write(".git-blame-ignore-revs", f"{by_ai}\n")
    assert origins(repository) == ["ai"]


def test_a_missing_list_of_ignored_revisions_is_named(repository: Repository) -> None:
    repository.commit(AI, a_py="one\n")
    repository.git("config", "blame.ignoreRevsFile", "absent")
    result = found_in(repository, Location("a.py", 1))
    assert result.attributed[0].provenance.label is Label.AI
    assert "absent" in result.notices[0].text


# Histories that cannot be read


def test_without_a_history_every_line_is_unknown_and_says_why(tmp_path: Path) -> None:
    history = History.open(tmp_path)
    assert isinstance(history, NoHistory)
    result = attribute([Finding("rule", Location("a.py", 1))], history, environment={"CLAUDECODE": "1"})
    found = result.attributed[0].provenance
    assert (found.label, found.review.tier) == (Label.UNKNOWN, Tier.UNKNOWN)
    assert found.reason == "not a git repository; run `git init`, or scan a clone"
    assert [one.provenance.label for one in blame_lines("a.py", history, "x\ny")] == [Label.UNKNOWN] * 2


def test_a_shallow_clone_says_unknown_and_how_to_fix_it(repository: Repository, tmp_path: Path) -> None:
    repository.commit(a_py="one\n")
    repository.commit("Edge", a_py="one\ntwo\n")
    repository.commit(AI, a_py="one\ntwo\nthree\n")
    shallow = tmp_path / "shallow"
    repository.git("clone", "-q", "--depth=2", f"file://{repository.root}", str(shallow))

    found = lines(shallow)

    assert [one.label.value for one in found] == ["unknown", "unknown", "ai"]
    assert "git fetch --unshallow" in found[0].reason
    assert "refs/notes" in found[0].reason


def test_a_broken_object_makes_one_file_unknown_and_no_other(repository: Repository) -> None:
    repository.commit(a_py="one\n", b_py="x\n")
    blob = repository.git("rev-parse", "HEAD:a.py")
    repository.commit(AI, a_py="one\ntwo\n", b_py="x\ny\n")
    (repository.root / ".git" / "objects" / blob[:2] / blob[2:]).unlink()

    result = found_in(repository, Location("a.py", 1), Location("b.py", 2))

    assert [one.provenance.label for one in result.attributed] == [Label.UNKNOWN, Label.AI]
    assert [notice.path for notice in result.notices] == ["a.py"]


# Findings


def test_a_finding_is_ai_if_all_of_its_lines_are_and_mixed_if_any_is(repository: Repository) -> None:
    repository.commit(a_py="one\ntwo\n")
    repository.commit(AI, a_py="one\ntwo\nthree\nfour\n")

    result = found_in(
        repository,
        Location("a.py", 1, end_line=2),
        Location("a.py", 2, end_line=3),
        Location("a.py", 3, end_line=4),
        Location("a.py", 2, end_line=3, end_column=1),
        Location("a.py", 9),
    )

    assert [one.provenance.label.value for one in result.attributed] == [
        "no-evidence",
        "mixed",
        "ai",
        "no-evidence",
        "unknown",
    ]
    assert result.attributed[1].provenance.confidence == 0.8
    assert result.attributed[4].provenance.reason == "there is no such line in the file on disk"


def test_staged_changes_are_pending_and_the_environment_speaks(repository: Repository) -> None:
    repository.commit(AI, a_py="one\ntwo\n")
    repository.write("a.py", "one\ntwo\nthree\n")
    repository.git("add", "a.py")
    findings = [Finding("rule", Location("a.py", 3)), Finding("rule", Location("a.py", 1))]
    history = History.open(repository.root)

    silent = attribute(findings, history, mode="staged", environment={})
    agent = attribute(findings, history, mode="staged", environment={"CLAUDECODE": "1"})

    assert [one.provenance.label.value for one in silent.attributed] == ["no-evidence"] * 2
    assert [one.provenance.label.value for one in agent.attributed] == ["ai", "no-evidence"]
    assert {one.provenance.review.tier for one in (*silent.attributed, *agent.attributed)} == {Tier.PENDING}


def test_a_pull_request_is_pending_and_older_lines_keep_their_history(repository: Repository) -> None:
    repository.commit("Old\n\nReviewed-by: Grace Hopper <grace@example.org>", a_py="one\n")
    repository.git("checkout", "-q", "-b", "topic")
    repository.commit(AI, a_py="one\ntwo\n")
    repository.write("b.py", "x\n")
    repository.commit(AI)
    places = (Location("a.py", 2), Location("a.py", 1), Location("b.py", 1))

    result = found_in(repository, *places, mode="diff", base="main")

    assert [(one.provenance.label.value, one.provenance.review.tier.value) for one in result.attributed] == [
        ("ai", "pending"),
        ("no-evidence", "named"),
        ("ai", "pending"),
    ]


def test_an_unknown_base_is_a_notice_and_not_an_end(repository: Repository) -> None:
    repository.commit(a_py="one\n")
    result = found_in(repository, Location("a.py", 1), mode="diff", base="absent")
    assert result.attributed[0].provenance.label is Label.UNKNOWN
    assert "git fetch" in result.notices[0].text


# Reviews


def tier(repository: Repository, path: str = "a.py") -> tuple[str, tuple[str, ...]]:
    (found,) = lines(repository.root, path)
    return found.review.tier.value, found.review.by


@pytest.mark.parametrize(
    ("trailer", "expected"),
    [
        ("Reviewed-by: Grace Hopper <grace@example.org>", ("named", ("Grace Hopper",))),
        ("reviewed-by: grace@example.org", ("named", ("grace",))),
        ("Approved-by: Grace Hopper", ("named", ("Grace Hopper",))),
        (
            "Reviewed By: grace, ken, ada\nDifferential Revision: https://example.org/D12",
            ("named", ("grace", "ken")),
        ),
        ("Reviewed By: grace", ("none", ())),
        ("Differential Revision: D12", ("requested", ())),
        ("See merge request group/name!12", ("requested", ())),
        ("Reviewed-by: Ada Lovelace <other@example.org>", ("none", ())),
        ("Reviewed-by: Somebody <ADA@example.org>", ("none", ())),
        ("Reviewed-by: Claude <noreply@anthropic.com>", ("none", ())),
        ("Reviewed-by: coderabbitai[bot] <1+coderabbitai[bot]@users.noreply.github.com>", ("none", ())),
        ("Signed-off-by: Grace Hopper <grace@example.org>", ("none", ())),
        ("Acked-by: Grace Hopper <grace@example.org>", ("none", ())),
        (
            "Co-authored-by: Grace Hopper <grace@example.org>\nReviewed-by: Grace Hopper <grace@example.org>",
            ("none", ()),
        ),
    ],
)
def test_a_trailer_names_a_reviewer(
    repository: Repository, trailer: str, expected: tuple[str, tuple[str, ...]]
) -> None:
    repository.commit(f"Work\n\n{trailer}", a_py="one\n")
    assert tier(repository) == expected


def branch(repository: Repository, *, author: str = ADA, message: str = "Work", path: str = "a.py") -> None:
    repository.git("checkout", "-q", "-b", f"topic-{path}")
    repository.write(path, "one\n")
    repository.commit(message, author=author)
    repository.git("checkout", "-q", "main")


@pytest.mark.parametrize(
    ("author", "merger", "message", "expected"),
    [
        (ADA, GRACE, "Merge pull request #3 from o/topic", ("merged", ("Grace Hopper",))),
        (ADA, GRACE, "A title of its own (#3)", ("merged", ("Grace Hopper",))),
        (
            ADA,
            GRACE,
            "Merge branch 'topic' into 'main'\n\nSee merge request g/n!3",
            ("merged", ("Grace Hopper",)),
        ),
        (ADA, GRACE, "Merge branch 'topic'", ("merged", ("Grace Hopper",))),
        (ADA, ADA, "Merge pull request #3 from o/topic", ("requested", ())),
        (ADA, ADA, "Merge branch 'topic'", ("none", ())),
        (DEVIN, GRACE, "Merge pull request #3 from o/topic", ("merged", ("Grace Hopper",))),
        (ADA, DEVIN, "Merge pull request #3 from o/topic", ("requested", ())),
        (ADA, GRACE, "Merge branch 'main' of https://example.org/n", ("none", ())),
        (ADA, GRACE, "Merge remote-tracking branch 'origin/main'", ("none", ())),
        (ADA, GRACE, "Merge branch 'topic' into other-topic", ("none", ())),
        (
            ADA,
            ADA,
            "Merge pull request #3 from o/topic\n\nApproved-by: Grace Hopper <grace@example.org>",
            ("named", ("Grace Hopper",)),
        ),
    ],
)
def test_a_merge_by_somebody_else_is_a_review_of_a_kind(
    repository: Repository, author: str, merger: str, message: str, expected: tuple[str, tuple[str, ...]]
) -> None:
    repository.commit("Start", b_py="x\n")
    branch(repository, author=author)
    repository.merge("topic-a.py", message, author=merger, committer=GITHUB)
    assert tier(repository) == expected


def test_who_asked_an_agent_for_the_change_is_no_reviewer_of_it(repository: Repository) -> None:
    repository.commit("Start", b_py="x\n")
    branch(repository, author=DEVIN, message=f"Work\n\nCo-authored-by: {GRACE}")
    repository.merge("topic-a.py", "Merge pull request #3 from o/topic", author=GRACE, committer=GITHUB)
    assert tier(repository) == ("requested", ())


def test_a_merged_release_branch_keeps_the_requests_inside_it(repository: Repository) -> None:
    repository.commit("Start", b_py="x\n")
    repository.git("checkout", "-q", "-b", "stable")
    repository.git("checkout", "-q", "main")
    branch(repository)
    repository.git("checkout", "-q", "stable")
    repository.merge("topic-a.py", "Merge pull request #3 from o/topic", author=GRACE, committer=GITHUB)
    repository.write("c.py", "one\n")
    repository.commit("Straight to stable")
    repository.git("checkout", "-q", "main")
    repository.merge("stable", "Merge branch 'stable'", author=ADA)

    assert tier(repository) == ("merged", ("Grace Hopper",))
    assert tier(repository, "c.py") == ("none", ())


def test_a_squash_on_the_platform_was_a_request(repository: Repository) -> None:
    repository.commit("Add it (#3)", committer=GITHUB, a_py="one\n")
    repository.commit("Add it (#4)", b_py="one\n")
    assert (tier(repository), tier(repository, "b.py")) == (("requested", ()), ("none", ()))


# The weighing hangs on this


_EVIDENCE = st.builds(
    Evidence,
    kind=st.sampled_from(["line-note", "trailer", "author"]),
    where=st.just("somewhere"),
    proves=st.sampled_from([Label.AI, Label.MIXED, Label.HUMAN, Label.BOT]),
    confidence=st.sampled_from([0.3, 0.4, 0.6, 0.8, 0.95]),
    agent=st.sampled_from(["", "Codex", "Devin"]),
)


def suspicion(verdict: labels.Verdict) -> float:
    return verdict.confidence if verdict.label in (Label.AI, Label.MIXED) else 0.0


@given(st.lists(_EVIDENCE, max_size=6), _EVIDENCE)
def test_no_unsigned_record_ever_takes_suspicion_away(evidence: list[Evidence], more: Evidence) -> None:
    assert suspicion(labels.settle([*evidence, more])) >= suspicion(labels.settle(evidence))


def test_silence_is_never_human() -> None:
    assert labels.settle([]).label is Label.NO_EVIDENCE


def test_the_weakest_review_speaks_for_a_finding(repository: Repository) -> None:
    repository.commit(f"Work\n\n{CLAUDE}\nReviewed-by: {GRACE}", a_py="one\n")
    repository.commit(AI, a_py="one\ntwo\n")
    one = found_in(repository, Location("a.py", 1, end_line=2)).attributed[0].provenance
    assert (one.label, one.review.tier) == (Label.AI, Tier.NONE)
    assert labels.together([one, replace(one, unattended=True)]).unattended


# Of two places, the older


def test_a_finding_says_which_of_two_places_came_first(repository: Repository) -> None:
    older = repository.commit(a_py="one\n")
    repository.commit(b_py="one\n")
    related = (Related(Location("a.py", 1), "the original", dated=True),)
    finding = Finding("rule", Location("b.py", 1), related=related)

    (found,) = attribute([finding], History.open(repository.root), environment={}).attributed

    assert dict(found.finding.details)["came first"].startswith("a.py:1, by ")
    assert older[:10] in dict(found.finding.details)["came first"]
    assert found.finding.fingerprint() == finding.fingerprint()


def test_two_places_of_one_commit_are_equally_old(repository: Repository) -> None:
    repository.commit(a_py="one\n", b_py="one\n")
    related = (Related(Location("a.py", 1), "the original", dated=True),)
    finding = Finding("rule", Location("b.py", 1), related=related)

    (found,) = attribute([finding], History.open(repository.root), environment={}).attributed

    assert dict(found.finding.details)["came first"].startswith("neither")


def test_where_history_is_unknown_nothing_is_said_of_age(tmp_path: Path) -> None:
    related = (Related(Location("a.py", 1), "the original", dated=True),)
    finding = Finding("rule", Location("b.py", 1), related=related)

    (found,) = attribute([finding], History.open(tmp_path), environment={}).attributed

    assert found.finding == finding
