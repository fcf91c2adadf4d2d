import os


def write_keyring(path: str, keyring: str) -> None:
    with open(path, "w", encoding="utf-8") as kept:
        kept.write(keyring)
    os.chmod(path, 0o644)


def write_private_key(path: str, key: str) -> None:
    with open(path, "w", encoding="utf-8") as kept:
        kept.write(key)
    os.chmod(path, 0o666)
