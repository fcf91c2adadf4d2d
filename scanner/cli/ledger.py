"""assay ledger."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import click

import scanner
from scanner import ledger
from scanner.cli.gate import document, settings_of_base, verdict_of
from scanner.cli.provenance import opened
from scanner.gate import Verdict
from scanner.history import GitError, History
from scanner.report.hostile import safe
from scanner.settings import Settings, UsageError
from scanner.weigh import Report

_MOST_FINDINGS = 1000


@click.group("ledger")
def command() -> None:
    """Keep the record of reviews: what was reviewed, by whom, against which criteria."""


@command.command("record")
@click.argument("base")
@click.option("--reviews", metavar="FILE", help="Reviews that a platform exported; see `assay gate --help`.")
@click.option("--author", default="", metavar="LOGIN", help="Who proposes the change, on the platform.")
@click.option("--no-cache", is_flag=True, help="Neither read nor write .assay_cache.")
@click.option("--at", metavar="TIME", help="The time to record, as 2026-03-01T12:00:00Z. [default: now]")
@click.option("--sign", is_flag=True, help="Sign with your own git signing key.")
def record(base: str, reviews: str | None, author: str, no_cache: bool, at: str | None, sign: bool) -> None:
    """Judge the commits since BASE, and add the verdict to the ledger, whatever it is.

    The ledger is the ref refs/assay/ledger; share it with `git push origin refs/assay/ledger`. Keep what
    this prints elsewhere: it is the anchor that shows if the ledger is ever cut short. With --sign, key and
    program are those of your own git configuration, never the repository's.
    """
    from dataclasses import replace

    from scanner.scan import scan

    here, history = opened()
    start, settings = settings_of_base(history, base)
    settings = replace(settings, semgrep=here.semgrep, cache=here.cache and not no_cache)
    report = scan(replace(settings, mode="diff", diff_base=start))
    verdict = verdict_of(history, start, settings, report, reviews, author)
    time = at or _now()
    try:
        entries = ledger.read(history)
        subjects, predicate = _statement(history, settings, report, verdict, time)
        entry = ledger.seal(subjects, predicate, ledger.end_of(entries))
        commit = ledger.append(history, entry, f"Review of {verdict.head[:12]}", sign=sign)
    except GitError as error:
        raise UsageError(f"the ledger could not be written: {error}") from error
    click.echo(f"{entry.name.removesuffix('.json')} {entry.digest} {commit}")


@command.command("merge")
@click.argument("ref")
@click.option("--at", metavar="TIME", help="The time to record, as 2026-03-01T12:00:00Z. [default: now]")
@click.option("--sign", is_flag=True, help="Sign with your own git signing key.")
def merge(ref: str, at: str | None, sign: bool) -> None:
    """Bring the entries of another ledger, REF, into this one, where both were written to.

    Fetch it first: `git fetch origin refs/assay/ledger:refs/assay/remotes/origin`. Nothing of either is
    lost; one entry more says that the two were joined.
    """
    _, history = opened()
    try:
        click.echo(ledger.merge(history, ref, at or _now(), sign=sign))
    except (GitError, ValueError) as error:
        raise UsageError(f"the ledgers could not be merged: {error}") from error


@command.command("verify")
@click.option(
    "--anchor", default="", metavar="HASH", help="The digest of an entry, or the ledger's commit, or a ref."
)
@click.option(
    "--signers",
    metavar="FILE",
    help="Also check every signature; FILE lists who may sign with SSH keys, as for ssh-keygen.",
)
@click.pass_context
def verify(ctx: click.Context, anchor: str, signers: str | None) -> None:
    """Check the ledger, and name every entry that was edited, dropped or swapped.

    Without an anchor, a ledger that was cut at its end, or rewritten as a whole, cannot be told from a
    shorter one; a remote's ledger that was fetched serves as one, and with --signers nobody rewrites it who
    has no key. Exit code: 0 as recorded, 1 not.
    """
    _, history = opened()
    try:
        entries, problems, checked = _verified(history, anchor, signers)
    except GitError as error:
        raise UsageError(f"the ledger could not be read: {error}") from error
    for problem in dict.fromkeys(problems):
        click.echo(safe(str(problem)))
    told = f"{entries} entries, " + (f"{len(set(problems))} problems" if problems else "as recorded")
    click.echo(told if checked else f"{told}; no anchor was given, so its end is not checked", err=True)
    ctx.exit(1 if problems else 0)


def _verified(history: History, anchor: str, signers: str | None) -> tuple[int, list[ledger.Problem], bool]:
    """How many entries there are, what is wrong with them, and whether the ledger's end was checked."""
    entries = ledger.read(history)
    if signers and not Path(signers).is_file():
        raise UsageError(f"--signers {signers}: there is no such file")
    of_entry = anchor if len(anchor) == 64 and not history.is_ancestor(anchor, anchor) else ""
    problems = ledger.verify(entries, of_entry)
    if entries:
        commit = history.resolve(anchor) if anchor and not of_entry else ""
        file = os.path.abspath(signers) if signers else None
        problems += ledger.verify_commits(history, commit, file)
    elif anchor:
        problems.append(ledger.Problem(0, "there is no ledger, and the anchor says that there was"))
    problems += ledger.ahead(history)
    return len(entries), problems, bool(anchor or history.refs(*ledger.REMOTES))


def _now() -> str:
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


@command.command("export")
def export() -> None:
    """Print the ledger, one in-toto statement a line."""
    _, history = opened()
    try:
        for entry in ledger.read(history):
            click.echo(safe(entry.raw.decode("utf-8", "replace").rstrip("\n")))
    except GitError as error:
        raise UsageError(f"the ledger could not be read: {error}") from error


def _statement(
    history: History, settings: Settings, report: Report, verdict: Verdict, time: str
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """What an entry is about, and what it says."""
    files = _files(history, verdict)
    subjects = [{"name": "change", "digest": {"gitCommit": verdict.head}}]
    subjects += [
        {"name": path, "digest": {"gitBlob": one["blob"]}} for path, one in files.items() if one["blob"]
    ]
    predicate = {
        "recorded": time,
        "base": verdict.base,
        "patchId": history.patch_id(verdict.base, verdict.head),
        "files": files,
        "verdict": document(verdict),
        "criteria": {
            "assay": scanner.__version__,
            "rules": _digest(sorted(card.id for card in report.cards)),
            "weights": settings.weights,
            "policy": _digest([sorted(map(str, settings.gate.items())), list(map(str, settings.critical))]),
        },
        "findings": _findings(report),
        "result": _digest(
            sorted([one.fingerprint, one.level.value, one.fate] for one in (*report.kept, *report.passed))
        ),
    }
    return subjects, predicate


def _files(history: History, verdict: Verdict) -> Mapping[str, dict[str, Any]]:
    """The files that needed a review, each with its blob and a digest of the lines that were new: these
    outlive a squash, which gives all commits other names."""
    listed = history.listing(verdict.head)
    added = history.added_text(verdict.base, verdict.head)
    return {
        path: {
            "blob": listed.get(path, ""),
            "lines": hashlib.sha256(added.get(path, b"")).hexdigest(),
            "labels": dict(labels),
        }
        for path, labels in verdict.suspect.items()
    }


def _findings(report: Report) -> list[dict[str, Any]]:
    """What was found in the change, and what of it was let pass, for whoever looks back."""
    found = sorted(
        (*report.kept, *report.passed), key=lambda one: (one.fate != "kept", -one.rank, one.fingerprint)
    )
    return [
        {
            "rule": one.card.id,
            "path": one.finding.location.path,
            "line": one.finding.location.line,
            "level": one.level.value,
            "fate": one.fate,
            "reason": one.reason,
        }
        for one in found[:_MOST_FINDINGS]
    ]


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode("ascii")).hexdigest()
