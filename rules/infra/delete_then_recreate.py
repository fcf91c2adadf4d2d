"""Something is deleted in order to make it anew.

Between the two there is nothing; if the second step fails, nothing is what remains, and what the thing
held is lost either way.
"""

import ast
import re
from collections.abc import Iterator

from scanner import shapes, stops
from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Related, Severity, Source, on_call

NOUNS = (
    "bucket stack cluster db_instance db_cluster table database collection index namespace "
    "environment volume instance function repository topic queue keyspace schema user_pool "
    "hosted_zone project application"
).split()
PAIRS = {f".delete_{noun}": (f"create_{noun}", f"get_or_create_{noun}", f"put_{noun}") for noun in NOUNS}
PAIRS |= {f".drop_{noun}": (f"create_{noun}", f"get_or_create_{noun}") for noun in NOUNS}
PAIRS |= {".drop_all": ("create_all",), ".terminate_instances": ("run_instances", "create_instances")}
DROP = regex(r"^\s*DROP\s+(?:TABLE|DATABASE|SCHEMA)\s+(?:IF\s+EXISTS\s+)?[\"`\[]?([\w.]+)", re.IGNORECASE)
CREATE = regex(
    r"^\s*CREATE\s+(?:TABLE|DATABASE|SCHEMA)\s+(?:IF\s+NOT\s+EXISTS\s+)?[\"`\[]?([\w.]+)", re.IGNORECASE
)
PASSING = regex(r"te?mp|_old$|_new$|_backup|cache|staging|scratch|_fts|shadow|__|^_", re.IGNORECASE)
# By these names somebody asked for it; what is indexed or built can be computed again.
EXCUSED = frozenset(
    "reset recreate rebuild reindex wipe clear clean test tests migrate index indexing build ingest embed "
    "embeddings reload refresh".split()
)


class DeleteThenRecreate(FileRule):
    message = "`{thing}` is deleted and made anew, and nothing asks before"
    why = "To an agent a fresh start is the surest way to the state that it was asked for."
    instead = "Change it in place, or make the new one under another name and switch over; keep the old one."
    severity, confidence, family = Severity.HIGH, Confidence.MEDIUM, "infra"
    cwe = (749,)
    evidence = ("E47",)
    roles = ("live",)
    preview = True

    @on_call(*PAIRS)
    def sdk_calls(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        name = f".{shapes.last_name(call)}"
        later = self._later(source, call, PAIRS.get(name, ()))
        if later is not None and _same_target(source, call, later) and not self._is_excused(source, call):
            yield self._found(source, call, later, name.removeprefix(".").partition("_")[2])

    @on_call(".execute", ".executescript", ".exec_driver_sql")
    def sql(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        dropped = DROP.match(shapes.statement_of(source, call))
        if dropped is None or PASSING.search(dropped[1]):
            return
        for later in self._calls(source, call, {"execute", "executescript", "exec_driver_sql"}):
            created = CREATE.match(shapes.statement_of(source, later))
            if created and created[1].lower() == dropped[1].lower() and not self._is_excused(source, call):
                yield self._found(source, call, later, dropped[1])
                return

    def _found(self, source: Source, call: ast.Call, later: ast.Call, thing: str) -> Finding:
        related = (Related(source.location(later), "made anew"),)
        return self.at(source, call, related=related, thing=thing)

    def _later(self, source: Source, call: ast.Call, names: tuple[str, ...]) -> ast.Call | None:
        return next(self._calls(source, call, set(names)), None)

    def _calls(self, source: Source, call: ast.Call, names: set[str]) -> Iterator[ast.Call]:
        """The calls of these names below `call`, in the same function."""
        body = getattr(source.scope.node, "body", [])
        found = [
            node
            for node in shapes.own_nodes(body)
            if isinstance(node, ast.Call) and node.lineno > call.lineno and shapes.last_name(node) in names
        ]
        yield from sorted(found, key=lambda node: node.lineno)

    def _is_excused(self, source: Source, call: ast.Call) -> bool:
        """Somebody asked for it by name, or a stop stands before it."""
        function = source.function_of(call)
        name = function.name if function is not None else source.path.rpartition("/")[2]
        if shapes.words(name) & EXCUSED:
            return True
        return stops.is_stopped(source, call, function)


def _same_target(source: Source, one: ast.Call, other: ast.Call) -> bool:
    """Named by the same expression; where none is named (`drop_all`), the same receiver's."""
    firsts = [
        {source.segment(arg) for arg in [*call.args, *(keyword.value for keyword in call.keywords)]}
        for call in (one, other)
    ]
    if not firsts[0] or not firsts[1]:
        return shapes.last_name(one) == "drop_all"
    return bool(firsts[0] & firsts[1])
