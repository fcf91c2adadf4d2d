from flask import Flask

app = Flask(__name__)


@app.get("/v1")
def version():
    return {"version": 1}


def main() -> None:
    app.run(host="0.0.0.0", port=5050)
