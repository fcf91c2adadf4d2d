from defusedxml.lxml import fromstring
from flask import Flask, request

app = Flask(__name__)


@app.post("/saml/acs")
def acs():
    response = fromstring(request.data, forbid_dtd=True)
    return response.findtext("Status", default="unknown")
