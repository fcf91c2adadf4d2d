from flask import Blueprint, jsonify
from flask_login import login_required

from desk.models import Order, Ticket

bp = Blueprint("reports", __name__, url_prefix="/reports")


@bp.route("/tickets")
@login_required
def tickets():
    return jsonify(open=Ticket.query.filter_by(state="open").count())


@bp.route("/orders")
@login_required
def orders():
    return jsonify(paid=Order.query.filter_by(paid=True).count())
