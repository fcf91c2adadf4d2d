import os

from flask import Flask, jsonify, request

app = Flask(__name__)
UPLOADS = "/srv/uploads"


@app.post("/api/files")
def upload():
    sent = request.files["file"]
    goal = os.path.join(UPLOADS, sent.filename)
    sent.save(goal)
    return jsonify({"name": sent.filename}), 201
