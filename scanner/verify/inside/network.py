"""Closes the network of this process, where the system could not: only this machine may be spoken to."""

from __future__ import annotations

import socket
from typing import Any

_HERE = ("127.", "::1", "localhost", "0.0.0.0")


class RefusedError(OSError):
    """Code under `assay verify` wanted to reach another machine."""


def close() -> None:
    """From now on connections to other machines, and questions for their addresses, fail."""
    for name in ("connect", "connect_ex", "sendto"):
        setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
    original = socket.getaddrinfo

    def getaddrinfo(host: Any, *arguments: Any, **named: Any) -> Any:
        if host and not str(host).startswith(_HERE):
            raise RefusedError(f"the network is off in assay verify: {host}")
        return original(host, *arguments, **named)

    socket.getaddrinfo = getaddrinfo


def _guarded(original: Any) -> Any:
    def method(self: Any, *arguments: Any) -> Any:
        address = arguments[-1] if arguments else None
        if isinstance(address, tuple) and address and not str(address[0]).startswith(_HERE):
            raise RefusedError(f"the network is off in assay verify: {address[0]}")
        return original(self, *arguments)

    return method
