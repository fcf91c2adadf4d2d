import os

from flask import Flask

app = Flask(__name__)
app.config["SECRET_KEY"] = os.environ["SUPERSET_SECRET_KEY"]


@app.get("/")
def index():
    return "ok"
