import os

from flask import Flask

app = Flask(__name__)
app.config["SECRET_KEY"] = os.environ.get("SUPERSET_SECRET_KEY") or "thisISaSECRET_1234"


@app.get("/")
def index():
    return "ok"
