"""The gate: who may let a change pass. The table first, then attempts to cheat it, on real repositories."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Run
from repositories import ADA, CLAUDE, GITHUB, GRACE, Repository

from scanner.blast import Blast, Part
from scanner.codeowners import Owners, parse, place_of
from scanner.gate import Approval, Proposal, Touched, Verdict, judge, names_of
from scanner.policy import GateWaiver, Policy, policy_of
from scanner.reviews import parse as parse_reviews
from scanner.settings import Critical, Settings, UsageError, from_table

Assay = Callable[..., Run]
TODAY = datetime.date(2026, 3, 1)
PAY = Critical(("app/pay.py",), "@pay", 1)
SHIP = Critical(("app/ship.py",), "@ship", 2)
POLICY = Policy(
    critical=(PAY, SHIP), seniors=("grace",), newcomers=("@new",), teams={"new": ("junior",)}, blast=20
)


def approval(name: str, **more: Any) -> Approval:
    return Approval(name, names_of(name), **more)


def proposal(
    path: str = "app/pay.py", label: str = "ai", blast: int = 0, author: str = "ada", **more: Any
) -> Proposal:
    parts = (Part(blast, "files that call what it changes"),) if blast else ()
    return Proposal("b" * 40, "c" * 40, (Touched(path, {label: 10}),), names_of(author), Blast(parts), **more)


def judged(change: Proposal, *names: str, policy: Policy = POLICY, today: datetime.date = TODAY) -> Verdict:
    return judge(change, policy, [approval(name) for name in names], today=today)


# tier of the path × blast radius × author → approvals needed, and whether one of them by a senior
TABLE = [
    ("app/pay.py", 0, "ada", 2, True),
    ("app/pay.py", 20, "ada", 3, True),
    ("app/pay.py", 0, "junior", 2, True),
    ("app/pay.py", 20, "junior", 3, True),
    ("app/ship.py", 0, "ada", 1, False),
    ("app/ship.py", 19, "ada", 1, False),
    ("app/ship.py", 20, "ada", 2, False),
    ("app/ship.py", 0, "junior", 1, True),
    ("app/ship.py", 20, "junior", 2, True),
    ("docs/a.py", 0, "ada", 1, False),
    ("docs/a.py", 20, "ada", 2, False),
    ("docs/a.py", 0, "junior", 1, True),
    ("docs/a.py", 20, "junior", 2, True),
]
REVIEWERS = [(), ("linus",), ("linus", "ken"), ("linus", "ken", "dennis")]
WITH_SENIOR = [("grace",), ("grace", "linus"), ("grace", "linus", "ken")]


@pytest.mark.parametrize(("path", "blast", "author", "needed", "senior"), TABLE)
@pytest.mark.parametrize("reviewers", [*REVIEWERS, *WITH_SENIOR])
@pytest.mark.parametrize("label", ["ai", "mixed", "no-evidence", "human", "unknown"])
def test_tier_by_blast_by_experience_by_review(
    path: str, blast: int, author: str, needed: int, senior: bool, reviewers: tuple[str, ...], label: str
) -> None:
    verdict = judged(proposal(path, label, blast, author), *reviewers)
    assert (verdict.needed, verdict.senior) == (needed, senior)
    enough = len(reviewers) >= needed and (not senior or "grace" in reviewers)
    assert verdict.passed is enough
    assert verdict.counted == reviewers


def test_what_has_no_evidence_needs_no_review_where_the_policy_trusts_silence() -> None:
    trusting = Policy(trust_silence=True)
    assert judged(proposal(label="no-evidence"), policy=trusting).passed
    assert judged(proposal(label="bot"), policy=trusting).passed
    assert not judged(proposal(label="ai"), policy=trusting).passed


def test_the_three_lists() -> None:
    policy = Policy(autonomous=("docs/", "app/"), needs_review=("app/core/",), never=("app/keys/",))
    assert judged(proposal("docs/a.md"), policy=policy).passed
    assert not judged(proposal("app/core/a.py"), policy=policy).passed
    assert judged(proposal("app/core/a.py"), "grace", policy=policy).passed
    refused = judged(proposal("app/keys/a.py"), "grace", "linus", "ken", policy=policy)
    assert refused.reasons == (
        "app/keys/a.py is on the `never` list, and the change brings lines by agents to it",
    )
    assert judged(proposal("app/keys/a.py", "no-evidence"), "grace", policy=policy).passed


def test_nothing_is_autonomous_on_a_critical_path() -> None:
    assert not judged(proposal(), policy=Policy(autonomous=("**",), critical=(PAY,))).passed


def test_a_reset_asks_for_two_and_a_senior_until_it_ends() -> None:
    policy = Policy(autonomous=("docs/",), profile="reset", until=TODAY, seniors=("grace",), approvals=(1,))
    change = proposal("docs/a.md")
    assert not judged(change, "linus", "ken", policy=policy).passed
    assert judged(change, "linus", "grace", policy=policy).passed
    after = judged(change, policy=policy, today=TODAY + datetime.timedelta(1))
    assert after.passed
    assert after.named == ("the reset ended on 2026-03-01; renew it, or take it out of the policy",)


def test_a_waiver_holds_to_its_last_day_and_is_named_afterwards() -> None:
    policy = Policy(waive=(GateWaiver(("app/",), "migration", "ada", TODAY),))
    assert judged(proposal(), policy=policy).passed
    after = judged(proposal(), policy=policy, today=TODAY + datetime.timedelta(1))
    assert not after.passed
    assert after.named == ("the waiver for app/ (owner ada) expired on 2026-03-01",)


def test_a_critical_entry_that_is_due_holds_on_and_is_named() -> None:
    policy = Policy(critical=(Critical(("app/pay.py",), "@pay", 1, "2026-01-01"),))
    verdict = judged(proposal(), policy=policy)
    assert not verdict.passed
    assert verdict.named == ("the entry for app/pay.py (owner @pay) was due on 2026-01-01",)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (approval("ada"), "`ada` wrote part of the change, their own approval does not count"),
        (approval("claude[bot]", machine=True), "`claude[bot]` is a machine, its approval does not count"),
        (approval("grace", stale=True), "`grace` approved an earlier state of the change"),
        (
            approval("grace", claimed=True),
            "a trailer of the change says that `grace` reviewed it, which the change could write itself",
        ),
    ],
)
def test_approvals_that_do_not_count_are_named(given: Approval, said: str) -> None:
    verdict = judge(proposal("docs/a.py"), POLICY, [given], today=TODAY)
    assert not verdict.passed
    assert verdict.named == (said,)


def test_a_request_for_changes_fails() -> None:
    given = [approval("grace"), approval("ken", approves=False)]
    assert judge(proposal("docs/a.py"), POLICY, given, today=TODAY).reasons == ("`ken` asks for changes",)


def test_one_person_approves_once() -> None:
    twice = [Approval("grace", names_of("grace")), Approval("Grace", names_of("grace"))]
    assert not judge(proposal("docs/a.py", blast=20), POLICY, twice, today=TODAY).passed


def test_an_owner_must_approve_where_the_policy_says_so() -> None:
    policy = Policy(owners=True, teams={"org/pay": ("grace",)})
    owners = parse("* @linus\napp/ @org/pay\n")
    linus, grace = [approval("linus")], [approval("grace")]
    assert judge(proposal(), policy, linus, owners, TODAY).reasons == (
        "No owner (@org/pay) approved app/pay.py",
    )
    assert judge(proposal(), policy, grace, owners, TODAY).passed


def test_what_cannot_be_read_needs_a_review() -> None:
    change = Proposal("b" * 40, "c" * 40, (Touched("logo.png", opaque=True),), frozenset())
    assert not judged(change).passed
    assert judged(change, "grace").passed


def test_a_suppression_takes_a_change_out_of_the_autonomous_list() -> None:
    policy = Policy(autonomous=("docs/",))
    change = proposal("docs/a.py", suppressions=("`nosec` at docs/a.py:3",))
    assert not judged(change, policy=policy).passed


def test_the_verdict_explains_itself() -> None:
    verdict = judged(proposal(blast=20), "grace")
    assert verdict.paragraph == (
        "Fail: the change bbbbbbbbbb..cccccccccc brings 10 lines by agents and 0 without signed evidence "
        "that need a review in 1 file; it needs 3 approvals, one by a senior, and has 1 (grace). Its blast "
        "radius is 20 = 20 files that call what it changes. It lacks 2 approvals. Judged by the policy of "
        "bbbbbbbbbb."
    )


# The policy as data


def test_a_policy_from_a_table() -> None:
    table = {
        "gate": {"autonomous": ["docs/"], "approvals": [3, 1], "no-evidence": "trust", "until": "2026-12-31"},
        "critical": [{"paths": ["app/"], "owner": "@pay", "tier": 1, "expires": "2026-06-30"}],
    }
    settings = from_table(Settings(), table, "here")
    policy = policy_of(settings)
    assert (policy.approvals, policy.trust_silence, policy.until) == (
        (3, 1),
        True,
        datetime.date(2026, 12, 31),
    )
    assert (policy.needed(1, 0, TODAY), policy.needed(2, 0, TODAY), policy.needed(0, 0, TODAY)) == (3, 1, 1)
    assert settings.critical_paths == ("app/",)


@pytest.mark.parametrize(
    "gate",
    [
        {"autonomus": []},
        {"approvals": [-1]},
        {"approvals": []},
        {"never": "app/"},
        {"owners": "yes"},
        {"profile": "fast"},
        {"until": "soon"},
        {"waive": [{"paths": ["a"], "reason": "r"}]},
        {"teams": ["a"]},
    ],
)
def test_a_broken_policy_is_named(gate: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=next(iter(gate))):
        policy_of(Settings(gate=gate))


# CODEOWNERS. Cases from GitHub's documentation, "About code owners".


@pytest.mark.parametrize(
    ("pattern", "path", "owned"),
    [
        ("*", "a/b/c.txt", True),
        ("*.js", "a/b.js", True),
        ("*.js", "a/b.jsx", False),
        ("/build/logs/", "build/logs/a/b.log", True),
        ("/build/logs/", "x/build/logs/a.log", False),
        ("docs/*", "docs/getting-started.md", True),
        ("docs/*", "docs/build-app/troubleshooting.md", False),
        ("apps/", "x/apps/y.py", True),
        ("/docs/", "docs/a/b.md", True),
        ("/scripts/", "scripts/a.sh", True),
        ("**/logs", "deeply/nested/logs/a.log", True),
        ("**/logs", "logs/a.log", True),
        ("/apps/github", "apps/github/x.py", True),
        ("apps/**/test.py", "apps/test.py", True),
        ("a?.py", "ab.py", True),
        ("!docs/", "docs/a.md", False),
        ("[ab].py", "a.py", False),
    ],
)
def test_patterns_of_codeowners(pattern: str, path: str, owned: bool) -> None:
    assert bool(owners_of(parse(f"{pattern} @someone"), path)) is owned


def owners_of(owners: Owners, path: str) -> tuple[str, ...]:
    return tuple(one for rule in owners.of(path) for one in rule.owners)


def test_the_last_line_decides_and_may_take_owners_away() -> None:
    rules = parse("# all\n* @global\n/apps/ @octocat # theirs\n/apps/github\n")
    assert owners_of(rules, "x.py") == ("@global",)
    assert owners_of(rules, "apps/x.py") == ("@octocat",)
    assert owners_of(rules, "apps/github/x.py") == ()


# CODEOWNERS of GitLab. Cases from docs.gitlab.com, "Code Owners" and "Code Owners syntax".


@pytest.mark.parametrize(
    ("pattern", "path", "owned"),
    [
        ("*", "a/b/.hidden", True),
        ("README.md", "README.md", True),
        ("README.md", "docs/api/README.md", True),
        ("/README.md", "docs/README.md", False),
        ("internal/README.md", "docs/api/internal/README.md", True),
        ("/docs/", "docs/a/b.md", True),
        ("/docs/", "x/docs/a.md", False),
        ("docs/", "x/docs/a/b.md", True),
        ("/docs", "docs/a.md", False),
        ("/docs/*", "docs/a.md", True),
        ("/docs/*", "docs/a/b.md", False),
        ("/docs/**/*.md", "docs/a/b/c.md", True),
        ("/docs/**/*.md", "docs/c.md", True),
        ("/docs/*.md", "docs/a/c.md", False),
        ("*.rb", "a/b.rb", True),
        ("[ab].py", "x/a.py", True),
        ("[!ab].py", "c.py", True),
        ("[!ab].py", "a.py", False),
        ("\\#file.rb", "#file.rb", True),
        ("path\\ with\\ spaces/", "path with spaces/a.py", True),
    ],
)
def test_patterns_of_gitlab(pattern: str, path: str, owned: bool) -> None:
    assert bool(owners_of(parse(f"{pattern} @someone", gitlab=True), path)) is owned


SECTIONS = """\
* @all
[Documentation][2] @docs
docs/
README.md @readme
^[Optional] @maybe
*.go
[DOCUMENTATION] @late
CHANGELOG.md
[Ruby]
*.rb @ruby
!config/**/*.rb
config/routes.rb @routes
empty/
"""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("x.py", [("", ("@all",), 1, False)]),
        ("docs/a.md", [("", ("@all",), 1, False), ("Documentation", ("@docs",), 2, False)]),
        ("docs/README.md", [("", ("@all",), 1, False), ("Documentation", ("@readme",), 2, False)]),
        ("CHANGELOG.md", [("", ("@all",), 1, False), ("Documentation", ("@late",), 1, False)]),
        ("a.go", [("", ("@all",), 1, False), ("Optional", ("@maybe",), 1, True)]),
        ("a.rb", [("", ("@all",), 1, False), ("Ruby", ("@ruby",), 1, False)]),
        ("config/routes.rb", [("", ("@all",), 1, False)]),
        ("empty/a", [("", ("@all",), 1, False)]),
    ],
)
def test_sections_of_gitlab(path: str, expected: list[tuple[str, tuple[str, ...], int, bool]]) -> None:
    rules = parse(SECTIONS, gitlab=True).of(path)
    assert [(one.section, one.owners, one.approvals, one.optional) for one in rules] == expected


@pytest.mark.parametrize(
    ("places", "top", "expected"),
    [
        (["CODEOWNERS"], ["a.py"], ("CODEOWNERS", False)),
        (["CODEOWNERS"], [".gitlab-ci.yml"], ("CODEOWNERS", True)),
        (["CODEOWNERS"], [".gitlab-ci.yml", ".github"], ("CODEOWNERS", False)),
        ([".gitlab/CODEOWNERS"], [".gitlab"], (".gitlab/CODEOWNERS", True)),
        ([".gitlab/CODEOWNERS", "CODEOWNERS"], [".gitlab"], ("CODEOWNERS", True)),
        ([".gitlab/CODEOWNERS", ".github/CODEOWNERS"], [".gitlab", ".github"], (".github/CODEOWNERS", False)),
        ([".github/CODEOWNERS", "CODEOWNERS"], [".github"], (".github/CODEOWNERS", False)),
        ([], [], ("", False)),
    ],
)
def test_the_platform_is_told_by_the_place(
    places: list[str], top: list[str], expected: tuple[str, bool]
) -> None:
    assert place_of(places, top) == expected


def test_each_section_of_gitlab_wants_its_own_approvals() -> None:
    policy = Policy(owners=True, approvals=(1,), teams={"docs": ("linus", "ken"), "all": ("grace",)})
    owners = parse(SECTIONS, gitlab=True)
    change = proposal("docs/a.md")
    two = [approval("grace"), approval("linus")]
    assert judge(change, policy, two, owners, TODAY).reasons == (
        "No owner of the section `Documentation` (@docs) approved docs/a.md",
    )
    assert judge(change, policy, [*two, approval("ken")], owners, TODAY).passed
    assert judge(change, policy, [approval("grace")], owners, TODAY).reasons == (
        "docs/a.md lacks 2 approvals of owners of the section `Documentation` (@docs)",
    )
    assert judge(proposal("a.go"), policy, [approval("grace")], owners, TODAY).passed


# Exported reviews


def github(login: str, state: str, commit: str = "head", kind: str = "User") -> dict[str, Any]:
    return {"user": {"login": login, "type": kind}, "state": state, "commit_id": commit}


def test_the_last_word_of_each_reviewer_counts() -> None:
    listed = [
        github("grace", "CHANGES_REQUESTED"),
        github("grace", "APPROVED"),
        github("grace", "COMMENTED"),
        github("ken", "APPROVED"),
        github("ken", "DISMISSED"),
        github("linus", "APPROVED", "older"),
        github("coderabbitai[bot]", "APPROVED", kind="Bot"),
    ]
    found = parse_reviews(json.dumps(listed), {"head"}).approvals
    assert [(one.by, one.approves, one.stale, one.machine) for one in found] == [
        ("coderabbitai[bot]", True, False, True),
        ("grace", True, False, False),
        ("linus", True, True, False),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        '{"schema": 2}',
        '{"schema": 1}',
        "[1]",
        '[{"state": "APPROVED"}]',
        '[{"by": "a"}]',
        "[" * 9999,
    ],
)
def test_a_broken_list_of_reviews_is_named(text: str) -> None:
    with pytest.raises(UsageError, match="--reviews"):
        parse_reviews(text, {"head"})


# End to end

TOML = """[tool.assay]
semgrep = false
[[tool.assay.critical]]
paths = ["app/pay.py"]
owner = "@pay"
tier = 1
[tool.assay.gate]
autonomous = ["docs/"]
never = ["app/keys.py"]
seniors = ["grace"]
"""
CART = "from app.pay import price\n\n\ndef total(cart):\n    return price(cart)\n"
PRICE = "def price(items):\n    return sum(items)\n"


@pytest.fixture
def shop(tmp_path: Path) -> Repository:
    """A small project with a policy, and a branch that wants to be merged."""
    repository = Repository(tmp_path / "shop")
    repository.write("pyproject.toml", TOML)
    repository.write("app/pay.py", PRICE)
    repository.write(
        "app/cart.py", "from app.pay import price\n\n\ndef total(cart):\n    return price(cart)\n"
    )
    repository.commit("Start")
    repository.git("checkout", "-q", "-b", "topic")
    return repository


class Gate:
    """`assay gate main` in a repository, with reviews from outside it."""

    def __init__(self, assay: Assay, repository: Repository) -> None:
        self._assay = assay
        self._repository = repository

    def __call__(self, *reviews: dict[str, Any], author: str = "") -> tuple[int, dict[str, Any]]:
        file = self._repository.root.parent / "reviews.json"
        head = self._repository.git("rev-parse", "HEAD")
        listed = [{"commit": head, "state": "APPROVED", **review} for review in reviews]
        file.write_text(json.dumps({"schema": 1, "author": author, "reviews": listed}))
        run = self._assay(
            "gate", "main", "--no-cache", "--reviews", str(file), "-f", "json", cwd=self._repository.root
        )
        return run.code, json.loads(run.out)


@pytest.fixture
def gate(assay: Assay, shop: Repository) -> Gate:
    return Gate(assay, shop)


def add(
    repository: Repository, path: str, text: str, message: str, author: str = ADA, committer: str = ""
) -> None:
    before = repository.root / path
    old = before.read_text() if before.exists() else ""
    repository.write(path, old + text)
    repository.commit(message, author=author, committer=committer)


DISCOUNT = "\n\ndef discount(price):\n    return price * 0.9\n"


def test_approval_grows_with_the_blast_and_the_tier(shop: Repository, gate: Gate) -> None:
    """Guardrail 1: tiered approval by blast radius."""
    shop.write("app/pay.py", PRICE.replace("sum(items)", "sum(items) + 0"))
    shop.commit(f"Change the price\n\n{CLAUDE}")
    code, verdict = gate({"by": "linus"})
    assert (code, verdict["needed"], verdict["senior"]) == (1, 2, True)
    words = [part["words"] for part in verdict["blast"]["parts"]]
    assert words == ["files that call what it changes (1)", "critical path, tier 1"]
    assert gate({"by": "linus"}, {"by": "grace"})[0] == 0


def test_findings_of_the_scan_take_part(shop: Repository, gate: Gate) -> None:
    """Guardrail 4: a scan that knows what agents get wrong."""
    secret = "import os\n\n\ndef key():\n    return os.getenv('SIGNING_SECRET', 'change-me')\n"
    add(shop, "app/sign.py", secret, f"Sign\n\n{CLAUDE}")
    code, verdict = gate({"by": "grace"})
    assert code == 1
    assert verdict["reasons"] == ["finding at the level that fails: fallback-secret at app/sign.py:5"]


def test_no_figure_scores_adoption_or_people(shop: Repository, gate: Gate) -> None:
    """Guardrail 5: adoption is not quality."""
    add(shop, "app/more.py", DISCOUNT, f"Add\n\n{CLAUDE}")
    _, verdict = gate({"by": "grace"})
    told = json.dumps(verdict)
    assert verdict["passed"]
    assert "Ada" not in told
    assert "example.org" not in told


def test_what_an_agent_wrote_is_untrusted_until_approved(shop: Repository, gate: Gate) -> None:
    """The sixth guardrail."""
    add(shop, "app/more.py", DISCOUNT, f"Add\n\n{CLAUDE}")
    code, verdict = gate()
    assert (code, verdict["needs_review"]) == (1, {"app/more.py": {"ai": 4}})
    assert gate({"by": "linus"})[0] == 0


def test_cheat_reviewing_oneself(shop: Repository, gate: Gate) -> None:
    add(shop, "app/more.py", DISCOUNT, f"Add\n\n{CLAUDE}")
    for who in ("ada", "Ada Lovelace", "ada@example.org"):
        code, verdict = gate({"by": who})
        assert code == 1
        assert verdict["notes"][0].endswith("wrote part of the change, their own approval does not count")
    assert gate({"by": "countess"}, author="countess")[0] == 1


def test_cheat_an_agent_that_approves(shop: Repository, gate: Gate) -> None:
    add(shop, "app/more.py", DISCOUNT, "Add")
    assert gate({"by": "claude[bot]"})[0] == 1


def test_cheat_a_trailer_that_names_a_reviewer(shop: Repository, gate: Gate) -> None:
    add(shop, "app/more.py", DISCOUNT, f"Add\n\n{CLAUDE}\nReviewed-by: {GRACE}")
    code, verdict = gate()
    assert code == 1
    assert "a trailer of the change says that `Grace Hopper` reviewed it" in verdict["notes"][0]


def test_cheat_a_policy_edited_in_the_change(shop: Repository, gate: Gate) -> None:
    shop.write("pyproject.toml", TOML.replace('["docs/"]', '["**"]').replace("tier = 1", "tier = 3"))
    add(shop, "app/pay.py", DISCOUNT, f"Add\n\n{CLAUDE}")
    code, verdict = gate({"by": "linus"}, author="ada")
    assert (code, verdict["needed"]) == (1, 2)
    assert verdict["notes"] == [
        f"this change edits its own judge: `{key}` of the settings; the base's is used"
        for key in ("critical", "gate")
    ]


def test_cheat_a_suppression_added_by_the_change(shop: Repository, gate: Gate) -> None:
    add(shop, "docs/a.py", "import os\nos.system('ls')  # nosec\n", f"Add\n\n{CLAUDE}")
    code, verdict = gate()
    assert code == 1
    assert verdict["notes"] == ["`nosec` at docs/a.py:2, added by this change"]


def test_cheat_a_squash_that_hides_the_agent(shop: Repository, gate: Gate) -> None:
    add(shop, "app/more.py", DISCOUNT, "Add a discount (#7)", committer=GITHUB)
    code, verdict = gate()
    assert (code, verdict["needs_review"]) == (1, {"app/more.py": {"no-evidence": 4}})


def test_cheat_a_note_that_says_a_human_wrote_it(shop: Repository, gate: Gate) -> None:
    add(shop, "app/more.py", DISCOUNT, "Add")
    head = shop.git("rev-parse", "HEAD")
    shop.note("ai", head, "app/more.py\n  h_0123456789abcd 1-4\n---\n{}")
    code, verdict = gate()
    assert (code, verdict["needs_review"]) == (1, {"app/more.py": {"human": 4}})


def test_cheat_reviews_that_the_change_brings_along(assay: Assay, shop: Repository) -> None:
    shop.write("reviews.json", "[]")
    add(shop, "app/more.py", DISCOUNT, "Add")
    run = assay("gate", "main", "--no-cache", "--reviews", "reviews.json", cwd=shop.root)
    assert run.code == 2
    assert "part of the repository" in run.err


def test_cheat_taking_lines_away_from_a_critical_path(shop: Repository, gate: Gate) -> None:
    shop.write("app/pay.py", "")
    shop.commit("Less")
    code, verdict = gate({"by": "linus"})
    assert (code, verdict["needed"]) == (1, 2)


def test_never_is_never(shop: Repository, gate: Gate) -> None:
    add(shop, "app/keys.py", DISCOUNT, f"Add\n\n{CLAUDE}")
    code, verdict = gate({"by": "grace"}, {"by": "linus"}, {"by": "ken"})
    assert code == 1
    assert "`never` list" in verdict["reasons"][0]


def test_a_scan_with_a_gate_prints_both(assay: Assay, shop: Repository) -> None:
    add(shop, "app/more.py", DISCOUNT, f"Add\n\n{CLAUDE}")
    run = assay("scan", "--diff", "main", "--gate", "--no-cache", cwd=shop.root)
    assert run.code == 1
    assert "Fail: the change" in run.err
    assert assay("scan", "--gate", "--no-cache", cwd=shop.root).code == 2


def test_a_change_that_gives_agents_more_power_fails(shop: Repository, gate: Gate) -> None:
    """Guardrail 2: least privilege."""
    shop.write(".claude/settings.json", '{"permissions": {"defaultMode": "bypassPermissions"}}\n')
    shop.commit("Let it work")
    code, verdict = gate({"by": "grace"}, {"by": "linus"})
    assert code == 1
    assert verdict["reasons"] == [
        "finding at the level that fails: unattended-agent-settings at .claude/settings.json:1"
    ]
    shop.write(".claude/settings.json", '{"permissions": {"allow": ["Bash(npm test:*)"]}}\n')
    shop.commit("Only the tests")
    assert gate({"by": "grace"}, {"by": "linus"})[0] == 0


def on_main(shop: Repository, path: str, text: str) -> None:
    """Change a file on the main line, and start the topic from there."""
    shop.git("checkout", "-q", "main")
    shop.write(path, text)
    shop.commit("Settle it first")
    shop.git("checkout", "-q", "topic")
    shop.git("merge", "-q", "--ff-only", "main")


AGENT = "import subprocess\n\n\ndef fix():\n    subprocess.run({command}, check=True)\n"
UNASKED = ["claude", "-p", "fix it", "--dangerously-skip-permissions"]


def test_an_agent_that_never_asks_needs_a_sandbox(shop: Repository, gate: Gate) -> None:
    """Guardrail 3: unattended work only where it can break nothing."""
    on_main(shop, "pyproject.toml", TOML.replace("semgrep = false", 'semgrep = false\nfail-on = "warning"'))
    shop.write("app/fix.py", AGENT.format(command=UNASKED))
    shop.commit("Fix by night")
    code, verdict = gate({"by": "grace"})
    assert code == 1
    assert verdict["reasons"] == [
        "finding at the level that fails: agent-without-permission-prompt at app/fix.py:5"
    ]
    shop.write("app/fix.py", AGENT.format(command=["docker", "run", "--rm", "agent", *UNASKED]))
    shop.commit("In a container")
    assert gate({"by": "grace"})[0] == 0


def test_cheat_a_note_taken_back(shop: Repository, gate: Gate) -> None:
    add(shop, "app/more.py", DISCOUNT, "Add")
    head = shop.git("rev-parse", "HEAD")
    shop.note("ai", head, "app/more.py\n  s_0123456789abcd 1-4\n---\n{}")
    assert gate()[1]["needs_review"] == {"app/more.py": {"ai": 4}}
    shop.git("notes", "--ref=ai", "remove", head, **shop.people(ADA))
    code, verdict = gate()
    assert (code, verdict["needs_review"]) == (1, {"app/more.py": {"no-evidence": 4}})


def test_cheat_a_note_that_nobody_can_read(shop: Repository, gate: Gate) -> None:
    add(shop, "app/more.py", DISCOUNT, "Add")
    shop.note("ai", shop.git("rev-parse", "HEAD"), "garbage")
    code, verdict = gate()
    assert (code, verdict["needs_review"]) == (1, {"app/more.py": {"unknown": 4}})


def test_cheat_a_squash_is_seen_through_where_its_branch_was_fetched(shop: Repository, gate: Gate) -> None:
    shop.git("checkout", "-q", "-b", "work")
    add(shop, "app/more.py", DISCOUNT, f"Add\n\n{CLAUDE}")
    shop.git("update-ref", "refs/pull/7/head", "work")
    shop.git("checkout", "-q", "topic")
    shop.git("branch", "-q", "-D", "work")
    add(shop, "app/more.py", DISCOUNT, "Add a discount (#7)", committer=GITHUB)
    assert gate()[1]["needs_review"] == {"app/more.py": {"ai": 4}}


SECRET = "import os\n\n\ndef key():\n    return os.getenv('SIGNING_SECRET', 'change-me')\n"


def scanned(assay: Assay, shop: Repository, *options: str) -> Run:
    return assay("scan", "--diff", "main", "--gate", "--no-cache", *options, cwd=shop.root)


def test_cheat_a_baseline_written_by_the_change(assay: Assay, shop: Repository) -> None:
    """The change declares its own finding known: what is known is read as of the base."""
    on_main(shop, "known.json", '{"schema": 1, "findings": []}')
    add(shop, "app/sign.py", SECRET, f"Sign\n\n{CLAUDE}")
    assert assay("baseline", "write", "-o", "known.json", cwd=shop.root).code == 0
    shop.commit("Known")
    whole = assay("scan", "--no-cache", "--baseline", "known.json", cwd=shop.root)
    assert (whole.code, whole.out) == (0, "")
    run = scanned(assay, shop, "--baseline", "known.json")
    assert run.code == 1
    assert "fallback-secret at app/sign.py:5" in run.err
    assert "this change edits its own judge: known.json; the base's is used" in run.err


def test_cheat_a_baseline_that_the_base_does_not_have(assay: Assay, shop: Repository) -> None:
    add(shop, "app/sign.py", SECRET, f"Sign\n\n{CLAUDE}")
    assay("baseline", "write", "-o", "known.json", cwd=shop.root)
    shop.commit("Known")
    run = scanned(assay, shop, "--baseline", "known.json")
    assert run.code == 1
    assert "fallback-secret at app/sign.py:5" in run.err


def test_a_baseline_from_outside_the_repository_counts(
    assay: Assay, shop: Repository, tmp_path: Path
) -> None:
    add(shop, "app/sign.py", SECRET, f"Sign\n\n{CLAUDE}")
    outside = tmp_path / "known.json"
    assay("baseline", "write", "-o", str(outside), cwd=shop.root)
    run = scanned(assay, shop, "--baseline", str(outside))
    assert "fallback-secret" not in run.err


def test_cheat_weights_of_its_own(assay: Assay, shop: Repository) -> None:
    heavy, light = (f"cap = 3\n[family.security]\nfactor = {one}\n" for one in (3.0, 1.0))
    on_main(shop, "weights.toml", heavy)
    shop.write("weights.toml", light)
    add(shop, "app/sign.py", SECRET, f"Sign\n\n{CLAUDE}")
    run = assay("scan", "--diff", "main", "--no-cache", "--weights", "weights.toml", cwd=shop.root)
    assert "rank 87.8" in run.out
    assert "this change edits its own judge: weights.toml; the base's is used" in run.err
    gated = scanned(assay, shop, "--weights", "weights.toml")
    assert "rank 79.7" in gated.out  # of the base's settings, which name no file


def test_cheat_a_file_moved_out_of_a_critical_path(shop: Repository, gate: Gate) -> None:
    """Moved and changed at once, and into the list where agents may work alone."""
    shop.git("mv", "app/pay.py", "docs_pay.py")
    (shop.root / "docs").mkdir()
    shop.git("mv", "docs_pay.py", "docs/pay.py")
    add(shop, "docs/pay.py", "\n\nFREE = 0\n", f"Tidy up\n\n{CLAUDE}")
    code, verdict = gate({"by": "linus"})
    assert (code, verdict["needed"], verdict["senior"]) == (1, 2, True)


def test_cheat_a_package_in_place_of_a_critical_module(shop: Repository, gate: Gate) -> None:
    """Python imports `app/pay/` before `app/pay.py`."""
    shop.write("app/pay/__init__.py", "def price(items):\n    return 0\n")
    shop.commit(f"Add\n\n{CLAUDE}")
    code, verdict = gate({"by": "linus"})
    assert (code, verdict["needed"]) == (1, 2)


def test_cheat_a_link_in_place_of_a_critical_file(shop: Repository, gate: Gate) -> None:
    (shop.root / "app/pay.py").unlink()
    (shop.root / "app/pay.py").symlink_to("../docs/free.py")
    shop.write("docs/free.py", "def price(items):\n    return 0\n")
    shop.commit(f"Link\n\n{CLAUDE}")
    code, verdict = gate({"by": "linus"})
    assert (code, verdict["needed"]) == (1, 2)
    assert "app/pay.py is a link: what it leads to was not looked at" in verdict["notes"]


def test_cheat_a_submodule_that_moves_on(shop: Repository, gate: Gate) -> None:
    head = shop.git("rev-parse", "HEAD")
    shop.git("update-index", "--add", "--cacheinfo", f"160000,{head},docs/theme")
    shop.git("commit", "-q", "-m", "Newer theme", **shop.people(ADA))
    code, verdict = gate()
    assert code == 1
    assert "docs/theme is a submodule: what it brings was not looked at" in verdict["notes"]


def test_cheat_a_mode_and_nothing_else(shop: Repository, gate: Gate) -> None:
    shop.git("update-index", "--chmod=+x", "app/pay.py")
    shop.git("commit", "-q", "-m", "Mode", **shop.people(ADA))
    assert gate()[1]["needs_review"] == {"app/pay.py": {"unknown": 0}}


def test_cheat_other_line_ends(shop: Repository, gate: Gate) -> None:
    """Every line is new, so every line is suspect: nothing of an agent's hides among them."""
    shop.write("app/pay.py", PRICE.replace("\n", "\r\n").replace("sum(items)", "0"))
    shop.commit("Line ends")
    assert gate()[1]["needs_review"] == {"app/pay.py": {"no-evidence": 2}}


def test_cheat_the_name_of_a_bot(shop: Repository, gate: Gate) -> None:
    bot = "dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>"
    add(shop, "app/more.py", DISCOUNT, "Bump", author=bot)
    code, verdict = gate()
    assert (code, verdict["needs_review"]) == (1, {"app/more.py": {"bot": 4}})


def test_cheat_the_name_of_somebody_else(shop: Repository, gate: Gate) -> None:
    """Ada writes as Grace, and approves it herself: only the platform knows who proposes it."""
    add(shop, "app/more.py", DISCOUNT, "Add", author=GRACE)
    code, verdict = gate({"by": "ada"})
    assert code == 0
    assert any("nobody told who proposes the change" in note for note in verdict["notes"])
    assert gate({"by": "ada"}, author="ada")[0] == 1


def test_cheat_a_second_address(shop: Repository, gate: Gate) -> None:
    on_main(shop, ".mailmap", "Ada Lovelace <ada@example.org> <countess@home.example>\n")
    add(shop, "app/more.py", DISCOUNT, "Add", author="A. King <countess@home.example>")
    assert gate({"by": "ada"})[0] == 1
    shop.write(".mailmap", "")
    shop.commit("Forget", author="A. King <countess@home.example>")
    code, verdict = gate({"by": "ada"})
    assert code == 1
    assert "this change edits its own judge: .mailmap; the base's is used" in verdict["notes"]


def test_cheat_a_co_author_who_approves(shop: Repository, gate: Gate) -> None:
    add(shop, "app/more.py", DISCOUNT, f"Add\n\nCo-authored-by: {GRACE}")
    assert gate({"by": "grace"})[0] == 1


def test_cheat_one_person_with_two_logins(shop: Repository, gate: Gate) -> None:
    add(shop, "app/pay.py", DISCOUNT, "Add")
    twice = [{"by": "grace", "names": ["Grace Hopper"]}, {"by": "amazing", "names": ["Grace Hopper"]}]
    assert gate(*twice)[1]["reasons"] == ["It lacks 1 approval"]


def test_cheat_an_earlier_commit_that_was_approved(shop: Repository, gate: Gate) -> None:
    add(shop, "app/more.py", DISCOUNT, "Add")
    approved = shop.git("rev-parse", "HEAD")
    shop.git("commit", "-q", "--amend", "--no-edit", "--allow-empty", **shop.people(ADA))
    code, verdict = gate({"by": "grace", "commit": approved})
    assert code == 1
    assert "`grace` approved an earlier state of the change" in verdict["notes"]


def test_cheat_attributes_further_down(shop: Repository, gate: Gate) -> None:
    """Called generated, a file is left alone by many rules, and git shows it as binary to the eye."""
    shop.write("app/.gitattributes", "*.py linguist-generated binary\n")
    add(shop, "app/more.py", DISCOUNT + "import os  # noqa\n", f"Add\n\n{CLAUDE}")
    code, verdict = gate()
    assert (code, verdict["needs_review"]["app/more.py"]) == (1, {"ai": 5})
    assert "this change edits its own judge: app/.gitattributes; the base's is used" in verdict["notes"]
    assert "`noqa` at app/more.py:5, added by this change" in verdict["notes"]


def test_cheat_a_header_that_calls_a_file_generated(shop: Repository, gate: Gate) -> None:
    shop.write("app/cart.py", f"# @generated, do not edit\n{CART}")
    shop.commit("Head")
    assert "a header that calls app/cart.py generated, added by this change" in gate()[1]["notes"]


def test_cheat_suppressions_beyond_the_first_ones(shop: Repository, gate: Gate) -> None:
    many = "".join(f"import m{number}  # ruff: noqa\n" for number in range(25))
    add(shop, "app/more.py", many, "Add")
    notes = gate()[1]["notes"]
    assert "`ruff: noqa` at app/more.py:1, added by this change" in notes
    assert "5 more of this kind, added by this change" in notes


def test_cheat_the_workflow_that_runs_the_gate(shop: Repository, gate: Gate) -> None:
    on_main(shop, ".github/workflows/gate.yml", "jobs: {gate: {steps: [{run: assay gate main}]}}\n")
    shop.write(".github/workflows/gate.yml", "jobs: {gate: {steps: [{run: 'true'}]}}\n")
    shop.commit("Faster")
    said = "this change edits its own judge: .github/workflows/gate.yml, which runs it"
    assert said in gate()[1]["notes"]


def test_cheat_rules_of_the_project_itself(assay: Assay, shop: Repository) -> None:
    pack = (
        "rules:\n- {id: no-print, languages: [python], message: no, severity: ERROR, pattern: print(...)}\n"
    )
    on_main(shop, "checks/no-print.yaml", pack)
    shop.write("checks/no-print.yaml", pack.replace("print(...)", "never(...)"))
    shop.commit("Calmer")
    run = scanned(assay, shop, "--rules", "checks")
    assert "this change edits its own judge: checks/no-print.yaml, a rule of the project's own" in run.err


SWALLOWED = (
    "def orders(session, user):\n    try:\n        return session.query('orders', user).all()\n"
    "    except Exception:\n        return []\n"
)


def test_cheat_what_the_linter_leaves_out(assay: Assay, shop: Repository, gate: Gate) -> None:
    """What ruff passes by is foreign code, of which quality is not asked."""
    on_main(shop, "pyproject.toml", TOML.replace("semgrep = false", 'semgrep = false\nfail-on = "note"'))
    add(shop, "app/more.py", SWALLOWED, f"Add\n\n{CLAUDE}")
    found = [reason for reason in gate()[1]["reasons"] if "app/more.py" in reason]
    assert found
    loose = TOML.replace("semgrep = false", 'semgrep = false\nfail-on = "note"')
    shop.write("pyproject.toml", f'{loose}[tool.ruff]\nextend-exclude = ["app/more.py"]\n')
    shop.commit("Lint less")
    verdict = gate()[1]
    assert [reason for reason in verdict["reasons"] if "app/more.py" in reason] == found
    assert "this change edits its own judge: what ruff leaves out; the base's is used" in verdict["notes"]
    run = assay("scan", "--diff", "main", "--no-cache", "--fail-on", "note", cwd=shop.root)
    assert "app/more.py" in run.out
    assert "what ruff leaves out; the base's is used" in run.err


def test_cheat_the_mark_of_a_generator(shop: Repository, gate: Gate) -> None:
    on_main(shop, "pyproject.toml", TOML.replace("semgrep = false", 'semgrep = false\nfail-on = "note"'))
    add(shop, "app/more.py", SWALLOWED, f"Add\n\n{CLAUDE}")
    found = [reason for reason in gate()[1]["reasons"] if "app/more.py" in reason]
    shop.write("app/.openapi-generator/FILES", "more.py\n")
    shop.write(".gitattributes", "*.py linguist-generated=true\n")
    shop.commit("Generated")
    assert [reason for reason in gate()[1]["reasons"] if "app/more.py" in reason] == found


def test_cheat_another_file_on_disk(shop: Repository, gate: Gate) -> None:
    """A step before the gate puts a clean file where the scan will look."""
    add(shop, "app/sign.py", SECRET, "Sign")
    shop.write("app/sign.py", "")
    _, verdict = gate({"by": "grace"}, author="ada")
    assert verdict["notes"] == [
        "app/sign.py is not on disk as it was committed: findings speak of what is on disk"
    ]


def test_cheat_a_commit_that_history_replaces(shop: Repository, gate: Gate) -> None:
    add(shop, "app/more.py", DISCOUNT, f"Add\n\n{CLAUDE}")
    shop.git("branch", "-q", "harmless", "main")
    shop.git("replace", "HEAD", "main")
    shop.git("config", "blame.ignoreRevsFile", ".git-blame-ignore-revs")
    shop.write(".git-blame-ignore-revs", f"{shop.git('rev-parse', 'HEAD')}\n")
    shop.commit("Ignore it")
    code, verdict = gate()
    assert (code, verdict["needs_review"]["app/more.py"]) == (1, {"ai": 4})
    assert "this change edits its own judge: .git-blame-ignore-revs; the base's is used" in verdict["notes"]


def test_cheat_a_waiver_of_its_own(shop: Repository, gate: Gate) -> None:
    waiver = (
        '[[tool.assay.gate.waive]]\npaths = ["**"]\nreason = "hurry"\nowner = "@ada"\n'
        'expires = "2099-01-01"\n'
        '[[tool.assay.allow]]\nrule = "fallback-secret"\npath = "**"\nreason = "fine"\nowner = "@ada"\n'
    )
    shop.write("pyproject.toml", TOML + waiver)
    add(shop, "app/sign.py", SECRET, f"Sign\n\n{CLAUDE}")
    code, verdict = gate({"by": "linus"}, author="ada")
    assert code == 1
    assert verdict["reasons"] == ["finding at the level that fails: fallback-secret at app/sign.py:5"]
    assert [note for note in verdict["notes"] if "its own judge" in note] == [
        f"this change edits its own judge: `{key}` of the settings; the base's is used"
        for key in ("allow", "gate")
    ]


def test_cheat_owners_of_its_own(shop: Repository, gate: Gate) -> None:
    on_main(shop, "CODEOWNERS", "app/ @grace\n")
    on_main(shop, "pyproject.toml", TOML + "owners = true\n")
    shop.write("CODEOWNERS", "app/ @linus\n")
    add(shop, "app/more.py", DISCOUNT, "Add")
    code, verdict = gate({"by": "linus"}, author="ada")
    assert code == 1
    assert verdict["reasons"] == ["No owner (@grace) approved app/more.py"]
    assert "this change edits its own judge: CODEOWNERS; the base's is used" in verdict["notes"]


def test_the_merge_that_a_platform_checks_out(shop: Repository, gate: Gate) -> None:
    """A review of the branch holds for its merge, unless the merge has lines of its own."""
    add(shop, "app/more.py", DISCOUNT, "Add")
    reviewed = shop.git("rev-parse", "HEAD")
    shop.git("checkout", "-q", "--detach", "main")
    shop.merge("topic", f"Merge {reviewed} into main", committer=GITHUB)
    assert gate({"by": "grace", "commit": reviewed})[0] == 0
    shop.git("checkout", "-q", "--detach", "main")
    shop.git("merge", "-q", "--no-commit", "--no-ff", "topic", **shop.people(ADA))
    add(shop, "app/more.py", "STOLEN = 1\n", "Merge")
    assert shop.git("rev-parse", "HEAD^2") == reviewed
    assert gate({"by": "grace", "commit": reviewed})[0] == 1
