from flask import Flask, abort, redirect, request, session
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from werkzeug.security import check_password_hash

app = Flask(__name__)
limiter = Limiter(get_remote_address, app=app)
USERS: dict[str, str] = {}


@app.post("/login")
@limiter.limit("3/minute")
def login():
    name = request.form["username"]
    if name not in USERS or not check_password_hash(USERS[name], request.form["password"]):
        abort(401)
    session["user"] = name
    return redirect("/")
