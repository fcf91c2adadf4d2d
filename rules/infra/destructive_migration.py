"""A migration drops a column or a table on the way up.

What was in it is gone once this has run in production, and `downgrade` brings back an empty one.
"""

import ast
from collections.abc import Iterator

from scanner import shapes
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call

DROPS = ("alembic.op.drop_table", "alembic.op.drop_column")
SAVED = frozenset("execute bulk_insert get_bind rename_table".split())
MARKS = (
    "contract",
    "already moved",
    "backfill",
    "copied",
    "no longer used",
    "unused",
    "irreversible",
    "data loss",
)


class DestructiveMigration(FileRule):
    message = "this migration drops `{thing}` on the way up, and keeps nothing of it"
    why = "The model changed, so the tool proposes to drop; whether the data is still needed it cannot know."
    instead = "Move the data first, drop in a later release, and say in the migration where the data went."
    severity, confidence, family = Severity.MEDIUM, Confidence.MEDIUM, "infra"
    evidence = ("E47",)
    roles = ("live", "migration", "generated")
    preview = True

    @on_call(*DROPS, ".drop_column")
    def check(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        function = source.function_of(call)
        if function is None or function.name != "upgrade" or not call.args:
            return
        batch = shapes.last_name(call) == "drop_column" and source.resolve(call.func) not in DROPS
        if batch and "batch_alter_table" not in source.text:
            return
        thing = source.constant(call.args[-1] if len(call.args) > 1 else call.args[0])
        before = [
            node
            for node in shapes.own_nodes(function.body)
            if isinstance(node, ast.Call) and node.lineno < call.lineno and shapes.last_name(node) in SAVED
        ]
        if isinstance(thing, str) and not before and not any(mark in source.text.lower() for mark in MARKS):
            yield self.at(source, call, symbol=source.scope.name, thing=thing)
