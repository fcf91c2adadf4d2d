"""The one way in which git is run: no key by which a repository could make it start a program stands."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from pathlib import Path

from scanner.frozen import frozen
from scanner.lazily import regex

_TIME_LIMIT = 300.0
_PIECE = 1 << 20

# Every key by which a repository can make git start a program, or that bends the output that we parse.
_HARDENED = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.pager=cat",
    "core.editor=false",
    "core.askPass=",
    "core.sshCommand=false",
    "core.gitProxy=",
    "core.alternateRefsCommand=",
    "core.quotePath=off",
    "core.attributesFile=/dev/null",
    "credential.helper=",
    "diff.external=",
    "diff.orderFile=/dev/null",
    "gpg.program=false",
    "gpg.ssh.program=false",
    "gpg.x509.program=false",
    "log.showSignature=false",
    "i18n.logOutputEncoding=UTF-8",
    "protocol.allow=never",
    "submodule.recurse=false",
    "fetch.recurseSubmodules=false",
    "uploadpack.packObjectsHook=",
    "advice.detachedHead=false",
)

# What of the caller's GIT_* survives: where the user keeps the config that says which folders to trust,
# and how far up git may look. In a hook git also names the index of a partial commit; see `_index_file`.
KEPT = regex(
    r"GIT_(CONFIG_(GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY_\d+|VALUE_\d+)|CEILING_DIRECTORIES"
    r"|DISCOVERY_ACROSS_FILESYSTEM)\Z"
)
_FIXED = {
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_PAGER": "cat",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}


class GitError(Exception):
    """git said no. The text says what was asked and what git answered, in one line."""


@frozen
class Git:
    """A git program and the environment it runs in."""

    program: str
    root: Path
    environment: Mapping[str, str] = field(repr=False)

    def run(self, arguments: Sequence[str], *, stdin: bytes = b"", ok: Sequence[int] = (0,)) -> bytes:
        """Standard output of one git command.

        Raises:
            GitError: it could not be started, ran over the time limit, or its code is not in `ok`.
        """
        code, out, err = self.ask(arguments, stdin)
        if code not in ok:
            raise GitError(f"git {arguments[0]} failed with code {code}: {one_line(err)}")
        return out

    def ask(self, arguments: Sequence[str], stdin: bytes = b"") -> tuple[int, bytes, bytes]:
        """Code, output and errors of one git command, whatever the code."""
        settings = [word for pair in _HARDENED for word in ("-c", pair)]
        command = [self.program, "--no-pager", "--literal-pathspecs", *settings, *arguments]
        try:
            done = subprocess.run(  # a list, never a shell
                command,
                input=stdin,
                capture_output=True,
                cwd=self.root,
                env=dict(self.environment),
                timeout=_TIME_LIMIT,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise GitError(f"git {arguments[0]} took more than {_TIME_LIMIT:.0f} s") from error
        except (OSError, ValueError) as error:
            raise GitError(f"git {arguments[0]} could not be run: {error}") from error
        return done.returncode, done.stdout, done.stderr

    def stream(self, arguments: Sequence[str], stdin: bytes) -> Iterator[bytes]:
        """Standard output of one git command, piece by piece.

        Raises:
            GitError: at the end, when its code is not 0: what was given until then may be cut short.
        """
        settings = [word for pair in _HARDENED for word in ("-c", pair)]
        command = [self.program, "--no-pager", "--literal-pathspecs", *settings, *arguments]
        import tempfile

        # Files, not pipes, on the other two ends: nobody waits for anybody.
        with tempfile.TemporaryFile() as asked, tempfile.TemporaryFile() as errors:
            asked.write(stdin)
            asked.seek(0)
            with subprocess.Popen(
                command,
                stdin=asked,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=self.root,
                env=dict(self.environment),
            ) as running:
                assert running.stdout is not None
                try:
                    while piece := running.stdout.read(_PIECE):
                        yield piece
                    code = running.wait()
                finally:
                    running.kill()  # the reader may have stopped early
            errors.seek(0)
            if code != 0:
                raise GitError(f"git {arguments[0]} failed with code {code}: {one_line(errors.read())}")


def one_line(err: bytes) -> str:
    lines = err.decode("utf-8", "replace").strip().splitlines()
    fatal = [line for line in lines if line.startswith(("fatal:", "error:"))]
    return (fatal or lines or ["no message"])[0].strip()


def find_program(name: str) -> str | None:
    """The whole path of a program; None where there is none."""
    # A relative entry of the PATH would let the scanned folder bring its own.
    entries = [entry for entry in os.environ.get("PATH", "").split(os.pathsep) if os.path.isabs(entry)]
    return shutil.which(name, path=os.pathsep.join(entries)) if entries else None


def clean_environment(keep: Sequence[str] = ()) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or KEPT.match(name) or name in keep
    }
    return {**kept, **_FIXED}
