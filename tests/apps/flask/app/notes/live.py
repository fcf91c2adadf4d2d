from flask_login import current_user
from flask_sock import Sock

sock = Sock()


@sock.route("/live/<int:document_id>")
def edit_together(ws, document_id):
    while True:
        ws.send(ws.receive())


@sock.route("/presence")
def presence(ws):
    if not current_user.is_authenticated:
        ws.close()
        return
    while True:
        ws.send(current_user.username)
        ws.receive()
