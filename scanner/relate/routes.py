"""The web application over all files: each route with its whole path, and everything that guards it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from scanner.facts import Act, Class, Facts, Handler, Place, Route, Wiring
from scanner.lazily import regex

if TYPE_CHECKING:
    from scanner.relate.repository import Repository

UNSAFE = frozenset(["POST", "PUT", "PATCH", "DELETE"])
_ROOTS = 3  # folders above the modules of an application
_DEEP = 8  # routers in routers, dependencies of dependencies
_AUTH = regex(
    r"auth(?!or)|login|user|admin|permission|token|jwt|api_?key|role|secur|protect|identity|principal|staff|"
    r"owner|member|credential|bearer|require|verif|access|private|signed|tenant|session_id|check_|ensure|"
    r"current_|guard",
    re.I,
)
# Names of the kind that guard nothing: they choose a method, build a service, or let everybody in.
_NO_GUARD = regex(
    r"AllowAny|PasswordRequestForm|require_(POST|GET|http|safe)|(Service|Repo|Repository|Manager|Store|Client)$|"
    r"_(service|repo|repository|manager|store|client|dao|crud|use_case)$|permission_classes=?$|"
    r"authentication_classes=?$|BackendDep$|csrf|user_?agent|require_once|"
    r"(access|user)_?log(s|ger|ging)?$|context_processor|errorhandler",
    re.I,
)
_LIMIT = regex(r"limit|throttl|captcha|(^|\.)axes|slowapi|defender|brute", re.I)
# Middleware of others that turns strangers away; Django's own only looks who it is.
_MIDDLEWARE = regex(r"auth|login|jwt|token|api_?key|oidc|saml", re.I)
_ONLY_LOOKS = regex(
    r"^django\.contrib\.auth\.middleware\.(Authentication|RemoteUser)|^allauth\.|sessions?\.", re.I
)
# Middleware that speaks of sessions and tokens, and is there for something else
_OTHER_CONCERN = regex(
    r"csrf|header|cors|_log(s|ger|ging)?(_|$)|Logg(er|ing)|cache|metric|telemetry|trac(e|ing)|request_?id|gzip|"
    r"timing|locale|static|last_seen|^Session|session_?middleware$",
    re.I,
)
_MIXIN = regex(r"(Required|UserPassesTest|Access|Permission|Auth\w{0,60})Mixin$")


def unmarked(guard: str) -> str:
    """The name of a guard without what is known of it: `check (auth)`, `load (before)`."""
    return guard.removesuffix(" (auth)").removesuffix(" (before)")


class Endpoint(NamedTuple):
    """One route of the application, with what the whole repository knows of it."""

    facts: Facts  # of the file that declares it
    route: Route
    paths: tuple[str, ...]  # whole, one for each place that it is mounted at; below its router if nowhere
    mounted: bool | None  # None: not decided
    handler: str
    guards: tuple[str, ...]  # all names in force, inherited ones too
    auth: bool  # one of them asks who it is
    limited: bool
    undecided: bool  # something that may guard it cannot be read from the code
    traits: frozenset[str]
    acts: tuple[Act, ...]
    parameters: tuple[str, ...]
    path: str  # of the handler
    place: Place  # of the handler's header
    own: bool  # it, or a router above it, asks who it is; not only what runs around every request

    @property
    def unsafe(self) -> bool:
        return not UNSAFE.isdisjoint(self.route.methods)

    @property
    def name(self) -> str:
        return self.handler.rpartition(".")[2]


class Web:
    """What is known of the web applications of a repository."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository

    @cached_property
    def live(self) -> tuple[Facts, ...]:
        return tuple(facts for facts in self._repository.files.values() if facts.role == "live")

    @cached_property
    def routers(self) -> dict[str, tuple[Facts, Wiring]]:
        """Applications and routers by their dotted names."""
        return {item.name: (facts, item) for facts, item in self._wired("app", "router")}

    @cached_property
    def mounts(self) -> tuple[tuple[Facts, Wiring, str, str], ...]:
        """Every mount, with the resolved names of parent and child; "?" where the code does not tell."""
        return tuple(
            (facts, item, self._resolved(item.name), self._child(item.target))
            for facts, item in self._wired("mount")
        )

    def _child(self, target: str) -> str:
        """The router that is mounted; "?" for one that a function of ours makes, or that we cannot find."""
        made = target.removesuffix("()")
        name = self._resolved(made)
        if name in self.routers or made == "?":
            return name
        if made != target:
            return "?" if self._repository.definition(name) is not None else name
        # Imported from a folder that is on the path at run time only: by the end of its name.
        alike = [known for known in self.routers if known.endswith(f".{target}")]
        if len(alike) == 1:
            return alike[0]
        ours = name.partition(".")[0] in self._tops
        return "?" if alike or ours else name

    @cached_property
    def _tops(self) -> frozenset[str]:
        """The first parts of the names that modules of the repository are imported by."""
        return frozenset(name.partition(".")[0] for name in self._repository.modules)

    @cached_property
    def handlers(self) -> dict[str, tuple[Facts, Handler]]:
        from scanner.relate.repository import module_name

        return {
            f"{module_name(facts.path)}.{handler.name}": (facts, handler)
            for facts in self._repository.files.values()
            for handler in facts.handlers
        }

    @cached_property
    def _denying(self) -> frozenset[str]:
        """Functions that answer 401 or 403, and the decorators whose wrappers do."""
        found = set()
        for name, (_, handler) in self.handlers.items():
            if "denies" in handler.traits:
                found.add(name)
                for _ in range(min(handler.name.count("."), 2)):  # the decorator, and what makes it
                    name = name.rpartition(".")[0]
                    found.add(name)
        return frozenset(found)

    def refuses(self, name: str) -> bool:
        """Does a function, or what a decorator of ours wraps, answer 401 or 403?"""
        return name in self._denying

    @cached_property
    def _aliases(self) -> dict[str, tuple[str, ...]]:
        return {item.name: item.guards for _, item in self._wired("alias")}

    @cached_property
    def roots(self) -> frozenset[str]:
        """The modules that some setting names as the root of all urls."""
        named = (
            name
            for _, item in self._wired("setting")
            if item.name.endswith("URLCONF")
            for name in item.guards
        )
        return frozenset(self._resolved(name) for name in named)

    def setting(self, name: str) -> tuple[str, ...]:
        """What the Django settings give for a name, over all settings files."""
        return tuple(
            value for _, item in self._wired("setting") if item.name == name for value in item.guards
        )

    def owner_fields(self, model: str) -> tuple[str, ...]:
        """The fields of a model that point to a user."""
        known = self._owned.get(self._resolved(model))
        if known is not None:
            return known
        # Passed on by a package.
        alike = self._owned_by_class.get(model.rpartition(".")[2], [])
        return self._owned[alike[0]] if len(alike) == 1 else ()

    @cached_property
    def _owned_by_class(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name in self._owned:
            found.setdefault(name.rpartition(".")[2], []).append(name)
        return found

    @cached_property
    def _owned(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for _, item in self._wired("owned"):
            found[item.name] = (*found.get(item.name, ()), item.target)
        return found

    @cached_property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """All routes of live files, in the order of files and lines."""
        return tuple(self._joined(facts, route) for facts in self.live for route in facts.routes)

    def _wired(self, *kinds: str) -> Iterator[tuple[Facts, Wiring]]:
        for facts in self.live:
            for item in facts.wiring:
                if item.kind in kinds:
                    yield facts, item

    def _resolved(self, name: str) -> str:
        if name == "?app":
            return self._only_app
        found = "?" if name == "?" else self._repository.resolve(name)
        return self._tails.get(found, found)

    @cached_property
    def _tails(self) -> dict[str, str]:
        """Names as a module writes them that imports from a folder which is on the path at run time only:
        `security.login_required` → `app.security.login_required`. Where two names end alike, neither."""
        hooks = (item.target.rpartition(".")[0] for _, item in self._wired("before"))
        names = dict.fromkeys((*self.handlers, *self._owned, *hooks))
        found: dict[str, str] = {}
        for name in names:
            parts = name.split(".")
            for start in range(1, min(len(parts) - 1, _ROOTS + 1)):
                tail = ".".join(parts[start:])
                found[tail] = "" if tail in found or tail in names else name
        return {
            tail: name for tail, name in found.items() if name and tail.partition(".")[0] not in self._tops
        }

    @cached_property
    def _only_app(self) -> str:
        """The one application of the repository, which every function that is handed one means."""
        apps = [
            name
            for name, (_, item) in self.routers.items()
            if item.kind == "app"
            and item.target in {"flask", "fastapi"}
            and not name.endswith((".api", ".sock"))
        ]
        return apps[0] if len(apps) == 1 else "?"

    # One route

    def _joined(self, facts: Facts, route: Route) -> Endpoint:
        router = self._resolved(route.router)
        chains = self._chains(router)
        handler = self._resolved(route.handler)
        guards = [*route.guards, *self._inherited(router), *self._defaults(route)]
        undecided = router == "?" or (chains is None and not route.websocket) or handler == "?"
        for chain in chains or ():
            guards += chain.guards
            undecided = undecided or chain.undecided
        traits: set[str] = set()
        acts: tuple[Act, ...] = ()
        behind = self._behind(handler)
        for item in behind:
            guards += item.guards
            traits |= set(item.traits)
            acts += item.acts
        known = self._repository.definition(handler)
        own = dict.fromkeys(name for item in behind for name in item.guards)  # in their order
        if behind and "permission_classes" in behind[0].traits:
            own["permission_classes="] = None
        if any(name.endswith("permission_classes=") for name in own):
            guards = [name for name in guards if name not in self._default_permissions]
            guards += [name for name in own if not name.endswith("=")]
        names = tuple(dict.fromkeys(self._expanded(guards)))
        every = self._middleware(router, chains)
        own_auth = any(map(self.is_auth, names))
        return Endpoint(
            facts,
            route,
            self._paths(route, router, chains),
            None if chains is None or route.framework == "channels" else bool(chains),
            handler,
            tuple(dict.fromkeys((*names, *every))),
            own_auth or any(map(self._turns_away, every)),
            any(self._is_limit(name) for name in (*names, *every)) or self._limited_by_settings(route),
            undecided
            or known is None
            or "?" in names
            or "dynamic" in traits
            or any(map(self._may_turn_away, (*names, *every)))
            or self._in_a_class(route, handler),
            frozenset(traits),
            acts,
            known[1].parameters if known is not None and not isinstance(known[1], Class) else (),
            known[0].path if known is not None else facts.path,
            known[1].place if known is not None else route.place,
            own_auth,
        )

    def _paths(self, route: Route, router: str, chains: tuple[_Chain, ...] | None) -> tuple[str, ...]:
        """Every whole path of a route; where it is mounted nowhere, what its router says."""
        if chains:
            return tuple(dict.fromkeys(_join(chain.prefix, route.path) for chain in chains))
        known = self.routers.get(router)
        return (_join(known[1].path if known is not None else "", route.path),)

    def _in_a_class(self, route: Route, handler: str) -> bool:
        """A method that declares a route of its own: what guards its class, a library decides, unless it is
        a view of a kind that we know."""
        if handler.rpartition(".")[0] in self.handlers:
            return False
        known = self._repository.definition(handler.rpartition(".")[0])
        return route.framework != "django" and known is not None and isinstance(known[1], Class)

    def _behind(self, handler: str) -> list[Handler]:
        """The handler's own row, and those of the classes that it inherits from."""
        found: list[Handler] = []
        pending = [handler]
        seen: set[str] = set()
        while pending and len(seen) < 32:
            name = self._resolved(pending.pop(0))
            if name in seen:
                continue
            seen.add(name)
            if name in self.handlers:
                found.append(self.handlers[name][1])
            owner = self.handlers.get(name.rpartition(".")[0])
            if owner is not None:
                found.append(Handler(owner[1].name, owner[1].guards, ()))
            known = self._repository.definition(name)
            if known is not None and isinstance(known[1], Class):
                pending += known[1].bases
            elif _MIXIN.search(name):
                found.append(Handler(name, (name,), ()))
        return found

    def _inherited(self, router: str) -> list[str]:
        known = self.routers.get(router)
        if known is None:
            return self._befores.get(router, [])
        handed_on = any(self._resolved(call.callee) in self._hooking for call in known[0].calls)
        return [*known[1].guards, *self._befores.get(router, ()), *(("?",) if handed_on else ())]

    @cached_property
    def _hooking(self) -> frozenset[str]:
        """Functions that set up what runs before each request of a router that they are handed."""
        return frozenset(
            self._resolved(item.target).rpartition(".")[0]
            for _, item in self._wired("before")
            if item.name == "?"
        )

    @cached_property
    def _befores(self) -> dict[str, list[str]]:
        """Router → what runs before each of its requests; what of that asks who it is, is marked."""
        found: dict[str, list[str]] = {}
        for _, item in self._wired("before"):
            around = self._around(item.target)
            marked = [self._hook(name) for name in around]
            found.setdefault(self._resolved(item.name), []).extend(marked)
        return found

    def _hook(self, name: str) -> str:
        """A function that runs before each request, marked where its code tells whether it refuses: of our
        own, the name alone says nothing (`resolve_current_tenant`)."""
        if self._turns_away(name):
            return f"{name} (auth)"
        return f"{name} (before)" if self._repository.definition(name) is not None else name

    def _around(self, function: str) -> list[str]:
        """What runs around each request: a function or a class, and what it is decorated with."""
        name = self._resolved(function)
        known = self.handlers.get(name)
        return [*(known[1].guards if known is not None else ()), name]

    def _turns_away(self, middleware: str) -> bool:
        """Does a piece of middleware turn strangers away? Ours by what its code does, those of others by
        name."""
        known = self.handlers.get(middleware)
        if known is not None:
            return "denies" in known[1].traits
        if self._repository.definition(middleware) is not None or _ONLY_LOOKS.search(middleware):
            return False
        return bool(_MIDDLEWARE.search(middleware))

    def _may_turn_away(self, name: str) -> bool:
        """Does something of ours that runs around each request speak of who it is, and we see no refusal?"""
        plain = unmarked(name)
        if plain not in self._around_all or _OTHER_CONCERN.search(plain.rpartition(".")[2]):
            return False
        known = self.handlers.get(plain)
        return known is not None and {"auth", "denies"} & set(known[1].traits) == {"auth"}

    @cached_property
    def _around_all(self) -> frozenset[str]:
        named = {self._resolved(item.target) for _, item in self._wired("middleware", "before")}
        return frozenset(named | set(self.setting("MIDDLEWARE")))

    @cached_property
    def _default_permissions(self) -> tuple[str, ...]:
        return self.setting("REST_FRAMEWORK.DEFAULT_PERMISSION_CLASSES")

    def _defaults(self, route: Route) -> tuple[str, ...]:
        if route.framework != "django":
            return ()
        dynamic = ("?",) if self.setting("REST_FRAMEWORK") or self._dynamic_settings else ()
        return (*self._default_permissions, *dynamic)

    @cached_property
    def _dynamic_settings(self) -> bool:
        return any(item.name == "REST_FRAMEWORK.?" for _, item in self._wired("setting"))

    def _middleware(self, router: str, chains: tuple[_Chain, ...] | None) -> list[str]:
        """What runs around every request of the applications that a router ends up in."""
        apps = {chain.app for chain in chains or ()} | {router}
        found = []
        for _, item in self._wired("middleware"):
            owner = self._resolved(item.name) if item.name else ""
            known = self.routers.get(owner)
            above = owner in apps or (item.kind == "middleware" and known is None)
            if owner == "" and item.target.endswith("Limiter"):
                above = "default_limits" in item.path or "application_limits" in item.path
            if above:
                found += self._around(item.target)
        return [*found, *(name for name in self.setting("MIDDLEWARE") for name in self._around(name))]

    def _chains(self, router: str, deep: int = 0) -> tuple[_Chain, ...] | None:
        """Every way from an application down to a router; empty where it is mounted nowhere, None where
        that cannot be told."""
        if router == "?" or deep > _DEEP:
            return None
        known = self.routers.get(router)
        if known is not None and known[1].kind == "app":
            return (_Chain(router, known[1].path, tuple(known[1].guards), "?" in known[1].guards),)
        if known is None and router not in self._modules:
            return None
        urls = known is None or known[1].target == "django"
        if router in self.roots or (urls and not self.roots):
            return (_Chain(router, "", (), False),)
        own = known[1].path if known is not None else ""
        found: list[_Chain] = []
        for _, item, parent, child in self.mounts:
            if child != router:
                continue
            above = self._chains(parent, deep + 1)
            if above is None:
                found.append(_Chain("?", _join("?", item.path, own), ("?",), True))
            for chain in above or ():
                inherited = tuple(self._inherited(parent))
                found.append(
                    _Chain(
                        chain.app,
                        _join(chain.prefix, item.path, own),
                        (*chain.guards, *inherited, *item.guards),
                        chain.undecided,
                    )
                )
        if not found and any(child == "?" for _, _, _, child in self.mounts):
            return None  # it may be among those that are mounted in a loop
        return tuple(found)

    @cached_property
    def _modules(self) -> frozenset[str]:
        """Modules that hold urlpatterns."""
        from scanner.relate.repository import module_name

        return frozenset(
            module_name(facts.path)
            for facts in self.live
            if any(route.framework in {"django", "channels"} for route in facts.routes)
            or any(item.kind == "mount" and "django" in "".join(_targets(facts)) for item in facts.wiring)
        )

    def _expanded(self, guards: list[str]) -> Iterator[str]:
        for name in guards:
            if name.startswith("rest_framework.decorators."):
                continue  # says how, not who
            if not name.startswith("type:"):
                yield name
                continue
            alias = self._resolved(name.removeprefix("type:"))
            yield from self._aliases.get(alias, ())

    # What a name means

    def is_auth(self, name: str, deep: int = 0) -> bool:
        """Does a guard of this name ask who it is: by its name, by what it answers, or by a guard of its
        own?"""
        if name in {"?", ""} or deep > _DEEP or name.endswith(" (before)"):
            return False
        if name.endswith(" (auth)"):
            return True
        resolved = self._resolved(name)
        last = resolved.rpartition(".")[2]
        if _NO_GUARD.search(last):
            return resolved in self._denying
        if _AUTH.search(last) or resolved in self._denying:
            return True
        known = self.handlers.get(resolved)
        if known is None:
            return False
        return any(self.is_auth(inner, deep + 1) for inner in self._expanded(list(known[1].guards)))

    def _is_limit(self, name: str) -> bool:
        resolved = self._resolved(unmarked(name))
        known = self.handlers.get(resolved)
        return bool(_LIMIT.search(resolved)) or (known is not None and "limit" in known[1].traits)

    def _limited_by_settings(self, route: Route) -> bool:
        if route.framework != "django":
            return False
        said = (*self.setting("INSTALLED_APPS"), *self.setting("MIDDLEWARE"))
        said += self.setting("REST_FRAMEWORK.DEFAULT_THROTTLE_CLASSES")
        return any(_LIMIT.search(name) for name in said)


class _Chain(NamedTuple):
    app: str
    prefix: str
    guards: tuple[str, ...]
    undecided: bool


def _targets(facts: Facts) -> list[str]:
    return [item.target for item in facts.imports]


def _join(*parts: str) -> str:
    """`/api/` + `users` → `/api/users`."""
    whole = "/".join(part.strip("/") for part in parts if part.strip("/"))
    ends = bool(parts[-1]) and parts[-1].endswith("/") and whole
    return f"/{whole}/" if ends else f"/{whole}"
