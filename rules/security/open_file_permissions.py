"""A file that every user of the machine may change, or a secret that every one may read.

What another user can write, this program later reads, imports or runs.
"""

import ast
import re
import stat
from collections.abc import Iterator

from scanner import shapes
from scanner.lazily import regex
from scanner.rule import Confidence, FileRule, Finding, Severity, Source, on_call

SECRET = regex(
    r"(?:^|[_./\"'\s])(?:private_?key|priv_?key|id_rsa|keyring|secret|secrets|credentials?|\.env|"
    r"\.?netrc|ssh_key|key_?file|token_?file|password_?file)(?:$|[_.\"'\s)])",
    re.I,
)
PUBLIC = regex(r"pub(?:lic)?[_.]?key|\.pub\b|authorized_keys|known_hosts|\bcert", re.I)


class OpenFilePermissions(FileRule):
    message = "every user of the machine may {may} this"
    why = "777 makes every error of permissions go away."
    instead = "Give what the owner needs: `0o600` for a secret, `0o644` for a file, `0o755` for a program."
    severity, confidence, family = Severity.MEDIUM, Confidence.HIGH, "security"
    cwe = (732, 276)
    evidence = ("P",)
    security_severity = "5.5"
    roles = ("live",)
    preview = True

    @on_call("os.chmod", "os.fchmod", "os.lchmod", ".chmod")
    def given_to_all(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        own = source.resolve(call.func) in {"os.chmod", "os.fchmod", "os.lchmod"}
        given = next((one.value for one in call.keywords if one.arg == "mode"), None)
        arguments = call.args[1:] if own else call.args
        mode = _mode(source, given or (arguments[0] if arguments else None))
        if mode is None or mode & stat.S_ISVTX or _is_about_to_go(source, call):
            return
        target = call.args[0] if own and call.args else getattr(call.func, "value", None)
        if mode & stat.S_IWOTH:
            yield self.at(source, call, symbol=source.scope.name, may="change")
        elif mode & stat.S_IROTH and target is not None and _is_secret(source, target):
            yield self.at(source, call, symbol=source.scope.name, may="read")

    @on_call("os.umask")
    def nothing_masked(self, source: Source, call: ast.Call) -> Iterator[Finding]:
        if not call.args or source.constant(call.args[0]) != 0 or isinstance(call.args[0], ast.Name):
            return
        body = getattr(source.scope.node, "body", [])
        masks = [
            node
            for node in shapes.own_nodes(body)
            if isinstance(node, ast.Call) and shapes.last_name(node) == "umask"
        ]
        if len(masks) == 1:  # otherwise it is put back: the only way to read it
            yield self.at(source, call, symbol=source.scope.name, may="change what is written after")


def _is_about_to_go(source: Source, call: ast.Call) -> bool:
    """What cannot be deleted for want of a right gets all of them first."""
    function = source.function_of(call)
    return function is not None and "rmtree" in source.segment(function)


def _mode(source: Source, node: ast.expr | None) -> int | None:
    """`0o777`, `stat.S_IRWXU | stat.S_IROTH`; None for what is computed."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        left, right = _mode(source, node.left), _mode(source, node.right)
        return None if left is None or right is None else left | right
    if isinstance(node, ast.Attribute) and node.attr.startswith("S_I"):
        value = getattr(stat, node.attr, None)
        return value if isinstance(value, int) else None
    value = source.constant(node)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _is_secret(source: Source, target: ast.expr) -> bool:
    text = source.segment(target)
    return bool(SECRET.search(text)) and not PUBLIC.search(text)
