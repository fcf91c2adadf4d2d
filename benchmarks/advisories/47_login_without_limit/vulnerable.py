from flask import Flask, abort, redirect, request, session
from werkzeug.security import check_password_hash

app = Flask(__name__)
USERS: dict[str, str] = {}


@app.post("/login")
def login():
    name = request.form["username"]
    if name not in USERS or not check_password_hash(USERS[name], request.form["password"]):
        abort(401)
    session["user"] = name
    return redirect("/")
