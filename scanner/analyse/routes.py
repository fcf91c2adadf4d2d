"""The web application as one file tells it: its routes, what guards them, and how routers are mounted.

FastAPI and Starlette, Flask (blueprints, -RESTful, -Sock), Django, its REST framework, and Channels. What is
not written in the file in full (a path that is computed, a router that came as an argument) is "?": it is
shown as not decided, and no rule speaks of it. `relate/routes.py` joins the files.

Kinds of wiring:
    app, router     an object that routes are declared on: its prefix, its dependencies
    mount           `include_router`, `register_blueprint`, `include`: parent, child, prefix, dependencies
    middleware      what runs around every request of `name`
    before          a function that runs before each request of `name`
    alias           a type that stands for a dependency: `CurrentUser = Annotated[User, Depends(…)]`
    setting         a Django setting, as far as it holds dotted names; "*" for all those of the file
    owned           a model with a foreign key to the users: `target` is the field
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from scanner.analyse import answering
from scanner.facts import Handler, Place, Route, Wiring
from scanner.lazily import regex
from scanner.source import FunctionNode, Scope, Source

if TYPE_CHECKING:
    from scanner.analyse.walk import Body, Index

_WEB = frozenset(
    "fastapi flask flask_sock flask_login starlette django rest_framework channels quart sqlmodel "
    "flask_restful flask_restx "
    "include_router register_blueprint urlpatterns add_middleware MIDDLEWARE ROOT_URLCONF ForeignKey "
    "Column mapped_column router app bp blueprint api_bp blueprints routers BaseHTTPMiddleware".split()
)
_VERBS = frozenset("get post put patch delete head options".split())
_DECLARES = frozenset(
    [*_VERBS, "route", "api_route", "websocket", "websocket_route", "trace", "add_url_rule", "add_api_route"]
)
_FRAMEWORKS = {
    "fastapi": "fastapi",
    "starlette": "fastapi",
    "flask": "flask",
    "quart": "flask",
    "flask_restful": "flask",
    "flask_restx": "flask",
    "flask_openapi3": "flask",
    "flask_smorest": "flask",
    "apiflask": "flask",
    "flask_sock": "flask",
}
_APPS = frozenset(["fastapi.FastAPI", "starlette.applications.Starlette", "flask.Flask", "quart.Quart"])
_ROUTERS = frozenset(
    [
        "fastapi.APIRouter",
        "fastapi.routing.APIRouter",
        "starlette.routing.Router",
        "flask.Blueprint",
        "flask.blueprints.Blueprint",
        "quart.Blueprint",
        "flask_restx.Namespace",
        "flask_smorest.Blueprint",
    ]
)
_MADE = frozenset("FastAPI Starlette Flask Quart APIRouter Blueprint Router Namespace Sock Api".split())
_PATHS = frozenset(["path", "re_path", "url"])
# What a function that sets an application up calls the application that it is handed
_HANDED_ON = frozenset(["app", "application", "flask_app", "fastapi_app"])
_BEFORE = frozenset(["before_request", "before_app_request"])
# Calls worth a look, by the last part of their name.
_CALLS = frozenset(
    [
        "include_router",
        "register_blueprint",
        "add_namespace",
        "mount",
        "register",
        "add_middleware",
        "add_resource",
        "add_url_rule",
        "add_api_route",
        "add_api_websocket_route",
        "add_websocket_route",
        "before_request",
        "before_app_request",
        "Limiter",
        "CSRFProtect",
        *_PATHS,
    ]
)
SETTINGS = frozenset(
    ["MIDDLEWARE", "MIDDLEWARE_CLASSES", "INSTALLED_APPS", "ROOT_URLCONF", "REST_FRAMEWORK", "NINJA_EXTRA"]
)
_VIEW_BASES = ("View", "ViewSet", "APIView", "Consumer", "Resource", "ViewSetMixin", "Endpoint")
_USERS = regex(r"^(auth_?)?users?\.\w+$|AUTH_USER_MODEL$|(^|\.)User(\.\w+)?$", re.I)
_COLUMNS = frozenset(["Column", "mapped_column", "ForeignKey"])
_OWNER = regex(
    r"(user|owner|tenant|org|organi[sz]ation|workspace|account)_id$"
)  # a plain number without a key
_DOTTED = regex(r"[A-Za-z_][\w.]*\Z")


def collect(source: Source, found: Index) -> dict[str, tuple[Any, ...]]:
    """The fields `routes`, `handlers` and `wiring` of the facts; empty where no framework is in sight, and
    for tests and examples, which serve nobody."""
    if source.role != "live" or found.identifiers.isdisjoint(_WEB):
        return {}
    told = _Told(source, found)
    for body in found.bodies:
        told.scope(body)
    if not SETTINGS.isdisjoint(found.identifiers):
        told.settings()
    if told.django and "urlpatterns" in source.module_scope.bound:
        told.urlpatterns()
    return {"routes": tuple(told.routes), "handlers": tuple(told.handlers), "wiring": tuple(told.wiring)}


class _Told:
    """Gathers what one file tells."""

    def __init__(self, source: Source, found: Index) -> None:
        self.source = source
        self.identifiers = found.identifiers
        self.django = bool({"django", "rest_framework", "channels"} & found.identifiers)
        self.dependencies = bool({"Depends", "Security", "fastapi"} & found.identifiers)
        self.makes = not _MADE.isdisjoint(found.identifiers)
        self.owns = not _COLUMNS.isdisjoint(found.identifiers) or "sqlmodel" in found.identifiers
        self.routes: list[Route] = []
        self.handlers: list[Handler] = []
        self.wiring: list[Wiring] = []

    def scope(self, body: Body) -> None:
        scope = body.scope
        if scope.kind == "function":
            self._function(body)
        elif scope.kind == "class":
            self._class(scope)
        else:
            self._aliases(scope)
        if self.makes and scope.kind != "class":
            self._objects(scope)
        for call in body.calls:
            func = call.func
            last = func.attr if func.__class__ is ast.Attribute else getattr(func, "id", "")
            if last in _CALLS or last.endswith("_resource"):
                self._call(call, last, scope)

    # Definitions

    def _function(self, body: Body) -> None:
        scope = body.scope
        node: Any = scope.node
        around = scope.parent or scope
        declared = False
        guards: list[str] = []
        declarations: list[tuple[ast.Call, str]] = []
        for decorator in node.decorator_list:
            declaration = self._declaration(decorator, around)
            if declaration:
                declarations.append((decorator, declaration))
                declared = True
            elif self._hook(decorator, scope, around):
                declared = True
            else:
                guards += self._decoration(decorator, around)
        depends = self._signature(node, around) if self.dependencies else []
        for decorator, declaration in declarations:
            self._declared(decorator, declaration, scope, around)
        if not declared and not depends and not self._answers(node, scope):
            refuses = answering.denies(self.source, body.calls, scope) or answering.answers_no(body.stops)
            if guards or refuses:
                traits = ("denies",) if refuses else ()
                self.handlers.append(Handler(scope.name, tuple(filter(None, guards)), traits))
            return
        guards += depends
        said, acts = answering.describe(self.source, node, scope)
        if declared or said or guards:
            self.handlers.append(Handler(scope.name, tuple(filter(None, guards)), said, acts))

    def _decoration(self, decorator: ast.expr, scope: Scope) -> list[str]:
        """What a decorator stands for: itself, or the classes that it sets."""
        name = self.named(decorator, scope)
        if name.startswith("rest_framework.decorators.") and isinstance(decorator, ast.Call):
            listed = name.endswith((".permission_classes", ".throttle_classes"))
            return [f"{name}=", *self._listed(_first(decorator), scope)] if listed else [name]
        return [name]

    def _answers(self, node: FunctionNode, scope: Scope) -> bool:
        """Is it, by its signature, a view of Django's, or a method that answers requests?"""
        names = [arg.arg for arg in [*node.args.posonlyargs, *node.args.args][:2]]
        if self.django and ("request" in names or names[:1] == ["self"]):
            return "request" in names or self._is_view(scope.parent)
        return names[:1] == ["self"] and self._is_view(scope.parent)

    def _is_view(self, scope: Scope | None) -> bool:
        if scope is None or not isinstance(scope.node, ast.ClassDef):
            return False
        return any(self.named(base, scope.parent or scope).endswith(_VIEW_BASES) for base in scope.node.bases)

    def _class(self, scope: Scope) -> None:
        node: Any = scope.node
        around = scope.parent or scope
        if self.owns:
            self._owned(node, scope)
        middleware = "Middleware" in node.name or any(
            "Middleware" in self.named(base, around) for base in node.bases
        )
        if not self._is_view(scope) and not middleware:
            return
        guards = self._decorated(scope, around)
        traits: set[str] = set()
        for item in node.body:
            if isinstance(item, ast.Assign) and isinstance(item.targets[0], ast.Name):
                name = item.targets[0].id
                if name in {"permission_classes", "method_decorators", "decorators", "throttle_classes"}:
                    guards += self._listed(item.value, scope)
                    traits.add(name)
            elif isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef)):
                if item.name in {"get_permissions", "check_permissions", "initial", "dispatch"}:
                    traits.add("dynamic")
                traits.update(answering.describe(self.source, item, self.source.scopes[id(item)])[0])
        self.handlers.append(Handler(scope.name, tuple(filter(None, guards)), tuple(sorted(traits))))

    def _decorated(self, scope: Scope, around: Scope) -> list[str]:
        """The guards of a class; the decorators that make it a route (`@blp.route("/bills")` of
        Flask-Smorest) declare one instead."""
        node: Any = scope.node
        guards: list[str] = []
        methods = sorted(_VERBS & scope.definitions)
        for decorator in node.decorator_list:
            declaration = self._declaration(decorator, around)
            if not declaration:
                guards.append(self.named(decorator, around))
            else:
                for method in methods:
                    inner = self._method(scope, method)
                    self._declared(decorator, declaration, inner, around, (method.upper(),))
        return guards

    def _method(self, scope: Scope, name: str) -> Scope:
        nodes: list[Any] = getattr(scope.node, "body", [])
        return next(self.source.scopes[id(one)] for one in nodes if getattr(one, "name", "") == name)

    def _owned(self, node: ast.ClassDef, scope: Scope) -> None:
        """Fields of a model that say whose a row is."""
        for item in node.body:
            value = item.value if isinstance(item, (ast.Assign, ast.AnnAssign)) else None
            if value is None:
                continue
            target = item.targets[0] if isinstance(item, ast.Assign) else getattr(item, "target", None)
            if not isinstance(target, ast.Name) or not isinstance(value, ast.Call):
                continue
            named = (
                _OWNER.match(target.id)
                and getattr(value.func, "attr", getattr(value.func, "id", "")) in _COLUMNS
            )
            if named or any(
                self._is_user_key(call, scope) for call in ast.walk(value) if isinstance(call, ast.Call)
            ):
                self._wire("owned", self._dotted(scope), target.id, item)

    def _is_user_key(self, call: ast.Call, scope: Scope) -> bool:
        last = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        values = [*call.args[:1], *(one.value for one in call.keywords if one.arg in {"foreign_key", "to"})]
        if last not in {"ForeignKey", "Field"} or not values:
            return False
        said = self.source.constant(values[0], scope)
        name = said if isinstance(said, str) else self.named(values[0], scope)
        return bool(_USERS.search(name))

    def _aliases(self, scope: Scope) -> None:
        if not self.dependencies:
            return
        for name, value in scope.assigned.items():
            if isinstance(value, ast.Subscript):
                found = self._depends_in(value, scope)
                if found:
                    self._wire("alias", f"{self.source.module}.{name}", "", value, guards=found)

    def _objects(self, scope: Scope) -> None:
        """Applications and routers that a scope binds to a name."""
        for name, value in scope.assigned.items():
            if not isinstance(value, ast.Call):
                continue
            last = value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
            if last not in {
                "FastAPI",
                "Starlette",
                "Flask",
                "Quart",
                "APIRouter",
                "Blueprint",
                "Router",
            } and (last not in {"Namespace", "Sock", "Api"}):
                continue
            cls = self.source.resolve(value.func, scope) or ""
            kind = "app" if cls in _APPS else "router" if cls in _ROUTERS else ""
            if cls in {"flask_restful.Api", "flask_restx.Api", "flask_sock.Sock"}:
                kind = "app"
            if not kind:
                continue
            keywords = {one.arg: one.value for one in value.keywords}
            prefix = keywords.get("prefix") or keywords.get("url_prefix")
            dotted = f"{self._dotted(scope)}.{name}"
            guards = self._listed(keywords.get("dependencies"), scope)
            self._wire(kind, dotted, _framework(cls), value, path=self._text(prefix, scope), guards=guards)

    # Declarations

    def _declaration(self, decorator: ast.expr, scope: Scope) -> str:
        """The framework of a decorator that declares a route; "unknown" where its router is another
        file's, "" where it is no such decorator."""
        if not isinstance(decorator, ast.Call) or not isinstance(decorator.func, ast.Attribute):
            return ""
        if decorator.func.attr not in _DECLARES:
            return ""
        said = self.source.resolve(decorator.func.value, scope) or ""
        framework = _framework(said)
        if framework:
            return framework
        path = self.source.constant(_first(decorator), scope)
        return "unknown" if isinstance(path, str) and path[:1] in {"/", ""} else ""

    def _declared(
        self, call: ast.Call, framework: str, inner: Scope, scope: Scope, methods: tuple[str, ...] = ()
    ) -> None:
        func: Any = call.func
        keywords = {one.arg: one.value for one in call.keywords}
        verb = func.attr
        said = self.source.resolve(func.value, scope) or ""
        # `sock` of Flask-Sock, which is bound in a file of its own as a rule
        websocket = (
            verb.startswith("websocket") or f".{said}".endswith(".sock") or said.startswith("flask_sock.")
        )
        self.routes.append(
            Route(
                "" if framework == "unknown" else framework,
                methods or self._methods(verb, keywords.get("methods"), scope),
                self._text(_first(call), scope),
                self._dotted(inner),
                self.source.header(inner.node),  # type: ignore[arg-type]
                self._object(func.value, scope),
                tuple(self._listed(keywords.get("dependencies"), scope)),
                websocket,
            )
        )

    def _methods(self, verb: str, given: ast.expr | None, scope: Scope) -> tuple[str, ...]:
        if verb in _VERBS:
            return (verb.upper(),)
        if given is None:
            return ("GET",)
        items = given.elts if isinstance(given, (ast.List, ast.Tuple, ast.Set)) else None
        values = [self.source.constant(item, scope) for item in items] if items is not None else [None]
        return tuple(value.upper() if isinstance(value, str) else "?" for value in values)

    def _hook(self, decorator: ast.expr, inner: Scope, scope: Scope) -> bool:
        """`@app.middleware("http")`, `@bp.before_request`."""
        func = decorator.func if isinstance(decorator, ast.Call) else decorator
        if not isinstance(func, ast.Attribute) or func.attr not in {"middleware", *_BEFORE}:
            return False
        kind = "middleware" if func.attr == "middleware" else "before"
        self._wire(kind, self._object(func.value, scope), self._dotted(inner), decorator)
        return True

    def _call(self, call: ast.Call, last: str, scope: Scope) -> None:
        func = call.func
        keywords = {one.arg: one.value for one in call.keywords if one.arg}
        if last in _PATHS:
            if self.django and len(call.args) >= 2:
                self._url(call, scope)
        elif last in {"Limiter", "CSRFProtect"}:
            self._wire("middleware", "", self.named(func, scope), call, path=" ".join(sorted(keywords)))
        elif not isinstance(func, ast.Attribute):
            return
        elif last in {"include_router", "register_blueprint", "add_namespace"}:
            child = call.args[0] if call.args else keywords.get("router") or keywords.get("blueprint")
            prefix = keywords.get("prefix") or keywords.get("url_prefix")
            for one in self._each(call, child):
                self._mount(call, func.value, one, prefix, keywords.get("dependencies"), scope)
        elif last == "mount" and len(call.args) >= 2:
            self._mount(call, func.value, call.args[1], call.args[0], None, scope)
        elif last == "add_middleware" and call.args:
            target = self.named(call.args[0], scope)
            self._wire("middleware", self._object(func.value, scope), target, call)
        elif last in _BEFORE and call.args:
            self._wire("before", self._object(func.value, scope), self.named(call.args[0], scope), call)
        elif last == "register" and len(call.args) >= 2 and self.django:
            self._registered(call, func.value, scope)
        elif last.endswith("_resource"):
            # `add_resource`, or a method of a project's own around it: a class, and addresses
            texts = [one for one in call.args[1:] if self._text(one, scope)[:1] in {"/", "?"}]
            for path in texts if last == "add_resource" else [one for one in texts if _is_text(one)]:
                self._added(call, call.args[0], path, ("?",), func.value, (), scope)
        elif last.startswith("add_"):
            named = _first(call)
            view = keywords.get("view_func") or keywords.get("endpoint")
            view = view or (call.args[1] if len(call.args) > 1 else None)
            if named is not None and view is not None and not isinstance(view, ast.Constant):
                methods = self._methods(last, keywords.get("methods"), scope)
                guards = tuple(self._listed(keywords.get("dependencies"), scope))
                self._added(call, view, named, methods, func.value, guards, scope)

    def _each(self, call: ast.Call, child: ast.expr | None) -> list[ast.expr | None]:
        """What a call means in turn: `for router in (auth, notes): app.include_router(router)`."""
        if isinstance(child, ast.Name):
            for around in self.source.ancestors(call):
                if isinstance(around, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    break
                listed = around.iter if isinstance(around, ast.For) else None
                if isinstance(listed, (ast.Tuple, ast.List)) and getattr(around.target, "id", "") == child.id:  # type: ignore[attr-defined]
                    return [*listed.elts]
        return [child]

    def _mount(
        self,
        call: ast.Call,
        parent: ast.expr,
        child: ast.expr | None,
        prefix: ast.expr | None,
        dependencies: ast.expr | None,
        scope: Scope,
    ) -> None:
        if isinstance(child, ast.Call):
            target = f"{self.named(child.func, scope) or '?'}()"
        else:
            target = self._object(child, scope) if child is not None else "?"
        guards = self._listed(dependencies, scope)
        path = self._text(prefix, scope)
        self._wire("mount", self._object(parent, scope), target, call, path=path, guards=guards)

    def _added(
        self,
        call: ast.Call,
        view: ast.expr,
        path: ast.expr,
        methods: tuple[str, ...],
        router: ast.expr,
        guards: tuple[str, ...],
        scope: Scope,
    ) -> None:
        handler, around = self._view(view, scope)
        framework = _framework(self.source.resolve(router, scope) or "")
        self.routes.append(
            Route(
                framework,
                methods,
                self._text(path, scope),
                handler,
                self.source.place(call),
                self._object(router, scope),
                (*guards, *around),
                "websocket" in getattr(call.func, "attr", ""),
            )
        )

    def _registered(self, call: ast.Call, router: ast.expr, scope: Scope) -> None:
        """`router.register("patients", PatientViewSet)` of the REST framework."""
        known = self.source.resolve(router, scope) or ""
        if "outer" not in known.rpartition(".")[2]:
            return
        handler, around = self._view(call.args[1], scope)
        path, place = self._text(call.args[0], scope), self.source.place(call)
        self.routes.append(Route("django", ("*",), path, handler, place, self.source.module, around))

    def _url(self, call: ast.Call, scope: Scope) -> None:
        """`path("…", view)` or `path("…", include(…))`."""
        name = self.source.resolve(call.func, scope) or ""
        if not name.startswith(("django.urls.", "django.conf.urls.")):
            return
        path = self._text(call.args[0], scope)
        view = call.args[1]
        module = self.source.module
        if isinstance(view, ast.Call) and self.named(view.func, scope).endswith(".include"):
            self._included(call, view, path, scope)
            return
        handler, guards = self._view(view, scope)
        if handler.endswith(".urls"):
            return  # the admin site's own, which guards itself
        websocket = isinstance(view, ast.Call) and getattr(view.func, "attr", "") == "as_asgi"
        framework = "channels" if websocket else "django"
        place = self.source.place(call)
        self.routes.append(Route(framework, ("*",), path, handler, place, module, guards, websocket))

    def _included(self, call: ast.Call, include: ast.Call, path: str, scope: Scope) -> None:
        given = include.args[0] if include.args else None
        if isinstance(given, ast.Tuple) and given.elts:
            given = given.elts[0]
        said = self.source.constant(given, scope)
        target = said if isinstance(said, str) else self._object(given, scope) if given is not None else "?"
        if isinstance(given, ast.Attribute) and given.attr == "urls":
            return  # of a router, whose views are registered in their own right
        self._wire("mount", self.source.module, target, call, path=path)

    def _view(self, view: ast.expr, scope: Scope) -> tuple[str, tuple[str, ...]]:
        """The dotted name of a view, and what is wrapped around it."""
        guards: list[str] = []
        while isinstance(view, ast.Call):
            func = view.func
            if isinstance(func, ast.Attribute) and func.attr in {"as_view", "as_asgi"}:
                view = func.value
                break
            if len(view.args) != 1:
                return "?", ("?",)
            guards.append(self.named(func, scope))
            view = view.args[0]
        return self.named(view, scope) or "?", tuple(filter(None, guards))

    # Settings

    def settings(self) -> None:
        named: set[str] = set()
        for node in self.source.nodes:
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                if node.value.count(".") >= 1 and _DOTTED.match(node.value):
                    named.add(node.value)
                continue
            if not isinstance(node, (ast.Assign, ast.AugAssign)) or node.value is None:
                continue
            target = node.target if isinstance(node, ast.AugAssign) else node.targets[0]
            name = target.id if isinstance(target, ast.Name) else ""
            if name in SETTINGS or name.endswith("URLCONF"):
                self._setting(name, node, node.value)
        self._wire("setting", "*", "", self.source.tree.body[0], guards=sorted(named))

    def urlpatterns(self) -> None:
        """A module of urls is a router, of which there is one a module."""
        for node in self.source.tree.body:
            target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
            if isinstance(target, ast.Name) and target.id == "urlpatterns":
                self._wire("router", self.source.module, "django", target)
                return

    def _setting(self, name: str, node: ast.stmt, value: ast.expr) -> None:
        if isinstance(value, ast.Dict):
            for key, item in zip(value.keys, value.values, strict=True):
                inner = self.source.constant(key, self.source.module_scope)
                if isinstance(inner, str):
                    self._wire("setting", f"{name}.{inner}", "", node, guards=self._strings(item))
            if None in value.keys:
                self._wire("setting", f"{name}.?", "", node)
            return
        self._wire("setting", name, "", node, guards=self._strings(value))

    def _strings(self, value: ast.expr) -> list[str]:
        """The dotted names in a setting, in order; "?" for each part that is computed."""
        if isinstance(value, ast.Constant):
            return [value.value] if isinstance(value.value, str) and _DOTTED.match(value.value) else []
        if isinstance(value, (ast.List, ast.Tuple)):
            return [name for item in value.elts for name in self._strings(item)]
        if isinstance(value, ast.BinOp):
            return [*self._strings(value.left), *self._strings(value.right)]
        return ["?"]

    # Names

    def named(self, node: ast.expr, scope: Scope) -> str:
        """The dotted name of a guard, a view or a class; a call stands for what is called."""
        name = self.source.resolve(node, scope) or _spelled(node)
        while name.endswith("()"):
            name = name.removesuffix("()")
        return name

    def _dotted(self, scope: Scope) -> str:
        return f"{self.source.module}.{scope.name}" if scope.name else self.source.module

    def _object(self, node: ast.expr, scope: Scope) -> str:
        """The dotted name of the variable that holds a router, not of the class of its value."""
        if isinstance(node, ast.Attribute):
            inner = self._object(node.value, scope)
            return f"{inner}.{node.attr}" if inner[0] != "?" else "?"
        if not isinstance(node, ast.Name):
            return "?"
        around: Scope | None = scope
        while around is not None:
            if node.id in around.imports:
                return around.imports[node.id]
            if node.id in around.bound:
                known = node.id in around.assigned and isinstance(around.assigned[node.id], ast.Call)
                if around.kind == "function" and not known:
                    return "?app" if node.id in _HANDED_ON else "?"
                return f"{self._dotted(around)}.{node.id}"
            around = around.parent
        return "?"

    def _text(self, node: ast.expr | None, scope: Scope) -> str:
        """A path, "" where none is given, "?" where it is computed."""
        if node is None:
            return ""
        value = self.source.constant(node, scope)
        return value if isinstance(value, str) else "?"

    def _listed(self, node: ast.expr | None, scope: Scope) -> list[str]:
        """The names in a list of guards; "?" where it is computed."""
        if node is None:
            return []
        if isinstance(node, ast.BinOp):
            return [*self._listed(node.left, scope), *self._listed(node.right, scope)]
        if not isinstance(node, (ast.List, ast.Tuple)):
            return ["?"]
        found = []
        for item in node.elts:
            inner = self._depends_in(item, scope)
            found += inner or [self.named(item, scope) or "?"]
        return found

    def _signature(self, node: FunctionNode, scope: Scope) -> list[str]:
        """What the parameters of a function depend on."""
        args = node.args
        found: list[str] = []
        for arg in [*args.posonlyargs, *args.args, *args.kwonlyargs]:
            annotation = arg.annotation
            if annotation is None:
                continue
            if isinstance(annotation, (ast.Name, ast.Attribute)):
                name = self._object(annotation, scope)
                if name != "?":
                    found.append(f"type:{name}")
            else:
                found += self._depends_in(annotation, scope)
        for default in [*args.defaults, *filter(None, args.kw_defaults)]:
            found += self._depends_in(default, scope)
        return found

    def _depends_in(self, node: ast.expr, scope: Scope) -> list[str]:
        """What stands in `Depends(…)`, also where a name was bound to it before."""
        found: list[str] = []
        if isinstance(node, ast.Name) and self.dependencies:
            binder = scope.binder(node.id)
            value = None if binder is None else binder.assigned.get(node.id)
            node = value if isinstance(value, ast.Call) else node
        for call in ast.walk(node):
            if not isinstance(call, ast.Call):
                continue
            last = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            if last in {"Depends", "Security"}:
                arguments = [*call.args[:1], *(one.value for one in call.keywords if one.arg == "dependency")]
                found += [self.named(one, scope) or "?" for one in arguments]
        return found

    def _wire(
        self,
        kind: str,
        name: str,
        target: str,
        node: ast.AST,
        *,
        path: str = "",
        guards: list[str] | tuple[str, ...] = (),
    ) -> None:
        place: Place = self.source.place(node)
        self.wiring.append(Wiring(kind, name, target, path, tuple(guards), place))


def _framework(name: str) -> str:
    return _FRAMEWORKS.get(name.partition(".")[0], "")


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant)


def _first(call: ast.Call) -> ast.expr | None:
    """The path that a declaration names."""
    if call.args:
        return call.args[0]
    return next((one.value for one in call.keywords if one.arg in {"path", "rule"}), None)


def _spelled(node: ast.expr) -> str:
    """`.name` for an expression whose root is not known."""
    while isinstance(node, (ast.Call, ast.Subscript)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return f".{node.attr}" if isinstance(node, ast.Attribute) else ""
