from flask import Flask, request, send_from_directory

app = Flask(__name__)
ARTIFACTS = "/srv/artifacts"


@app.get("/get-artifact")
def get_artifact():
    path = request.args.get("path")
    return send_from_directory(ARTIFACTS, path)
