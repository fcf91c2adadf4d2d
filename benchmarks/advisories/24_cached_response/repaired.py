import json

import redis
from flask import Flask, request

app = Flask(__name__)
store = redis.Redis()


@app.get("/view")
def view():
    kept = store.get(request.args["key"])
    return json.loads(kept) if kept else ("", 404)
