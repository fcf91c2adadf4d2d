"""Placeholder until the readers land."""

from dataclasses import dataclass

from scanner.finding import Notice
from scanner.provenance.record import Attributed, Provenance


@dataclass(frozen=True)
class Attribution:
    attributed: tuple[Attributed, ...]
    notices: tuple[Notice, ...] = ()


def attribute(findings, history, settings):  # type: ignore
    return Attribution(tuple(Attributed(f, Provenance()) for f in findings))
