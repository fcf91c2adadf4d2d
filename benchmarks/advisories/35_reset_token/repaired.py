import secrets

from flask import Flask, request

app = Flask(__name__)
TOKENS: dict[str, str] = {}


@app.post("/password/forgot")
def forgot():
    token = secrets.token_urlsafe(32)
    TOKENS[request.form["email"]] = token
    return "", 204
