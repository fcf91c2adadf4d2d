from flask import Blueprint, jsonify, request
from flask_login import current_user, login_required

from .db import db
from .login import admin_required
from .models import Profile, User

bp = Blueprint("account", __name__, url_prefix="/account")


@bp.post("/profile")
@login_required
def create_profile():
    profile = Profile(**request.get_json())
    db.session.add(profile)
    db.session.commit()
    return jsonify(id=profile.id), 201


@bp.get("/me")
@login_required
def me():
    return jsonify(username=current_user.username)


@bp.get("/users/<int:user_id>")
@admin_required
def show_user(user_id):
    user = db.get_or_404(User, user_id)
    return jsonify(username=user.username, credit=user.credit)
