"""`assay routes`: what a reviewer sees of a web application."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from conftest import Run
from inline_snapshot import snapshot

Assay = Callable[..., Run]
Project = Callable[..., Path]

MAIN = """\
from fastapi import Depends, FastAPI
from api.notes import notes
from api.guards import who

app = FastAPI()
app.include_router(notes, prefix="/v1", dependencies=[Depends(who)])

@app.get("/health")
def health():
    return {}
"""
NOTES = """\
from typing import Annotated
from fastapi import APIRouter, Depends
from api.guards import Paging

notes = APIRouter(prefix="/notes")

@notes.get("/{note_id}")
def read(note_id: int, paging: Paging):
    return note_id

lost = APIRouter(prefix="/lost")

@lost.post("/")
def nobody_comes_here():
    return {}
"""
GUARDS = """\
from typing import Annotated
from fastapi import Depends, HTTPException

def who(token: str):
    if not token:
        raise HTTPException(status_code=401)

def page(number: int = 0):
    return number

Paging = Annotated[int, Depends(page)]
"""
LATE = """\
from flask import Flask

app = Flask(__name__)

def install(router, names):
    @router.route("/later")
    def later():
        return ""

    for name in names:
        app.register_blueprint(name)
"""
NOTES_APP = {"main.py": MAIN, "api/__init__.py": "", "api/notes.py": NOTES, "api/guards.py": GUARDS}


def _rows(assay: Assay, root: Path, *flags: str) -> dict[str, dict[str, Any]]:
    run = assay("routes", "--format", "json", *flags, cwd=root)
    assert run.code == 0
    told = json.loads(run.out)
    assert told["schema"] == 1
    return {row["handler"].rpartition(".")[2]: row for row in told["routes"]}


def test_paths_and_guards_come_from_every_router_above(assay: Assay, project: Project) -> None:
    rows = _rows(assay, project(NOTES_APP), "--no-cache")
    read = rows["read"]
    assert read["paths"] == ["/v1/notes/{note_id}"]
    assert read["guards"] == ["api.guards.who", "api.guards.page"]
    assert read["authenticated"] is True
    assert rows["health"]["authenticated"] is False
    assert rows["nobody_comes_here"]["mounted"] is False


def test_what_only_a_run_would_tell_is_not_decided(assay: Assay, project: Project) -> None:
    later = _rows(assay, project({"late.py": LATE}), "--no-cache")["later"]
    assert later["mounted"] is None
    assert later["authenticated"] is None


def test_the_cache_tells_the_same(assay: Assay, project: Project) -> None:
    root = project(NOTES_APP)
    assert _rows(assay, root) == _rows(assay, root) == _rows(assay, root, "--no-cache")


def test_the_table(assay: Assay, project: Project) -> None:
    run = assay("routes", "--no-cache", cwd=project(NOTES_APP))
    assert run.out == snapshot("""\
method  path                  handler            auth  guards     place
GET     /v1/notes/{note_id}   read               yes   who, page  api/notes.py:8
POST    /lost/ (not mounted)  nobody_comes_here  no               api/notes.py:14
GET     /health               health             no               main.py:9
""")
    assert run.err == snapshot("3 routes: 2 without a guard, 0 not decided\n")


def test_only_the_unguarded_ones(assay: Assay, project: Project) -> None:
    assert set(_rows(assay, project(NOTES_APP), "--no-cache", "--unguarded")) == {
        "health",
        "nobody_comes_here",
    }
