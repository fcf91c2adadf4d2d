import yaml
from flask import Flask, jsonify, request

app = Flask(__name__)


@app.post("/import")
def import_settings():
    settings = yaml.safe_load(request.data)
    return jsonify(sorted(settings))
