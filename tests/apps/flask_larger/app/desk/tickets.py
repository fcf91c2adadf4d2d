from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_login import current_user, login_required

from desk.extensions import db
from desk.models import Attachment, Ticket

bp = Blueprint("tickets", __name__)


@bp.route("/")
@login_required
def index():
    return render_template("tickets.html", tickets=Ticket.query.filter_by(user_id=current_user.id))


@bp.route("/new", methods=["POST"])
@login_required
def create():
    db.session.add(Ticket(user_id=current_user.id, title=request.form["title"], text=request.form["text"]))
    db.session.commit()
    return redirect(url_for("tickets.index"))


@bp.route("/<int:ticket_id>")
@login_required
def show(ticket_id):
    ticket = Ticket.query.get_or_404(ticket_id)
    if ticket.user_id != current_user.id:
        abort(404)
    return render_template("ticket.html", ticket=ticket)


@bp.route("/<int:ticket_id>/edit", methods=["POST"])
@login_required
def edit(ticket_id):
    ticket = Ticket.query.filter_by(id=ticket_id, user_id=current_user.id).first_or_404()
    ticket.text = request.form["text"]
    db.session.commit()
    return redirect(url_for("tickets.show", ticket_id=ticket.id))


@bp.route("/<int:ticket_id>/close", methods=["POST"])
def close(ticket_id):
    ticket = Ticket.query.get_or_404(ticket_id)
    ticket.state = "closed"
    db.session.commit()
    return redirect(url_for("tickets.index"))


@bp.route("/attachments/<int:attachment_id>")
@login_required
def attachment(attachment_id):
    found = Attachment.query.get_or_404(attachment_id)
    return render_template("attachment.html", attachment=found)
