import tarfile
from pathlib import Path


def unpack_upload(archive: Path, target: Path) -> list[str]:
    """Unpack what a user has uploaded."""
    with tarfile.open(archive) as tar:
        names = tar.getnames()
        tar.extractall(target)
    return names
