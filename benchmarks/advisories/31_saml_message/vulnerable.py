from flask import Flask, request
from lxml import etree

app = Flask(__name__)


@app.post("/saml/acs")
def acs():
    parser = etree.XMLParser(load_dtd=True, no_network=False)
    response = etree.fromstring(request.data, parser=parser)
    return response.findtext("Status", default="unknown")
