from flask import Blueprint, abort, redirect, render_template, request, url_for

from desk.extensions import db
from desk.guards import role_required
from desk.models import Ticket, User

bp = Blueprint("agents", __name__)


@bp.route("/")
@role_required("agent")
def queue():
    return render_template("queue.html", tickets=Ticket.query.filter_by(state="open"))


@bp.route("/<int:ticket_id>/assign", methods=["POST"])
@role_required("agent")
def assign(ticket_id):
    ticket = Ticket.query.get_or_404(ticket_id)
    ticket.state = "assigned"
    db.session.commit()
    return redirect(url_for("agents.queue"))


@bp.route("/users/<int:user_id>/role", methods=["POST"])
@role_required("admin")
def change_role(user_id):
    user = User.query.get_or_404(user_id)
    user.role = request.form["role"]
    db.session.commit()
    return redirect(url_for("agents.queue"))


def reopen(ticket, current_user):
    """Called by the mail importer, for whoever wrote the mail."""
    if current_user:
        if current_user.id != ticket.user_id:
            abort(403)
    ticket.state = "open"
    db.session.commit()
