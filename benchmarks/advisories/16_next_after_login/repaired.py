from urllib.parse import urlsplit

from flask import Flask, redirect, request
from flask_login import login_required

app = Flask(__name__)


@app.get("/post-login")
@login_required
def post_login():
    goal = request.args.get("next") or "/"
    parts = urlsplit(goal)
    if parts.scheme or parts.netloc or goal.startswith(("//", "/\\")):
        goal = "/"
    return redirect(goal)
