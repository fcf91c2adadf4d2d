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
# An application that sets itself up by functions, in a folder that is on the path at run time only.
SHOP = {
    "src/app.py": """\
from flask import Flask
from setup import install

def create_app():
    app = Flask(__name__)
    install(app)
    return app
""",
    "src/setup.py": """\
from files import shared
from pages import admin, notes

def install(app):
    for_all(app)
    app.register_blueprint(admin, url_prefix="/admin")
    app.register_blueprint(notes)
    app.register_blueprint(shared)

def for_all(app):
    app.before_request(resolve_current_tenant)

def resolve_current_tenant():
    return None
""",
    "src/guards.py": """\
from functools import wraps
from flask import abort, redirect, session, url_for

def rol_necesario(rol):
    def decorator(view):
        @wraps(view)
        def wrapped(*args, **kwargs):
            if session.get("rol") != rol:
                return redirect(url_for("auth.login"))
            return view(*args, **kwargs)
        return wrapped
    return decorator

def guard(router, module):
    @router.before_request
    def check():
        if module not in session["modules"]:
            return ask()
""",
    "src/files.py": """\
from flask import Blueprint
from guards import guard

shared = Blueprint("shared", __name__)
guard(shared, "shared")

@shared.route("/files")
def files():
    return ""
""",
    "src/pages.py": """\
from flask import Blueprint, jsonify, session
from flask.views import MethodView
from flask_smorest import Blueprint as Api
from guards import rol_necesario

admin = Blueprint("admin", __name__)
notes = Api("notes", __name__)

@admin.route("/wipe", methods=["POST"])
@rol_necesario(1)
def wipe():
    return ""

@admin.route("/open")
def everybody():
    return ""

@admin.route("/mine")
def mine():
    if "user" not in session:
        return jsonify(error="sign in"), 401
    return ""

@notes.route("/notes")
class Notes(MethodView):
    def get(self):
        return []

    @rol_necesario(2)
    def post(self):
        return {}
""",
}
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


def test_an_application_that_is_handed_on(assay: Assay, project: Project) -> None:
    rows = _rows(assay, project(SHOP), "--no-cache")
    assert {name: row["paths"] for name, row in rows.items()} == snapshot(
        {
            "wipe": ["/admin/wipe"],
            "everybody": ["/admin/open"],
            "mine": ["/admin/mine"],
            "files": ["/files"],
            "get": ["/notes"],
            "post": ["/notes"],
        }
    )
    assert {name: row["authenticated"] for name, row in rows.items()} == snapshot(
        {"wipe": True, "everybody": False, "mine": False, "files": None, "get": False, "post": True}
    )
    assert {name for name, row in rows.items() if row["refuses"]} == {"mine"}


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
