"""Reviews that stand outside the commit: Gerrit's notes, git-appraise, SLSA's source attestations."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from repositories import ADA, GRACE, Repository

from scanner.finding import Finding, Location
from scanner.history import History
from scanner.provenance import Attribution, Review, Tier, attribute


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository")


def asked(repository: Repository) -> Attribution:
    history = History.open(repository.root)
    return attribute([Finding("rule", Location("a.py", 1))], history, environment={})


def review(repository: Repository) -> Review:
    return asked(repository).attributed[0].provenance.review


# Gerrit


@pytest.mark.parametrize(
    ("votes", "tier", "by"),
    [
        (f"Code-Review+2: {GRACE}", Tier.ATTESTED, ("Grace Hopper",)),
        (f"Code-Review+2: {ADA}\nCode-Review+2: {GRACE}", Tier.ATTESTED, ("Grace Hopper",)),
        (f"Code-Review+2: {ADA}", Tier.REQUESTED, ()),
        (f"Code-Review+1: {GRACE}\nVerified+1: CI <ci@example.org>", Tier.REQUESTED, ()),
        ("Code-Review+2: claude[bot] <209825114+claude[bot]@users.noreply.github.com>", Tier.REQUESTED, ()),
    ],
)
def test_votes_of_gerrit(repository: Repository, votes: str, tier: Tier, by: tuple[str, ...]) -> None:
    commit = repository.commit(a_py="one\n")
    closing = "Submitted-by: Ken <ken@example.org>\nReviewed-on: https://review.example.org/1\nProject: x\n"
    repository.note("review", commit, f"{votes}\n{closing}")
    found = review(repository)
    assert (found.tier, found.by, found.signed) == (tier, by, False)


def test_a_note_that_is_no_review_is_named(repository: Repository) -> None:
    commit = repository.commit(a_py="one\n")
    repository.note("review", commit, "looks good to me\n")
    assert review(repository).tier is Tier.NONE
    assert asked(repository).notices[0].text == (
        f"refs/notes/review on {commit[:12]} is no review of Gerrit and was left out"
    )


# git-appraise

REQUEST = {"timestamp": "1437507323", "requester": "ada@example.org", "targetRef": "refs/heads/main"}
ACCEPTED = {"timestamp": "1437670827", "author": "grace", "resolved": True}


def appraised(repository: Repository, *comments: dict[str, Any]) -> None:
    commit = repository.commit(a_py="one\n")
    repository.note("devtools/reviews", commit, json.dumps(REQUEST))
    if comments:
        repository.note("devtools/discuss", commit, "\n\n".join(map(json.dumps, comments)))


@pytest.mark.parametrize(
    ("comments", "tier", "by"),
    [
        ([ACCEPTED], Tier.NAMED, ("grace",)),
        ([{"author": "ken", "description": "Why?"}, ACCEPTED], Tier.NAMED, ("grace",)),
        ([{**ACCEPTED, "parent": "x"}], Tier.REQUESTED, ()),
        ([{**ACCEPTED, "Parent": "x"}], Tier.REQUESTED, ()),
        ([{**ACCEPTED, "resolved": False}], Tier.REQUESTED, ()),
        ([{**ACCEPTED, "author": "ada"}], Tier.REQUESTED, ()),
        ([{**ACCEPTED, "author": "ada@other.org"}], Tier.REQUESTED, ()),
        ([], Tier.REQUESTED, ()),
    ],
)
def test_an_accepting_comment_is_a_review(
    repository: Repository, comments: list[dict[str, Any]], tier: Tier, by: tuple[str, ...]
) -> None:
    appraised(repository, *comments)
    found = review(repository)
    assert (found.tier, found.by, found.signed) == (tier, by, False)


def test_who_wrote_the_commit_accepts_nothing(repository: Repository) -> None:
    commit = repository.commit(a_py="one\n", author="Grace H <grace@example.org>")
    repository.note("devtools/reviews", commit, json.dumps(REQUEST))
    repository.note("devtools/discuss", commit, json.dumps(ACCEPTED))
    assert review(repository).tier is Tier.REQUESTED


@pytest.mark.parametrize("body", ["x", "[]", "[" * 5000])
def test_a_broken_review_is_named(repository: Repository, body: str) -> None:
    commit = repository.commit(a_py="one\n")
    repository.note("devtools/reviews", commit, body)
    found = asked(repository)
    assert found.attributed[0].provenance.review.tier is Tier.NONE
    assert "is no review of git-appraise and was left out" in found.notices[0].text


# SLSA


def statement(commit: str, kind: str, **predicate: Any) -> str:
    told = {"subject": [{"digest": {"gitCommit": commit}}], "predicateType": kind, "predicate": predicate}
    return base64.b64encode(
        json.dumps({"_type": "https://in-toto.io/Statement/v1", **told}).encode()
    ).decode()


SUMMARY = "https://slsa.dev/verification_summary/v1"
PROVENANCE = "https://github.com/slsa-framework/slsa-source-poc/source-provenance/v1-draft"
PASSED = {"verificationResult": "PASSED"}


@pytest.mark.parametrize(
    ("kind", "predicate", "tier"),
    [
        (SUMMARY, {**PASSED, "verifiedLevels": ["SLSA_SOURCE_TWO_PARTY_REVIEWED"]}, Tier.ATTESTED),
        (SUMMARY, {**PASSED, "verifiedLevels": ["SLSA_SOURCE_LEVEL_3", "ORG_SOURCE_TESTED"]}, Tier.NONE),
        (
            SUMMARY,
            {"verificationResult": "FAILED", "verifiedLevels": ["SLSA_SOURCE_TWO_PARTY_REVIEWED"]},
            Tier.NONE,
        ),
        (PROVENANCE, {"controls": [{"name": "SLSA_SOURCE_SCS_TWO_PARTY_REVIEW"}]}, Tier.ATTESTED),
        (PROVENANCE, {"controls": [{"name": "CONTINUITY_ENFORCED"}]}, Tier.NONE),
        (PROVENANCE, {"properties": {"REVIEW_ENFORCED": {"since": "2025"}}}, Tier.ATTESTED),
        ("https://example.org/else", {"controls": [{"name": "REVIEW_ENFORCED"}]}, Tier.NONE),
    ],
)
@pytest.mark.parametrize("bare", [True, False])
def test_two_party_review_is_attested_and_never_signed(
    repository: Repository, kind: str, predicate: dict[str, Any], tier: Tier, bare: bool
) -> None:
    commit = repository.commit(a_py="one\n")
    envelope = {
        "payload": statement(commit, kind, **predicate),
        "payloadType": "application/vnd.in-toto+json",
    }
    line = json.dumps(envelope if bare else {"dsseEnvelope": envelope, "mediaType": "x"})
    repository.note("commits", commit, f"{line}\n\n")
    found = review(repository)
    assert (found.tier, found.by, found.signed) == (tier, (), False)
    assert tier is Tier.NONE or found.evidence.endswith("signature not verified")


def test_an_attestation_of_another_commit_says_nothing(repository: Repository) -> None:
    commit = repository.commit(a_py="one\n")
    envelope = {"payload": statement("a" * 40, SUMMARY, **PASSED, verifiedLevels=["REVIEW_ENFORCED"])}
    repository.note("commits", commit, json.dumps(envelope))
    assert review(repository).tier is Tier.NONE


@pytest.mark.parametrize("payload", ["!", "e30=", "W10=", 7])
def test_a_broken_attestation_is_named(repository: Repository, payload: Any) -> None:
    commit = repository.commit(a_py="one\n")
    repository.note("commits", commit, json.dumps({"payload": payload}))
    found = asked(repository)
    assert found.attributed[0].provenance.review.tier is Tier.NONE
    assert "has a line that is no attestation" in found.notices[0].text


def test_a_plain_note_on_a_commit_is_nobodys_business(repository: Repository) -> None:
    commit = repository.commit(a_py="one\n")
    repository.note("commits", commit, "remember to tell Ken\n")
    assert asked(repository).notices == ()


# GitLab


@pytest.mark.parametrize(
    ("message", "merger", "tier", "by"),
    [
        (
            "Merge branch 'topic' into 'main'\n\nSee merge request group/x!7",
            GRACE,
            Tier.MERGED,
            ("Grace Hopper",),
        ),
        ("Merge branch 'topic' into 'main'\n\nSee merge request group/x!7", ADA, Tier.REQUESTED, ()),
        (
            f"Merge branch 'topic' into 'main'\n\nSee merge request x!7\nApproved-by: {GRACE}",
            ADA,
            Tier.NAMED,
            ("Grace Hopper",),
        ),
        (f"Merge branch 'topic' into 'main'\n\nApproved-by: {ADA}", ADA, Tier.NONE, ()),
    ],
)
def test_a_merge_of_gitlab(
    repository: Repository, message: str, merger: str, tier: Tier, by: tuple[str, ...]
) -> None:
    repository.commit("Start")
    repository.git("checkout", "-q", "-b", "topic")
    repository.commit(a_py="one\n")
    repository.git("checkout", "-q", "main")
    repository.merge("topic", message, author=merger)
    found = review(repository)
    assert (found.tier, found.by) == (tier, by)


# A pending change


def test_a_request_is_no_review_of_what_is_not_merged_yet(repository: Repository) -> None:
    repository.commit("Start")
    repository.git("checkout", "-q", "-b", "topic")
    commit = repository.commit(a_py="one\n")
    repository.note("devtools/reviews", commit, json.dumps(REQUEST))
    finding = [Finding("rule", Location("a.py", 1))]
    history = History.open(repository.root)
    pending = attribute(finding, history, mode="diff", base="main", environment={})
    assert pending.attributed[0].provenance.review.tier is Tier.PENDING
    repository.note("devtools/discuss", commit, json.dumps(ACCEPTED))
    history = History.open(repository.root)
    accepted = attribute(finding, history, mode="diff", base="main", environment={})
    assert accepted.attributed[0].provenance.review.tier is Tier.NAMED
