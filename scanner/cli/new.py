"""assay new."""

from __future__ import annotations

import re
from pathlib import Path

import click

from scanner import catalogue
from scanner.rule import FAMILIES, rule_id
from scanner.settings import UsageError

ENGINES = ("file", "repository", "change", "semgrep")


@click.command("new")
@click.argument("rule")
@click.option("--topic", required=True, metavar="FOLDER", help="The folder under rules/ and fixtures/.")
@click.option("--family", type=click.Choice(sorted(FAMILIES)), help="[default: the topic]")
@click.option("--engine", type=click.Choice(ENGINES), default="file", show_default=True, help="What runs it.")
def command(rule: str, topic: str, family: str | None, engine: str) -> None:
    """Write the skeleton of RULE and of its fixture, in a checkout of assay.

    Name the hazard, so that the name reads well after "allow": `copied-helper`, not `no-copied-helpers`.
    The skeleton loads; its test fails until the rule speaks where the fixture says so.
    """
    root = catalogue.rules_root().parent
    if not (root / "fixtures").is_dir():
        raise UsageError("`assay new` works in a checkout of assay, not from an installed package")
    texts = skeleton(rule, topic, family or topic, engine)
    for path in texts:
        if (root / path).exists():
            raise UsageError(f"{path} is there already")
    taken = catalogue.load().named(rule)
    if taken is not None:
        raise UsageError(f"`{rule}` is taken by rules/{taken.origin}")
    for path, text in texts.items():
        _write(root / path, text)
        click.echo(path)
    click.echo(
        f"Fill them in until this passes: python -m pytest tests/test_every_rule.py -k {rule}", err=True
    )


def skeleton(rule: str, topic: str, family: str, engine: str) -> dict[str, str]:
    """The files of a new rule: path in the checkout → text.

    Raises:
        UsageError: the rule's or the topic's name is no name, or the family does not exist.
    """
    name = "".join(part.capitalize() for part in rule.split("-"))
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z][a-z0-9]*)+", rule) or rule_id(name) != rule:
        raise UsageError(
            f"`{rule}`: name it with two or more lower-case words and dashes, like `copied-helper`"
        )
    if not re.fullmatch(r"[a-z][a-z0-9_]*", topic):
        raise UsageError(f"`{topic}`: a topic is one lower-case word")
    if family not in FAMILIES:
        raise UsageError(f"`{family}` is no family; add --family with one of {', '.join(sorted(FAMILIES))}")
    stem = f"{topic}/{rule.replace('-', '_')}"
    texts = {**_rule_file(stem, engine), **_fixture_files(stem, engine)}
    values = {"RULE": rule, "CLASS": name, "FAMILY": family}
    return {
        path: re.sub(r"@(RULE|CLASS|FAMILY)@", lambda m: values[m[1]], text) for path, text in texts.items()
    }


def _rule_file(stem: str, engine: str) -> dict[str, str]:
    if engine == "semgrep":
        return {f"rules/{stem}.yaml": _SEMGREP}
    head = _HEAD.replace("@IMPORTS@", _IMPORTS[engine]).replace("@BASE@", f"{engine.capitalize()}Rule")
    return {f"rules/{stem}.py": head + _BODIES[engine]}


def _fixture_files(stem: str, engine: str) -> dict[str, str]:
    if engine == "change":
        return {f"fixtures/{stem}/before/example.py": _BEFORE, f"fixtures/{stem}/after/example.py": _AFTER}
    if engine == "repository":
        return {f"fixtures/{stem}/pkg/one.py": _FIXTURE, f"fixtures/{stem}/pkg/two.py": _OTHER}
    return {f"fixtures/{stem}.py": _FIXTURE}


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


_HEAD = '''\
"""TODO: what is wrong, in one sentence.

TODO: why that matters, where it was seen.
"""

@IMPORTS@


class @CLASS@(@BASE@):
    message = "TODO: what is wrong here; arguments of the finding go in braces, like {name}"
    why = "TODO: why an agent writes this."
    instead = "TODO: the next step for the person who reads this."
    severity, confidence, family = Severity.MEDIUM, Confidence.MEDIUM, "@FAMILY@"
    preview = True  # until it has been seen right on real code
'''

_IMPORTS = {
    "file": """\
import ast
from collections.abc import Iterator

from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on""",
    "repository": """\
from collections.abc import Iterator

from scanner.relate.repository import Repository
from scanner.rule import Confidence, Finding, RepositoryRule, Severity""",
    "change": """\
from collections.abc import Iterator

from scanner.change import Change
from scanner.rule import ChangeRule, Confidence, Finding, Severity""",
}

_BODIES = {
    "file": """
    @on(ast.Call)  # or @on_call("dotted.name"), or @on_file
    def check(self, source: Source, node: ast.Call) -> Iterator[Finding]:
        # TODO: return early where all is well, else: yield self.at(source, node, name=...)
        yield from ()
""",
    "repository": """
    def check(self, repository: Repository) -> Iterator[Finding]:
        # TODO: for facts, function in repository.functions(): ...
        #           yield self.at(facts.path, function.place, function.name, name=...)
        yield from ()
""",
    "change": """
    def check(self, change: Change) -> Iterator[Finding]:
        # TODO: for file in change.files: compare file.before with file.after
        #           yield self.at(file.path, place, symbol, name=...)
        yield from ()
""",
}

_SEMGREP = """\
rules:
  - id: @RULE@
    languages: [python]
    severity: WARNING
    message: "TODO: what is wrong here, with metavariables like $NAME"
    metadata:
      summary: "TODO: what is wrong, in one sentence."
      why: "TODO: why an agent writes this."
      instead: "TODO: the next step for the person who reads this."
      severity: medium
      confidence: medium
      family: @FAMILY@
      preview: true
      # A file is handed to semgrep only if it holds one identifier of each group.
      identifiers: [[todo_call]]
    pattern: todo_call($NAME)
"""

_FIXTURE = """\
def say_here_what_is_wrong():
    # ruleid: @RULE@
    print("TODO: the plainest case that the rule must find")


def say_here_why_this_is_fine():
    # ok: @RULE@
    print("TODO: a look-alike that it must let pass")
"""

_OTHER = """\
def another_file_of_the_small_repository():
    # ok: @RULE@
    print("TODO")
"""

_BEFORE = """\
def as_it_was():
    print("TODO: the file before the change")
"""

_AFTER = """\
def as_it_was():
    # ruleid: @RULE@
    print("TODO: what the change made worse")


def added_and_fine():
    # ok: @RULE@
    print("TODO: what the change may do")
"""
