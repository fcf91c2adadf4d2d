"""What a child that runs the project's code may not do.

On Linux, where user namespaces are allowed: no network but a loopback of its own, and no file is written but
those of the scratch folder. Elsewhere the plugin closes the network of the tests' process, and the run says
so.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import struct
import sys
from collections.abc import Mapping
from pathlib import Path

from scanner.frozen import frozen
from scanner.lazily import regex

_NEW_USER, _NEW_NET, _NEW_MOUNTS = 0x10000000, 0x40000000, 0x00020000
_BIND, _RECURSIVE, _REMOUNT, _READ_ONLY, _PRIVATE = 4096, 16384, 32, 1, 1 << 18
# What a mount keeps when it is mounted anew: statvfs flag → mount flag.
_KEPT = {2: 2, 4: 4, 8: 8, 1024: 1024, 2048: 2048, 4096: 1 << 21}
_SUBREAPER = 36
_SET_FLAGS, _UP = 0x8914, 1 | 64
_SECRET = regex(r"TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|API_?KEY|ACCESS_KEY|_PAT$|^SSH_|^GPG_|^AWS_")
_REPLACED = regex(r"(?:HOME|TMPDIR|TEMP|TMP)$|(?:XDG|PYTEST|COV|COVERAGE|ASSAY)_|PYTHON")


@frozen
class Sandbox:
    """What holds for a run; `enter` is called in a child between fork and exec."""

    network: bool  # may the tests reach other machines?
    isolated: bool  # by a network of its own
    sealed: bool  # is everything read-only but the scratch folder?
    scratch: Path

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
            network = "network off"
        else:
            network = "network closed in the tests' process only, this system allows no namespaces"
        files = "all files but that copy read-only" if self.sealed else "other files not protected"
        return f"{network}, {files}"

    def enter(self, temporary: Path) -> None:
        """Give up what is not allowed. Called in the child; what is not possible raises OSError.

        Args:
            temporary: a folder below the scratch folder that stands for `/tmp`.
        """
        _adopt_orphans()
        if not (self.isolated or self.sealed):
            return
        _unshare(network=self.isolated, mounts=self.sealed)
        if self.isolated:
            _raise_loopback()
        if self.sealed:
            _seal(self.scratch, temporary)


def strictest(scratch: Path, *, network: bool) -> Sandbox:
    """The strictest sandbox that this system allows, tried out first."""
    for isolated, sealed in ((not network, True), (not network, False)):
        chosen = Sandbox(network, isolated, sealed, scratch)
        if _works(chosen, scratch):
            return chosen
    return Sandbox(network, False, False, scratch)


def _works(box: Sandbox, scratch: Path) -> bool:
    if not sys.platform.startswith("linux"):
        return False
    child = os.fork()
    if child == 0:
        code = 1
        try:
            box.enter(scratch)
            code = int(box.sealed and os.access(Path(__file__), os.W_OK))
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


def _seal(scratch: Path, temporary: Path) -> None:
    """Make every file system read-only for this process and its children, but for the scratch folder, with
    a part of it in the place of `/tmp`."""
    _mount("none", "/", _RECURSIVE | _PRIVATE)
    mounts = _mount_points()
    _mount(scratch, scratch, _BIND | _RECURSIVE)
    for place in mounts:
        if not place.startswith(_OWN):
            _make_read_only(place)
    if os.path.isdir("/dev/shm"):
        _mount("tmpfs", "/dev/shm", 0, "tmpfs")
    if scratch != temporary and scratch.parent == _TMP:
        (temporary / scratch.name).mkdir(exist_ok=True)
        _mount(scratch, temporary / scratch.name, _BIND | _RECURSIVE)
        _mount(temporary, _TMP, _BIND | _RECURSIVE)
    os.chdir(os.getcwd())  # to the same folder, by the mounts that hold now


_OWN = ("/proc", "/sys", "/dev/")  # `/dev` itself is made read-only: the devices in it stay what they are
_TMP = Path("/tmp")


def _mount_points() -> list[str]:
    lines = Path("/proc/self/mountinfo").read_bytes().splitlines()
    return [os.fsdecode(re.sub(rb"\\(\d{3})", _octal, line.split()[4])) for line in lines]


def _octal(found: re.Match[bytes]) -> bytes:
    return bytes([int(found.group(1), 8)])


def _make_read_only(place: str) -> None:
    """A mount that is hidden by another one, or gone, is nobody's way to write."""
    try:
        has = os.statvfs(place).f_flag
    except OSError:
        return
    kept = sum(flag for known, flag in _KEPT.items() if has & known)
    with contextlib.suppress(OSError):
        _mount("none", place, _BIND | _REMOUNT | _READ_ONLY | kept)


def _mount(source: Path | str, place: Path | str, flags: int, kind: str = "") -> None:
    parts = (os.fsencode(source), os.fsencode(place), os.fsencode(kind) or None)
    _check(_libc().mount(*parts, flags, None), "mount")
