"""Placeholder."""


def lower(text: str) -> None:
    return None
