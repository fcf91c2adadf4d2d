import os
import subprocess


def build(source: str) -> int:
    folder = "/tmp/pip-build-root"
    os.makedirs(folder, exist_ok=True)
    with open("/tmp/pip-build-root/setup.log", "w", encoding="utf-8") as log:
        return subprocess.call(["python3", "-m", "build", "--outdir", folder, source], stdout=log)
