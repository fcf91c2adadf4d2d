import subprocess

from flask import Flask, jsonify, request

app = Flask(__name__)
KEY = "/etc/salt/key"


@app.post("/run")
def run():
    low = request.get_json()
    command = ["ssh", "-i", KEY, "-p", str(int(low.get("ssh_port", 22))), "--", low["tgt"], "true"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    return jsonify({"out": process.communicate()[0].decode()})
