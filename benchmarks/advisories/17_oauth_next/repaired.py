from urllib.parse import urljoin, urlparse

from flask import Blueprint, Flask, redirect, request, session

auth = Blueprint("auth", __name__)


def is_safe_redirect_url(url):
    host = urlparse(request.host_url)
    goal = urlparse(urljoin(request.host_url, url))
    return goal.scheme in {"http", "https"} and goal.netloc == host.netloc


@auth.route("/oauth-authorized/<provider>")
def oauth_authorized(provider):
    session["provider"] = provider
    next_url = request.args.get("next", "/")
    if not is_safe_redirect_url(next_url):
        next_url = "/"
    return redirect(next_url)


app = Flask(__name__)
app.register_blueprint(auth)
