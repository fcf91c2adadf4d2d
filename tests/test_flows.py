"""Flows, through `scan`: what is shown of the way, and what it is worth in SARIF."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scanner.report import sarif
from scanner.scan import scan
from scanner.settings import Settings
from scanner.weigh import Report

APPLICATION = """\
import sqlite3

from flask import Flask, request

app = Flask(__name__)


def find(name):
    query = f"SELECT * FROM users WHERE name = '{name}'"
    return sqlite3.connect("app.db").execute(query).fetchall()


@app.route("/search")
def search():
    wanted = request.args.get("name", "")
    return {"found": find(wanted)}
"""


def _scan(root: Path, text: str, rule: str) -> Report:
    (root / "app.py").write_text(text, encoding="utf-8")
    return scan(Settings(root=root, select=(rule,), preview=True, provenance="none", cache=False, jobs=1))


def test_the_way_is_shown_from_the_source_to_the_use(tmp_path: Path) -> None:
    report = _scan(tmp_path, APPLICATION, "sql-from-untrusted-input")
    [found] = report.kept
    assert [(step.location.line, step.label) for step in found.finding.flow] == [
        (15, "untrusted from here: `request.args`"),
        (15, "held in `wanted`"),
        (8, "held in `name`"),
        (9, "held in `query`"),
        (10, "used here"),
    ]


def test_the_way_is_a_code_flow_in_sarif(tmp_path: Path) -> None:
    report = _scan(tmp_path, APPLICATION, "sql-from-untrusted-input")
    [result] = json.loads(sarif.render(report))["runs"][0]["results"]
    [flow] = result["codeFlows"]
    [thread] = flow["threadFlows"]
    regions = [step["location"]["physicalLocation"]["region"] for step in thread["locations"]]
    assert [region["startLine"] for region in regions] == [15, 15, 8, 9, 10]


@pytest.mark.parametrize(
    ("line", "speaks"),
    [
        ("name = request.args['name']", True),
        ("name = 'a'", False),
        ("name = request.args['name']\n    name = 'a'", False),
        ("name = 'a'\n    name = request.args['name']", True),
        ("name = request.args['name']\n    if name:\n        name = 'a'", True),
        ("if request.args:\n        name = 'a'\n    else:\n        name = request.args['name']", True),
        (
            "name = request.args['name']\n    if name:\n        name = 'a'\n    else:\n        name = 'b'",
            False,
        ),
        ("name = request.args['name']\n    if name not in NAMES:\n        return None", False),
        ("name = request.args['name']\n    if name in NAMES:\n        print(name)", True),
        ("name = request.args['name']\n    if name in NAMES:\n        return None", False),
        ("name = request.args['name']\n    if not name:\n        return None", True),
        ("name = request.args['name']\n    assert name in NAMES", False),
        ("name = request.args['name']\n    check_name(name)", False),
        ("name = clean_name(request.args['name'])", False),
        ("name = unknown(request.args['name'])", False),
        ("names = []\n    names.append(request.args['name'])\n    name = ', '.join(names)", True),
        ("name, other = request.args['name'], 'a'", True),
        ("other, name = request.args['name'], 'a'", False),
        ("name = {'a': 'b'}.get(request.args['name'], 'c')", False),
        ("for name in request.args.getlist('names'):\n        break", True),
        ("name = int(request.args['name'])", False),
        ("name = request.args.get('name', type=int)", False),
        ("name = [word for word in request.args.getlist('names')][0]", True),
        ("name = [word for word in request.args.getlist('names') if word in NAMES][0]", False),
        ("name = (lambda word: word)('a')", False),
    ],
)
def test_what_a_name_can_hold(tmp_path: Path, line: str, speaks: bool) -> None:
    text = (
        "from flask import Flask, request\n\napp = Flask(__name__)\nNAMES = ('a', 'b')\n\n\n"
        f"@app.route('/')\ndef view(cursor):\n    {line}\n"
        "    cursor.execute(f\"SELECT * FROM users WHERE name = '{name}'\")\n"
    )
    report = _scan(tmp_path, text, "sql-from-untrusted-input")
    assert bool(report.kept) == speaks


def test_a_statement_that_refers_to_itself_ends(tmp_path: Path) -> None:
    lines = "".join(f"    query = query + f' AND c{n} = {{query}}'\n" for n in range(60))
    text = f"def find(cursor, query):\n{lines}    cursor.execute(query)\n"
    assert _scan(tmp_path, text, "interpolated-sql").kept == ()


@pytest.mark.parametrize(
    "rule", ["interpolated-sql", "request-to-untrusted-url", "html-from-untrusted-input"]
)
def test_a_text_of_very_many_pieces_loses_no_file(tmp_path: Path, rule: str) -> None:
    pieces = " + ".join(f"'<a{n}>' + name" for n in range(300))
    text = (
        "import requests\nfrom flask import Flask, request\n\napp = Flask(__name__)\n\n\n"
        "@app.route('/<path:name>')\ndef view(name, cursor):\n"
        f"    cursor.execute('SELECT ' + {pieces})\n    requests.get(name + {pieces})\n    return {pieces}\n"
    )
    report = _scan(tmp_path, text, rule)
    assert [str(one) for one in report.unreadable] == []
    assert [str(notice) for notice in report.notices if notice.incomplete] == []
