from flask import Flask, jsonify, request
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
db = SQLAlchemy(app)


class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String)
    is_admin = db.Column(db.Boolean, default=False)


@app.post("/api/user")
def user_create():
    user = User(name=request.get_json()["name"])
    db.session.add(user)
    db.session.commit()
    return jsonify({"name": user.name}), 201
