from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import login_required, login_user, logout_user
from werkzeug.security import check_password_hash, generate_password_hash

from .db import db
from .models import User

bp = Blueprint("auth", __name__, url_prefix="/auth")


@bp.route("/register", methods=("GET", "POST"))
def register():
    if request.method == "POST":
        username = request.form["username"]
        password = request.form["password"]
        user = User(username=username, password=generate_password_hash(password))
        db.session.add(user)
        db.session.commit()
        return redirect(url_for("auth.login"))
    return render_template("auth/register.html")


@bp.route("/login", methods=("GET", "POST"))
def login():
    if request.method == "POST":
        username = request.form["username"]
        password = request.form["password"]
        user = db.session.execute(db.select(User).filter_by(username=username)).scalar()
        if user is None or not check_password_hash(user.password, password):
            flash("Incorrect username or password.")
        else:
            login_user(user)
            return redirect(url_for("index"))
    return render_template("auth/login.html")


@bp.route("/logout", methods=("POST",))
@login_required
def logout():
    logout_user()
    return redirect(url_for("index"))
