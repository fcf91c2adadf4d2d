from flask import Blueprint, jsonify
from flask_login import current_user, login_required

from desk.extensions import sock
from desk.models import Ticket

bp = Blueprint("api", __name__)


@bp.route("/health")
def health():
    return jsonify(status="ok")


@bp.route("/mine")
@login_required
def mine():
    return jsonify([one.title for one in Ticket.query.filter_by(user_id=current_user.id)])


@sock.route("/live/tickets")
def live_tickets(ws):
    while True:
        number = ws.receive()
        ws.send(Ticket.query.get(number).text)
