"""assay gate."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import click

from scanner.cli.provenance import opened
from scanner.cli.scan import write_text
from scanner.cli.table import as_object, format_option
from scanner.finding import Level
from scanner.gate import Verdict, judge
from scanner.history import GitError, History
from scanner.policy import policy_of
from scanner.report.hostile import safe
from scanner.settings import Settings, UsageError
from scanner.weigh import Report

_LEVELS = [Level.NOTE.value, Level.WARNING.value, Level.ERROR.value]


@click.command("gate")
@click.argument("base")
@click.option("--reviews", metavar="FILE", help="Reviews that a platform exported; see below.")
@click.option("--author", default="", metavar="LOGIN", help="Who proposes the change, on the platform.")
@click.option("--no-semgrep", is_flag=True, help="Leave out the rules that semgrep runs.")
@click.option("--no-cache", is_flag=True, help="Neither read nor write .assay_cache.")
@click.option("-o", "--output", metavar="FILE", help="Also write the verdict to a file, as JSON.")
@format_option
@click.pass_context
def command(
    ctx: click.Context,
    base: str,
    reviews: str | None,
    author: str,
    no_semgrep: bool,
    no_cache: bool,
    output: str | None,
    format_: str,
) -> None:
    """Say whether the commits since BASE (a branch or a commit) may pass, and why.

    Settings, critical paths, CODEOWNERS and the policy in [tool.assay.gate] are those of BASE: a change
    cannot loosen its own judge. Lines of agents, and lines without evidence, need approvals; only those in
    --reviews count: the list of `gh api repos/OWNER/NAME/pulls/N/reviews`, or {"schema": 1, "author":
    "login", "reviews": [{"by": "login", "state": "APPROVED", "commit": "<id>"}]}.

    Exit code: 0 pass, 1 fail, 2 usage or configuration, 3 something could not be analysed.
    """
    from scanner.scan import scan

    here, history = opened()
    start, settings = settings_of_base(history, base)
    settings = replace(settings, semgrep=here.semgrep and not no_semgrep, cache=here.cache and not no_cache)
    report = scan(replace(settings, mode="diff", diff_base=start))
    verdict = verdict_of(history, start, settings, report, reviews, author)
    if output:
        write_text(output, as_object(document(verdict)), "--output")
    click.echo(as_object(document(verdict)) if format_ == "json" else screen(verdict), nl=False)
    ctx.exit(exit_code(report, verdict))


def settings_of_base(history: History, base: str) -> tuple[str, Settings]:
    """Where the change starts, and the settings as of there.

    Raises:
        UsageError: `base` names no commit, or the settings there are not valid.
    """
    from scanner.proposal import settings_at

    try:
        start = history.merge_base(base)
        return start, settings_at(history, start)
    except GitError as error:
        raise UsageError(str(error)) from error


def verdict_of(
    history: History, start: str, settings: Settings, report: Report, reviews: str | None, author: str
) -> Verdict:
    """Gather the change and judge it.

    Raises:
        UsageError: the policy or the list of reviews is not valid, or the history could not be read.
    """
    from scanner import proposal
    from scanner.reviews import Reviews, parse

    policy = policy_of(settings, f"[tool.assay.gate] of {start[:10]}")
    try:
        given = Reviews()
        if reviews:
            text = proposal.reviews_file(history, reviews)
            given = parse(text, proposal.reviewed_as(history, start), f"--reviews {reviews}")
        repository = proposal.repository_of(settings, history)
        findings = failing(report)
        change = proposal.gather(
            history, start, policy, repository, settings, findings, author or given.author
        )
        approvals = [*given.approvals, *proposal.claims(history, start)]
        return judge(change, policy, approvals, proposal.owners_at(history, start), datetime.date.today())
    except GitError as error:
        raise UsageError(f"the history could not be read: {error}") from error


def failing(report: Report) -> Sequence[str]:
    """The findings that reach the level at which a run fails."""
    if report.settings.fail_on == "never":
        return ()
    bar = _LEVELS.index(report.settings.fail_on)
    kept = [one for one in report.kept if _LEVELS.index(one.level.value) >= bar]
    return [f"{one.card.id} at {one.finding.location.path}:{one.finding.location.line}" for one in kept]


def exit_code(report: Report, verdict: Verdict) -> int:
    """3 where something was not analysed, else 1 where the change may not pass."""
    return 3 if report.exit_code == 3 else int(not verdict.passed)


def screen(verdict: Verdict) -> str:
    """The paragraph, and below it each reason and note on a line of its own."""
    lines = [safe(verdict.paragraph), ""]
    lines += [f"  fails: {safe(reason)}" for reason in verdict.reasons]
    lines += [f"  note: {safe(one)}" for one in verdict.named]
    return "\n".join(lines).rstrip("\n") + "\n"


def document(verdict: Verdict) -> dict[str, Any]:
    """The verdict as data."""
    return {
        "passed": verdict.passed,
        "base": verdict.base,
        "head": verdict.head,
        "needed": verdict.needed,
        "senior": verdict.senior,
        "approvals": list(verdict.counted),
        "reasons": list(verdict.reasons),
        "notes": list(verdict.named),
        "blast": {
            "points": verdict.blast.points,
            "parts": [{"points": part.points, "words": part.words} for part in verdict.blast.parts],
        },
        "needs_review": {path: dict(labels) for path, labels in verdict.suspect.items()},
        "paragraph": verdict.paragraph,
    }
