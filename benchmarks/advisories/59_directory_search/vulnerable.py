import ldap3
from flask import Blueprint, Flask, redirect, request

blueprint = Blueprint("ldap_auth", __name__)
SEARCH = "(&(objectClass=person)(uid=%s))"


@blueprint.post("/ldap/login")
def login():
    connection = ldap3.Connection("ldap.example.org", auto_bind=True)
    connection.search("ou=people,dc=example", SEARCH % request.form["email"])
    if len(connection.entries) != 1:
        return redirect("/login")
    connection.rebind(user=connection.entries[0].entry_dn, password=request.form["password"])
    return redirect("/")


app = Flask(__name__)
app.register_blueprint(blueprint)
