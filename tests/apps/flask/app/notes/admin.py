from flask import Blueprint, render_template

from .db import db
from .login import admin_required
from .models import User

bp = Blueprint("admin", __name__, url_prefix="/admin")


@bp.route("/")
@admin_required
def overview():
    users = db.session.execute(db.select(User)).scalars()
    return render_template("admin/overview.html", users=users)
