from pathlib import Path
from typing import Any

import yaml


def load_hparams_from_yaml(path: str) -> dict[str, Any]:
    if not Path(path).exists():
        return {}
    with open(path, encoding="utf-8") as kept:
        return yaml.load(kept, Loader=yaml.UnsafeLoader)
