"""A router with routes that no application includes: none of them can be reached.

The code reads as if the feature were there; its address answers 404.
"""

from collections import Counter
from collections.abc import Iterator

from scanner.relate.repository import Repository
from scanner.rule import Confidence, Facts, Finding, RepositoryRule, Severity

DYNAMIC = frozenset(
    ["import_module", "pkgutil", "iter_modules", "find_modules", "import_string", "walk_packages"]
)


class UnmountedRouter(RepositoryRule):
    message = "no application includes `{router}`: its {count} cannot be reached"
    why = "The agent writes the new module and its router, and stops before the line that mounts it."
    instead = "Include it where the others are included, or delete it."
    severity, confidence, family = Severity.MEDIUM, Confidence.HIGH, "stubs"
    cwe = (561,)
    evidence = ("E07",)
    whole = True

    def check(self, repository: Repository) -> Iterator[Finding]:
        web = repository.web
        apps = any(item.kind == "app" for _, item in web.routers.values())
        if (not apps and not web.roots) or _mounts_by_name(repository):
            return
        reach = Counter(
            repository.resolve(item.route.router)
            for item in web.endpoints
            if item.mounted is False and not item.route.websocket
        )
        for name, count in reach.items():
            known = web.routers.get(name)
            if known is None or _used_elsewhere(name, known[0], repository):
                continue
            facts, router = known
            if router.target == "django" and _chosen_by_name(name, repository):
                continue
            label = name if router.target == "django" else name.rpartition(".")[2]
            yield self.at(
                facts.path, router.place, "", router=label, count="routes" if count > 1 else "route"
            )


def _used_elsewhere(name: str, facts: Facts, repository: Repository) -> bool:
    """Does another file take the router, or a module of urls, for a purpose that we do not see?"""
    for other in repository.web.live:
        if other.path == facts.path:
            continue
        if any(repository.resolve(use.name) == name for use in other.uses):
            return True
        if any(repository.resolve(item.target) in {f"{name}.urlpatterns", name} for item in other.imports):
            return True
    return False


def _mounts_by_name(repository: Repository) -> bool:
    """Are modules looked for by name where routers are mounted?"""
    return any(
        not DYNAMIC.isdisjoint(facts.identifiers)
        for facts in repository.web.live
        if any(item.kind in {"mount", "app"} for item in facts.wiring)
    )


def _chosen_by_name(name: str, repository: Repository) -> bool:
    """Are urls chosen for each request, or this module named in the settings?"""
    if any(
        "urlconf" in facts.identifiers or "set_urlconf" in facts.identifiers for facts in repository.web.live
    ):
        return True
    return any(name.endswith(said.partition(":")[0]) for said in repository.web.setting("*"))
