import os


def write_keyring(path: str, keyring: str) -> None:
    _write_private(path, keyring)


def write_private_key(path: str, key: str) -> None:
    _write_private(path, key)


def _write_private(path: str, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as kept:
        kept.write(text)
