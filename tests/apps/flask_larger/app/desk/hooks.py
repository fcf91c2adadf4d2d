from flask import Blueprint, request

from desk.extensions import db
from desk.models import Order

bp = Blueprint("hooks", __name__, url_prefix="/hooks")


@bp.route("/payment", methods=["POST"])
def payment_webhook():
    event = request.get_json()
    order = db.session.get(Order, event["order"])
    order.paid = event["state"] == "paid"
    db.session.commit()
    return "", 204
