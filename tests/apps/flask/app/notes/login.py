from functools import wraps

from flask import abort
from flask_login import LoginManager, current_user

from .db import db
from .models import User

login_manager = LoginManager()
login_manager.login_view = "auth.login"


@login_manager.user_loader
def load_user(user_id):
    return db.session.get(User, int(user_id))


def admin_required(view):
    @wraps(view)
    def wrapped_view(**kwargs):
        if not current_user.is_authenticated or not current_user.is_admin:
            abort(403)
        return view(**kwargs)

    return wrapped_view


def require_api_key(view):
    @wraps(view)
    def wrapped_view(**kwargs):
        if not current_user.is_authenticated:
            abort(401)
        return view(**kwargs)

    return wrapped_view
