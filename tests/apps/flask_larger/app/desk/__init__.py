import os

from flask import Flask

from desk.extensions import db, login_manager, sock
from desk.setup import install


def create_app() -> Flask:
    app = Flask(__name__)
    app.config["SECRET_KEY"] = os.environ["SECRET_KEY"]
    app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["DATABASE_URL"]
    app.config["SESSION_COOKIE_SECURE"] = True
    app.config["WTF_CSRF_ENABLED"] = False
    db.init_app(app)
    login_manager.init_app(app)
    sock.init_app(app)
    install(app)
    return app
