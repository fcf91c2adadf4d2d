"""What author, committer, trailers, footers and subjects prove, and the people they must not be taken for."""

from __future__ import annotations

import pytest

from scanner import toml
from scanner.history import Commit, Person
from scanner.provenance import Label, identity, trailers
from scanner.provenance.labels import settle
from scanner.provenance.record import Evidence

ADA = Person("Ada Lovelace", "ada@example.org")
GITHUB = Person("GitHub", "noreply@github.com")


def commit(message: str = "Work", author: Person = ADA, committer: Person | None = None) -> Commit:
    return Commit("c" * 40, ("p" * 40,), author, committer or author, message)


def evidence(one: Commit) -> tuple[Evidence, ...]:
    return (*identity.of_commit(one), *trailers.of_commit(one))


def said(one: Commit) -> tuple[str, float, str, str]:
    verdict = settle(evidence(one))
    return verdict.label.value, verdict.confidence, verdict.agent, verdict.model


AUTHORS = [
    ("Claude", "noreply@anthropic.com", "Claude Code"),
    ("claude[bot]", "209825114+claude[bot]@users.noreply.github.com", "Claude Code"),
    ("x", "208546643+claude-code-action[bot]@users.noreply.github.com", "Claude Code"),
    ("x", "215619710+anthropic-claude[bot]@users.noreply.github.com", "Claude Code"),
    ("copilot-swe-agent[bot]", "198982749+Copilot@users.noreply.github.com", "GitHub Copilot"),
    ("Copilot", "198982749+Copilot@users.noreply.github.com", "GitHub Copilot"),
    ("Cursor Agent", "cursoragent@cursor.com", "Cursor"),
    ("x", "199161495+cursoragent@users.noreply.github.com", "Cursor"),
    ("cursor[bot]", "206951365+cursor[bot]@users.noreply.github.com", "Cursor"),
    ("cursoragent[bot]", "201670782+cursoragent[bot]@users.noreply.github.com", "Cursor"),
    ("Cursor AI", "ai@cursor.sh", "Cursor"),
    ("Devin AI", "158243242+devin-ai-integration[bot]@users.noreply.github.com", "Devin"),
    ("Codex", "codex@openai.com", "Codex"),
    ("x", "199175422+chatgpt-codex-connector[bot]@users.noreply.github.com", "Codex"),
    ("x", "215057067+openai-codex[bot]@users.noreply.github.com", "Codex"),
    ("x", "161369871+google-labs-jules[bot]@users.noreply.github.com", "Jules"),
    ("openhands", "openhands@all-hands.dev", "OpenHands"),
    ("x", "138933559+factory-droid[bot]@users.noreply.github.com", "Factory Droid"),
    ("x", "159125892+gpt-engineer-app[bot]@users.noreply.github.com", "Lovable"),
    ("x", "205137888+cline[bot]@users.noreply.github.com", "Cline"),
    ("x", "136622811+coderabbitai[bot]@users.noreply.github.com", "CodeRabbit"),
    ("NOREPLY in capitals", "NoReply@Anthropic.com", "Claude Code"),
]


@pytest.mark.parametrize(("name", "email", "agent"), AUTHORS)
def test_an_agent_that_authors_a_commit_worked_alone(name: str, email: str, agent: str) -> None:
    one = commit(author=Person(name, email))
    assert said(one)[:3] == ("ai", 0.95, agent)
    assert identity.unattended(one)


def test_aider_marks_the_author_of_its_own_edits() -> None:
    one = commit(author=Person("Ada Lovelace (aider)", ADA.email))
    assert said(one) == ("ai", 0.95, "aider", "")
    assert not identity.unattended(one)


def test_aider_as_committer_only_committed_what_its_user_wrote() -> None:
    assert evidence(commit(committer=Person("Ada Lovelace (aider)", ADA.email))) == ()


def test_an_agent_as_committer_had_a_hand_in_it() -> None:
    assert said(commit(committer=Person("Codex", "codex@openai.com"))) == ("mixed", 0.4, "Codex", "")


BOTS = [
    ("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com"),
    ("renovate[bot]", "29139614+renovate[bot]@users.noreply.github.com"),
    ("pre-commit-ci[bot]", "66853113+pre-commit-ci[bot]@users.noreply.github.com"),
    ("github-actions[bot]", "41898282+github-actions[bot]@users.noreply.github.com"),
    ("Weblate", "hosted@weblate.org"),
    ("some-unheard-of-app[bot]", "1+some-unheard-of-app[bot]@users.noreply.github.com"),
    ("release[bot]", "release@example.org"),
]


@pytest.mark.parametrize(("name", "email"), BOTS)
def test_a_bot_is_neither_ai_nor_human(name: str, email: str) -> None:
    one = commit(author=Person(name, email))
    assert said(one)[:2] == ("bot", 0.95)
    assert evidence(commit(f"Bump\n\nCo-authored-by: {name} <{email}>")) == ()


PEOPLE = [
    ("James Turner", "jturner@gemini.edu"),
    ("Devin Crichton", "devin@example.org"),
    ("Jules", "julia.b@example.org"),
    ("vishwas-droid", "12+vishwas-droid@users.noreply.github.com"),
    ("Paul Gauthier", "aider@paulg.org"),
    ("Paul Gauthier", "paul@aider.chat"),
    ("Xingyao Wang", "xingyao@all-hands.dev"),
    ("Charlie Marsh", "charliemarsh@openai.com"),
    ("Kushal", "kushal@anthropic.com"),
    ("Root", "root@example.org"),
    ("Claude Monet", "claude@defectdojo.com"),
    ("Claude", "claude@example.org"),
    ("Cursor", "me@cursor.com"),
    ("claude", "7+claude-bot@users.noreply.github.com"),
    ("GitHub", "noreply@github.com"),
]


@pytest.mark.parametrize(("name", "email"), PEOPLE)
def test_a_person_is_not_an_agent_by_domain_or_first_name(name: str, email: str) -> None:
    someone = Person(name, email)
    assert evidence(commit(author=someone)) == ()
    assert evidence(commit(f"Fix\n\nCo-authored-by: {name} <{email}>")) == ()
    assert evidence(commit(f"Fix\n\nAssisted-by: {name} <{email}>")) == ()


TRAILERS = [
    ("Co-Authored-By: Claude <noreply@anthropic.com>", "ai", 0.8, "Claude Code", ""),
    (
        "Co-Authored-By: Claude Opus 4.8 (1M context) <noreply@anthropic.com>",
        "ai",
        0.8,
        "Claude Code",
        "claude-opus-4-8",
    ),
    (
        "Co-Authored-By: Claude Code 2.1.133 / Claude Opus 4.7 (1M context) <noreply@anthropic.com>",
        "ai",
        0.8,
        "Claude Code",
        "claude-opus-4-7",
    ),
    ("co-authored-by: Claude &lt;noreply@anthropic.com&gt;", "ai", 0.8, "Claude Code", ""),
    ("Claude-Session: https://claude.ai/code/session_01", "ai", 0.8, "Claude Code", ""),
    (
        "Agent-Logs-Url: https://github.com/o/r/sessions/0d0d",
        "ai",
        0.8,
        "GitHub Copilot",
        "",
    ),
    ("Co-authored-by: Copilot <223556219+Copilot@users.noreply.github.com>", "ai", 0.8, "GitHub Copilot", ""),
    ("Co-authored-by: Copilot <copilot@github.com>", "ai", 0.4, "GitHub Copilot", ""),
    (
        "Co-authored-by: Copilot Autofix powered by AI <175728472+Copilot@users.noreply.github.com>",
        "mixed",
        0.3,
        "Copilot Autofix",
        "",
    ),
    ("Co-authored-by: Cursor <cursoragent@cursor.com>", "ai", 0.8, "Cursor", ""),
    ("Made-with: Cursor", "ai", 0.8, "Cursor", ""),
    ("Co-authored-by: Codex GPT-5.2 <noreply@openai.com>", "ai", 0.8, "Codex", "gpt-5.2"),
    (
        "Co-authored-by: gemini-code-assist[bot] "
        "<176961590+gemini-code-assist[bot]@users.noreply.github.com>",
        "mixed",
        0.3,
        "Gemini Code Assist",
        "",
    ),
    (
        "Co-authored-by: aider (gemini/gemini-2.5-pro) <aider@aider.chat>",
        "ai",
        0.8,
        "aider",
        "gemini/gemini-2.5-pro",
    ),
    ("Co-authored-by: OpenHands-GPT-5 openhands@all-hands.dev", "ai", 0.8, "OpenHands", "gpt-5"),
    ("Amp-Thread-ID: https://ampcode.com/threads/T-1", "ai", 0.6, "Amp", ""),
    ("Co-authored-by: Windsurf", "ai", 0.8, "Windsurf", ""),
    ("Co-authored-by: Qwen-Coder <qwen-coder@alibabacloud.com>", "ai", 0.8, "Qwen Code", ""),
    ("Co-authored-by: v0[bot] <v0[bot]@users.noreply.github.com>", "ai", 0.8, "v0", ""),
    ("Replit-Commit-Author: Agent", "ai", 0.8, "Replit Agent", ""),
    ("Entire-Checkpoint: 0123456789ab", "mixed", 0.6, "", ""),
    ("Assisted-by: Claude:claude-3-opus coccinelle sparse", "mixed", 0.6, "Claude Code", "claude-3-opus"),
    ("Assisted-by: LLM coccinelle", "mixed", 0.6, "", ""),
    ("Assisted-by: generic LLM chatbot", "mixed", 0.6, "", ""),
    ("Assisted-by: ChatGPTv5", "mixed", 0.6, "ChatGPT", ""),
    ("Assisted-by: Claude Code:claude-opus-4.6", "mixed", 0.6, "Claude Code", "claude-opus-4-6"),
    ("Assisted-by: Claude Code / claude-opus-4.6", "mixed", 0.6, "Claude Code", "claude-opus-4-6"),
    ("Assisted-by: Copilot (GPT-5.4)", "mixed", 0.6, "GitHub Copilot", "gpt-5.4"),
    ("Assisted-by: flux/some-model-1", "mixed", 0.6, "flux", "some-model-1"),
    ("Assisted-by: Claude <noreply@anthropic.com>", "mixed", 0.6, "Claude Code", ""),
    ("Generated-by: Claude Code", "ai", 0.8, "Claude Code", ""),
    (
        "Co-authored-by-AI: Claude Code (claude-sonnet-4-6)",
        "ai",
        0.8,
        "Claude Code",
        "claude-sonnet-4-6",
    ),
    ("AI-used-for: tests", "mixed", 0.6, "", ""),
    ("🤖 Generated with [Claude Code](https://claude.com/claude-code)", "ai", 0.7, "Claude Code", ""),
    ("Generated with Claude Code", "ai", 0.7, "Claude Code", ""),
    ("🤖 Generated with [opencode](https://opencode.ai)", "ai", 0.7, "opencode", ""),
    ("💘 Generated with Crush", "ai", 0.7, "Crush", ""),
    ("🤖 Generated with Codex", "ai", 0.7, "Codex", ""),
]


@pytest.mark.parametrize(("line", "label", "confidence", "agent", "model"), TRAILERS)
def test_a_line_of_the_message_speaks_for_the_commit(
    line: str, label: str, confidence: float, agent: str, model: str
) -> None:
    assert said(commit(f"Fix it\n\nWhy.\n\n{line}\n")) == (label, confidence, agent, model)


SILENT = [
    "Co-authored-by: Ada Lovelace <ada@example.org>",
    "Co-authored-by: Claude Monet",
    "Co-authored-by: Cursory Review",
    "Made-with: love",
    "AI-used-for: none",
    "Generated-by: cargo-release",
    "Generated-by: OpenAPI Generator (7.1)",
    "Assisted-by: Jane Doe",
    "Assisted-by: Jane Doe (Red Hat)",
    "Assisted-by: https://example.org/tool",
    "Agent-Logs-Url: https://example.org/",
    "Claude-Session: none",
    "Replit-Commit-Author: Deployment",
    "Entire-Checkpoint: 0123456789ab\nEntire-Attribution: 0% agent (0/200 lines)",
    "Generated with Cursor pagination in mind",
    "Created with Copilot's help page open",
    "Written by Amp Software, 1998",
    "This was not generated with Claude Code",
    "Signed-off-by: Perfloop Agent <agent@perfloop.example>",
]


@pytest.mark.parametrize("line", SILENT)
def test_a_line_that_only_looks_alike_proves_nothing(line: str) -> None:
    assert evidence(commit(f"Fix it\n\n{line}\n")) == ()


def test_trailers_count_wherever_they_stand() -> None:
    message = (
        "Fix\r\n\r\n---------\r\n\r\nCo-authored-by: Claude <noreply@anthropic.com>\r\n\r\nMore text.\r\n"
    )
    assert said(commit(message)) == ("ai", 0.8, "Claude Code", "")


def test_line_ends_that_an_agent_wrote_out_are_line_ends() -> None:
    """basicmachines-co/basic-memory 9c791259a0"""
    written = r"\fix: tags\n\n\ud83e\udd16 Generated\n\nCo-Authored-By: Claude <noreply@anthropic.com>"
    assert said(commit(f"{written}\\\n\nMore\n")) == ("ai", 0.8, "Claude Code", "")


def test_a_squash_proves_a_share_only() -> None:
    message = "Add it (#12)\n\n* one\n\n* two\n\nCo-authored-by: Claude Opus 4.6 <noreply@anthropic.com>"
    assert said(commit(message, committer=GITHUB)) == ("mixed", 0.6, "Claude Code", "claude-opus-4-6")
    assert said(commit(message)) == ("ai", 0.8, "Claude Code", "claude-opus-4-6")


def test_the_old_subject_of_aider_counts() -> None:
    assert said(commit("aider: Add a cache")) == ("ai", 0.7, "aider", "")
    assert evidence(commit("aider docs: Add a page")) == ()


def test_a_branch_named_by_an_agent_may_hold_more() -> None:
    found = trailers.of_branch(commit("Merge pull request #7 from owner/codex/add-cache"))
    assert [(one.kind, one.proves, one.confidence, one.agent) for one in found] == [
        ("branch", Label.MIXED, 0.4, "Codex")
    ]
    assert trailers.of_branch(commit("Merge pull request #7 from claude/fix")) == ()
    assert trailers.of_branch(commit("Merge pull request #7 from owner/cursor-position")) == ()


@pytest.mark.parametrize(
    ("environment", "agent", "confidence"),
    [
        ({"CLAUDECODE": "1"}, "Claude Code", 0.6),
        ({"AI_AGENT": "claude-code_2-1_agent"}, "Claude Code", 0.6),
        ({"AGENT": "goose"}, "Goose", 0.6),
        ({"CURSOR_TRACE_ID": "0a"}, "Cursor", 0.6),
        ({"GEMINI_CLI": "1"}, "Gemini", 0.6),
        ({"REPL_ID": "x"}, "Replit Agent", 0.3),
    ],
)
def test_the_environment_names_the_agent_at_work(
    environment: dict[str, str], agent: str, confidence: float
) -> None:
    (found,) = identity.of_environment(environment)
    assert (found.agent, found.confidence, found.proves) == (agent, confidence, Label.AI)


@pytest.mark.parametrize("environment", [{}, {"CLAUDECODE": "0"}, {"AGENT": "ssh"}, {"CI": "true"}])
def test_other_environments_name_nobody(environment: dict[str, str]) -> None:
    assert identity.of_environment(environment) == ()


def test_every_entry_of_the_table_cites_its_source() -> None:
    document = toml.loads(identity.TABLE.read_text(encoding="utf-8"))
    variables = toml.loads(identity.VARIABLES.read_text(encoding="utf-8"))
    for entry in (*document["identity"], *variables["environment"]):
        assert entry["source"]
    exact = [
        word for entry in document["identity"] for key in ("emails", "logins") for word in entry.get(key, ())
    ]
    assert sorted(exact) == sorted({word.lower() for word in exact})


@pytest.mark.parametrize(
    "blanks",
    [
        "Co-authored-by: x" + " " * 300_000 + "x",
        "-\n" * 300_000,
        "Generated with Cursor " + ")" * 300_000 + "x",
        "Assisted-by: " + "a (" * 100_000,
    ],
)
def test_a_message_made_to_keep_patterns_busy_is_read_in_no_time(blanks: str) -> None:
    one = commit(f"Work\n\n{blanks}\n\nCo-authored-by: Claude <noreply@anthropic.com>")
    assert said(one)[0] == "ai"
