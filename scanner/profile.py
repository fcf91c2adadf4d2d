"""Where a run spends its processor time: by step, and by rule, in every process.

A `Profile` counts nothing, and costs a call a step; `Measured` is the one that `--profile` asks for.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scanner.analyse.file import Handlers

_MOST = 15  # rules that are printed
_Work = Callable[[Any], str]


class Profile:
    """Nobody asked."""

    def step(self, name: str) -> None:
        """The step that begins now."""

    def of_rule(self, rule: str) -> contextlib.AbstractContextManager[None]:
        """What happens inside is done for a rule."""
        return contextlib.nullcontext()

    def watching(self, handlers: Handlers) -> Handlers:
        """The same methods of rules, each of which is counted."""
        return handlers

    def gathered(self, run: Callable[[_Work], list[str]], work: _Work) -> list[str]:
        """`run(work)`, with what the other processes counted."""
        return run(work)


UNASKED = Profile()


class Measured(Profile):
    """CPU seconds, user and system, of this process and of those that it started."""

    def __init__(self) -> None:
        self._steps: defaultdict[str, float] = defaultdict(float)
        self._rules: defaultdict[str, float] = defaultdict(float)
        self._step, self._since = "start", 0.0

    def step(self, name: str) -> None:
        now = _spent()
        self._steps[self._step] += now - self._since
        self._step, self._since = name, now

    @contextlib.contextmanager
    def of_rule(self, rule: str) -> Iterator[None]:
        start = time.process_time()
        try:
            yield
        finally:
            self._rules[rule] += time.process_time() - start

    def watching(self, handlers: Handlers) -> Handlers:
        def watched(rule: Any, method: Callable[..., Any], *rest: Any) -> tuple[Any, ...]:
            def counted(*arguments: Any) -> list[Any]:
                with self.of_rule(rule.id):
                    return list(method(*arguments))

            return rule, counted, *rest

        def all_of(entries: Sequence[tuple[Any, ...]]) -> list[Any]:
            return [watched(*entry) for entry in entries]

        return replace(
            handlers,
            nodes={cls: all_of(entries) for cls, entries in handlers.nodes.items()},
            calls={name: all_of(entries) for name, entries in handlers.calls.items()},
            files=all_of(handlers.files),
        )

    def gathered(self, run: Callable[[_Work], list[str]], work: _Work) -> list[str]:
        """Each text brings along what its own rules cost, whichever process they ran in."""

        def counting(item: Any) -> str:
            self._rules.clear()
            text = work(item)
            return f"{text}\n{json.dumps(self._rules)}"

        texts = [text.rpartition("\n") for text in run(counting)]
        self._rules.clear()
        for _, _, counted in texts:
            for rule, seconds in json.loads(counted or "{}").items():
                self._rules[rule] += seconds
        return [text for text, _, _ in texts]

    def render(self) -> str:
        """Two tables. The last step ends here."""
        self.step("")
        rules = sorted(self._rules.items(), key=lambda item: -item[1])
        rest = rules[_MOST:]
        others = [(f"{len(rest)} more", sum(seconds for _, seconds in rest))] if rest else []
        return "\n".join(
            [
                "CPU seconds by step, children included",
                *_rows([*self._steps.items(), ("all", sum(self._steps.values()))]),
                "CPU seconds by rule; what several ask for is counted for the first",
                *_rows([*rules[:_MOST], *others]),
                "",
            ]
        )


def _rows(seconds: Sequence[tuple[str, float]]) -> list[str]:
    width = max((len(name) for name, _ in seconds), default=0)
    return [f"  {name:{width}}  {value:9.3f}" for name, value in seconds]


def _spent() -> float:
    """CPU seconds of this process, and of its children that have ended."""
    times = os.times()
    return time.process_time() + times.children_user + times.children_system
