import random
import string

from flask import Flask, request

app = Flask(__name__)
TOKENS: dict[str, str] = {}


@app.post("/password/forgot")
def forgot():
    token = "".join(random.choice(string.ascii_letters + string.digits) for _ in range(32))
    TOKENS[request.form["email"]] = token
    return "", 204
