"""What a child that runs the project's code may not do.

On Linux, where user namespaces are allowed: no network but a loopback of its own, and the user's tree
read-only. Elsewhere the plugin closes the network of the tests' process, and the run says so.
"""

from __future__ import annotations

import ctypes
import os
import re
import struct
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

_NEW_USER, _NEW_NET, _NEW_MOUNTS = 0x10000000, 0x40000000, 0x00020000
_BIND, _RECURSIVE, _REMOUNT, _READ_ONLY, _PRIVATE = 4096, 16384, 32, 1, 1 << 18
# What a mount keeps when it is mounted anew: statvfs flag → mount flag.
_KEPT = {2: 2, 4: 4, 8: 8, 1024: 1024, 2048: 2048, 4096: 1 << 21}
_SUBREAPER = 36
_SET_FLAGS, _UP = 0x8914, 1 | 64
_SECRET = re.compile(r"TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|API_?KEY|ACCESS_KEY|_PAT$|^SSH_|^GPG_|^AWS_")
_REPLACED = re.compile(r"(?:HOME|TMPDIR|TEMP|TMP)$|(?:XDG|PYTEST|COV|COVERAGE|ASSAY)_|PYTHON")


@dataclass(frozen=True)
class Sandbox:
    """What holds for a run; `enter` is called in a child between fork and exec."""

    network: bool  # may the tests reach other machines?
    isolated: bool  # by namespaces
    sealed: bool  # is the user's tree read-only?
    root: Path

    @property
    def guarded(self) -> bool:
        """Must the plugin close the network by itself?"""
        return not self.network and not self.isolated

    @property
    def words(self) -> str:
        """What holds, for the person who starts it."""
        if self.network:
            network = "network on"
        elif self.isolated:
            network = "network off (a namespace of its own)"
        else:
            network = "network closed in the tests' process only: this system allows no namespaces"
        return f"{network}; your tree is {'read-only' if self.sealed else 'not in its path'}"

    def enter(self) -> None:
        """Give up what is not allowed. Called in the child; what is not possible raises OSError."""
        _adopt_orphans()
        if not (self.isolated or self.sealed):
            return
        _unshare(network=self.isolated, mounts=self.sealed)
        if self.isolated:
            _raise_loopback()
        if self.sealed:
            _seal(self.root)


def sandbox(root: Path, scratch: Path, *, network: bool) -> Sandbox:
    """The strictest sandbox that this system allows, tried out first. A tree that holds the scratch folder
    cannot be sealed."""
    apart = not scratch.resolve().is_relative_to(root.resolve())
    wanted = [(not network, apart), (not network, False), (False, False)]
    for isolated, sealed in wanted:
        chosen = Sandbox(network, isolated, sealed, root)
        if _works(chosen.enter):
            return chosen
    return Sandbox(network, False, False, root)


def _works(enter: Callable[[], None]) -> bool:
    if not sys.platform.startswith("linux"):
        return False
    child = os.fork()
    if child == 0:
        code = 1
        try:
            enter()
            code = 0
        finally:
            os._exit(code)
    return os.waitpid(child, 0)[1] == 0


def environment(given: Mapping[str, str], home: Path, folder: Path) -> dict[str, str]:
    """The variables of a run: the user's, without secrets, with another home."""
    kept = {
        name: value for name, value in given.items() if not (_SECRET.search(name) or _REPLACED.match(name))
    }
    own = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))
    fixed = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0", "PYTHONUTF8": "1"}
    return {**kept, **own, **fixed, "HOME": str(home)}


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), what)


def _adopt_orphans() -> None:
    """Daemons whose parents end become children of the tests' process, which ends them."""
    if sys.platform.startswith("linux"):
        _libc().prctl(_SUBREAPER, 1, 0, 0, 0)


def _unshare(*, network: bool, mounts: bool) -> None:
    user, group = os.getuid(), os.getgid()
    flags = _NEW_USER | (_NEW_NET if network else 0) | (_NEW_MOUNTS if mounts else 0)
    _check(_libc().unshare(flags), "unshare")
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        Path(f"/proc/self/{name}").write_text(text, encoding="ascii")


def _raise_loopback() -> None:
    import fcntl
    import socket

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        fcntl.ioctl(one, _SET_FLAGS, struct.pack("16sh22x", b"lo", _UP))


def _seal(root: Path) -> None:
    """Mount a folder over itself, read-only, for this process and its children."""
    libc = _libc()
    place = os.fsencode(root)
    _check(libc.mount(b"none", b"/", None, _RECURSIVE | _PRIVATE, None), "mount")
    _check(libc.mount(place, place, None, _BIND | _RECURSIVE, None), "mount")
    has = os.statvfs(root).f_flag
    kept = sum(flag for known, flag in _KEPT.items() if has & known)
    _check(libc.mount(None, place, None, _BIND | _REMOUNT | _READ_ONLY | kept, None), "mount")
