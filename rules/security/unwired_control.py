"""A protection is written, and nothing uses it.

The middleware, the limiter or the check is there to be read in a review; it never runs.
"""

import re
from collections.abc import Iterator

from scanner.lazily import regex
from scanner.relate.repository import Repository, module_name
from scanner.relate.routes import Web
from scanner.rule import Confidence, Facts, Finding, Place, RepositoryRule, Severity

MIDDLEWARE = regex(
    r"(Auth|Secur|Csrf|CSRF|Cors|CORS|Rate|Limit|Throttl|Key|Token|JWT|Jwt|Permission|Login|Tenant|Header|Block|Guard|"
    r"Sanit|Valid|Access|Firewall|Ip|IP|Session)\w*Middleware$"
)
CONTROL_CLASS = regex(
    r"^(\w*Rate_?Limit(?!ed)\w*|\w*Throttl\w*|CSRF\w*|\w*SecurityHeaders\w*|\w*AuthGuard)$", re.I
)
CONTROL_FUNCTION = regex(
    r"^((require|requires|enforce)_(auth\w*|admin\w*|login|role\w*|permission\w*|api_?key|token|user|scope\w*|owner\w*)|"
    r"(?!check_|is_|needs_)\w+_required|rate_?limit\w*|\w*_rate_?limit|(verify|validate|check)_(\w*_)?(signature|csrf\w*|"
    r"webhook|permissions?|ownership|access|admin\w*)|(add_|set_)?security_headers|csrf_protect\w*)$"
)
REFUSING = regex(
    r"(require|requires|ensure|enforce|only|get_current|check|verify)_\w+$"
)  # where it answers 401 or 403
MIDDLEWARE_METHODS = frozenset(
    ["dispatch", "__call__", "process_request", "process_view", "process_response"]
)


class UnwiredControl(RepositoryRule):
    message = "`{control}` is written, and nothing in the application uses it"
    why = (
        "The agent writes the protection that was asked for, and stops before the line that puts it to work."
    )
    instead = "Put it to work (add the middleware, depend on it, decorate with it), or delete it."
    severity, confidence, family = Severity.HIGH, Confidence.MEDIUM, "security"
    preview = True
    cwe = (693, 862)
    evidence = ("E07",)
    security_severity = "7.5"
    whole = True

    def check(self, repository: Repository) -> Iterator[Finding]:
        web = repository.web
        if not web.roots and not any(item.kind == "app" for _, item in web.routers.values()):
            return
        named = {
            value.rpartition(".")[2]
            for facts in repository.files.values()
            for item in facts.wiring
            if item.kind == "setting"
            for value in item.guards
        }
        for facts in web.live:
            for name, place in _controls(facts, web):
                if name in named or _referenced(name, facts, repository):
                    continue
                if not _variant_of_one_in_use(name, facts, repository):
                    yield self.at(facts.path, place, name, control=name)


def _controls(facts: Facts, web: Web) -> Iterator[tuple[str, Place]]:
    for known in facts.classes:
        if "." in known.name or known.decorators or "Debug" in known.name:
            continue
        middleware = MIDDLEWARE.search(known.name) and MIDDLEWARE_METHODS & set(known.attributes)
        if middleware or (CONTROL_CLASS.match(known.name) and not _is_data(known.bases, known.name)):
            yield known.name, known.place
    for function in facts.functions:
        if "." in function.name or function.decorators or {"stub", "deprecated"} & set(function.traits):
            continue
        refuses = REFUSING.match(function.name) and web.refuses(f"{module_name(facts.path)}.{function.name}")
        if refuses or CONTROL_FUNCTION.match(function.name):
            yield function.name, function.place


def _variant_of_one_in_use(name: str, facts: Facts, repository: Repository) -> bool:
    """`require_any_role` beside a `require_role` that is in use: a choice, not an omission."""
    words = _about(name)
    return any(
        other != name and words & _about(other) and _referenced(other, facts, repository)
        for other, _ in _controls(facts, repository.web)
    )


def _about(name: str) -> set[str]:
    """What a control is about: `fresh_login_required` → fresh, login."""
    return set(name.lower().split("_")) - {
        "require",
        "required",
        "requires",
        "verify",
        "check",
        "validate",
        "or",
    }


def _is_data(bases: tuple[str, ...], name: str) -> bool:
    """An exception, a setting, a schema or a row *about* the control."""
    said = " ".join(bases)
    return bool(
        re.search(r"Exception|Error|BaseModel|Settings|Model|Enum|TypedDict|Protocol|Test|Base$", said)
    ) or (
        bool(
            re.search(
                r"(Error|Exceeded|Exception|Config|Settings|Response|Info|Stats|Result|Status|Type)$", name
            )
        )
    )


def _referenced(name: str, facts: Facts, repository: Repository) -> bool:
    """Is the name used anywhere but in its own definition, and imports that lead nowhere? What a package
    passes on in its `__init__`, or what has tests of its own, may be there for others."""
    for other in repository.files.values():
        if name not in other.identifiers:
            continue
        if other.role in {"test", "example"} or other.path.endswith("__init__.py"):
            return True
        if other.path == facts.path:
            return True
        if any(name in use.name.split(".") for use in other.uses):
            return True
        if any(item.local == "*" for item in other.imports):
            return True
        if not any(item.target.rpartition(".")[2] == name for item in other.imports):
            return True
    return False
