from flask import Flask, abort, jsonify, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import column, select, table

app = Flask(__name__)
db = SQLAlchemy(app)
ARTICLE = table("article", column("id"), column("title"), column("created"))


@app.get("/articles")
def articles():
    order = request.args.get("order", "created")
    if order not in ARTICLE.c:
        abort(400)
    rows = db.session.execute(select(ARTICLE.c.id, ARTICLE.c.title).order_by(ARTICLE.c[order]))
    return jsonify([dict(row._mapping) for row in rows])
