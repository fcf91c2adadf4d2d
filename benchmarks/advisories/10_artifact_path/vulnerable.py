import os

from flask import Flask, request, send_file

app = Flask(__name__)
ARTIFACTS = "/srv/artifacts"


@app.get("/get-artifact")
def get_artifact():
    path = request.args.get("path")
    return send_file(os.path.join(ARTIFACTS, path))
