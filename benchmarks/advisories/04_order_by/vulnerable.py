from flask import Flask, jsonify, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import text

app = Flask(__name__)
db = SQLAlchemy(app)


@app.get("/articles")
def articles():
    order = request.args.get("order", "created")
    rows = db.session.execute(text("SELECT id, title FROM article ORDER BY " + order))
    return jsonify([dict(row._mapping) for row in rows])
