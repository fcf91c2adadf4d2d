from flask import Flask, jsonify, request
from jinja2.sandbox import ImmutableSandboxedEnvironment

app = Flask(__name__)


@app.post("/settings/notification/preview")
def preview():
    body = request.form["notification_body"]
    rendered = ImmutableSandboxedEnvironment().from_string(body).render(watch_url="https://example.org")
    return jsonify({"body": rendered})
