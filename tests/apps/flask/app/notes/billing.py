from flask import Blueprint, jsonify, request
from flask_login import current_user, login_required

from .db import db
from .models import User

bp = Blueprint("billing", __name__, url_prefix="/billing")


@bp.post("/checkout")
@login_required
def checkout():
    data = request.get_json()
    total = data["price"] * data["quantity"]
    current_user.credit -= total
    db.session.commit()
    return jsonify(total=total)


@bp.post("/gift")
@login_required
def gift():
    data = request.get_json()
    giver = db.session.get(User, data["user_id"])
    giver.credit -= 1
    db.session.commit()
    return jsonify(credit=giver.credit)
