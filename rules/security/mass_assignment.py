"""The keys of the request's body become the fields of a row, whatever they are.

A form with three fields takes a fourth: `is_admin`, `owner_id`, `balance`.
"""

from collections.abc import Iterator

from scanner.facts import Class
from scanner.relate.repository import Repository
from scanner.rule import Confidence, Finding, RepositoryRule, Severity

MODELS = frozenset(
    [
        "django.db.models.Model",
        "sqlalchemy.orm.DeclarativeBase",
        "sqlalchemy.orm.declarative_base()",
        "sqlalchemy.ext.declarative.declarative_base()",
        "flask_sqlalchemy.SQLAlchemy().Model",
        "peewee.Model",
        "mongoengine.Document",
        "tortoise.models.Model",
    ]
)


class MassAssignment(RepositoryRule):
    message = "`{target}` takes every key of the request's body, those that the form does not have too"
    why = "One line stores the whole form, and the demonstration sends only the fields that it should."
    instead = "Name the fields that may be set, or read the body through a schema that forbids others."
    severity, confidence, family = Severity.HIGH, Confidence.MEDIUM, "security"
    cwe = (915,)
    evidence = ("E04",)
    security_severity = "7.5"
    preview = True

    def check(self, repository: Repository) -> Iterator[Finding]:
        seen = set()
        for item in repository.web.endpoints:
            for act in item.acts:
                place = (item.path, act.place)
                if place in seen or not _stores(act.kind, act.target, repository):
                    continue
                seen.add(place)
                target = act.target if act.kind == "setattr" else act.target.removesuffix(".objects.create")
                yield self.at(item.path, act.place, item.name, target=target.rpartition(".")[2])


def _stores(kind: str, target: str, repository: Repository) -> bool:
    if kind == "setattr":
        return True
    if kind != "spread":
        return False
    if target.endswith((".objects.create", ".objects.update_or_create", ".objects.acreate")):
        return True
    return _is_model(target, repository)


def _is_model(name: str, repository: Repository, deep: int = 0) -> bool:
    resolved = repository.resolve(name)
    if resolved in MODELS or resolved.endswith(("SQLAlchemy().Model", "db.Model", "_base()")):
        return True
    known = repository.definition(resolved)
    if known is None or not isinstance(known[1], Class) or deep > 8:
        return False
    return any(_is_model(base, repository, deep + 1) for base in known[1].bases)
