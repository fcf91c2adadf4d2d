"""Something that cannot be brought back is destroyed, and nothing stands in the way.

No question, no dry run, no look at the environment, no backup; and the name of the function does not say
what it is about to do. This is the shape of the incidents in which an agent cleaned up a production
environment: a destructive verb, broad credentials, no stop.
"""

import ast
import re
from collections.abc import Iterator

from scanner import shapes, stops
from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call
from scanner.source import FunctionNode

CLOUD = (
    ".delete_bucket .terminate_instances .delete_db_instance .delete_db_cluster .delete_stack "
    ".delete_cluster .delete_volume .delete_snapshot .delete_hosted_zone .delete_vpc "
    ".delete_file_system .delete_cache_cluster .delete_nodegroup .delete_replication_group "
    ".delete_user_pool .delete_namespace "
    ".delete_namespaced_persistent_volume_claim .delete_namespaced_stateful_set "
    ".delete_persistent_volume .delete_collection_namespaced_pod .delete_resource_group"
).split()
DATA = (
    ".drop_all .drop_database .drop_collection .flushall .flushdb .delete_database .delete_collection "
    ".delete_index .drop_tables"
).split()
EXECUTES = (".execute", ".executescript", ".exec_driver_sql", ".raw")
DROPS = regex(
    r"^\s*(?:DROP\s+(?:TABLE|DATABASE|SCHEMA)\s+(?:IF\s+EXISTS\s+)?[\"`\[]?(?P<name>[\w.]+)"
    r"|TRUNCATE\s+(?:TABLE\s+)?[\"`\[]?(?P<emptied>[\w.]+))",
    re.IGNORECASE,
)
# Tables that hold nothing of their own: scratch, caches, what is computed from other tables.
PASSING = regex(
    r"te?mp|test|_old$|_new$|_backup|cache|staging|scratch|fts|shadow|__|^_|alembic_version|_mv$|view|index"
    r"|embedding|vector|derived|summary|_bak|migrat",
    re.IGNORECASE,
)
MADE_ANEW = regex(r"\bCREATE\s+(?:VIRTUAL\s+)?TABLE\b", re.IGNORECASE)


class UnguardedDestruction(FileRule):
    message = "`{act}` destroys for good, and nothing asks or checks before"
    why = "An agent aims for a clean state; it has the operator's credentials and no sense of what is lost."
    instead = (
        "Put a stop in front: a confirmation, a dry run by default, a check that this is not production, "
        "or a backup in the same function."
    )
    severity, confidence, family = Severity.HIGH, Confidence.MEDIUM, "infra"
    cwe = (749,)
    evidence = ("E47",)
    roles = ("live",)
    preview = True

    @on_call(*CLOUD, *DATA)
    def sdk_call(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        if not isinstance(call.func, ast.Attribute) or not _has_a_target(call):
            return
        if _speaks(source, call):
            yield self.at(source, call, symbol=source.scope.name, act=call.func.attr)

    @on_call(*EXECUTES)
    def sql(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        statement = shapes.statement_of(source, call)
        found = DROPS.match(statement) if statement else None
        if found is None or MADE_ANEW.search(statement):
            return
        name = next(one for one in found.groups() if one)
        if not PASSING.search(name) and _speaks(source, call):
            yield self.at(
                source, call, symbol=source.scope.name, act=" ".join(found.group().split()).rstrip(";")
            )


def _has_a_target(call: ast.Call) -> bool:
    """`drop_all()` and `flushall()` need none; a method that happens to be called like an SDK's has none."""
    name = shapes.last_name(call)
    return bool(call.args or call.keywords) or name in {"drop_all", "flushall", "flushdb", "drop_tables"}


def _speaks(source: Source, call: ast.Call) -> bool:
    function = source.function_of(call)
    if _is_made_anew(source, call):
        return False  # that is delete-then-recreate's to say
    if function is not None and stops.says_so(function.name) and not _is_a_door(function):
        return False
    scope_names = shapes.words(source.scope.name) | shapes.words(source.path.rpartition("/")[2])
    if scope_names & {
        "test",
        "tests",
        "testing",
        "fixture",
        "conftest",
        "migration",
        "migrations",
        "migrate",
    }:
        return False
    if function is None and stops.says_so(source.path.rpartition("/")[2]):
        return False
    return not stops.is_stopped(source, call, function)


def _is_made_anew(source: Source, call: ast.Call) -> bool:
    body = getattr(source.scope.node, "body", [])
    return any(
        isinstance(node, ast.Call)
        and node.lineno > call.lineno
        and shapes.last_name(node).startswith(("create", "get_or_create", "ensure", "init"))
        for node in shapes.own_nodes(body)
    )


def _is_a_door(function: FunctionNode) -> bool:
    """What a model may call by itself: there is no person who has decided."""
    for decorator in function.decorator_list:
        node = decorator.func if isinstance(decorator, ast.Call) else decorator
        if (node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")) in {
            "tool",
            "function_tool",
        }:
            return True
    return False
