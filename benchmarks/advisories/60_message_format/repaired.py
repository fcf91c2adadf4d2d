from string import Template

from flask import Flask, request

app = Flask(__name__)


@app.get("/greeting")
def greeting():
    template = request.args.get("template", "Hello $user")
    return {"text": Template(template).safe_substitute(user=request.args.get("user", ""))}
