from flask import Flask, request
from jinja2 import Environment, FileSystemLoader

app = Flask(__name__)
pages = Environment(loader=FileSystemLoader("pages"))


@app.get("/widget")
def widget():
    return pages.get_template("widget.html").render(title=request.args["title"])
