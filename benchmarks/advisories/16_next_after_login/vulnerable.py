from flask import Flask, redirect, request
from flask_login import login_required

app = Flask(__name__)


@app.get("/post-login")
@login_required
def post_login():
    return redirect(request.args.get("next") or "/")
