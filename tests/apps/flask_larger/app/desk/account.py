from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user, login_required, login_user, logout_user
from werkzeug.security import check_password_hash, generate_password_hash

from desk.extensions import db, login_manager
from desk.models import User

bp = Blueprint("account", __name__)


@login_manager.user_loader
def load_user(number):
    return db.session.get(User, int(number))


@bp.route("/login", methods=["GET", "POST"])
def login():
    if request.method == "POST":
        user = User.query.filter_by(name=request.form["name"]).first()
        if user is not None and check_password_hash(user.password, request.form["password"]):
            login_user(user)
            return redirect(url_for("tickets.index"))
        flash("The name or the password is wrong.")
    return render_template("login.html")


@bp.route("/register", methods=["GET", "POST"])
def register():
    if request.method == "POST":
        user = User(
            name=request.form["name"],
            password=generate_password_hash(request.form["password"]),
            role=request.form.get("role", "customer"),
        )
        db.session.add(user)
        db.session.commit()
        return redirect(url_for("account.login"))
    return render_template("register.html")


@bp.route("/logout")
@login_required
def logout():
    logout_user()
    return redirect(url_for("account.login"))


@bp.route("/password", methods=["POST"])
@login_required
def change_password():
    if check_password_hash(current_user.password, request.form["old"]):
        current_user.password = generate_password_hash(request.form["new"])
        db.session.commit()
    return redirect(url_for("tickets.index"))
