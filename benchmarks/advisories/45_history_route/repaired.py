from functools import wraps

from flask import Blueprint, Flask, abort, jsonify, request

api = Blueprint("api", __name__, url_prefix="/api/v1")
WATCHES: dict[str, dict] = {}
KEYS: set[str] = set()


def check_token(function):
    @wraps(function)
    def decorated(*args, **kwargs):
        if request.headers.get("x-api-key") not in KEYS:
            abort(403)
        return function(*args, **kwargs)

    return decorated


@api.get("/watch")
@check_token
def watches():
    return jsonify(WATCHES)


@api.get("/watch/<uuid>")
@check_token
def watch(uuid):
    return jsonify(WATCHES[uuid])


@api.put("/watch/<uuid>")
@check_token
def update_watch(uuid):
    WATCHES[uuid] = request.get_json()
    return "", 204


@api.post("/watch")
@check_token
def create_watch():
    WATCHES[request.json["uuid"]] = request.get_json()
    return "", 201


@api.delete("/watch/<uuid>/history")
@check_token
def delete_history(uuid):
    WATCHES[uuid]["history"] = []
    return "", 204


app = Flask(__name__)
app.register_blueprint(api)
