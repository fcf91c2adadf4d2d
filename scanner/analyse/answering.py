"""What a function that answers requests speaks of, and does, as far as rules about routes ask.

Traits are words about its body: `auth`, `owner`, `limit`, `signature` (it mentions something of the kind, so
a rule about its absence stays silent), `password` (it checks one), `payload` (it reads the request's body),
`mutates`, `denies` (it answers 401 or 403), `user` (it mentions who asks).

Acts are places: `fetch` (a row of the model `target` by an id of the path), `spread` (the body's keys as
arguments of `target`), `setattr` (the body's keys as attributes), `price`, `role`, `identity` (a value that
the client chose, where the server should know it).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import Any, TypeGuard

from scanner.facts import Act
from scanner.lazily import regex
from scanner.source import FunctionNode, Scope, Source

_WORDS = {
    "auth": regex(
        r"auth(?!or)|login|log_in|signed_in|jwt|token|api_?key|permission|credential|secret|session_?id|"
        r"cookie|identity|password|verify|is_anonymous|current_user|get_user|bearer",
        re.I | re.M,
    ),
    "owner": regex(
        r"owner|user|tenant|account|member|author|org(ani[sz]ation)?_?(id|$)|team|permission|creat(ed_by|or)|"
        r"is_allowed|authoriz|workspace|access|ensure|(^|_)can_|check_|principal|public|shared?_|visible",
        re.I | re.M,
    ),
    "limit": regex(
        r"limit|throttl|attempt|lock(ed)?_?out|captcha|axes|failed_|cooldown|too_many", re.I | re.M
    ),
    "signature": regex(
        r"signature|hmac|construct_event|verif|secret|compare_digest|token|svix|auth|sha256|validate_|"
        r"api_?key|webhook_?key|password|x_hub",
        re.I | re.M,
    ),
    "user": regex(r"user|principal|identity|actor|member|\bme\b", re.I | re.M),
}
_PASSWORD = regex(
    r"(^|_)(verify|check|compare|validate)_?(hashed_)?(password|passwd|pwd|otp|totp|pin|code)|"
    r"^check_password_hash$|^authenticate(_user)?$|^checkpw$|^sign_in_with_password$|^login_user$",
    re.I,
)
_MUTATES = frozenset(
    "add delete commit save update create insert insert_one update_one delete_one bulk_create remove "
    "add_all merge execute put delete_many update_many destroy set_password".split()
)
_DENIALS = frozenset(
    "abort HTTPException HttpResponseForbidden PermissionDenied Forbidden Unauthorized JSONResponse".split()
)
_SENDS_AWAY = frozenset(["redirect", "RedirectResponse", "HttpResponseRedirect"])
_SIGN_IN = regex(r"log_?-?in\b|sign_?-?in\b|[./]auth\b", re.I)
_FETCHES = frozenset("get get_or_404 get_object_or_404 first_or_404 aget_object_or_404 one_or_404".split())
_PAYLOADS = frozenset(
    "json get_json form data POST values body query_params args FILES get_data to_dict".split()
)
_PRICES = frozenset("price unit_price total_price discount total subtotal cost".split())
_CHARGES = frozenset("fee total total_price amount charge amount_cents unit_amount".split())
_ROLES = frozenset("role roles is_admin is_staff is_superuser admin permissions".split())
_IDENTITIES = frozenset("user_id userId owner_id account_id customer_id".split())
_ID = regex(r"^(id|pk|uuid)$|_(id|pk|uuid)$")


def denies(source: Source, calls: Iterable[ast.Call], scope: Scope) -> bool:
    """Does one of these calls answer 401 or 403?"""
    return any(_denial(source, call, scope) for call in calls)


def answers_no(statements: Iterable[ast.stmt]) -> bool:
    """Is 401 or 403 answered by one of these statements: `return jsonify(error="…"), 401`, or
    `raise PermissionDenied`?"""
    return any(_answers_no(one) for one in statements)


def _answers_no(statement: ast.AST) -> bool:
    if isinstance(statement, ast.Raise):
        return isinstance(statement.exc, ast.Name) and statement.exc.id in _DENIALS - {"HTTPException"}
    if not isinstance(statement, ast.Return) or not isinstance(statement.value, ast.Tuple):
        return False
    return any(getattr(item, "value", 0) in (401, 403) for item in statement.value.elts)


def _denial(source: Source, call: ast.Call, scope: Scope) -> bool:
    last = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if last in _SENDS_AWAY:
        return any(
            isinstance(one, ast.Constant) and isinstance(one.value, str) and _SIGN_IN.search(one.value)
            for given in call.args[:1]
            for one in ast.walk(given)
        )
    if last not in _DENIALS:
        return False
    if last not in {"abort", "HTTPException", "JSONResponse"}:
        return True
    codes = [*call.args, *(one.value for one in call.keywords if one.arg == "status_code")]
    return any(_status(source, code, scope) in {401, 403} for code in codes)


def _status(source: Source, node: ast.expr, scope: Scope) -> int:
    value = source.constant(node, scope)
    if isinstance(value, int):
        return value
    found = re.match(r"HTTP_(\d+)", node.attr) if isinstance(node, ast.Attribute) else None
    if isinstance(node, ast.Attribute) and node.attr in {"UNAUTHORIZED", "FORBIDDEN"}:
        return 401
    return int(found[1]) if found else 0


def describe(source: Source, node: FunctionNode, scope: Scope) -> tuple[tuple[str, ...], tuple[Act, ...]]:
    """The traits and the acts of one function."""
    words: set[str] = set()
    traits: set[str] = set()
    acts: list[Act] = []
    look = _Look(source, node, scope)
    for statement in node.body:
        for inner in ast.walk(statement):
            words.update(_spoken(inner))
            if isinstance(inner, ast.Call):
                traits.update(look.call_traits(inner))
            elif isinstance(inner, (ast.Return, ast.Raise)) and _answers_no(inner):
                traits.add("denies")
            if isinstance(inner, (ast.Call, ast.BinOp, ast.For, ast.Assign)):
                acts.extend(look.acts(inner))
            elif look.reads_payload(inner):
                traits.add("payload")
    said = "\n".join(sorted(words))
    traits.update(name for name, pattern in _WORDS.items() if pattern.search(said))
    return tuple(sorted(traits)), tuple(acts)


def _spoken(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Attribute):
        yield node.attr
    elif isinstance(node, ast.keyword):
        yield node.arg or ""
    elif isinstance(node, ast.Constant) and _is_key(node.value):
        yield node.value


def _is_key(value: object) -> TypeGuard[str]:
    """`scope["user"]`, `headers["X-Signature"]`, not a sentence."""
    return isinstance(value, str) and len(value) < 40 and " " not in value


class _Look:
    """Looks at the nodes of one handler."""

    def __init__(self, source: Source, node: FunctionNode, scope: Scope) -> None:
        self.source = source
        self.scope = scope
        args = node.args
        parameters = [*args.posonlyargs, *args.args, *args.kwonlyargs]
        self.parameters = {arg.arg for arg in parameters}
        given = _given(args)  # by a dependency: no part of the body
        self.models = {arg.arg for arg in parameters if _is_model(arg.annotation) and arg.arg not in given}
        self.mappings = {arg.arg for arg in parameters if _is_mapping(arg.annotation)}

    def call_traits(self, call: ast.Call) -> Iterator[str]:
        last = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if last in _MUTATES and isinstance(call.func, ast.Attribute):
            yield "mutates"
        if _PASSWORD.search(last):
            yield "password"
        if _denial(self.source, call, self.scope):
            yield "denies"

    def reads_payload(self, node: ast.AST) -> bool:
        return isinstance(node, ast.Attribute) and self._is_request(node.value) and node.attr in _PAYLOADS

    def acts(self, node: Any) -> Iterator[Act]:
        if isinstance(node, ast.Call):
            yield from self._of_call(node)
        elif isinstance(node, ast.BinOp):
            if isinstance(node.op, ast.Mult) and any(
                self._client_key(side) in _PRICES for side in (node.left, node.right)
            ):
                yield self._act("price", node)
        elif isinstance(node, ast.For):
            yield from self._of_loop(node)
        elif isinstance(node.targets[0], ast.Attribute):
            key = self._client_key(node.value)
            if key in _ROLES and node.targets[0].attr in _ROLES:
                yield self._act("role", node, key)

    def _of_call(self, call: ast.Call) -> Iterator[Act]:
        last = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        model = self._fetched(call, last)
        if model:
            yield self._act("fetch", call, model)
        callee = self.source.resolve(call.func, self.scope) or f".{last}"
        for one in call.keywords:
            if one.arg is None:
                if self.is_payload(one.value):
                    yield self._act("spread", call, callee)
                continue
            key = self._client_key(one.value)
            if not key:
                continue
            if (key in _PRICES and one.arg in _CHARGES and key != one.arg) or (
                key in {*_PRICES, "amount"} and one.arg in _CHARGES and callee.startswith("stripe.")
            ):
                yield self._act("price", one, key)
            elif key in _ROLES and one.arg in _ROLES:
                yield self._act("role", one, key)
            elif key in _IDENTITIES and one.arg in _IDENTITIES:
                yield self._act("identity", one, key)
        if last in _FETCHES:
            for value in call.args[1:2]:
                key = self._client_key(value)
                if key in _IDENTITIES:
                    yield self._act("identity", call, key)

    def _of_loop(self, node: ast.For) -> Iterator[Act]:
        """`for key, value in body.items(): setattr(row, key, value)`."""
        call = node.iter
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
            return
        if call.func.attr != "items" or not self.is_payload(call.func.value):
            return
        if not isinstance(node.target, ast.Tuple) or len(node.target.elts) != 2:
            return
        key = node.target.elts[0]
        statement = node.body[0]
        if len(node.body) != 1 or not isinstance(statement, ast.Expr):
            return  # a condition in the loop chooses what may be set
        set_ = statement.value
        if not isinstance(set_, ast.Call) or getattr(set_.func, "id", "") != "setattr" or len(set_.args) != 3:
            return
        if isinstance(key, ast.Name) and isinstance(set_.args[1], ast.Name) and set_.args[1].id == key.id:
            yield self._act("setattr", set_, self.source.segment(set_.args[0])[:40])

    def _fetched(self, call: ast.Call, last: str) -> str:
        """The model of which a call loads the row that the path names; "" where it does nothing of it."""
        if last in _FETCHES:
            values = [*call.args[-1:], *(one.value for one in call.keywords)]
            if len(call.args) + len(call.keywords) > 2 or not any(map(self._is_path_id, values)):
                return ""
            if len(call.args) + len(call.keywords) == 2:
                return self._model(call.args[0]) if call.args else ""
            return self._queried(call.func)
        if last in {"filter", "where", "filter_by"} and len(call.args) + len(call.keywords) == 1:
            test = call.args[0] if call.args else call.keywords[0].value
            if isinstance(test, ast.Compare) and len(test.comparators) == 1:
                sides = (test.left, test.comparators[0])
                if not any(isinstance(side, ast.Attribute) and _ID.search(side.attr) for side in sides):
                    return ""
                return self._queried(call.func) if any(map(self._is_path_id, sides)) else ""
            keyword = call.keywords[0].arg if call.keywords else ""
            return self._queried(call.func) if keyword in {"id", "pk"} and self._is_path_id(test) else ""
        return ""

    def _queried(self, func: ast.expr) -> str:
        """`Invoice` of `Invoice.query.get`, `db.query(Invoice).filter`, `Invoice.objects.get`."""
        node: ast.expr = func
        while True:
            if isinstance(node, ast.Attribute):
                node = node.value
            elif isinstance(node, ast.Call):
                last = (
                    node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                )
                if last in {"query", "select"} and len(node.args) == 1:
                    return self._model(node.args[0])
                if last in {"filter", "filter_by", "where"}:
                    return ""  # another condition stands before it
                node = node.func
            else:
                return self._model(node) if isinstance(node, ast.Name) else ""

    def _model(self, node: ast.expr) -> str:
        name = self.source.resolve(node, self.scope) or ""
        last = name.rpartition(".")[2]
        return name if last[:1].isupper() and "()" not in name else ""

    def _is_path_id(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Call) and len(node.args) == 1:
            node = node.args[0]  # int(order_id), UUID(order_id)
        return isinstance(node, ast.Name) and node.id in self.parameters and bool(_ID.search(node.id))

    def _client_key(self, node: ast.expr) -> str:
        """The key that a value of the request's body stands under; "" for any other value."""
        if isinstance(node, ast.Call):
            func = node.func
            if isinstance(func, ast.Name) and func.id in {"int", "float", "Decimal", "str"} and node.args:
                return self._client_key(node.args[0])
            if isinstance(func, ast.Attribute) and func.attr == "get" and node.args:
                return self._key(node.args[0]) if self.is_payload(func.value) else ""
            return ""
        if isinstance(node, ast.Subscript):
            return self._key(node.slice) if self.is_payload(node.value) else ""
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            return node.attr if node.value.id in self.models else ""
        return ""

    def _key(self, node: ast.expr) -> str:
        return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""

    def is_payload(self, node: ast.expr, hops: int = 4) -> bool:
        """Is it the body of the request, as the client wrote it?"""
        if isinstance(node, ast.Await):
            node = node.value
        if isinstance(node, ast.BoolOp):
            node = node.values[0]
        if isinstance(node, ast.Name):
            if node.id in self.mappings:
                return True
            value = self.scope.assigned.get(node.id)
            known = value is not None and self.scope.bound.get(node.id) == 1 and hops > 0
            return known and self.is_payload(value, hops - 1)  # type: ignore[arg-type]
        if isinstance(node, ast.Await):
            return self.is_payload(node.value, hops)
        if isinstance(node, ast.Call):
            func = node.func
            if isinstance(func, ast.Attribute) and func.attr == "loads" and node.args:
                return self.is_payload(node.args[0], hops)
            return isinstance(func, ast.Attribute) and (
                self.reads_payload(func) or (func.attr == "to_dict" and self.is_payload(func.value, hops))
            )
        return self.reads_payload(node)

    def _is_request(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Attribute):
            return node.attr == "request" and isinstance(node.value, ast.Name) and node.value.id == "self"
        return isinstance(node, ast.Name) and node.id in {"request", "req"}

    def _act(self, kind: str, node: ast.AST, target: str = "") -> Act:
        return Act(kind, target, self.source.place(node))


def _given(args: ast.arguments) -> set[str]:
    """The parameters that have a call as their default, unless it says that they are the body."""
    positional = [*args.posonlyargs, *args.args]
    pairs = [
        *zip(positional[::-1], args.defaults[::-1], strict=False),
        *zip(args.kwonlyargs, args.kw_defaults, strict=True),
    ]
    return {
        arg.arg
        for arg, default in pairs
        if isinstance(default, ast.Call) and getattr(default.func, "id", "") not in {"Body", "Form"}
    }


_SCALARS = frozenset("int str float bool bytes Any Request WebSocket Response Session AsyncSession".split())


def _is_model(annotation: ast.expr | None) -> bool:
    """`data: OrderCreate`: a class that the framework fills from the body."""
    name = annotation.id if isinstance(annotation, ast.Name) else ""
    return name[:1].isupper() and name not in _SCALARS and not name.endswith(("Dep", "User", "Session"))


def _is_mapping(annotation: ast.expr | None) -> bool:
    if isinstance(annotation, ast.Subscript):
        annotation = annotation.value
    return isinstance(annotation, ast.Name) and annotation.id in {"dict", "Dict"}
