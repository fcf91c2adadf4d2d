from flask import Flask, jsonify, request

app = Flask(__name__)
ITEMS = [{"name": "a", "price": 3}, {"name": "b", "price": 8}]


@app.get("/items")
def items():
    where = request.args.get("where", "True")
    return jsonify([item for item in ITEMS if eval(where, {}, dict(item))])
