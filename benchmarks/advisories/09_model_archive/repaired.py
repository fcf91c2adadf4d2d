import os
import tarfile
import tempfile

import requests


def load_remote_model(url: str, timeout: float = 30) -> str:
    """Fetch a model and unpack it."""
    response = requests.get(url, timeout=timeout)
    response.raise_for_status()
    with tempfile.NamedTemporaryFile(suffix=".tar.gz", delete=False) as kept:
        kept.write(response.content)
    folder = tempfile.mkdtemp()
    with tarfile.open(kept.name, mode="r:gz") as tar:
        tar.extractall(path=folder, members=_inside(tar, folder))
    return folder


def _inside(tar: tarfile.TarFile, folder: str):
    for member in tar.getmembers():
        goal = os.path.realpath(os.path.join(folder, member.name))
        if os.path.commonpath([goal, os.path.realpath(folder)]) != os.path.realpath(folder):
            raise ValueError(f"{member.name} leaves the folder")
        yield member
