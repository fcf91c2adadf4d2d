from flask import Blueprint, Flask, request
from flask_login import current_user, login_required
from flask_sqlalchemy import SQLAlchemy

shelves = Blueprint("shelves", __name__)
db = SQLAlchemy()


class Shelf(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    title = db.Column(db.String)
    user_id = db.Column(db.Integer, db.ForeignKey("user.id"))


@shelves.get("/shelf")
@login_required
def own_shelves():
    return [shelf.title for shelf in Shelf.query.filter_by(user_id=current_user.id)]


@shelves.post("/shelf/<int:shelf_id>/edit")
@login_required
def edit_shelf(shelf_id):
    shelf = Shelf.query.filter_by(id=shelf_id, user_id=current_user.id).first_or_404()
    shelf.title = request.form["title"]
    db.session.commit()
    return "", 204


app = Flask(__name__)
app.register_blueprint(shelves)
