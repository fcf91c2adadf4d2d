import os
import subprocess
import tempfile


def build(source: str) -> int:
    folder = tempfile.mkdtemp(prefix="pip-build-")
    with open(os.path.join(folder, "setup.log"), "w", encoding="utf-8") as log:
        return subprocess.call(["python3", "-m", "build", "--outdir", folder, source], stdout=log)
