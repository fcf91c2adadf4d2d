from flask import Blueprint, Flask, redirect, request, session

auth = Blueprint("auth", __name__)


@auth.route("/oauth-authorized/<provider>")
def oauth_authorized(provider):
    session["provider"] = provider
    next_url = request.args.get("next", "/")
    return redirect(next_url)


app = Flask(__name__)
app.register_blueprint(auth)
