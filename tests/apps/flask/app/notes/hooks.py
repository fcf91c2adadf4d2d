from flask import Blueprint, jsonify, request

from .db import db
from .models import User

bp = Blueprint("hooks", __name__)


@bp.post("/stripe")
def stripe_webhook():
    event = request.get_json()
    if event["type"] == "checkout.session.completed":
        user = db.session.get(User, event["data"]["object"]["client_reference_id"])
        user.credit += event["data"]["object"]["amount_total"]
        db.session.commit()
    return jsonify(received=True)
