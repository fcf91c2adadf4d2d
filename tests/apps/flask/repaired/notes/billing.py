from flask import Blueprint, jsonify, request
from flask_login import current_user, login_required

from .db import db

PRICES = {"book": 20, "pen": 2}

bp = Blueprint("billing", __name__, url_prefix="/billing")


@bp.post("/checkout")
@login_required
def checkout():
    data = request.get_json()
    total = PRICES[data["item"]] * max(1, int(data["quantity"]))
    current_user.credit -= total
    db.session.commit()
    return jsonify(total=total)


@bp.post("/gift")
@login_required
def gift():
    current_user.credit -= 1
    db.session.commit()
    return jsonify(credit=current_user.credit)
