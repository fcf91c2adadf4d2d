from flask import Blueprint, jsonify, request
from flask_login import current_user, login_required

from desk.extensions import db
from desk.models import Order

RATES = {"standard": 80, "night": 120}
bp = Blueprint("orders", __name__, url_prefix="/orders")


@bp.route("/", methods=["GET"])
@login_required
def listed():
    return jsonify([one.id for one in Order.query.filter_by(user_id=current_user.id)])


@bp.route("/", methods=["POST"])
@login_required
def place():
    data = request.get_json()
    order = Order(user_id=current_user.id, hours=data["hours"], total=RATES[data["rate"]] * data["hours"])
    db.session.add(order)
    db.session.commit()
    return jsonify(id=order.id), 201


@bp.route("/negotiated", methods=["POST"])
@login_required
def place_negotiated():
    data = request.get_json()
    order = Order(user_id=current_user.id, hours=data["hours"], total=data["price"] * data["hours"])
    db.session.add(order)
    db.session.commit()
    return jsonify(id=order.id), 201


@bp.route("/imported", methods=["POST"])
@login_required
def place_imported():
    order = Order(**request.get_json())
    db.session.add(order)
    db.session.commit()
    return jsonify(id=order.id), 201
