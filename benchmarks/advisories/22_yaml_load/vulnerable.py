import yaml
from flask import Flask, jsonify, request

app = Flask(__name__)


@app.post("/import")
def import_settings():
    settings = yaml.load(request.data, Loader=yaml.Loader)
    return jsonify(sorted(settings))
