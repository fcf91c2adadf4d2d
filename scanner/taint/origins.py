"""Where text from outside comes into a program. The one table of sources that all flow rules share.

Kinds, by who writes the text:
    request      whoever sends a request, an upload or a form
    segment      the same, one segment of the address: it holds no slash
    message      whoever can reach a socket, a queue or a chat
    answer       another server, asked over the network
    model        a language model, and with it whoever wrote what it read
    tool         the same: arguments of a function that a model may call
    command line, console, environment     whoever starts the program
    parameter    a caller that this file does not show
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection
from functools import lru_cache
from typing import NamedTuple

from scanner.lazily import regex
from scanner.source import FunctionNode, Scope, Source
from scanner.taint.bindings import spelled


class Origin(NamedTuple):
    """Where a value came in: its kind, the node, and its name there."""

    kind: str
    node: ast.AST
    name: str


REMOTE = frozenset(["request", "segment", "message"])
MODEL = frozenset(["model", "tool"])
LOCAL = frozenset(["command line", "console", "environment"])
WORDS = {
    "request": "a request",
    "segment": "a request",
    "message": "a message",
    "answer": "another server's answer",
    "model": "a language model's answer",
    "tool": "the model that calls this tool",
    "command line": "the command line",
    "console": "typed text",
    "environment": "the environment",
    "parameter": "a parameter",
}

_WEB = regex(
    r"\b(?:flask|django|fastapi|starlette|quart|aiohttp|sanic|rest_framework|tornado|bottle|falcon|pyramid"
    r"|litestar|werkzeug|ninja|flask_restful|flask_restx|http\.server|robyn|cherrypy|streamlit)\b"
)
_PARTS = frozenset(
    "args form values json data files cookies headers query_string GET POST FILES COOKIES META body "
    "query_params path_params query match_info params forms view_args rel_url".split()
)
_CALLS = frozenset(
    "get_json get_data json form body post text get_argument get_arguments get_query_argument "
    "get_body_argument get_cookie get_param get_media stream".split()
)
_NAMES = {
    "builtins.input()": "console",
    "builtins.raw_input()": "console",
    "click.prompt()": "console",
    "typer.prompt()": "console",
    "rich.prompt.Prompt.ask()": "console",
    "getpass.getpass()": "console",
    "sys.argv": "command line",
    "os.environ": "environment",
    "os.getenv()": "environment",
    "flask_restful.reqparse.RequestParser().parse_args()": "request",
    "flask_restx.reqparse.RequestParser().parse_args()": "request",
    "streamlit.text_input()": "request",
    "streamlit.text_area()": "request",
    "streamlit.chat_input()": "request",
    "cgi.FieldStorage()": "request",
    "urllib.request.urlopen()": "answer",
    "socket.socket().recv()": "message",
    "socket.socket().accept()[].recv()": "message",
}
_LAST = {name.removesuffix("()").rpartition(".")[2].removesuffix("()") for name in _NAMES}
_NAMESPACES = frozenset(
    [
        "argparse.ArgumentParser().parse_args()",
        "argparse.Namespace()",
        "argparse.ArgumentParser().parse_known_args()[]",
    ]
)
_FETCHES = regex(
    r"^(?:requests|httpx)\.(?:(?:Session|session|Client|AsyncClient)\(\)\.)?(?:get|post|put|patch|request)\(\)$"
)
_RECEIVES = frozenset(
    "receive_text receive_json receive_bytes iter_text iter_json recv recv_json recv_string".split()
)

_MODEL_CALLS = frozenset(
    "invoke ainvoke predict apredict complete acomplete generate chat acompletion".split()
)
_MODEL_NAMES = regex(
    r"(?:^|_)(?:llm|llms|chat_?model|llm_?chain|language_?model)(?:_client|_service|_provider)?$"
)
_ASKS_MODEL = regex(
    r"^_?(?:ask|call|query|prompt|invoke|run|get)_(?:the_)?(?:llm|gpt\d?|chatgpt|claude|openai|gemini|ollama|anthropic|deepseek|mistral)"
    r"(?:_(?:api|response|model|completion|chat))?$|^_?llm_(?:complete|completion|call|generate|query|chat|response|request)$"
)

_NUMERIC = regex(
    r"^(?:(?:typing\.)?(?:Optional|Union|List|list|Annotated|Sequence|Set|set|Tuple|tuple)\[)*"
    r"(?:(?:\w+\.)*)(?:int|float|bool|complex|UUID\d?|datetime|date|time|timedelta|Decimal|Literal\b.*|PositiveInt|"
    r"NonNegativeInt|StrictInt|StrictBool|EmailStr|IPvAnyAddress|conint|confloat|ObjectId|PydanticObjectId|\w*Enum)\b"
)
_TEXT = regex(r"\b(?:str|Any|dict|Dict|bytes|UploadFile|FileStorage|list|List|JSON|JSONDict|object)\b")
_UPLOAD = regex(
    r"^[\"']?(?:(?:\w+\.)*(?:Optional|List|list|Sequence|Annotated)\[)*(?:\w+\.)*(?:UploadFile|FileStorage|UploadedFile)\b"
)
_BODY = regex(
    r"\w(?:Request|Create|Update|Payload|Body|Input|Params|Query|In|Data|Form|DTO|Filters?|Message|Item|Model|Schema)\b"
)
_NOT_INPUT = regex(
    r"\b(?:Depends|Security|Request|Response|BackgroundTasks|WebSocket|AsyncSession|Session|Connection|"
    r"HTTPConnection|Context|RunContext|InjectedState)\b(?!\w)"
)
_LIMITED = regex(r"\b(?:pattern|regex)\s*=\s*r?[\"']\^")
_ROUTES = frozenset("route get post put patch delete api_route websocket head options".split())
_CHATS = regex(r"\b(?:telegram|telebot|aiogram|discord|pyrogram|slack_bolt)\b")
_CHAT_TEXT = regex(r"^(?:update\.)?(?:effective_)?(?:message|msg)\.(?:text|content)$")
_COMMANDS = regex(r"\b(?:click|typer)\b")
_TOOLS = frozenset("tool function_tool ai_function kernel_function mcp_tool agent_tool register_tool".split())
_LISTENS = frozenset("on event on_event".split())
_ID = regex(r"(?:^|_)(?:id|pk|uuid|uid|pks|ids|page|year|month|day|number|num|count)$")


class _Traces(NamedTuple):
    """What a file must hold for something of a kind to come into it: one of these names, or of these texts.
    Plain texts: one search for all of them takes ten times as long."""

    names: frozenset[str]
    texts: tuple[str, ...] = ()


_REQUESTED = _Traces(
    frozenset(
        "flask fastapi starlette quart aiohttp sanic tornado bottle falcon pyramid litestar streamlit ninja "
        "robyn cherrypy rest_framework flask_restful flask_restx BaseHTTPRequestHandler "
        "SimpleHTTPRequestHandler UploadFile UploadedFile FileStorage reqparse FieldStorage event".split()
    ),
    ("request", "req.", "req:"),
)
_TRACES = {
    "request": _REQUESTED,
    "segment": _REQUESTED,
    "message": _Traces(
        frozenset(
            "recv recv_json recv_string receive_text receive_json receive_bytes iter_text iter_json "
            "telegram telebot aiogram discord pyrogram slack_bolt pika".split()
        ),
        ("socketio", "SocketIO", "properties"),
    ),
    "answer": _Traces(frozenset(["requests", "httpx", "urlopen"])),
    "model": _Traces(
        frozenset("generate_content output_text langchain llama_index choices delta".split()),
        tuple(
            "llm LLM Llm gpt claude openai gemini ollama anthropic deepseek mistral chat_model chatmodel "
            "ChatModel chatModel language_model languagemodel .content[ .message.content .function. "
            "message\"][ message'][ delta\"][ delta'][ choices\"] choices']".split()
        ),
    ),
    "tool": _Traces(frozenset(), ("tool", "Tool", "ai_function", "kernel_function")),
    "command line": _Traces(frozenset(["argv", "argparse", "click", "typer"])),
    "console": _Traces(frozenset(["input", "raw_input", "prompt", "Prompt", "getpass"])),
    "environment": _Traces(frozenset(["environ", "getenv"])),
}
_HAS_REQUEST = regex(r"request(?!\w)")  # Django's views are handed one; many words begin like it


def may_come(source: Source, kinds: Collection[str]) -> bool:
    """Does a file deal with what these kinds come from at all? A look at its names and its text."""
    traces = [_TRACES[kind] for kind in kinds]
    if not all(source.identifiers.isdisjoint(one.names) for one in traces):
        return True
    texts = {text for one in traces for text in one.texts if source.mentions(text)}
    return bool(texts) and (texts != {"request"} or _speaks(source.text, _HAS_REQUEST))


@lru_cache(maxsize=64)
def _speaks(text: str, pattern: re.Pattern[str]) -> bool:
    return pattern.search(text) is not None


def of_expression(source: Source, node: ast.AST, scope: Scope) -> Origin | None:
    """The source that an expression is in itself, or None."""
    if isinstance(node, ast.Call):
        kind = _called(source, node, scope)
    elif isinstance(node, ast.Attribute):
        kind = _attribute(source, node, scope)
    elif isinstance(node, ast.Subscript):
        kind = "model" if _is_raw_answer(node) else ""
    else:
        return None
    return Origin(kind, node, _shown(node)) if kind else None


def _shown(node: ast.AST) -> str:
    while isinstance(node, (ast.Call, ast.Subscript, ast.Await)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return spelled(node) or (f"….{node.attr}" if isinstance(node, ast.Attribute) else "")


# Expressions


def _called(source: Source, call: ast.Call, scope: Scope) -> str:
    func = call.func
    last = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
    if _ASKS_MODEL.search(last):
        return "model"
    if last in _LAST:
        name = source.resolve(func, scope)
        if name is not None and f"{name}()" in _NAMES:
            return _NAMES[f"{name}()"]
    if not isinstance(func, ast.Attribute):
        return ""
    if last in _CALLS and _is_request(source, func.value, scope):
        return "request"
    if last in _RECEIVES and _receives(source, func, scope):
        return "message"
    if last in _MODEL_CALLS and _MODEL_NAMES.search(spelled(func.value).rpartition(".")[2].lower()):
        return "model"
    if last == "generate_content":
        return "model"
    return ""


def _receives(source: Source, func: ast.Attribute, scope: Scope) -> bool:
    name = spelled(func.value).rpartition(".")[2].lower()
    return func.attr.startswith("receive_") or name in {
        "websocket",
        "ws",
        "sock",
        "socket",
        "conn",
        "client_socket",
    }


def _attribute(source: Source, node: ast.Attribute, scope: Scope) -> str:
    attr = node.attr
    if attr in _PARTS and _is_request(source, node.value, scope):
        return "segment" if attr in {"match_info", "view_args", "path_params"} else "request"
    if attr in {"argv", "environ"}:
        return _NAMES.get(source.resolve(node, scope) or "", "")
    if attr in {"path", "rfile", "headers"} and spelled(node.value) == "self":
        return "request" if _is_http_handler(source, scope) else ""
    if attr in {"content", "text", "output_text", "arguments"} and _is_answer(source, node, scope):
        return "model"
    if attr in {"text", "content"} and _CHAT_TEXT.search(spelled(node)) and _speaks(source.text, _CHATS):
        return "message"
    if attr in {"text", "content"} and _FETCHES.match(source.resolve(node.value, scope) or ""):
        return "answer"
    if isinstance(node.value, (ast.Name, ast.Call)) and source.resolve(node.value, scope) in _NAMESPACES:
        return "" if _is_narrow_option(source, attr) else "command line"
    return ""


def _is_request(source: Source, node: ast.AST, scope: Scope) -> bool:
    name = spelled(node)
    if name not in {"request", "req", "self.request", "flask.request", "self", "websocket", "ws"}:
        return False
    if name == "self":
        return _is_tornado(source, scope)
    resolved = source.resolve(node, scope) or ""
    if resolved in {
        "flask.request",
        "quart.request",
        "bottle.request",
        "sanic.request",
        "flask.globals.request",
    }:
        return True
    if name in {"websocket", "ws"}:
        return resolved.endswith("WebSocket()")
    if name == "req":
        return resolved.endswith("Request()") and not resolved.startswith("urllib")
    if name == "request" and not _is_parameter(scope, "request"):
        return False
    return _speaks(source.text, _WEB) and not resolved.startswith(("httpx.", "requests."))


def _is_parameter(scope: Scope, name: str) -> bool:
    around: Scope | None = scope
    while around is not None:
        if name in around.imports:
            return False
        node = around.node
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and name in {
            arg.arg for arg in arguments(node)
        }:
            return True
        if name in around.bound:
            return False
        around = around.parent
    return False


def _bases(source: Source, scope: Scope) -> list[str]:
    owner = scope.class_scope
    if owner is None or not isinstance(owner.node, ast.ClassDef):
        return []
    return [source.resolve(base, owner.parent or owner) or spelled(base) for base in owner.node.bases]


def _is_http_handler(source: Source, scope: Scope) -> bool:
    return any(base.endswith("HTTPRequestHandler") for base in _bases(source, scope))


def _is_tornado(source: Source, scope: Scope) -> bool:
    return "tornado" in source.text and any(base.endswith("Handler") for base in _bases(source, scope))


def _is_answer(source: Source, node: ast.Attribute, scope: Scope) -> bool:
    """`answer.choices[0].message.content`, `answer.content[0].text`, `response.output_text` …"""
    base = node.value
    if node.attr == "output_text":
        return (source.resolve(base, scope) or "").endswith(".responses.create()") or spelled(
            base
        ) == "response"
    if isinstance(base, ast.Attribute) and base.attr in {"message", "delta", "function"}:
        inner: ast.AST = base.value
        return isinstance(inner, ast.Subscript) or base.attr == "function" or spelled(base.value) == "choice"
    if isinstance(base, ast.Subscript):
        holder = base.value
        return isinstance(holder, ast.Attribute) and holder.attr in {"choices", "content"}
    name = source.resolve(base, scope) or ""
    if name.endswith("generate_content()"):
        return True
    if name.endswith(tuple(f".{call}()" for call in _MODEL_CALLS)):
        receiver = _receiver(base, scope)
        return bool(_MODEL_NAMES.search(receiver.lower())) or name.startswith(("langchain", "llama_index"))
    return False


def _receiver(node: ast.AST, scope: Scope) -> str:
    """The name that the call was made on whose result `node` is: `llm` of `answer = llm.invoke(…)`."""
    if isinstance(node, ast.Name):
        node = scope.assigned.get(node.id, node)
    while isinstance(node, ast.Await):
        node = node.value
    func = node.func if isinstance(node, ast.Call) else None
    return spelled(func.value).rpartition(".")[2] if isinstance(func, ast.Attribute) else ""


def _is_raw_answer(node: ast.Subscript) -> bool:
    """`answer["choices"][0]["message"]["content"]`, `answer["message"]["content"]`"""
    keys: list[object] = []
    inner: ast.AST = node
    while isinstance(inner, ast.Subscript):
        keys.append(inner.slice.value if isinstance(inner.slice, ast.Constant) else None)
        inner = inner.value
    return keys[:2] in (["content", "message"], ["content", "delta"]) or (
        keys[:1] == ["text"] and "choices" in keys[1:3]
    )


def _is_narrow_option(source: Source, dest: str) -> bool:
    return _is_narrow(source.text, dest)


@lru_cache(maxsize=256)
def _is_narrow(text: str, dest: str) -> bool:
    """Is an option of argparse declared as a number, a switch or one of some choices?"""
    pattern = re.compile(
        rf"add_argument\([^#]{{0,80}}?[\"'](?:--)?{dest.replace('_', '[-_]')}[\"']"
        r"(?:[^()]|\([^()]*\)){0,400}\)"
    )
    found = pattern.search(text)
    return found is not None and bool(
        re.search(
            r"type\s*=\s*(?:int|float|bool)\b|choices\s*=|store_(?:true|false)|\bBooleanOptional", found[0]
        )
    )


# Parameters


def arguments(function: FunctionNode | ast.Lambda) -> list[ast.arg]:
    """All parameters, in order."""
    args = function.args
    listed = [*args.posonlyargs, *args.args, *args.kwonlyargs]
    return [*listed, *(one for one in (args.vararg, args.kwarg) if one is not None)]


def is_numeric(source: Source, annotation: ast.expr | None) -> bool:
    """Does a type leave no room for text of somebody's own?"""
    if annotation is None:
        return False
    text = source.segment(annotation).strip("\"'")
    if text.startswith(("Annotated[", "typing.Annotated[")):
        text = text.partition("[")[2]
    parts = [part.strip() for part in re.split(r"\|", text)] if "[" not in text.partition("|")[0] else [text]
    return all(part == "None" or _NUMERIC.match(part) or _is_enum(source, part) for part in parts)


def _is_enum(source: Source, name: str) -> bool:
    return name.isidentifier() and "Enum" in _parents(source.text, name)


@lru_cache(maxsize=256)
def _parents(text: str, name: str) -> str:
    """What a class of the file inherits from, as written."""
    found = re.search(rf"^class {re.escape(name)}\((.*)\):", text, re.M)
    return found[1] if found is not None else ""


def of_parameter(source: Source, scope: Scope, arg: ast.arg) -> Origin | None:
    """What a parameter brings in: of a handler or a tool, what its caller sends; of any other function an
    unknown value; None where its type or its place says that it is nothing of the kind."""
    function = scope.node
    if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)) or arg.arg in {"self", "cls"}:
        return None
    if is_numeric(source, arg.annotation):
        return None
    kind = _declared(source, function, scope, arg) or "parameter"
    return Origin(kind, arg, arg.arg) if kind != "nothing" else None


def _declared(source: Source, function: FunctionNode, scope: Scope, arg: ast.arg) -> str:
    for decorator in function.decorator_list:
        kind = _by_decorator(source, decorator, function, scope, arg)
        if kind:
            return kind
    if arg.annotation is not None and _UPLOAD.search(source.segment(arg.annotation)):
        return "request"
    names = [one.arg for one in arguments(function)]
    if names[:2] == ["event", "context"] and arg.arg == "event" and "handler" in function.name:
        return "request"
    if names[:4] == ["ch", "method", "properties", "body"] and arg.arg == "body":
        return "message"
    if "request" in names[:2] and arg.arg not in names[: names.index("request") + 1]:
        return "" if _is_helper(source, function) else _of_django(source, arg)
    if function.name in {"_run", "_arun", "_execute"} and any(
        base.endswith("Tool") for base in _bases(source, scope)
    ):
        return "tool" if _is_text(source, arg) else "nothing"
    return ""


def _is_helper(source: Source, function: FunctionNode) -> bool:
    """Is a function that takes a request called by another of the file, or by templates? Then it is no
    view."""
    decorators = (one.func if isinstance(one, ast.Call) else one for one in function.decorator_list)
    if any(spelled(one).startswith("register.") for one in decorators):
        return True
    return any(
        isinstance(call.func, ast.Name) and call.func.id == function.name
        for body in source.bodies
        for call in body.calls
    )


def _of_django(source: Source, arg: ast.arg) -> str:
    if "django" not in source.text and "rest_framework" not in source.text:
        return ""
    return "nothing" if _ID.search(arg.arg) or arg.arg in {"args", "kwargs", "format"} else "segment"


def _by_decorator(
    source: Source, decorator: ast.expr, function: FunctionNode, scope: Scope, arg: ast.arg
) -> str:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    last = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    if last in _TOOLS:
        return "tool" if _is_text(source, arg) else "nothing"
    name = source.resolve(called, scope.parent or scope) or ""
    if name.startswith("click.") or (last == "command" and _speaks(source.text, _COMMANDS)):
        return "command line" if last in {"option", "argument", "command"} and _is_text(source, arg) else ""
    if (
        last in _LISTENS
        and "socketio" in source.text.lower()
        and arg.arg in {"data", "message", "msg", "payload"}
    ):
        return "message"
    if not isinstance(decorator, ast.Call) or last not in _ROUTES or not isinstance(called, ast.Attribute):
        return ""
    return _of_route(source, decorator, function, scope, arg)


def _of_route(source: Source, call: ast.Call, function: FunctionNode, scope: Scope, arg: ast.arg) -> str:
    """The parameter of a route's handler: part of its path, or for FastAPI whatever the client sends."""
    given = [*call.args[:1], *(one.value for one in call.keywords if one.arg in {"path", "rule"})]
    path = source.constant(given[0], scope.parent or scope) if given else None
    if isinstance(path, str):
        found = re.search(rf"<(?:(\w+)(?:\([^<>]*\))?:)?{re.escape(arg.arg)}>", path)
        if found is not None:
            kinds = {None: "segment", "string": "segment", "path": "request"}
            return kinds.get(found[1], "nothing")
        if f"{{{arg.arg}:path}}" in path:
            return "request"
        if f"{{{arg.arg}}}" in path:
            return "segment" if _is_text(source, arg) else "nothing"
    if "fastapi" not in source.text and "APIRouter" not in source.text:
        return ""
    return "request" if _is_sent(source, function, arg) else "nothing"


def _is_sent(source: Source, function: FunctionNode, arg: ast.arg) -> bool:
    if arg.annotation is None:
        return False
    annotation = source.segment(arg.annotation)
    default = default_of(function, arg)
    if _NOT_INPUT.search(annotation) or (default is not None and _NOT_INPUT.search(source.segment(default))):
        return False
    if _LIMITED.search(annotation) or (default is not None and _LIMITED.search(source.segment(default))):
        return False  # `Query(pattern="^(name|date)$")`: FastAPI refuses everything else
    if _TEXT.search(annotation) or _BODY.search(annotation):
        return True
    return bool(re.search(r"\b(?:BaseModel|SQLModel)\b", _parents(source.text, annotation)))


def is_tool(source: Source, function: FunctionNode) -> bool:
    """Is a function handed to a model, by its decorator or as the `_run` of a class of tools?"""
    for decorator in function.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        last = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        if last in _TOOLS:
            return True
    scope = source.scopes[id(function)]
    return function.name in {"_run", "_arun", "_execute"} and any(
        base.endswith("Tool") for base in _bases(source, scope)
    )


def default_of(function: FunctionNode, arg: ast.arg) -> ast.expr | None:
    """The default of a parameter, as written."""
    args = function.args
    positional = [*args.posonlyargs, *args.args]
    if arg in positional:
        position = positional.index(arg) - (len(positional) - len(args.defaults))
        return args.defaults[position] if position >= 0 else None
    return args.kw_defaults[args.kwonlyargs.index(arg)] if arg in args.kwonlyargs else None


def _is_text(source: Source, arg: ast.arg) -> bool:
    if arg.annotation is None:
        return True
    return bool(_TEXT.search(source.segment(arg.annotation)) or _BODY.search(source.segment(arg.annotation)))
