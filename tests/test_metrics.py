"""A finding in a function that is hard to follow says so."""

from __future__ import annotations

from pathlib import Path

from scanner.scan import scan
from scanner.settings import Settings

READ = "    return os.getenv('SECRET_KEY', 'change-me')\n"


def test_a_tangled_function_is_named_as_such(tmp_path: Path) -> None:
    branches = "".join(f"    if x == {number}:\n        x += 1\n" for number in range(24))
    plain = f"import os\n\n\ndef plain():\n{READ}"
    (tmp_path / "keys.py").write_text(f"{plain}\n\ndef tangled(x):\n{branches}{READ}")

    report = scan(Settings(root=tmp_path, select=("fallback-secret",), provenance="none", cache=False))

    # 24 branches and the way in: 25, by McCabe's own definition.
    assert [(item.finding.symbol, item.finding.details) for item in report.kept] == [
        ("plain", ()),
        ("tangled", (("cyclomatic complexity", "25"),)),
    ]
