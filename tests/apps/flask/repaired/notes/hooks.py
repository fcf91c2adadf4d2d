import stripe
from flask import Blueprint, current_app, jsonify, request

from .db import db
from .models import User

bp = Blueprint("hooks", __name__)


@bp.post("/stripe")
def stripe_webhook():
    event = stripe.Webhook.construct_event(
        request.data, request.headers["Stripe-Signature"], current_app.config["STRIPE_KEY"]
    )
    if event["type"] == "checkout.session.completed":
        user = db.session.get(User, event["data"]["object"]["client_reference_id"])
        user.credit += event["data"]["object"]["amount_total"]
        db.session.commit()
    return jsonify(received=True)
