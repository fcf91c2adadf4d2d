"""The database lets everybody change these rows.

Where the browser speaks to the database itself, its rules are the only thing between a visitor and the
rows of everybody else.
"""

import re
from collections.abc import Iterator

from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_file
from scanner.source import offset_table, place_at

GLOBS = (
    "**/supabase/**/*.sql",
    "**/migrations/**/*.sql",
    "**/*schema*.sql",
    "**/*polic*.sql",
    "**/database/**/*.sql",
)
# Bounded throughout: a text may be made so that an expression looks back over all of it again and again.
REMARK = regex(r"--[^\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL)
POLICY = regex(
    r"create\s{1,20}policy\s{1,20}(?P<name>\"[^\"]{0,200}\"|\w{1,100})\s{1,20}on\s{1,20}(?P<table>[\w.\"]{1,200})"
    r"(?P<rest>[^;]{0,2000})",
    re.I,
)
TRUE = r"\(\s{0,20}\(?\s{0,20}true\s{0,20}\)?\s{0,20}\)"
OPEN = regex(rf"\b(?:using|with\s{{1,20}}check)\s{{0,20}}{TRUE}", re.I)
CLOSED = regex(rf"\b(?:using|with\s{{1,20}}check)\s{{0,20}}(?!{TRUE})\(", re.I)
COMMAND = regex(r"\bfor\s{1,20}(all|select|insert|update|delete)\b", re.I)
# Roles that no visitor has.
HOUSE = regex(
    r"\bto\s[^()]{0,100}?\b(?:service_role|postgres|supabase_admin|supabase_auth_admin|dashboard_user)\b",
    re.I,
)
FIRESTORE = regex(r"\ballow\s(?P<may>[a-z, ]{0,40}\bwrite\b[a-z, ]{0,40})(?::\s{0,9}if\s{1,9}true\s{0,9})?;")


class OpenDatabaseRule(FileRule):
    message = "everybody may change the rows of `{table}`"
    why = "A policy that lets everything pass makes the error of a first query go away."
    instead = (
        "Compare the owner with who asks: `using (auth.uid() = user_id)`; let jobs be `to service_role`."
    )
    severity, confidence, family = Severity.HIGH, Confidence.HIGH, "security"
    preview = True
    cwe = (284, 732)
    evidence = ("E21",)
    security_severity = "8.2"
    languages = ("sql", "rules")
    paths = (
        *(("sql", glob) for glob in GLOBS),
        ("rules", "**/firestore.rules"),
        ("rules", "**/storage.rules"),
    )
    roles = ("live", "migration")

    @on_file
    def check(self, source: Source) -> Iterator[Finding]:
        if source.language == "rules":
            yield from self._of_firebase(source)
        elif re.search(r"create\s+policy", source.text, re.I):
            yield from self._of_postgres(source)

    def _of_postgres(self, source: Source) -> Iterator[Finding]:
        text = REMARK.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), source.text)
        table = offset_table(text)
        for found in POLICY.finditer(text):
            rest = found["rest"]
            command = COMMAND.search(rest)
            if command is not None and command[1].lower() in {"select", "insert"}:
                continue
            if _is_dropped(found["name"], text[found.end() :]):
                continue
            if OPEN.search(rest) and not CLOSED.search(rest) and not HOUSE.search(rest):
                head = found.start("rest")
                yield self.at(
                    source, place_at(table, found.start(), head), table=found["table"].replace('"', "")
                )

    def _of_firebase(self, source: Source) -> Iterator[Finding]:
        text = re.sub(r"//[^\n]*", lambda found: " " * len(found[0]), source.text)
        table = offset_table(text)
        for found in FIRESTORE.finditer(text):
            place = place_at(table, found.start(), found.end())
            yield self.at(source, place, table=_matched(text[: found.start()]))


def _is_dropped(name: str, after: str) -> bool:
    """Does the same file take the policy away again?"""
    return re.search(rf"drop\s+policy\s+(?:if\s+exists\s+)?{re.escape(name)}", after, re.I) is not None


def _matched(before: str) -> str:
    """The path of the `match` that a rule stands in."""
    paths = re.findall(r"\bmatch\s+(\S+)", before)
    return str(paths[-1]) if paths else "/"
