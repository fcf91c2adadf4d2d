import json

from flask import Flask, jsonify, request

app = Flask(__name__)
ITEMS = [{"name": "a", "price": 3}, {"name": "b", "price": 8}]


@app.get("/items")
def items():
    where = json.loads(request.args.get("where", "{}"))
    return jsonify([item for item in ITEMS if all(item.get(key) == value for key, value in where.items())])
