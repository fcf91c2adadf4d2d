import subprocess

from flask import Flask, jsonify, request

app = Flask(__name__)


@app.post("/run")
def run():
    low = request.get_json()
    command = "ssh -i {} -p {} {} {}".format(
        low.get("ssh_priv", "/etc/salt/key"), low.get("ssh_port", 22), low["tgt"], "true"
    )
    process = subprocess.Popen(command, shell=True, stdout=subprocess.PIPE)
    return jsonify({"out": process.communicate()[0].decode()})
