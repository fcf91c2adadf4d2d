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
    tar = tarfile.open(kept.name, mode="r:gz")
    tar.extractall(path=folder)
    tar.close()
    return folder
