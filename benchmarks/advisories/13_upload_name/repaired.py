import os

from flask import Flask, abort, jsonify, request
from werkzeug.utils import secure_filename

app = Flask(__name__)
UPLOADS = "/srv/uploads"
KINDS = (".gcode", ".stl")


@app.post("/api/files")
def upload():
    sent = request.files["file"]
    name = secure_filename(sent.filename)
    if not name.endswith(KINDS):
        abort(415)
    sent.save(os.path.join(UPLOADS, name))
    return jsonify({"name": name}), 201
