import re

from flask import Flask, request

app = Flask(__name__)
COMMENT = re.compile(r"[\r\n]+ *\Z")


@app.post("/format")
def format_comments():
    return COMMENT.sub("\n", request.form["sql"])
