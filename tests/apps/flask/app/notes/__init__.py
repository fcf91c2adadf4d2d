import os

from flask import Flask, render_template

from . import account, api, auth, billing, blog, db, hooks, live, login


def create_app(test_config=None):
    app = Flask(__name__, instance_relative_config=True)
    app.config.from_mapping(
        SECRET_KEY=os.environ["SECRET_KEY"],
        SQLALCHEMY_DATABASE_URI=os.environ["DATABASE_URL"],
        WTF_CSRF_ENABLED=False,
    )
    if test_config is not None:
        app.config.from_mapping(test_config)

    os.makedirs(app.instance_path, exist_ok=True)

    db.db.init_app(app)
    login.login_manager.init_app(app)
    live.sock.init_app(app)

    app.register_blueprint(auth.bp)
    app.register_blueprint(blog.bp)
    app.register_blueprint(api.bp)
    app.register_blueprint(billing.bp)
    app.register_blueprint(account.bp)
    app.register_blueprint(hooks.bp, url_prefix="/hooks")
    app.add_url_rule("/", endpoint="index")

    @app.route("/hello")
    def hello():
        return "Hello, World!"

    @app.errorhandler(404)
    def page_not_found(error):
        return render_template("page_not_found.html"), 404

    return app
