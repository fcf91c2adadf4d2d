import logging
from urllib.parse import unquote

from flask import Flask, request

app = Flask(__name__)
log = logging.getLogger("cors")


@app.get("/resource/<path:rest>")
def resource(rest):
    log.debug("request to %r matches", unquote(request.args.get("path", "")))
    return rest
